"""Carriers' answer files: what is read, what is refused row by row, and that one is applied once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

import pytest
from flask import Flask

from tenants import filings
from tenants.core import scopes
from tenants.core.errors import Invalid, WrongState
from tenants.core.scopes import Reason
from tenants.filings import Kind, State, answers, deciding
from tenants.filings.deciding import Decision
from tenants.filings.reading import number, read
from tests import factories
from tests.tenants.campaigns import arrange as content
from tests.tenants.filings import arrange


class Desk(NamedTuple):
    """Two businesses, each with a signature and two templates submitted with mobile by one channel."""

    channel_id: int
    tenants: tuple[int, int]
    waiting: list[deciding.Waiting]

    def state(self, at: int) -> str:
        with scopes.platform(Reason.STAFF):
            return deciding.get(self.waiting[at].filing.id).filing.state


@pytest.fixture
def desk(app: Flask) -> Iterator[Desk]:
    tenants = factories.business().id, factories.business().id
    with arrange.channels({"mobile": ["signature", "template"], "unicom": ["signature"]}) as [id]:
        for tenant_id, text in zip(tenants, ("禾木", "安居"), strict=True):
            with scopes.tenant(tenant_id):
                arrange.papers()
                arrange.signature(text)
                content.template("您好")
                content.template("再见")
                assert filings.ask_all(arrange.lines([id]), by=1) == 4
        with scopes.platform(Reason.STAFF):
            waiting = deciding.queue(State.PREPARED, id, "mobile")
            assert deciding.submit(id, "mobile", waiting[-2].filing.id, by=1) == 5
        yield Desk(id, tenants, waiting)


def test_the_queue_and_the_sheet_hold_what_is_prepared_with_its_papers(desk: Desk) -> None:
    with scopes.platform(Reason.STAFF):
        assert [each.filing.tenant_id for each in desk.waiting] == [id for id in desk.tenants for _ in range(3)]
        signature = next(each for each in desk.waiting if each.subject.kind == Kind.SIGNATURE)
        assert signature.papers is not None and signature.papers.key == arrange.REGISTRATION
        left = deciding.sheet(State.PREPARED, desk.channel_id, "mobile", 10**12)
        assert [each.filing.id for each in left] == [desk.waiting[-1].filing.id]
        found = deciding.sheets().items()
        counted = {place: each.filings for place, each in found if place[1] == desk.channel_id}
        assert counted == {
            ("prepared", desk.channel_id, "mobile"): 1, ("prepared", desk.channel_id, "unicom"): 2,
            ("submitted", desk.channel_id, "mobile"): 5,
        }  # fmt: skip


def test_one_answer_is_written_down_along_the_table(desk: Desk) -> None:
    id = desk.waiting[0].filing.id
    with scopes.platform(Reason.STAFF):
        decided = deciding.decide(id, Decision(True, carrier_no="YD-1", valid_until=date(2099, 1, 1)), by=1)
        assert (decided.filing.state, decided.filing.carrier_no) == ("filed", "YD-1")
        deciding.decide(id, Decision(True), by=1)
        with pytest.raises(WrongState):
            deciding.decide(desk.waiting[-1].filing.id, Decision(True), by=1)
        with pytest.raises(Invalid):
            deciding.decide(id, Decision(True, valid_until=date(2020, 1, 1)), by=1)


def answer_file(desk: Desk) -> bytes:
    ids = [number(each.filing.id) for each in desk.waiting]
    kinds = [each.subject.kind for each in desk.waiting]
    at = kinds.index("signature")
    templates = [place for place, kind in enumerate(kinds[:5]) if kind == "template"]
    rows = [
        "编号,签名,运营商,审核结果,驳回原因,备案号,有效期至",
        ",【禾木】,中国移动,通过,,YD-3301,2099-12-31" if at < 3 else ",【安居】,移动,通过,,YD-3301,2099-12-31",
        f"{ids[templates[0]]},,移动,不通过,变量过多，请缩短,,",
        f"{ids[templates[1]]},,移动,通过,,'=1+1,",
        f"{ids[templates[1]]},,移动,驳回,,,",  # twice
        f"{ids[5]},,移动,通过,,,",  # not submitted yet
        "QF99999999999,,移动,通过,,,",  # unknown
        ",【无此签名】,移动,通过,,,",  # unknown
        f"{ids[templates[2]]},,火星,通过,,,",  # operator unknown
        f"{ids[templates[2]]},,联通,通过,,,",  # another operator's
        f"{ids[templates[2]]},,移动,也许,,,",  # result unknown
        f"{ids[templates[2]]},,移动,,,,",  # result missing
        ",,移动,通过,,,",  # no key
        f"{ids[templates[2]]},,移动,通过,,,08/11/2026",  # date
        "",
    ]
    return "\r\n".join(rows).encode("gb18030")


FAULTS = [
    (5, "answer_twice"), (6, "answer_not_submitted"), (7, "answer_unknown"), (8, "answer_unknown"),
    (9, "answer_operator_unknown"), (10, "answer_other_operator"), (11, "answer_result_unknown"),
    (12, "answer_result_missing"), (13, "answer_key_missing"), (14, "answer_date_unknown"),
]  # fmt: skip


def test_a_file_with_bad_rows_is_shown_applied_once_and_the_same_file_says_the_same_again(desk: Desk) -> None:
    data = answer_file(desk)
    with scopes.platform(Reason.STAFF):
        kept = answers.keep(desk.channel_id, "mobile", "answer.csv", data, by=1)
        shown = answers.outcome(kept)
        assert (shown["filed"], shown["rejected"], shown["bad_n"]) == (2, 1, len(FAULTS))
        assert [(row_no, fault) for row_no, _, fault in shown["bad"]] == FAULTS
    with scopes.platform(Reason.STAFF):
        told = answers.apply(kept.id, by=1)
        assert sum(len(each.decided) for each in told) == 3
        assert {each.tenant_id for each in told} <= set(desk.tenants)
        assert ("变量过多，请缩短") in [decision.reason for each in told for *_, decision in each.decided]
    states = [desk.state(at) for at in range(6)]
    assert sorted(states) == ["filed", "filed", "prepared", "rejected", "submitted", "submitted"]
    with scopes.platform(Reason.STAFF):
        again = answers.keep(desk.channel_id, "mobile", "the same.csv", data, by=2)
        assert (again.id, answers.apply(again.id, by=2), answers.outcome(again)) == (kept.id, [], shown)
    assert [desk.state(at) for at in range(6)] == states


def test_codes_of_templates_come_with_the_answer_or_after_it(desk: Desk) -> None:
    texts = [each.filing.id for each in desk.waiting[:5] if each.subject.kind == Kind.TEMPLATE][:3]
    (signature, *_) = (each.filing.id for each in desk.waiting[:5] if each.subject.kind == Kind.SIGNATURE)
    rows = [(texts[0], "SMS_1"), (texts[1], "SMS 2"), (signature, "SMS_3"), (texts[2], "")]

    def told(name: str, rows: list[tuple[int, str]]) -> dict[str, Any]:
        lines = ["编号,结果,备案号,模板编号", *(f"{number(id)},通过,YD-1,{code}" for id, code in rows)]
        kept = answers.keep(desk.channel_id, "mobile", name, "\n".join(lines).encode(), by=1)
        answers.apply(kept.id, by=1)
        return answers.outcome(kept)

    with scopes.platform(Reason.STAFF):
        first = told("first.csv", rows)
        assert (first["filed"], first["coded"]) == (2, 0)
        assert [each[::2] for each in first["bad"]] == [[3, "template_code_form"], [4, "template_code_kind"]]
        codes = {id: deciding.get(id).filing.template_code for id in texts}
        assert codes == {texts[0]: "SMS_1", texts[1]: "", texts[2]: ""}
        again = told("again.csv", [(texts[0], "SMS_1"), (texts[2], "SMS_4")])
        assert (again["filed"], again["coded"], again["unchanged"]) == (0, 1, 1)
        after = deciding.get(texts[2]).filing
        assert (after.state, after.carrier_no, after.template_code) == ("filed", "YD-1", "SMS_4")


def test_a_code_is_entered_where_a_template_is_filed_and_nowhere_else(desk: Desk) -> None:
    text = next(each.filing.id for each in desk.waiting[:5] if each.subject.kind == Kind.TEMPLATE)
    signature = next(each.filing.id for each in desk.waiting[:5] if each.subject.kind == Kind.SIGNATURE)
    with scopes.platform(Reason.STAFF):
        with pytest.raises(WrongState):
            deciding.enter_code(text, "SMS_1", by=1)
        for id in (text, signature):
            deciding.decide(id, Decision(True), by=1)
        wrong = [
            (text, "SMS 1", "template_code_form"), (text, "x" * 81, "template_code_form"), (text, "", "required"),
            (signature, "1", "template_code_kind"),
        ]  # fmt: skip
        for id, code, fault in wrong:
            with pytest.raises(Invalid) as refused:
                deciding.enter_code(id, code, by=1)
            assert refused.value.fields == {"template_code": fault}
        assert deciding.enter_code(text, "SMS_1", by=1).filing.template_code == "SMS_1"


def test_a_row_that_says_what_is_known_changes_nothing_and_one_that_contradicts_is_bad(desk: Desk) -> None:
    first, second = (number(each.filing.id) for each in desk.waiting[:2])
    with scopes.platform(Reason.STAFF):
        for each in desk.waiting[:2]:
            deciding.decide(each.filing.id, Decision(False, reason="盖章"), by=1)
        data = f"our number\tresult\n{first}\trejected\n{second}\tOK\n".encode("utf-16")
        shown = answers.outcome(answers.keep(desk.channel_id, "mobile", "a.tsv", data, by=1))
    assert (shown["unchanged"], shown["filed"]) == (1, 0)
    assert [fault for *_, fault in shown["bad"]] == ["answer_decided"]


def test_a_signature_two_businesses_wait_for_is_nobodys_by_its_text_alone(desk: Desk) -> None:
    other = factories.business().id
    with scopes.tenant(other):
        arrange.papers()
        arrange.signature("禾木")
        filings.ask_all(arrange.lines([desk.channel_id]), by=1)
    with scopes.platform(Reason.STAFF):
        deciding.submit(desk.channel_id, "mobile", 10**12, by=1)
        kept = answers.keep(desk.channel_id, "mobile", "a.csv", "签名,结果\n禾木,通过\n".encode(), by=1)
        assert [fault for *_, fault in answers.outcome(kept)["bad"]] == ["answer_ambiguous"]


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "file_empty"),
        (b"PK\x03\x04rest", "file_is_workbook"),
        ("编号,姓名\n1,2\n".encode(), "answer_columns_missing"),
        (b"number,result\n" + b"QF1,ok\n" * 20_001, "answer_rows"),
        (b"number,result\n" + b"x" * 4_000_001, "file_too_large"),
        (b'number,result\n"' + b"x\n" * 100_000, "row_quote_open"),
    ],
)
def test_what_is_no_answer_file_is_refused_as_a_whole(data: bytes, fault: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(data, "mobile")
    found = refused.value.fields["file"]
    assert (found[0] if isinstance(found, tuple) else found) == fault


def test_columns_are_guessed_by_name_and_ours_come_back() -> None:
    ours = (
        "报备单号,类型,运营商,签名,证件编号,资质有效期至,模板内容,链接或号码,ICP备案号,"
        "结果,原因,备案号,有效期至,模板编号"
    )
    row = "QF7,签名,移动,禾木,91,2030-01-01,,,浙ICP备1号,通过,,YD-7,2031-01-01,ＳＭＳ_1"
    said = read(f"{ours}\n{row}\n".encode(), "mobile")
    assert [(each.filing_id, each.carrier_no, each.valid_until, each.filed, each.template_code) for each in said] == [
        (7, "YD-7", date(2031, 1, 1), True, "SMS_1")
    ]
