"""M11: opening + Σ lines = closing = the balance, for any history, page by page and month by month."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenants import ledger
from tenants.core import scopes
from tenants.core.errors import NotFound
from tenants.core.scopes import Reason
from tenants.ledger import Line, Statement
from tenants.ledger.models import Txn
from tests import factories
from tests.factories import Business


def history(business: Business, acts: list[tuple[str, int, int, int]]) -> None:
    """Each act: what, which campaign, how much, which part of it is settled; what cannot be paid is left out."""
    for what, campaign, amount, part in acts:
        key = str(uuid.uuid4())
        if what == "credit":
            with scopes.platform(Reason.PAYMENTS):
                ledger.grant(key, business.id, "CNY", amount, kind="topup", source="stripe_clearing")
            continue
        with scopes.tenant(business.id):
            if ledger.balance(business.id).available < amount:
                continue
            hold_id = ledger.hold(key, business.id, amount, ref=("campaign", campaign))
            done = amount * part // 100
            post = done // 2 if what == "mixed" else done
            if done:
                leg = ledger.Leg(hold_id, post, done - post)
                ledger.settle(key, business.id, [leg], ref=("campaign", campaign))


def pages(kind: str = "", limit: int = 50) -> tuple[Statement, list[Line]]:
    """The first page, and the lines of all of them."""
    first = found = ledger.statement(kind=kind, limit=limit)
    lines = list(found.lines)
    while found.older:
        found = ledger.statement(kind=kind, limit=limit, cursor=found.older)
        lines += found.lines
    return first, lines


acts = st.tuples(
    st.sampled_from(["credit", "usage", "mixed"]), st.integers(1, 3), st.integers(1, 999), st.integers(0, 100)
)


def test_any_history_adds_up_to_the_balance(app: Flask) -> None:
    acme = factories.business()

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(acts, max_size=8))
    def play(more: list[tuple[str, int, int, int]]) -> None:
        history(acme, more)
        with scopes.tenant(acme.id):
            first, lines = pages(limit=7)
            balance = ledger.balance(acme.id)
        assert first.opening_micro + sum(line.amount_micro for line in lines) == first.closing_micro
        assert first.closing_micro == balance.available
        assert sum(line.held_micro for line in lines) == balance.held
        assert sum(line.settled_micro for line in lines) == first.settled_micro
        assert sum(line.returned_micro for line in lines) == first.returned_micro
        assert first.credited_micro - first.settled_micro + first.opening_micro == balance.posted
        running = first.closing_micro
        for line in lines:
            assert line.balance_micro == running
            running -= line.amount_micro
        assert running == first.opening_micro
        assert len({line.key for line in lines}) == len(lines), "no line is on two pages"

    play()


def test_a_campaign_is_one_line_with_what_it_still_holds(app: Flask) -> None:
    acme = factories.business(credit_micro=1_000)
    with scopes.tenant(acme.id):
        holds = [ledger.hold(f"{n}:{acme.id}", acme.id, 300, ref=("campaign", 7)) for n in range(2)]
        ledger.settle(f"1:{acme.id}", acme.id, [ledger.Leg(holds[0], 200, 100)], ref=("campaign", 7))
        ledger.settle(f"2:{acme.id}", acme.id, [ledger.Leg(holds[1], 50, 0)], ref=("campaign", 7))
        line = ledger.statement(kind="usage").lines[0]
    assert (line.ref_type, line.ref_id) == ("campaign", 7)
    assert (line.settled_micro, line.held_micro, line.returned_micro) == (250, 250, 100)
    assert (line.amount_micro, line.balance_micro) == (-500, 500)


def test_a_filter_leaves_lines_out_and_balances_as_they_were(app: Flask) -> None:
    acme = factories.business(credit_micro=1_000)
    history(acme, [("usage", 1, 100, 100), ("credit", 0, 50, 0), ("usage", 2, 200, 100)])
    with scopes.tenant(acme.id):
        everything = {line.key: line for line in pages()[1]}
        for kind, count in (("usage", 2), ("topup", 1), ("adjustment", 1)):
            first, lines = pages(kind)
            assert len(lines) == count and all(everything[line.key] == line for line in lines)
            assert first.closing_micro == 750


def shifted(owner: sa.Engine, business: Business, by: timedelta) -> None:
    """As if everything so far had been earlier."""
    with owner.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE ledger.txns DISABLE TRIGGER USER")
        connection.execute(sa.update(Txn).where(Txn.tenant_id == business.id).values(at=Txn.at - by))
        connection.exec_driver_sql("ALTER TABLE ledger.txns ENABLE TRIGGER USER")


def test_months_join_without_gap_or_overlap(app: Flask, owner: sa.Engine) -> None:
    acme = factories.business(credit_micro=5_000)
    for _ in range(4):
        history(acme, [("mixed", 1, 700, 100), ("credit", 0, 100, 0)])
        shifted(owner, acme, timedelta(days=20))
    history(acme, [("usage", 2, 900, 50)])
    with scopes.tenant(acme.id):
        month = ledger.statement().since.date()
        closing = ledger.balance(acme.id).available
        for _ in range(5):
            found = ledger.statement(month)
            assert found.closing_micro == closing
            assert found.opening_micro + sum(line.amount_micro for line in found.lines) == closing
            # What is held now shows in the present month only, so an earlier one closes with what was posted.
            closing, month = found.opening_micro, (month - timedelta(days=1)).replace(day=1)
        assert closing == 0


def test_a_month_begins_at_the_tenants_own_midnight(app: Flask) -> None:
    with scopes.tenant(factories.business(time_zone="Asia/Shanghai").id):
        found = ledger.statement(date(2026, 12, 24))
    assert (found.since.isoformat(), found.until.isoformat()) == (
        "2026-12-01T00:00:00+08:00", "2027-01-01T00:00:00+08:00",
    )  # fmt: skip


@pytest.mark.parametrize("cursor", ["x", "|", "2026-13-01|a", "'; --|b"])
def test_an_invented_cursor_is_not_found(app: Flask, cursor: str) -> None:
    with pytest.raises(NotFound), scopes.tenant(factories.business().id):
        ledger.statement(cursor=cursor)


@pytest.mark.parametrize("month", [date(1, 1, 1), date(9999, 12, 1)])
def test_a_month_out_of_the_world_is_not_found(app: Flask, month: date) -> None:
    with pytest.raises(NotFound), scopes.tenant(factories.business().id):
        ledger.statement(month)


def test_a_wallet_that_never_moved_has_an_empty_statement(app: Flask) -> None:
    with scopes.tenant(factories.business().id):
        found = ledger.statement()
    assert (found.opening_micro, found.closing_micro, list(found.lines)) == (0, 0, [])
