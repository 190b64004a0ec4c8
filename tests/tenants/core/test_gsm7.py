"""The GSM 03.38 alphabet: every character there and back, packed and unpacked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.core import gsm7

ALPHABET = "".join(c for c in gsm7.BASIC if c != "\x1b") + "".join(gsm7.EXTENSION.values())
texts = st.text(alphabet=ALPHABET, max_size=200)


def test_the_tables_have_the_size_of_the_standard() -> None:
    assert len(gsm7.BASIC) == 128
    assert len(set(ALPHABET)) == 127 + 10


@pytest.mark.parametrize(
    ("character", "code"), [("@", 0), ("$", 2), ("\n", 10), ("_", 17), (" ", 32), ("¡", 64), ("à", 127)]
)
def test_basic_characters_have_their_codes(character: str, code: int) -> None:
    assert gsm7.encode(character) == bytes([code])


@pytest.mark.parametrize(
    ("character", "code"), [("€", 0x65), ("{", 0x28), ("}", 0x29), ("\\", 0x2F), ("[", 0x3C), ("~", 0x3D), ("]", 0x3E),
                            ("|", 0x40), ("^", 0x14), ("\f", 0x0A)]
)  # fmt: skip
def test_extension_characters_follow_an_escape(character: str, code: int) -> None:
    assert gsm7.encode(character) == bytes([0x1B, code])
    assert gsm7.septets(character) == 2


@pytest.mark.parametrize("character", ["`", "ç", "\t", "\x1b", "“", "–", "汉", "😀", "\u00a0", "\x00"])
def test_a_foreign_character_is_named_with_its_place(character: str) -> None:
    assert gsm7.first_foreign(f"ab{character}c{character}") == (2, character)
    assert not gsm7.fits(character)
    with pytest.raises(UnicodeEncodeError) as caught:
        gsm7.encode(f"ab{character}")
    assert caught.value.start == 2


@given(texts)
def test_what_is_encoded_decodes_to_itself(text: str) -> None:
    assert gsm7.fits(text)
    encoded = gsm7.encode(text)
    assert len(encoded) == gsm7.septets(text)
    assert gsm7.decode(encoded) == text


@pytest.mark.parametrize(("text", "packed"), [("", ""), ("hello", "e8329bfd06"), ("hellohello", "e8329bfd4697d9ec37")])
def test_packing_follows_known_vectors(text: str, packed: str) -> None:
    assert gsm7.pack(gsm7.encode(text)).hex() == packed
    assert gsm7.decode(gsm7.unpack(bytes.fromhex(packed))) == text


@given(texts, st.integers(0, 6))
def test_what_is_packed_unpacks_to_itself(text: str, fill_bits: int) -> None:
    encoded = gsm7.encode(text)
    packed = gsm7.pack(encoded, fill_bits)
    assert len(packed) == (7 * len(encoded) + fill_bits + 7) // 8
    assert gsm7.unpack(packed, len(encoded), fill_bits) == encoded


@given(st.text(alphabet="abc123 ?", max_size=170))
def test_without_a_length_spare_bits_are_no_character(text: str) -> None:
    assert gsm7.unpack(gsm7.pack(gsm7.encode(text))) == gsm7.encode(text)


@pytest.mark.parametrize("text", ["a@", "@", "abc\r"])
def test_a_last_character_that_cannot_be_spare_bits_stays(text: str) -> None:
    assert gsm7.decode(gsm7.unpack(gsm7.pack(gsm7.encode(text)))) == text


def test_an_unknown_escape_reads_as_the_basic_character() -> None:
    assert gsm7.decode(b"\x1ba\x1b") == "a"


@given(st.binary(max_size=200))
def test_any_octets_decode_to_text_of_the_alphabet(data: bytes) -> None:
    assert set(gsm7.decode(data)) <= set(ALPHABET)
