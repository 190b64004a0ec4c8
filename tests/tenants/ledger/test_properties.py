"""The ledger against a model of ten lines, and under many threads at once: Σ = 0, never below the floor."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tenants import ledger
from tenants.core import scopes
from tenants.core.errors import Conflict, NotEnoughCredit, WrongState
from tenants.core.scopes import Reason
from tests import factories
from tests.tenants.ledger import bank

REF = ("campaign", 1)
currencies = itertools.count()
amounts = st.integers(1, 1_000)


@dataclass
class Call:
    """A call that went through: to be made again, and again with another amount."""

    again: Callable[[int], Any]  # the argument is added to its amount
    answer: Any


class Wallet(RuleBasedStateMachine):
    """One wallet in a currency of its own; the model is `posted` and what each hold still holds."""

    tenant_id: int

    @initialize()
    def open(self) -> None:
        self.currency = f"T{next(currencies)}"
        self.posted = 0
        self.holds: dict[int, int] = {}
        self.calls: list[Call] = []

    @property
    def available(self) -> int:
        return self.posted - sum(self.holds.values())

    def made(self, again: Callable[[int], Any]) -> Any:
        answer = again(0)
        self.calls.append(Call(again, answer))
        return answer

    @rule(amount=amounts)
    def top_up(self, amount: int) -> None:
        self.made(self._credit(str(uuid.uuid4()), amount))
        self.posted += amount

    @rule(amount=amounts)
    def take_back(self, amount: int) -> None:
        call = self._credit(str(uuid.uuid4()), -amount)
        if amount <= self.available:
            self.made(call)
            self.posted -= amount
        else:
            with pytest.raises(NotEnoughCredit):
                call(0)

    @rule(amount=amounts)
    def hold(self, amount: int) -> None:
        key = str(uuid.uuid4())

        def call(more: int) -> int:
            with scopes.tenant(self.tenant_id):
                return ledger.hold(key, self.tenant_id, amount + more, ref=REF, currency=self.currency)

        if amount <= self.available:
            self.holds[self.made(call)] = amount
        else:
            with pytest.raises(NotEnoughCredit):
                call(0)

    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        """Post and release of some holds at once; now and then more than one of them still has."""
        assume(self.holds)
        chosen = data.draw(st.lists(st.sampled_from(sorted(self.holds)), unique=True, min_size=1, max_size=3))
        legs = [ledger.Leg(id, *data.draw(st.tuples(*[st.integers(0, self.holds[id] + 1)] * 2))) for id in chosen]
        key = str(uuid.uuid4())

        def call(more: int) -> uuid.UUID:
            asked = [ledger.Leg(legs[0].hold_id, legs[0].post + more, legs[0].release), *legs[1:]]
            with scopes.tenant(self.tenant_id):
                return ledger.settle(key, self.tenant_id, asked, ref=REF, currency=self.currency)

        if all(leg.post + leg.release <= self.holds[leg.hold_id] for leg in legs):
            self.made(call)
            for leg in legs:
                self.holds[leg.hold_id] -= leg.post + leg.release
                self.posted -= leg.post
        else:
            with pytest.raises(WrongState):
                call(0)

    @rule(data=st.data())
    def say_again(self, data: st.DataObject) -> None:
        """Any earlier call once more changes nothing, and answers as before."""
        assume(self.calls)
        call = data.draw(st.sampled_from(self.calls))
        assert call.again(0) == call.answer

    @rule(data=st.data())
    def say_something_else(self, data: st.DataObject) -> None:
        """An earlier key with another amount is refused."""
        assume(self.calls)
        with pytest.raises(Conflict):
            data.draw(st.sampled_from(self.calls)).again(1)

    @invariant()
    def agrees(self) -> None:
        with scopes.tenant(self.tenant_id):
            found = ledger.balance(self.tenant_id, self.currency)
        assert (found.posted, found.available) == (self.posted, self.available)
        assert found.available >= 0

    def _credit(self, key: str, amount: int) -> Callable[[int], uuid.UUID]:
        def call(more: int) -> uuid.UUID:
            asked = amount + more if amount > 0 else amount - more
            with scopes.platform(Reason.PAYMENTS):
                return ledger.grant(key, self.tenant_id, self.currency, asked)

        return call


def test_any_history_agrees_with_the_model(app: Flask) -> None:
    acme = factories.business()

    class OfAcme(Wallet):
        tenant_id = acme.id

    checks = settings(max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(OfAcme, settings=checks)
    with scopes.platform(Reason.SWEEPS):
        assert ledger.verify() == []
        assert sum(row.balance_micro for row in ledger.trial_balance()) == 0


def test_a_bank_run_leaves_every_snapshot_right(app: Flask, owner: sa.Engine) -> None:
    books = bank.Books(app, owner, wallets=3)
    seen = bank.run(app, books, wallets=3, threads=12, acts=40)
    assert seen.wrong == []
    assert min(seen.held, seen.refused, seen.replays) > 50 and seen.snapshots > 10, "the run must have been one"


def test_the_same_run_finds_out_a_bank_that_looks_before_it_writes(app: Flask, owner: sa.Engine) -> None:
    naive = bank.NaiveBooks(owner, wallets=3)
    seen = bank.run(app, naive, wallets=3, threads=12, acts=40)
    naive.close()
    assert any("below the floor" in each for each in seen.wrong)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(5))
def test_a_long_bank_run_leaves_every_snapshot_right(app: Flask, owner: sa.Engine, seed: int) -> None:
    books = bank.Books(app, owner, wallets=4)
    assert bank.run(app, books, wallets=4, threads=16, acts=500, seed=seed).wrong == []


def test_a_hold_is_resolved_once_however_many_try(app: Flask, owner: sa.Engine) -> None:
    """M4: post, release and a bit of each race for the same holds."""
    books = bank.Books(app, owner, wallets=1)
    holds = [books.hold(0, 100) for _ in range(60)]
    assert None not in holds
    ways = [(100, 0), (0, 100), (40, 60)]

    def race(number: int) -> list[bool]:
        with app.app_context():
            return [books.resolve(0, hold_id or 0, *ways[number]) for hold_id in holds]

    with ThreadPoolExecutor(len(ways)) as pool:
        won = list(pool.map(race, range(len(ways))))
    assert [sum(each) for each in zip(*won, strict=True)] == [1] * len(holds)
    posted = sum(sum(wins) * way[0] for wins, way in zip(won, ways, strict=True))
    with scopes.tenant(books.tenants[0]):
        assert ledger.balance(books.tenants[0]) == ledger.Balance(bank.START_MICRO - posted, 0)
    assert books.wrong() == []


def test_one_key_from_many_threads_is_one_hold_and_one_settlement(app: Flask) -> None:
    acme = factories.business(credit_micro=1_000)

    def hold(_: int) -> int:
        with app.app_context(), scopes.tenant(acme.id):
            return ledger.hold(f"same:{acme.id}", acme.id, 600, ref=REF)

    with ThreadPoolExecutor(12) as pool:
        ids = set(pool.map(hold, range(24)))
    assert len(ids) == 1

    def settle(_: int) -> uuid.UUID:
        with app.app_context(), scopes.tenant(acme.id):
            return ledger.settle(f"same:{acme.id}", acme.id, [ledger.Leg(*ids, post=600)], ref=REF)

    with ThreadPoolExecutor(12) as pool:
        assert len(set(pool.map(settle, range(24)))) == 1
    with scopes.tenant(acme.id):
        assert ledger.balance(acme.id) == ledger.Balance(400, 0)


def test_several_calls_in_one_transaction_never_wait_in_a_circle(app: Flask) -> None:
    """Two keys, wanted in opposite orders by many transactions at once."""
    acme = factories.business(credit_micro=10_000)

    def both(number: int) -> list[int]:
        keys = [f"a:{acme.id}", f"b:{acme.id}"]
        with app.app_context(), scopes.tenant(acme.id):
            made = {key: ledger.hold(key, acme.id, 10, ref=REF) for key in (keys if number % 2 else keys[::-1])}
            return [made[key] for key in keys]

    with ThreadPoolExecutor(12) as pool:
        assert len({tuple(ids) for ids in pool.map(both, range(60))}) == 1
