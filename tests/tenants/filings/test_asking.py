"""Asking: what must be there first, one round at a time, renewal before the end, and each business its own."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, ProgrammingError

from tenants import filings
from tenants.core import scopes
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound
from tenants.filings import Details, Kind, Papers, State
from tenants.filings.asking import Row
from tenants.filings.dates import today
from tenants.filings.models import Filing, Subject
from tenants.message_templates.models import Template, TemplateVersion
from tenants.message_templates.rich import Act, Card, Rcs, Suggestion, to_json
from tenants.signatures import Upload
from tests import factories
from tests.tenants.campaigns import arrange as content
from tests.tenants.filings import arrange


def row(kind: Kind, lines: arrange.Lines) -> Row:
    return next(each for each in filings.overview(lines) if each.subject.kind == kind)


def states(kind: Kind) -> list[str]:
    own = select(Filing.state).where(Filing.tenant_id == scopes.tenant_id(), Filing.kind == kind).order_by(Filing.id)
    return list(db.session.scalars(own))


def test_a_signature_is_asked_for_once_its_papers_are_there_and_valid(
    app: Flask, trail: Callable[[], set[str]]
) -> None:
    with arrange.channels({"mobile": ["signature"]}) as ids, scopes.tenant(factories.business().id):
        signature, lines = arrange.signature(), arrange.lines(ids)
        assert row(Kind.SIGNATURE, lines).missing == "papers_missing"
        with pytest.raises(Invalid) as refused:
            filings.ask(Kind.SIGNATURE, signature, None, lines, by=1)
        assert refused.value.code == "papers_missing"
        made = arrange.papers(number=arrange.REGISTRATION.lower() + " ")
        assert (made.key, row(Kind.SIGNATURE, lines).askable) == (arrange.REGISTRATION, True)
        assert filings.ask(Kind.SIGNATURE, signature, None, lines, by=1) == 1
        assert filings.ask(Kind.SIGNATURE, signature, None, lines, by=1) == 0
        cells = row(Kind.SIGNATURE, lines).cells
        assert {operator: cell.state for operator, cell in cells.items()} == {
            "mobile": State.PREPARED, "unicom": State.NOT_NEEDED, "telecom": State.NOT_NEEDED,
            "broadnet": State.NOT_NEEDED,
        }  # fmt: skip
    assert trail() >= {"filing.ask"}


def test_a_new_round_begins_after_a_refusal_or_shortly_before_the_end_and_the_old_one_counts_on(app: Flask) -> None:
    with arrange.channels({"mobile": ["signature"]}) as ids, scopes.tenant(factories.business().id):
        signature, lines = arrange.signature(), arrange.lines(ids)
        arrange.papers()

        def asked(state: State, **answer: object) -> int:
            n = filings.ask(Kind.SIGNATURE, signature, None, lines, by=1)
            db.session.commit()
            arrange.answer(state, **answer)  # type: ignore[arg-type]
            db.session.expire_all()
            return n

        assert asked(State.REJECTED, reason="章不清晰") == 1
        assert row(Kind.SIGNATURE, lines).cells["mobile"].filing.reason == "章不清晰"  # type: ignore[union-attr]
        assert asked(State.FILED, valid_until=today() + timedelta(days=31)) == 1
        assert asked(State.FILED) == 0
        with scopes.platform(scopes.Reason.STAFF):
            db.session.execute(sa.update(Filing).values(valid_until=today() + timedelta(days=30)))
        db.session.expire_all()
        assert asked(State.REJECTED, reason="") == 1
        assert row(Kind.SIGNATURE, lines).cells["mobile"].state == State.FILED
        assert states(Kind.SIGNATURE) == ["rejected", "filed", "rejected"]


def test_what_was_prepared_with_old_papers_is_taken_back_for_the_new_ones(app: Flask) -> None:
    with arrange.channels({"mobile": ["qualification"]}) as ids, scopes.tenant(factories.business().id):
        lines, first = arrange.lines(ids), arrange.papers()
        filings.ask_all(lines, by=1)
        second = filings.amend_papers(
            first.ref_id, Papers("禾木餐饮有限公司", "ignored"), [], kept={first.evidence[0]["id"]}, by=1
        )
        assert (second.version, second.key, second.title) == (2, first.key, "禾木餐饮有限公司")
        assert filings.ask_all(lines, by=1) == 1
        assert states(Kind.QUALIFICATION) == ["withdrawn", "prepared"]
        assert [each.version for each in filings.history(Kind.QUALIFICATION, first.ref_id)] == [2, 1]


def test_papers_and_links_say_what_is_wrong_with_them(app: Flask) -> None:
    with scopes.tenant(factories.business().id):
        with pytest.raises(Invalid) as refused:
            filings.add_papers(Papers("", "?", today() - timedelta(days=1)), [], by=1)
        assert refused.value.fields == {
            "company": "company_length", "registration_no": "registration_no_form", "valid_until": "papers_over",
            "evidence": "evidence_missing",
        }  # fmt: skip
        arrange.papers()
        with pytest.raises(Invalid) as refused:
            arrange.papers()
        assert refused.value.fields == {"registration_no": "papers_there"}
        with pytest.raises(Invalid):
            filings.add_papers(Papers("禾木", "91330106MA3"), [Upload("a.html", io.BytesIO(b"<html>"))], by=1)
        content.template("点 hemu.cn/{码}，hemu.cn/m1 或 400-820-8820")
        links = {each.subject.title: each for each in filings.overview({}) if each.subject.kind == Kind.LINK}
        assert {title: each.missing for title, each in links.items()} == {
            "hemu.cn/{码}": "variable_link", "hemu.cn/m1": "link_incomplete", "4008208820": "link_incomplete",
        }  # fmt: skip
        with pytest.raises(Invalid) as refused:
            filings.describe_link(links["hemu.cn/m1"].subject.ref_id, Details("禾", "1", "javascript:x"), by=1)
        assert set(refused.value.fields) == {"owner", "icp_number", "target"}
        made = filings.describe_link(links["4008208820"].subject.ref_id, Details("禾木有限公司"), by=1)
        assert made.version == 2
        assert filings.describe_link(made.ref_id, Details("禾木有限公司"), by=1).version == 2


def test_a_business_sees_its_own_filings_only_and_never_answers_for_a_carrier(app: Flask) -> None:
    acme, rival = factories.business(), factories.business()
    with arrange.channels({"mobile": ["qualification"]}) as ids:
        with scopes.tenant(acme.id):
            made = arrange.papers()
            filings.ask_all(arrange.lines(ids), by=1)
        with scopes.tenant(rival.id):
            assert db.session.scalars(select(Subject.id)).all() == db.session.scalars(select(Filing.id)).all() == []
            assert filings.overview(arrange.lines(ids)) == []
            with pytest.raises(NotFound):
                filings.document(made.ref_id, 1)
            arrange.papers()
        for values in ({"state": "filed"}, {"state": "submitted"}):
            with scopes.entered(scopes.of_tenant(acme.id)), pytest.raises(DBAPIError, match="row-level security"):
                db.session.execute(sa.update(Filing).values(values))
        for forbidden in (sa.update(Filing).values(carrier_no="1"), sa.update(Subject).values(title="x"),
                          sa.delete(Filing), select(filings.answers.Answer)):  # fmt: skip
            with scopes.entered(scopes.of_tenant(acme.id)), pytest.raises(ProgrammingError, match="permission denied"):
                db.session.execute(forbidden)
        forged = {"tenant_id": acme.id, "subject_id": made.id, "kind": "qualification", "ref_id": 9, "edition": 0,
                  "channel_id": ids[0], "operator": "mobile", "round": 1, "reason": "", "carrier_no": "",
                  "prepared_at": made.created_at}  # fmt: skip
        for tenant_id, state in ((acme.id, "prepared"), (rival.id, "filed")):
            row = forged | {"tenant_id": tenant_id, "state": state}
            with scopes.entered(scopes.of_tenant(rival.id)), pytest.raises(DBAPIError, match="row-level security"):
                db.session.execute(sa.insert(Filing).values(row))


def test_links_of_cards_and_of_the_sms_they_fall_back_to_are_found_too(app: Flask) -> None:
    with scopes.tenant(factories.business().id):
        template = content.template("短信版：hemu.example/sms")
        rich = Rcs(
            cards=(Card("新品", "到店或打开 hemu.example/card"),), fallback="短信版：hemu.example/sms",
            suggestions=(Suggestion(Act.OPEN, "看看", "https://hemu.example/tap"),),
        )  # fmt: skip
        db.session.execute(sa.update(Template).where(Template.id == template).values(product="rcs"))
        db.session.execute(sa.update(TemplateVersion).values(rich=to_json(rich)))
        found = {each.subject.title for each in filings.overview({}) if each.subject.kind == Kind.LINK}
    assert found == {"hemu.example/sms", "hemu.example/card", "hemu.example/tap"}
