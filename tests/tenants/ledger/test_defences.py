"""What the database itself refuses of the ledger, whoever asks; and what `verify` finds when it was evaded."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from flask import Flask

from tenants import ledger
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Conflict, Invalid, NotAllowed, NotEnoughCredit, NotFound, WrongState
from tenants.core.scopes import Reason
from tenants.ledger.models import Account, Hold, LedgerEntry, Topup, Txn
from tests import factories

REF = ("campaign", 1)
HUGE = 2**63 - 1


def key() -> str:
    return str(uuid.uuid4())


@pytest.mark.parametrize("table", ["accounts", "txns", "entries", "holds"])
@pytest.mark.parametrize("change", ["UPDATE ledger.{} SET tenant_id = tenant_id", "DELETE FROM ledger.{}"])
@pytest.mark.parametrize("platform", [False, True])
def test_no_role_of_the_application_changes_a_row(app: Flask, table: str, change: str, platform: bool) -> None:
    """M5."""
    acme = factories.business(credit_micro=1_000)
    scope = scopes.platform(Reason.PAYMENTS) if platform else scopes.tenant(acme.id)
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"), scope:
        db.session.execute(sa.text(change.format(table)))


@pytest.mark.parametrize("table", ["txns", "entries"])
@pytest.mark.parametrize(
    "change", ["UPDATE ledger.{} SET tenant_id = tenant_id", "DELETE FROM ledger.{}", "TRUNCATE ledger.{} CASCADE"]
)
def test_not_even_the_owner_rewrites_the_book(app: Flask, owner: sa.Engine, table: str, change: str) -> None:
    factories.business(credit_micro=1_000)
    with pytest.raises(sa.exc.DBAPIError, match="append only"), owner.begin() as connection:
        connection.exec_driver_sql(change.format(table))


def test_legs_that_do_not_sum_to_zero_do_not_commit(app: Flask, owner: sa.Engine) -> None:
    acme = factories.business(credit_micro=1_000)
    with pytest.raises(sa.exc.DBAPIError, match="does not balance"), owner.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO ledger.entries (txn_id, account_id, tenant_id, amount)"
            " SELECT id, (SELECT min(id) FROM ledger.accounts), tenant_id, 5 FROM ledger.txns"
            f" WHERE tenant_id = {acme.id} LIMIT 1"
        )


@pytest.mark.parametrize("amount", [0, -1, -HUGE])
def test_a_hold_is_positive(app: Flask, amount: int) -> None:
    acme = factories.business(credit_micro=1_000)
    with pytest.raises(Invalid), scopes.tenant(acme.id):
        ledger.hold(key(), acme.id, amount, ref=REF)


def test_huge_amounts_are_refused_and_not_wrapped_around(app: Flask) -> None:
    acme = factories.business(credit_micro=1_000)
    with pytest.raises(NotEnoughCredit), scopes.tenant(acme.id):
        ledger.hold(key(), acme.id, HUGE, ref=REF)
    with pytest.raises(Invalid), scopes.platform(Reason.PAYMENTS):
        ledger.grant(key(), acme.id, "CNY", HUGE)
    with scopes.tenant(acme.id):
        hold_id = ledger.hold(key(), acme.id, 10, ref=REF)
    for leg in (ledger.Leg(hold_id, HUGE, HUGE), ledger.Leg(hold_id, HUGE, 1), ledger.Leg(hold_id, 0, HUGE)):
        with pytest.raises((Invalid, WrongState)), scopes.tenant(acme.id):
            ledger.settle(key(), acme.id, [leg], ref=REF)
    with scopes.tenant(acme.id):
        assert ledger.balance(acme.id) == ledger.Balance(1_000, 10)


@pytest.mark.parametrize(
    "arrays",
    [
        "ARRAY[{0}], ARRAY[1, 100], ARRAY[0, 0]",
        "ARRAY[{0}], ARRAY[1], ARRAY[0, 0]",
        "ARRAY[{0}, {0}], ARRAY[1, 1], ARRAY[0, 0]",
        "ARRAY[{0}], ARRAY[NULL::bigint], ARRAY[0]",
        "ARRAY[{0}], ARRAY[-5], ARRAY[5]",
        "ARRAY[]::bigint[], ARRAY[]::bigint[], ARRAY[]::bigint[]",
        "NULL, NULL, NULL",
        "ARRAY[0], ARRAY[1], ARRAY[0]",
    ],
)
def test_crooked_legs_move_nothing(app: Flask, arrays: str) -> None:
    """Said to the function itself, past the Python in front of it."""
    acme = factories.business(credit_micro=1_000)
    with scopes.tenant(acme.id):
        hold_id = ledger.hold(key(), acme.id, 100, ref=REF)
    call = f"SELECT ledger.settle(gen_random_uuid(), '{key()}', {acme.id}, 'CNY', 'campaign', 1, {arrays})"
    with pytest.raises(sa.exc.DBAPIError) as refused, scopes.tenant(acme.id):
        db.session.execute(sa.text(call.format(hold_id)))
    assert getattr(refused.value.orig, "sqlstate", "") in {"QF400", "QF404"}
    with scopes.tenant(acme.id):
        assert ledger.balance(acme.id) == ledger.Balance(1_000, 100)


def test_a_hold_is_settled_from_its_own_wallet_only(app: Flask) -> None:
    acme, rival = factories.business(credit_micro=1_000), factories.business("Rival", credit_micro=1_000)
    with scopes.platform(Reason.PAYMENTS):
        ledger.grant(key(), acme.id, "USD", 1_000)
    with scopes.tenant(acme.id):
        in_dollars = ledger.hold(key(), acme.id, 100, ref=REF, currency="USD")
    with scopes.tenant(rival.id):
        of_rival = ledger.hold(key(), rival.id, 100, ref=REF)
    for hold_id in (in_dollars, of_rival):
        with pytest.raises(NotFound), scopes.tenant(acme.id):
            ledger.settle(key(), acme.id, [ledger.Leg(hold_id, post=100)], ref=REF)


def test_nobody_is_no_tenant(app: Flask) -> None:
    acme = factories.business(credit_micro=1_000)
    for call in (
        "SELECT ledger.hold('{0}', NULL, 'CNY', 1, 'x', 1)",
        "SELECT ledger.settle(gen_random_uuid(), '{0}', NULL, 'CNY', 'x', 1, ARRAY[1], ARRAY[1], ARRAY[0])",
    ):
        with pytest.raises(sa.exc.DBAPIError, match="may not move the money"), scopes.tenant(acme.id):
            db.session.execute(sa.text(call.format(key())))


def test_a_key_belongs_to_who_used_it_first(app: Flask) -> None:
    """Another tenant with the same key is told of a conflict, and nothing of the first one's."""
    acme, rival = factories.business(credit_micro=1_000), factories.business("Rival", credit_micro=1_000)
    shared = key()
    with scopes.tenant(acme.id):
        ledger.hold(shared, acme.id, 10, ref=REF)
    with pytest.raises(Conflict), scopes.tenant(rival.id):
        ledger.hold(shared, rival.id, 10, ref=REF)
    with pytest.raises(Conflict), scopes.tenant(acme.id):
        ledger.hold(shared, acme.id, 10, ref=("campaign", 2))


def test_credits_come_from_known_accounts_to_known_tenants(app: Flask) -> None:
    acme = factories.business()
    for source in ("wallet", "revenue", "nowhere"):
        with pytest.raises(Invalid), scopes.platform(Reason.PAYMENTS):
            ledger.grant(key(), acme.id, "CNY", 10, source=source)
    with pytest.raises(NotFound), scopes.platform(Reason.PAYMENTS):
        ledger.grant(key(), 999_999_999, "CNY", 10)
    with pytest.raises(NotAllowed), scopes.tenant(acme.id):
        ledger.hold(key(), acme.id + 1, 10, ref=REF)


@contextmanager
def rewritten(
    owner: sa.Engine, table: str, change: sa.Update | sa.Insert, back: sa.Update | sa.Delete
) -> Iterator[None]:
    """The owner forges the books, and puts them right again."""
    off, on = (f"ALTER TABLE ledger.{table} {verb} TRIGGER USER" for verb in ("DISABLE", "ENABLE"))
    for statement in (change, back):
        with owner.begin() as connection:
            connection.exec_driver_sql(off)
            connection.execute(statement)
            connection.exec_driver_sql(on)
        if statement is change:
            yield


def found() -> list[tuple[str, str]]:
    with scopes.platform(Reason.SWEEPS):
        return [(each.rule, each.row) for each in ledger.verify()]


def test_verify_names_a_forged_balance_and_a_forged_hold(app: Flask, owner: sa.Engine) -> None:
    """M1."""
    acme = factories.business(credit_micro=1_000)
    with scopes.tenant(acme.id):
        hold_id = ledger.hold(key(), acme.id, 100, ref=REF)
        account_id = db.session.scalar(sa.select(Account.id).where(Account.kind == "wallet"))
    assert found() == []
    own, of_hold = Account.id == account_id, Hold.id == hold_id
    up, down = (sa.update(Account).where(own).values(posted=Account.posted + n) for n in (1, -1))
    with rewritten(owner, "accounts", up, down):
        assert found() == [("posted is the sum of entries", f"account {account_id}")]
    less, more = (sa.update(Hold).where(of_hold).values(remaining=Hold.remaining + n) for n in (-1, 1))
    with rewritten(owner, "holds", less, more):
        assert found() == [("held is the sum of open holds", f"account {account_id}")]
    assert found() == []


def test_verify_names_a_forged_entry(app: Flask, owner: sa.Engine) -> None:
    acme = factories.business(credit_micro=1_000)
    with scopes.platform(Reason.SWEEPS):
        txn_id = db.session.scalar(sa.select(Txn.id).where(Txn.tenant_id == acme.id))
        account_id = db.session.scalar(sa.select(Account.id).where(Account.tenant_id == acme.id))
    leg = {"id": 10**15, "txn_id": txn_id, "account_id": account_id, "tenant_id": acme.id, "amount": 7}
    forged = sa.insert(LedgerEntry).values(leg)
    with rewritten(owner, "entries", forged, sa.delete(LedgerEntry).where(LedgerEntry.id == 10**15)):
        assert found() == [
            ("legs of a transaction sum to zero", f"txn {txn_id}"),
            ("posted is the sum of entries", f"account {account_id}"),
        ]
    assert found() == []


def test_verify_names_a_top_up_paid_without_a_credit(app: Flask, owner: sa.Engine) -> None:
    acme = factories.business()
    row = {"id": 10**15, "tenant_id": acme.id, "amount_micro": 5, "currency": "CNY", "state": "paid"}
    empty = {"stripe_account": "", "session_id": "", "payment_intent": "pi_forged", "created_at": now()}
    forged = sa.insert(Topup).values(row | empty)
    with rewritten(owner, "topups", forged, sa.delete(Topup).where(Topup.id == 10**15)):
        assert found() == [("a paid top-up is credited once", f"topup {10**15}")]
    assert found() == []
