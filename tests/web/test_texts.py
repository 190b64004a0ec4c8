"""Texts as pages show them."""

import pytest

from tenants.message_templates import Kind, Type, Variable
from web import texts
from web.texts import Mark


def test_of_two_marks_that_overlap_the_graver_stays() -> None:
    marks = [Mark(0, 10, "record"), Mark(4, 6, "block"), Mark(12, 14, "review")]
    assert texts.apart(marks) == [Mark(4, 6, "block"), Mark(12, 14, "review")]


def test_marks_are_numbered_and_everything_is_escaped() -> None:
    shown = texts.marked("<b>{姓名} win & go", [Mark(8, 11, "block"), Mark(14, 16, "record")])
    assert shown == (
        '&lt;b&gt;<span class="var">{姓名}</span> <mark class="hit">win<sup>1</sup></mark> &amp; '
        '<mark class="hit hit-note">go<sup>2</sup></mark>'
    )


def test_what_is_marked_is_escaped_too() -> None:
    assert texts.marked("<i>", [Mark(0, 3, "review")]) == '<mark class="hit hit-warn">&lt;i&gt;<sup>1</sup></mark>'


def test_a_fault_at_a_variable_is_about_all_of_it() -> None:
    assert texts.place("Hi {name}【", 3) == (3, 9)
    assert texts.place("Hi {name}【", 9) == (9, 10)


@pytest.mark.parametrize(
    ("body", "kind", "added"),
    [("新品到店", Kind.MARKETING, "，拒收请回复R"), ("新品到店。", Kind.MARKETING, "拒收请回复R"),
     ("新品到店，退订回T退订", Kind.MARKETING, ""), ("取件码", Kind.NOTICE, "")],
)  # fmt: skip
def test_what_is_added_is_what_will_be_sent(body: str, kind: Kind, added: str) -> None:
    assert texts.added_opt_out(body, kind) == added
    assert texts.whole(body, kind, "禾木") == f"【禾木】{body}{added}"


def test_a_sample_is_never_longer_than_its_variable() -> None:
    assert texts.sample(Variable("姓名", Type.TEXT, 2), "zh") == "王小"
    assert texts.sample(Variable("门店", Type.TEXT, 20), "zh") == "门店"
    assert texts.sample(Variable("code", Type.CODE, 4), "en") == "4829"


def test_bubbles_are_cut_as_the_text_goes_over_the_air() -> None:
    one, two = texts.bubbles("字" * 66 + "{姓名}到<", [Variable("姓名", Type.TEXT, 10)], "zh")
    assert one == "字" * 66 + '<span class="var">王</span>'
    assert two == '<span class="var">小明</span>到&lt;'


def test_the_shortest_and_the_longest_text_are_measured() -> None:
    measure = texts.measure("字" * 60 + "{姓名}", [Variable("姓名", Type.TEXT, 20)])
    assert (measure.shortest.characters, measure.shortest.parts) == (61, 1)
    assert (measure.longest.characters, measure.longest.parts) == (80, 2)


def test_an_english_text_is_measured_by_gsm_7_abroad() -> None:
    measure = texts.measure("a" * 150, [], "")
    assert (measure.longest.encoding, measure.longest.parts) == ("gsm7", 1)
