"""Filling a body, and the signature and opt-out words around it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.message_templates.kinds import Kind
from tenants.message_templates.render import compiled, opt_out_suffix, preview, render, with_opt_out, with_signature


def test_each_variable_is_filled_wherever_it_stands() -> None:
    template = compiled("{姓名}，100%给{name}，{姓名}")
    assert template.names == ("姓名", "name")
    assert render(template, {"姓名": "陈%s晨", "name": "{x}", "more": "-"}) == "陈%s晨，100%给{x}，陈%s晨"


def test_a_missing_value_is_an_error_never_a_gap() -> None:
    with pytest.raises(KeyError):
        render(compiled("{a}"), {})


def test_a_preview_leaves_what_is_not_known() -> None:
    assert preview("{a}-{b}-{1}-{", {"a": "x"}) == "x-{b}-{1}-{"


@given(st.text(max_size=60))
def test_a_body_without_variables_is_its_own_text(body: str) -> None:
    plain = body.replace("{", "(")
    assert render(compiled(plain), {}) == plain


@given(st.text(alphabet="a%s(){}b", max_size=30))
def test_braces_around_no_name_are_plain_text(body: str) -> None:
    assert preview(body, {}) == body


def test_the_signature_stands_in_front_in_brackets() -> None:
    assert with_signature("禾木", "您好") == "【禾木】您好"
    assert with_signature("", "您好") == "您好"


def test_only_marketing_says_how_to_stop_it() -> None:
    assert opt_out_suffix(Kind.MARKETING) == "拒收请回复R"
    assert opt_out_suffix(Kind.MARKETING, "US") == "Reply STOP to opt out"
    assert opt_out_suffix(Kind.NOTICE) == opt_out_suffix(Kind.VERIFICATION) == ""


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("新品到店", "CN", "新品到店，拒收请回复R"),
        ("新品到店。", "CN", "新品到店。拒收请回复R"),
        ("新品到店，退订回T", "CN", "新品到店，退订回T"),
        ("新品到店，回TD退订", "CN", "新品到店，回TD退订"),
        ("New in store.", "US", "New in store. Reply STOP to opt out"),
        ("New in store. Text STOP to end", "US", "New in store. Text STOP to end"),
    ],
)
def test_opt_out_words_are_added_once(text: str, country: str, expected: str) -> None:
    assert with_opt_out(text, Kind.MARKETING, country) == expected
    assert with_opt_out(expected, Kind.MARKETING, country) == expected
    assert with_opt_out(text, Kind.NOTICE, country) == text
