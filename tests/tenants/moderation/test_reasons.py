"""A reason and the reviewer's words travel as one text."""

import pytest

from tenants.core.errors import Invalid
from tenants.moderation import reasons


@pytest.mark.parametrize("note", ["", "Please remove the short link"])
def test_a_reason_comes_back_as_it_was_given(note: str) -> None:
    assert reasons.parse(reasons.compose("link_not_filed", note)) == ("link_not_filed", note)


@pytest.mark.parametrize(
    ("code", "note", "field"),
    [("", "", "code"), ("because", "x", "code"), ("other", " ", "note"), ("leads_away", "x" * 301, "note")],
)
def test_a_reason_nobody_can_act_on_is_refused(code: str, note: str, field: str) -> None:
    with pytest.raises(Invalid) as error:
        reasons.compose(code, note)
    assert set(error.value.fields) == {field}


def test_a_text_without_a_code_is_all_words() -> None:
    assert reasons.parse("closed by the owner") == ("", "closed by the owner")
