"""What may be wrong with a template and with a value, and that nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.message_templates.kinds import Kind
from tenants.message_templates.render import compiled, render
from tenants.message_templates.variables import (
    BODY_MAX,
    Fault,
    Type,
    Variable,
    check,
    declared_in,
    lengths,
    value_fault,
)

NAME = Variable("姓名", Type.TEXT, 10)
CODE = Variable("code", Type.CODE, 6)


def _codes(body: str, *variables: Variable, kind: Kind = Kind.NOTICE, opt_out_added: bool = True) -> list[str]:
    return [fault.code for fault in check(body, variables, kind, opt_out_added=opt_out_added)]


def test_a_good_template_has_no_fault() -> None:
    assert _codes("{姓名}您好，您的订单已发货。", NAME) == []
    assert _codes("Your code is {code}.", CODE, kind=Kind.VERIFICATION) == []
    assert _codes("新品到店，欢迎光临", kind=Kind.MARKETING) == []


@pytest.mark.parametrize(
    ("body", "variables", "kind", "fault"),
    [
        ("【禾木】您好", (), Kind.NOTICE, Fault("signature_bracket", 0)),
        ("您好{姓名}", (), Kind.NOTICE, Fault("unknown_variable", 2, {"name": "姓名"})),
        ("您好", (NAME,), Kind.NOTICE, Fault("unused_variable", None, {"name": "姓名"})),
        ("码{code}", (CODE,), Kind.NOTICE, Fault("code_not_allowed", 1, {"name": "code"})),
        ("您的验证码", (), Kind.VERIFICATION, Fault("code_missing")),
        ("，{姓名}。", (NAME,), Kind.NOTICE, Fault("only_variables")),
        (" 。", (), Kind.NOTICE, Fault("body_empty")),
        ("", (), Kind.NOTICE, Fault("body_empty")),
        ("您好{姓名", (NAME,), Kind.NOTICE, Fault("stray_brace", 2)),
        ("您好}", (), Kind.NOTICE, Fault("stray_brace", 2)),
        ("您好{1a}", (), Kind.NOTICE, Fault("bad_name", 2, {"name": "1a", "max": 20})),
        ("您好{}", (), Kind.NOTICE, Fault("bad_name", 2, {"name": "", "max": 20})),
        ("您好\x00", (), Kind.NOTICE, Fault("nul_character", 2)),
        ("您好{姓名}", (NAME, NAME), Kind.NOTICE, Fault("variable_twice", None, {"name": "姓名"})),
        ("好{x}", (Variable("x", Type.TEXT, 36),), Kind.NOTICE,
         Fault("bad_variable_max", None, {"name": "x", "max": 35})),
        ("字" * 501, (), Kind.NOTICE, Fault("too_long", None, {"characters": 501, "max": 500, "over": 1})),
    ],
)  # fmt: skip
def test_each_fault_says_what_and_where(body: str, variables: tuple[Variable, ...], kind: Kind, fault: Fault) -> None:
    assert fault in check(body, variables, kind)


def test_touching_variables_are_found_at_the_second() -> None:
    faults = check("您好{姓名}{姓名}", [NAME], Kind.NOTICE)
    assert [(fault.code, fault.position) for fault in faults] == [("variables_touch", 6)]


def test_faults_come_in_reading_order() -> None:
    assert _codes("a}{b}【", NAME) == ["stray_brace", "unknown_variable", "signature_bracket", "unused_variable"]


def test_too_many_variables_are_refused() -> None:
    many = [Variable(f"v{n}", Type.TEXT, 1) for n in range(21)]
    assert "too_many_variables" in _codes("a".join(f"{{{v.name}}}" for v in many), *many)


def test_marketing_that_goes_out_as_written_needs_the_opt_out_words() -> None:
    assert _codes("新品到店", kind=Kind.MARKETING, opt_out_added=False) == ["opt_out_missing"]
    assert _codes("新品到店，拒收请回复R", kind=Kind.MARKETING, opt_out_added=False) == []
    assert _codes("账单已出", kind=Kind.NOTICE, opt_out_added=False) == []


def test_the_longest_text_counts_with_signature_and_opt_out_words() -> None:
    body = "字" * (BODY_MAX - len("【禾木】，拒收请回复R"))
    assert check(body, [], Kind.MARKETING, signature="禾木") == []
    (fault,) = check(body + "字", [], Kind.MARKETING, signature="禾木")
    assert fault.values["over"] == 1
    assert _codes("字" * 490 + "{姓名}", NAME) == []
    assert _codes("字" * 491 + "{姓名}", NAME) == ["too_long"]


def test_variables_are_read_from_the_body_and_typed_by_their_names() -> None:
    found = declared_in("{姓名}，验证码{验证码}，金额{金额}，{到期日期}，{姓名}，{1}")
    assert [(v.name, v.type) for v in found] == [
        ("姓名", Type.TEXT),
        ("验证码", Type.CODE),
        ("金额", Type.NUMBER),
        ("到期日期", Type.DATE),
    ]
    assert declared_in("{姓名}", known=[NAME]) == [NAME]


def test_lengths_span_from_the_shortest_to_the_longest_value() -> None:
    assert lengths("您好{姓名}", [NAME]) == (3, 12)
    assert lengths("码{code}", [CODE]) == (5, 7)


def test_variables_survive_json() -> None:
    assert Variable.from_json(CODE.to_json()) == CODE


@pytest.mark.parametrize(
    ("type_", "most", "value", "code"),
    [
        (Type.TEXT, 4, "陈晨", None),
        (Type.TEXT, 4, "欧阳娜娜子", "value_too_long"),
        (Type.TEXT, 4, " ", "value_missing"),
        (Type.TEXT, 4, "", "value_missing"),
        (Type.TEXT, 20, "a【b", "value_character"),
        (Type.TEXT, 20, "a\nb", "value_character"),
        (Type.TEXT, 20, "http://a.b", "value_link"),
        (Type.TEXT, 20, "看hemu.cn/m", "value_link"),
        (Type.TEXT, 20, "Dr. Smith", None),
        (Type.TEXT, 20, "No.12-3", None),
        (Type.NUMBER, 8, "1,280.50", None),
        (Type.NUMBER, 8, "12元", "value_not_number"),
        (Type.NUMBER, 3, "1234", "value_too_long"),
        (Type.DATE, 20, "2026-11-30", None),
        (Type.DATE, 20, "2026/13/02", "value_not_date"),
        (Type.CODE, 6, "1234", None),
        (Type.CODE, 6, "123456", None),
        (Type.CODE, 6, "123", "value_not_code"),
        (Type.CODE, 6, "1234567", "value_not_code"),
        (Type.CODE, 6, "12a4", "value_not_code"),
        (Type.CODE, 6, "１２３４", "value_not_code"),
    ],
)
def test_values_are_held_to_their_type(type_: Type, most: int, value: str, code: str | None) -> None:
    fault = value_fault(Variable("x", type_, most), value)
    assert (fault.code if fault else None) == code


@given(st.text(alphabet="a{}姓名【】%1_ ", max_size=40), st.sampled_from(Kind))
def test_any_body_can_be_checked_and_a_faultless_one_renders(body: str, kind: Kind) -> None:
    variables = declared_in(body)
    faults = check(body, variables, kind)
    assert all(fault.position is None or 0 <= fault.position < len(body) for fault in faults)
    if not faults:
        text = render(compiled(body), {variable.name: "x" for variable in variables})
        assert "{" not in text and "}" not in text
