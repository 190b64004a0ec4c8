"""Codings: what they can say, how much fits, where they may be cut, and the numbers the protocols give them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.protocols import text
from workers.protocols.errors import LocalProtocolError
from workers.protocols.text import ASCII, BINARY, GB18030, GSM, GSM_PACKED, LATIN1, UCS2, Coding


@pytest.mark.parametrize(
    ("coding", "said", "body"),
    [
        (GSM, "{[€~^|]}\\ @£", "1b281b3c1b651b3d1b141b401b3e1b291b2f200001"),
        (GSM, "hello", "68656c6c6f"),
        (GSM_PACKED, "hello", "e8329bfd06"),
        (GSM_PACKED, "hellohello", "e8329bfd4697d9ec37"),
        (UCS2, "【测试】", "30106d4b8bd53011"),
        (UCS2, "😀", "d83dde00"),
        (GB18030, "退订", "cdcbb6a9"),
        (GB18030, "😀", "9439fc36"),
        (LATIN1, "é£", "e9a3"),
        (ASCII, "TD", "5444"),
        (BINARY, "\x00ÿ", "00ff"),
    ],
)
def test_a_coding_says_its_bytes(coding: Coding, said: str, body: str) -> None:
    assert coding.encode(said).hex() == body
    assert coding.decode(bytes.fromhex(body)) == said


@pytest.mark.parametrize(
    ("coding", "said"), [(GSM, "汉"), (GSM, "`"), (GSM, "ç"), (ASCII, "é"), (LATIN1, "€"), (UCS2, "\ud83d")]
)
def test_what_a_coding_cannot_say_is_refused(coding: Coding, said: str) -> None:
    with pytest.raises(LocalProtocolError):
        coding.encode(said)


@pytest.mark.parametrize(
    ("coding", "body", "said"),
    [
        (UCS2, b"\xd8\x3d", "\ufffd"),
        (UCS2, b"\x6d\x4b\x8b", "测\ufffd"),
        (ASCII, b"a\xff", "a\ufffd"),
        (GSM, b"\x1b\x41", "A"),
    ],
)
def test_what_a_phone_got_wrong_is_still_read(coding: Coding, body: bytes, said: str) -> None:
    assert coding.decode(body) == said


@pytest.mark.parametrize("coding", [GSM, UCS2, GB18030, LATIN1])
def test_text_comes_back(coding: Coding) -> None:
    @given(st.text(st.characters(codec="utf-8"), max_size=80))
    def check(said: str) -> None:
        try:
            body = coding.encode(said)
        except LocalProtocolError:
            return
        assert coding.decode(body) == said

    check()


def test_sizes_of_parts() -> None:
    assert [coding.single for coding in (GSM, ASCII, UCS2, LATIN1)] == [160, 159, 140, 140]
    assert [GSM.per_part(6), GSM.per_part(7), ASCII.per_part(6)] == [153, 152, 153]
    assert [UCS2.per_part(6), UCS2.per_part(7), BINARY.per_part(7)] == [134, 133, 133]


def test_the_numbers_of_the_chinese_protocols() -> None:
    assert [text.chinese_number(coding) for coding in (ASCII, BINARY, UCS2, GB18030)] == [0, 4, 8, 15]
    assert [text.chinese(number) for number in (0, 3, 4, 8, 15, 99)] == [ASCII, ASCII, BINARY, UCS2, GB18030, BINARY]
    with pytest.raises(LocalProtocolError):
        text.chinese_number(GSM)


@pytest.mark.parametrize(
    ("number", "coding"),
    [
        (0, GSM), (1, ASCII), (2, BINARY), (3, LATIN1), (4, BINARY), (5, BINARY), (8, UCS2),
        (0x10, GSM), (0x14, BINARY), (0x18, UCS2), (0xC0, BINARY), (0xF0, GSM), (0xF5, BINARY), (0xFF, BINARY),
    ],
)  # fmt: skip
def test_the_numbers_of_smpp(number: int, coding: Coding) -> None:
    assert text.smpp(number) is coding


def test_what_a_carrier_takes_zero_for_is_a_setting() -> None:
    assert text.smpp(0, LATIN1) is text.smpp(0x10, LATIN1) is LATIN1
    assert text.smpp_number(GSM_PACKED) == 0
    with pytest.raises(LocalProtocolError):
        text.smpp_number(GB18030)


def test_the_first_coding_that_fits_is_taken() -> None:
    assert text.first_fit("hello", GSM, UCS2) == (GSM, b"hello")
    assert text.first_fit("你好", GSM, UCS2) == (UCS2, "你好".encode("utf-16-be"))
    with pytest.raises(LocalProtocolError):
        text.first_fit("你好", GSM, ASCII)
