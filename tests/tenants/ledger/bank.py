"""A bank to be run on by many threads at once, and what must be true of it at every moment.

`Books` is the ledger itself; `NaiveBooks` looks first and writes afterwards, as one should not: the same run must find
it out.
"""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Protocol

import sqlalchemy as sa
from flask import Flask

from tenants import ledger
from tenants.core import scopes
from tenants.core.errors import NotEnoughCredit, WrongState
from tenants.core.scopes import Reason
from tests import factories

REF = ("campaign", 1)
START_MICRO = 10_000
HOLDS = (1, 700, 1_900, 4_000)
Call = Callable[[], Any]


class Bank(Protocol):
    """Wallets by number; a hold is refused with None, a hold is resolved once (False when it was before)."""

    def hold(self, wallet: int, amount: int) -> int | None: ...
    def resolve(self, wallet: int, hold_id: int, post: int, release: int) -> bool: ...
    def credit(self, wallet: int, amount: int) -> None: ...
    def again(self, dice: random.Random) -> None: ...
    def wrong(self) -> list[str]: ...


SNAPSHOT = """
SELECT 'account ' || a.id || ': ' || x.rule FROM ledger.accounts a CROSS JOIN LATERAL (VALUES
  ('below the floor', a.posted - a.held < 0),
  ('posted', a.posted <> (SELECT coalesce(sum(e.amount), 0) FROM ledger.entries e WHERE e.account_id = a.id)),
  ('held', a.held <> (SELECT coalesce(sum(h.remaining), 0) FROM ledger.holds h WHERE h.account_id = a.id))
) AS x(rule, broken) WHERE a.tenant_id = ANY (%(tenants)s) AND a.kind = 'wallet' AND x.broken
UNION ALL
SELECT 'entries sum to ' || sum(amount) FROM ledger.entries WHERE tenant_id = ANY (%(tenants)s)
HAVING sum(amount) <> 0
"""


class Books:
    """The ledger."""

    def __init__(self, app: Flask, owner: sa.Engine, wallets: int) -> None:
        self.app, self.owner = app, owner
        self.tenants = [factories.business(credit_micro=START_MICRO).id for _ in range(wallets)]
        self.said: list[tuple[Call, Any]] = []
        self.otherwise: list[str] = []

    def hold(self, wallet: int, amount: int) -> int | None:
        key, tenant_id = f"bank:{uuid.uuid4()}", self.tenants[wallet]

        def call() -> int:
            with scopes.tenant(tenant_id):
                return ledger.hold(key, tenant_id, amount, ref=REF)

        try:
            return int(self._say(call))
        except NotEnoughCredit:
            return None

    def resolve(self, wallet: int, hold_id: int, post: int, release: int) -> bool:
        key, tenant_id = f"bank:{uuid.uuid4()}", self.tenants[wallet]

        def call() -> uuid.UUID:
            with scopes.tenant(tenant_id):
                return ledger.settle(key, tenant_id, [ledger.Leg(hold_id, post, release)], ref=REF)

        try:
            self._say(call)
        except WrongState:
            return False
        return True

    def credit(self, wallet: int, amount: int) -> None:
        key, tenant_id = f"bank:{uuid.uuid4()}", self.tenants[wallet]

        def call() -> uuid.UUID:
            with scopes.platform(Reason.PAYMENTS):
                return ledger.grant(key, tenant_id, "CNY", amount)

        self._say(call)

    def again(self, dice: random.Random) -> None:
        """Any call that went through, said once more: it must answer as before and change nothing."""
        call, answer = dice.choice(self.said)
        if call() != answer:
            self.otherwise.append("a replay was answered otherwise")

    def wrong(self) -> list[str]:
        with self.owner.connect() as connection:
            found = connection.exec_driver_sql(SNAPSHOT, {"tenants": self.tenants}).scalars()
            return [*found, *self.otherwise]

    def _say(self, call: Call) -> Any:
        answer = call()
        self.said.append((call, answer))
        return answer


class NaiveBooks:
    """Looks, thinks, writes. Correct for one caller at a time."""

    def __init__(self, owner: sa.Engine, wallets: int) -> None:
        self.owner, self.table = owner, f"public.naive_{uuid.uuid4().hex[:8]}"
        self.ids = iter(range(1, 10**9))
        with owner.begin() as connection:
            connection.exec_driver_sql(f"CREATE UNLOGGED TABLE {self.table} (id int, posted bigint, held bigint)")
            connection.exec_driver_sql(
                f"INSERT INTO {self.table} SELECT n, {START_MICRO}, 0 FROM generate_series(0, {wallets - 1}) n"
            )

    def hold(self, wallet: int, amount: int) -> int | None:
        if self._available(wallet) < amount:
            return None
        self._write(wallet, f"held = held + {amount}")
        return next(self.ids)

    def resolve(self, wallet: int, hold_id: int, post: int, release: int) -> bool:
        self._write(wallet, f"posted = posted - {post}, held = held - {post + release}")
        return True

    def credit(self, wallet: int, amount: int) -> None:
        self._write(wallet, f"posted = posted + {amount}")

    def again(self, dice: random.Random) -> None:
        """It keeps no keys: what is said again is done again."""
        self.hold(0, dice.choice(HOLDS))

    def wrong(self) -> list[str]:
        with self.owner.connect() as connection:
            found = connection.exec_driver_sql(f"SELECT id FROM {self.table} WHERE posted - held < 0 OR held < 0")
            return [f"wallet {id}: below the floor" for id in found.scalars()]

    def close(self) -> None:
        with self.owner.begin() as connection:
            connection.exec_driver_sql(f"DROP TABLE {self.table}")

    def _available(self, wallet: int) -> int:
        with self.owner.connect() as connection:
            query = f"SELECT posted - held FROM {self.table} WHERE id = {wallet}"
            return int(connection.exec_driver_sql(query).scalar_one())

    def _write(self, wallet: int, values: str) -> None:
        with self.owner.begin() as connection:
            connection.exec_driver_sql(f"UPDATE {self.table} SET {values} WHERE id = {wallet}")


@dataclass
class Run:
    """What one run of the bank saw."""

    wrong: list[str] = field(default_factory=list)
    refused: int = 0
    held: int = 0
    replays: int = 0
    snapshots: int = 0


def run(app: Flask, bank: Bank, *, wallets: int, threads: int, acts: int, seed: int = 1) -> Run:
    """Let `threads` play `acts` each on the wallets, while another one keeps looking."""
    seen, over = Run(), threading.Event()

    def play(number: int) -> None:
        dice = random.Random(seed * 1_000 + number)
        with app.app_context():
            for _ in range(acts):
                _act(bank, dice, wallets, seen)

    def look() -> None:
        while not over.is_set():
            seen.wrong += bank.wrong()
            seen.snapshots += 1
            time.sleep(0.005)

    looking = threading.Thread(target=look)
    looking.start()
    try:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(play, range(threads)))
    finally:
        over.set()
        looking.join()
    seen.wrong += bank.wrong()
    return seen


def _act(bank: Bank, dice: random.Random, wallets: int, seen: Run) -> None:
    """Hold something, mostly more than there is left; resolve it in one or two goes; seldom put money in; after each go
    say something again that anybody said before."""
    wallet, amount = dice.randrange(wallets), dice.choice(HOLDS)
    hold_id = bank.hold(wallet, amount)
    if hold_id is None:
        seen.refused += 1
        bank.credit(wallet, dice.choice([1, 500, 1_000]))
        return
    seen.held += 1
    first = dice.randint(0, amount)
    post = dice.randint(0, first)
    for posted, released in _goes((post, first - post), (amount - first, 0)):
        bank.resolve(wallet, hold_id, posted, released)
        bank.again(dice)
        seen.replays += 1


def _goes(*goes: tuple[int, int]) -> Sequence[tuple[int, int]]:
    return [go for go in goes if any(go)]
