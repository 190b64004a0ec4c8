"""Pure: receipts in SMGP: the same text as SMPP's, but the id is ten raw bytes, which may look like anything."""

from __future__ import annotations

from workers.protocols import receipts
from workers.protocols.errors import LocalProtocolError, RemoteProtocolError
from workers.protocols.receipts import Receipt

ID_BYTES = 10
_KEY = b"id:"


def parse(content: bytes) -> Receipt:
    """The receipt in the content of a Deliver with is_report 1; its id as 20 hexadecimal digits."""
    if content[: len(_KEY)].lower() != _KEY or len(content) < len(_KEY) + ID_BYTES:
        raise RemoteProtocolError("a report without its id")
    end = len(_KEY) + ID_BYTES
    return receipts.receipt(receipts.fields(content[end:]), content[len(_KEY) : end].hex())


def write(receipt: Receipt) -> bytes:
    """The 122 bytes of the standard."""
    raw = bytes.fromhex(receipt.id)
    if len(raw) != ID_BYTES:
        raise LocalProtocolError(f"an id of {len(raw)} bytes, {ID_BYTES} needed")
    delivered = "001" if receipt.stat == "DELIVRD" else "000"
    middle = (
        f" sub:001 dlvrd:{delivered} submit date:{receipt.submitted:<10.10} done date:{receipt.done:<10.10}"
        f" stat:{receipt.stat:<7.7} err:{receipt.error or '000':<3.3} text:"
    )
    return _KEY + raw + middle.encode("latin-1", "replace") + receipt.text[:20].ljust(20, b"\0")
