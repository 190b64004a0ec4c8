"""Owners hear 30, 7 and 1 days before something ends, once each; what is over no longer counts as filed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from tenants import filings
from tenants.core import scopes
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.filings import Kind, State, dates, ending
from tenants.filings.models import Subject
from tests import factories
from tests.tenants.filings import arrange

END = date(2030, 6, 30)


def at(monkeypatch: pytest.MonkeyPatch, days_before: int) -> None:
    for module in (dates, ending):
        monkeypatch.setattr(module, "today", lambda: END - timedelta(days=days_before))


def told(tenant_id: int) -> list[tuple[str, bool]]:
    with scopes.platform(Reason.SWEEPS):
        found = ending.remind(tenant_id) if tenant_id in ending.due() else []
    return [(each.kind, each.over) for each in found]


def test_each_reminder_is_given_once_and_what_is_over_expires(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = factories.business()
    at(monkeypatch, 100)
    with arrange.channels({"mobile": ["signature"]}) as ids:
        with scopes.tenant(acme.id):
            arrange.papers(END)
            signature = arrange.signature()
            filings.ask_all(arrange.lines(ids), by=1)
        with scopes.tenant(acme.id):
            arrange.answer(State.FILED, valid_until=END)
        heard = {}
        for days in (60, 31, 30, 29, 8, 7, 6, 2, 1, 0, -1, -2):
            at(monkeypatch, days)
            heard[days] = told(acme.id)
            assert told(acme.id) == []
        with scopes.tenant(acme.id):
            cell = filings.rows_of(Kind.SIGNATURE, signature, None, arrange.lines(ids)).cells["mobile"]
            assert cell.state == State.EXPIRED
            assert filings.ready(ids, signature, 1, 1, "mobile") == set()
    both = [("qualification", False), ("signature", False)]
    assert {days: each for days, each in heard.items() if each} == {
        30: both, 7: both, 1: both, -1: [("qualification", True), ("signature", True)]
    }  # fmt: skip


def test_nobody_is_reminded_of_what_is_asked_for_again_or_of_papers_that_have_a_newer_version(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = factories.business()
    at(monkeypatch, 100)
    with arrange.channels({"mobile": ["signature"]}) as ids:
        with scopes.tenant(acme.id):
            old = arrange.papers(END)
            arrange.signature()
            filings.ask_all(arrange.lines(ids), by=1)
        with scopes.tenant(acme.id):
            arrange.answer(State.FILED, valid_until=END)
        at(monkeypatch, 30)
        with scopes.tenant(acme.id):
            new = filings.Papers("禾木", "", END + timedelta(days=700))
            filings.amend_papers(old.ref_id, new, [], kept={old.evidence[0]["id"]}, by=1)
            assert filings.ask_all(arrange.lines(ids), by=1) == 1
        assert told(acme.id) == []
        at(monkeypatch, -1)
        assert told(acme.id) == [("signature", True)]
        with scopes.platform(Reason.SWEEPS):
            assert acme.id not in ending.due()
            assert db.session.scalar(sa.select(Subject.reminded_days).where(Subject.id == old.id)) is None
