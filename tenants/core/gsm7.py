"""Pure: the GSM 03.38 default alphabet and its extension table.

Encoding writes one septet per octet ("unpacked", as SMPP carries it); `pack` and `unpack` do the eight-in-seven form of
the radio interface. A character outside both tables is foreign: a text with one of them must go as UCS-2.
"""

import re

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = dict(zip((0x0A, 0x14, 0x28, 0x29, 0x2F, 0x3C, 0x3D, 0x3E, 0x40, 0x65), "\f^{}\\[~]|€", strict=True))
ESCAPE = 0x1B
_CARRIAGE_RETURN = 0x0D

_PLAIN = "".join(character for code, character in enumerate(BASIC) if code != ESCAPE)
EXTENSION_CHARACTERS = frozenset(EXTENSION.values())
_FOREIGN = re.compile(f"[^{re.escape(_PLAIN + ''.join(EXTENSION.values()))}]")
_EXTENDED = re.compile(f"[{re.escape(''.join(EXTENSION.values()))}]")

_ENCODED = {ord(character): chr(code) for code, character in enumerate(BASIC) if code != ESCAPE} | {
    ord(character): chr(ESCAPE) + chr(code) for code, character in EXTENSION.items()
}
_ESCAPED = re.compile(r"\x1b(.?)", re.DOTALL)


def first_foreign(text: str) -> tuple[int, str] | None:
    """Position and character of the first thing GSM-7 cannot say; None when all of the text fits."""
    match = _FOREIGN.search(text)
    return (match.start(), match[0]) if match else None


def fits(text: str) -> bool:
    return _FOREIGN.search(text) is None


def septets(text: str) -> int:
    """Length on the air of a text that fits."""
    return len(text) + len(_EXTENDED.findall(text))


def encode(text: str) -> bytes:
    """Unpacked septets, one to the octet. A foreign character raises UnicodeEncodeError, as any codec does."""
    if foreign := first_foreign(text):
        position, _ = foreign
        raise UnicodeEncodeError("gsm7", text, position, position + 1, "not in GSM 03.38")
    return text.translate(_ENCODED).encode("ascii")


def decode(data: bytes) -> str:
    """Text of unpacked septets. The eighth bit is ignored; an unknown escape reads as the basic character after it."""
    codes = bytes(octet & 0x7F for octet in data).decode("ascii")
    parts = _ESCAPED.split(codes)  # plain, escaped, plain, escaped, …
    parts[0::2] = [plain.translate(BASIC) for plain in parts[0::2]]
    parts[1::2] = [EXTENSION.get(ord(code), BASIC[ord(code)]) if code else "" for code in parts[1::2]]
    return "".join(parts).replace("\x1b", "")


def pack(unpacked: bytes, fill_bits: int = 0) -> bytes:
    """Septets side by side, lowest bits first; `fill_bits` zeros go before them (after a user data header)."""
    value = 0
    for position, septet in enumerate(unpacked):
        value |= (septet & 0x7F) << (7 * position)
    return (value << fill_bits).to_bytes((7 * len(unpacked) + fill_bits + 7) // 8, "little")


def unpack(packed: bytes, count: int | None = None, fill_bits: int = 0) -> bytes:
    """The septets of a packed field.

    `count` is the length the protocol states. Without it seven spare bits cannot be told from a final "@" or from the
    carriage return some senders fill them with: then such a last septet is dropped.
    """
    bits = 8 * len(packed) - fill_bits
    room = bits // 7
    value = int.from_bytes(packed, "little") >> fill_bits
    found = bytes((value >> (7 * position)) & 0x7F for position in range(room if count is None else min(count, room)))
    ambiguous = count is None and room > 0 and bits % 7 == 0 and found[-1] in (0, _CARRIAGE_RETURN)
    return found[:-1] if ambiguous else found
