"""Pure: the ways a text becomes the bytes of a message, how many of them fit, and where they may be cut.

Encoding refuses what a coding cannot say. Decoding never refuses: what a subscriber's phone or a carrier got wrong
becomes U+FFFD, because a reply half read is worth more than a reply lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tenants.core import gsm7
from workers.protocols.errors import LocalProtocolError

SEPTETS = 160
OCTETS = 140
CMPP_ASCII_MAX = 159  # the Chinese protocols say "less than 160"
ESCAPE = 0x1B
PACKED_MAX = 255  # unpacking takes quadratic time, and nothing longer exists on the air


@dataclass(frozen=True, slots=True)
class Coding:
    """`single`: bytes that fit one message. `capacity`: units a message holds; each byte of header takes one, or 8/7.

    `cut(body, start, stop)` moves `stop` back so that no character is torn.
    """

    name: str
    single: int
    capacity: int
    septets: bool
    _encode: Callable[[str], bytes]
    _decode: Callable[[bytes], str]
    cut: Callable[[bytes, int, int], int]

    def encode(self, text: str) -> bytes:
        try:
            return self._encode(text)
        except UnicodeEncodeError as error:
            raise LocalProtocolError(f"{self.name} cannot say character {error.start}") from error

    def decode(self, body: bytes) -> str:
        return self._decode(body)

    def per_part(self, header: int) -> int:
        """Bytes of text beside a header of so many bytes."""
        return self.capacity - (-(-header * 8 // 7) if self.septets else header)


def _python(name: str) -> tuple[Callable[[str], bytes], Callable[[bytes], str]]:
    return (lambda text: text.encode(name)), (lambda body: body.decode(name, "replace"))


def _anywhere(body: bytes, start: int, stop: int) -> int:
    return stop


def _not_after_escape(body: bytes, start: int, stop: int) -> int:
    return stop - 1 if body[stop - 1] == ESCAPE else stop


def _nowhere(body: bytes, start: int, stop: int) -> int:
    raise LocalProtocolError("packed septets fit one message only")


def _whole_utf16(body: bytes, start: int, stop: int) -> int:
    stop -= (stop - start) % 2
    return stop - 2 if 0xD8 <= body[stop - 2] <= 0xDB else stop


def _whole_gb18030(body: bytes, start: int, stop: int) -> int:
    at = start
    while True:
        if body[at] < 0x80:
            size = 1
        else:
            size = 4 if body[at + 1 : at + 2].isdigit() else 2
        if at + size > stop:
            return at
        at += size


def _decode_packed(body: bytes) -> str:
    return gsm7.decode(gsm7.unpack(body[:PACKED_MAX]))


GSM = Coding("GSM 03.38", SEPTETS, SEPTETS, True, gsm7.encode, gsm7.decode, _not_after_escape)
"""One septet to the octet, as SMPP carries it."""
ASCII = Coding("ASCII", CMPP_ASCII_MAX, SEPTETS, True, *_python("ascii"), _anywhere)
LATIN1 = Coding("Latin-1", OCTETS, OCTETS, False, *_python("latin-1"), _anywhere)
BINARY = Coding("binary", OCTETS, OCTETS, False, *_python("latin-1"), _anywhere)
"""As text, each byte is the character of its number."""
UCS2 = Coding("UCS-2", OCTETS, OCTETS, False, *_python("utf-16-be"), _whole_utf16)
"""With surrogate pairs, as every phone reads it."""
GB18030 = Coding("GB18030", OCTETS, OCTETS, False, *_python("gb18030"), _whole_gb18030)
GSM_PACKED = Coding(
    "packed GSM 03.38", OCTETS, OCTETS, False, lambda text: gsm7.pack(gsm7.encode(text)), _decode_packed, _nowhere
)
"""Eight septets in seven octets, for the few carriers that want it; one message, never more."""

CHINESE_FORMATS = {0: ASCII, 3: ASCII, 4: BINARY, 8: UCS2, 15: GB18030}
"""Msg_Fmt of CMPP, SGIP and SMGP; 3 is a text to be kept on the card."""
_CHINESE = {ASCII: 0, BINARY: 4, UCS2: 8, GB18030: 15}
_SMPP = {GSM: 0, GSM_PACKED: 0, ASCII: 1, LATIN1: 3, BINARY: 4, UCS2: 8}
_SMPP_PLAIN = {1: ASCII, 2: BINARY, 3: LATIN1, 4: BINARY, 8: UCS2}


def chinese(msg_fmt: int) -> Coding:
    """The coding of a Msg_Fmt; an unknown one is only bytes to us."""
    return CHINESE_FORMATS.get(msg_fmt, BINARY)


def smpp(data_coding: int, default: Coding = GSM) -> Coding:
    """The coding of a data_coding. `default` is what the carrier takes 0 for: a setting, no carrier tells it."""
    if 0 < data_coding < 0x10:
        return _SMPP_PLAIN.get(data_coding, BINARY)
    if data_coding < 0x40:  # general groups of GSM 03.38: bits 2 and 3 name the alphabet
        return (default, BINARY, UCS2, BINARY)[data_coding >> 2 & 3]
    if data_coding >= 0xF0:  # message classes: bit 2 says bytes
        return BINARY if data_coding & 4 else default
    return BINARY


def chinese_number(coding: Coding) -> int:
    """The Msg_Fmt that says this coding."""
    return _number(_CHINESE, coding)


def smpp_number(coding: Coding) -> int:
    """The data_coding that says this coding; 0 for GSM, whatever the carrier takes it for."""
    return _number(_SMPP, coding)


def _number(table: dict[Coding, int], coding: Coding) -> int:
    if coding not in table:
        raise LocalProtocolError(f"this protocol has no number for {coding.name}")
    return table[coding]


def first_fit(text: str, *codings: Coding) -> tuple[Coding, bytes]:
    """The first coding that can say all of this text, and the text in it."""
    for coding in codings:
        try:
            return coding, coding.encode(text)
        except LocalProtocolError:
            continue
    raise LocalProtocolError("no coding can say this text")
