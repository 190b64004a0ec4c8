"""Words are found however they are hidden, at the place where they are written, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.moderation.normalise import fold
from tenants.moderation.rules import Hit, Matcher, Rule, usable

MATCHER = Matcher(
    [
        Rule("代开发票", "block", "fraud"),
        Rule("开发票", "review", "fraud"),
        Rule("贷款", "record", "finance"),
        Rule("sex", "review", "adult"),
        Rule("加微信", "review", "lure"),
        Rule("VX", "review", "lure"),
    ]
)


def _words(text: str) -> list[str]:
    return [hit.word for hit in MATCHER.find(text)]


def test_hits_carry_level_category_and_place() -> None:
    assert MATCHER.find("您好，可代开发票。") == [
        Hit("代开发票", "block", 4, 8, "fraud"),
        Hit("开发票", "review", 5, 8, "fraud"),
    ]
    assert MATCHER.worst("您好，可代开发票。") == "block"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("可代开发票啊", "代开发票"),
        ("可代 开 发 票啊", "代 开 发 票"),
        ("可代.开.发.票啊", "代.开.发.票"),
        ("可代\u200b开发\u2060票啊", "代\u200b开发\u2060票"),
        ("可代😀开——发票啊", "代😀开——发票"),
        ("可代。开。发。票啊", "代。开。发。票"),
    ],
)
def test_a_hidden_word_is_found_where_it_is_written(text: str, shown: str) -> None:
    hit = next(hit for hit in MATCHER.find(text) if hit.level == "block")
    assert text[hit.start : hit.end] == shown


@pytest.mark.parametrize("text", ["sex", "a SEX b", "ｓｅｘ", "s.e.x", "S E X", "看sex片", "\u200bs\u200be\u200bx"])
def test_a_latin_word_is_found_by_itself(text: str) -> None:
    assert _words(text) == ["sex"]


@pytest.mark.parametrize("text", ["Essex", "sexton", "he has extra", "mr s ex", "6sex", "sex1", "", "。。。", "\ud83d"])
def test_a_latin_word_is_not_found_inside_others(text: str) -> None:
    assert _words(text) == []


@pytest.mark.parametrize("text", ["请回复贷。款项已到", "加微。信用良好", "请先取票再代开。发票在前台"])
def test_the_end_of_a_sentence_parts_a_word(text: str) -> None:
    assert not {"贷款", "加微信", "代开发票"} & set(_words(text))


def test_two_short_letters_set_apart_are_chance() -> None:
    assert _words("section v x-ray") == []
    assert _words("加 vx 领券") == ["VX"]


def test_words_that_fold_alike_are_one_with_the_strictest_level() -> None:
    matcher = Matcher([Rule("ＶＸ", "record"), Rule("vx", "block"), Rule("V-X", "review")])
    assert len(matcher) == 1
    assert matcher.worst("加vx") == "block"


def test_a_word_of_which_nothing_remains_is_passed_over() -> None:
    assert not usable("。。") and not usable("") and not usable("x" * 51) and usable("vx")
    assert Matcher([Rule("!!", "block")]).find("!!") == []
    assert Matcher([]).find("x") == []


listed = st.lists(st.text(alphabet="代开发票贷款", min_size=1, max_size=4), max_size=12, unique=True)


@given(listed, st.text(alphabet="代开发票贷款 -x", max_size=30))
def test_find_agrees_with_looking_for_each_word(words: list[str], text: str) -> None:
    matcher = Matcher(Rule(word, "review") for word in words)
    folded = fold(text)
    expected = sorted(
        word for word in words for at in range(len(folded)) if folded.startswith(word, at)
    )  # fmt: skip
    hits = matcher.find(text)
    assert sorted(hit.word for hit in hits) == expected
    assert all(fold(text[hit.start : hit.end]) == hit.word for hit in hits)
