"""Folding loses nothing of where each character came from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.moderation import normalise
from tenants.moderation.normalise import fold, fold_with_origins


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＦＡＰＩＡＯ", "fapiao"),
        ("代 开_发-票", "代开发票"),
        ("代\u200b开\u2060发\ufeff票", "代开发票"),
        ("代😀开☆发★票", "代开发票"),
        ("①②③", "123"),
        ("㎏", "kg"),
        ("Straße", "strasse"),
        ("ﬁ", "fi"),
        ("\ud83d", ""),
        ("", ""),
        ("【】，。", ""),
    ],
)
def test_texts_fold_to_letters_and_figures(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(max_size=60))
def test_every_folded_character_has_its_origin(text: str) -> None:
    folded, origins = fold_with_origins(text)
    assert folded == fold(text)
    assert len(origins) == len(folded)
    assert origins == sorted(origins)
    assert all(character in fold(text[origin]) for character, origin in zip(folded, origins, strict=True))


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_the_memory_of_folds_is_bounded() -> None:
    fold("".join(map(chr, range(0x20, 0x20 + normalise.CACHE_MAX * 2))))
    assert len(normalise._FOLDS) <= normalise.CACHE_MAX
    assert fold("ＡＢ") == "ab"
