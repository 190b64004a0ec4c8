"""Pure: receipts in SMPP: a deliver_sm marked as one, its text, and the optional fields that are better than the text.

Only the mark counts. A reply that merely looks like a receipt stays a reply: anybody can type one.
"""

from __future__ import annotations

from enum import StrEnum

from workers.protocols import receipts
from workers.protocols.receipts import Receipt
from workers.protocols.smpp.long import read as read_part
from workers.protocols.smpp.pdus import MESSAGE_STATE, NETWORK_ERROR_CODE, RECEIPTED_MESSAGE_ID, DataSm, DeliverSm
from workers.protocols.wire import tlv, tlv_number

TYPE_MASK, RECEIPT, INTERMEDIATE = 0x3C, 0x04, 0x20
STATES = {
    1: "ENROUTE", 2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 6: "ACCEPTD", 7: "UNKNOWN", 8: "REJECTD",
}  # fmt: skip
FINAL = frozenset({"DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "REJECTD"})


class IdForm(StrEnum):
    """How a carrier writes message ids in one place; a setting for each place, because they may differ."""

    TEXT = "text"
    HEX = "hex"
    DECIMAL = "decimal"


def canonical(message_id: str, form: IdForm) -> str:
    """One spelling for ids that mean the same: numbers as decimal without leading zeros, anything else as it is."""
    message_id = message_id.strip()
    base = {IdForm.HEX: 16, IdForm.DECIMAL: 10}.get(form)
    digits = message_id.removeprefix("0x") if base == 16 else message_id
    if base is None or not digits.isascii() or not digits.isalnum():
        return message_id
    try:
        return str(int(digits, base))
    except ValueError:
        return message_id


def is_receipt(pdu: DeliverSm | DataSm) -> bool:
    marked = pdu.esm_class & TYPE_MASK in (RECEIPT, INTERMEDIATE)
    return marked or tlv(pdu.tlvs, RECEIPTED_MESSAGE_ID) is not None


def parse(pdu: DeliverSm | DataSm) -> Receipt | None:
    """The receipt a message is, or None: then it is a reply."""
    if not is_receipt(pdu):
        return None
    found = receipts.fields(read_part(pdu).body)
    exact = tlv(pdu.tlvs, RECEIPTED_MESSAGE_ID)
    message_id = found.get("id", b"") if exact is None else exact.partition(b"\0")[0]
    receipt = receipts.receipt(found, message_id.decode("latin-1"))
    if receipt.stat and receipt.error:
        return receipt
    state = STATES.get(tlv_number(pdu.tlvs, MESSAGE_STATE) or 0, "")
    network = tlv(pdu.tlvs, NETWORK_ERROR_CODE) or b""
    error = str(int.from_bytes(network[1:3])) if len(network) == 3 else ""
    return receipt._replace(stat=receipt.stat or state, error=receipt.error or error)


def write(receipt: Receipt) -> bytes:
    """The text most carriers send."""
    counts = "001" if receipt.stat == "DELIVRD" else "000"
    head = (
        f"id:{receipt.id} sub:001 dlvrd:{counts} submit date:{receipt.submitted} done date:{receipt.done}"
        f" stat:{receipt.stat} err:{receipt.error or '000'} text:"
    )
    return head.encode("latin-1", "replace") + receipt.text[:20]
