"""What may stand in 【】, and which names look alike."""

import pytest

from tenants.signatures import names


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("【禾木咖啡】", "禾木咖啡"),
        ("  ＡＣＭＥ　Coffee ", "ACME Coffee"),
        ("[Acme]", "Acme"),
        ("禾木·生活", "禾木·生活"),
    ],
)
def test_a_name_is_kept_in_its_usual_form(typed: str, kept: str) -> None:
    assert names.normalise(typed) == kept


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("禾木", None), ("A&B-1.com", None), ("禾木咖啡" * 4, None), ("กาแฟ ดี", None),
        ("", "signature_empty"), ("禾", "signature_length"), ("禾" * 17, "signature_length"),
        ("禾木!", "signature_characters"), ("禾\u200b木", "signature_characters"), ("-禾木", "signature_characters"),
        ("禾木😀", "signature_characters"), ("12306", "signature_digits_only"),
    ],
)  # fmt: skip
def test_the_rule_of_names(name: str, code: str | None) -> None:
    assert names.fault(name) == code


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Paypal", "PAYPAI"),
        ("招商银行", "招商銀行"),
        ("Acme", "А с м е"),
        ("G00gle", "Google"),
        ("未来", "末来"),
        ("Café", "cafe"),
    ],
)
def test_names_that_look_alike_have_one_skeleton(one: str, other: str) -> None:
    assert names.skeleton(names.normalise(one)) == names.skeleton(names.normalise(other))


def test_names_that_differ_have_different_skeletons() -> None:
    assert len({names.skeleton(name) for name in ("禾木咖啡", "禾木茶馆", "Acme", "Acne")}) == 4
