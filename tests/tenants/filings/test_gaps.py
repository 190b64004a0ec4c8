"""What a business's first page says of its filings."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from tenants import filings, reports
from tenants.core import scopes
from tenants.filings import Gaps, Kind, State
from tenants.filings.dates import today
from tests import factories
from tests.tenants.campaigns import arrange as content
from tests.tenants.filings import arrange


def test_nothing_is_lacking_where_nothing_is_asked_for(app: Flask) -> None:
    with arrange.channels({}) as ids, scopes.tenant(factories.business().id):
        content.template("您好")
        assert filings.gaps(arrange.lines(ids)) == Gaps()


def test_what_is_missing_refused_or_over_is_lacking_and_what_waits_is_not(app: Flask) -> None:
    acme = factories.business()
    with arrange.channels({"mobile": ["template"]}) as ids:
        lines = arrange.lines(ids)
        with scopes.tenant(acme.id):
            template, _ = content.template("您好"), arrange.papers()
            assert filings.gaps(lines) == Gaps(lacking=1)
            assert [(each.what, each.n) for each in reports.needs() if "filing" in each.what] == [("filing_lacking", 1)]
            filings.ask(Kind.TEMPLATE, template, 1, lines, by=1)
            assert filings.gaps(lines) == Gaps()
        with scopes.tenant(acme.id):
            arrange.answer(State.REJECTED, reason="no")
            assert filings.gaps(lines) == Gaps(lacking=1)


def filed_until(acme: factories.Business, ids: list[int], days: int) -> int:
    """A template that is filed for so long; its id."""
    with scopes.tenant(acme.id):
        template = content.template("您好")
        filings.ask(Kind.TEMPLATE, template, 1, arrange.lines(ids), by=1)
    with scopes.tenant(acme.id):
        assert arrange.answer(State.FILED, valid_until=today() + timedelta(days=days)) == 1
    return template


def test_papers_that_end_soon_are_named_with_their_day(app: Flask) -> None:
    acme, day = factories.business(), today() + timedelta(days=5)
    with arrange.channels({"mobile": ["template"]}) as ids:
        filed_until(acme, ids, 31)
        with scopes.tenant(acme.id):
            assert filings.gaps(arrange.lines(ids)) == Gaps()
            arrange.papers(valid_until=day)
            assert filings.gaps(arrange.lines(ids)) == Gaps(ending=1, until=day)


def test_a_filing_that_ends_soon_is_named_until_it_is_asked_for_again(app: Flask) -> None:
    acme, day = factories.business(), today() + timedelta(days=20)
    with arrange.channels({"mobile": ["template"]}) as ids:
        template = filed_until(acme, ids, 20)
        with scopes.tenant(acme.id):
            assert filings.gaps(arrange.lines(ids)) == Gaps(ending=1, until=day)
            assert [each.day for each in reports.needs() if each.what == "filing_ending"] == [day]
            filings.ask(Kind.TEMPLATE, template, 1, arrange.lines(ids), by=1)
            assert filings.gaps(arrange.lines(ids)) == Gaps()
