"""A run of messages in a tenant's schema, filled as planning does it, for tests of sending and settling."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update

from tenants import ledger, messages
from tenants.accounts.vaults import vault
from tenants.core import scopes
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.messages import Planned, State
from tenants.messages.models import Batch, Message
from tests import factories

PRICE_MICRO = 45_000
CREDIT_MICRO = 10_000_000_000
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Arranged:
    """A business with one open run."""

    tenant_id: int
    campaign_id: int

    def states(self) -> dict[str, int]:
        """How many messages are in each state, counted from the messages themselves."""
        with scopes.tenant(self.tenant_id):
            found = [State(state).label for state in db.session.scalars(select(Message.state))]
        return {label: found.count(label) for label in sorted(set(found))}

    def progress(self) -> messages.Progress:
        with scopes.tenant(self.tenant_id):
            return messages.progress(self.campaign_id)

    def balance(self) -> ledger.Balance:
        with scopes.tenant(self.tenant_id):
            return ledger.balance(self.tenant_id)


def planned(number: str, *, operator: str = "mobile", segments: int = 1, **values: str) -> Planned:
    return Planned(vault().index(number), number, dict(values), "CN", operator, segments, PRICE_MICRO, 1)


def number(ending: str = "000") -> str:
    """A fresh mainland number whose last three digits choose the simulated carrier's script."""
    return f"+8613{next(_numbers):06d}{ending}"


def run(
    endings: Sequence[str], *, kind: str = "notice", basis: str = "delivered", open_: bool = True, segments: int = 1,
    tenant_id: int | None = None, campaign_id: int | None = None, body: str = "Hello",
) -> Arranged:  # fmt: skip
    """A run with one message for each ending, paid by a hold of its own."""
    if tenant_id is None:
        tenant_id = factories.business(credit_micro=CREDIT_MICRO, basis=basis).id
    campaign_id = campaign_id or next(_numbers)
    with scopes.tenant(tenant_id):
        keys = vault()
        people = [planned(number(ending), segments=segments) for ending in endings]
        messages.open_run(
            campaign_id,
            kind=kind,
            signature_id=1,
            text={"signature": "Acme", "body": body, "kind": kind},
            vault=keys,
        )
        cost_micro = sum(each.segments * each.unit_micro for each in people)
        hold_id = ledger.hold(f"plan:{tenant_id}:{campaign_id}", tenant_id, cost_micro, ref=("campaign", campaign_id))
        messages.fill(
            campaign_id, people, first_batch=0, lane="bulk", kind=kind, hold_id=hold_id,
            valid_until=messages.lifetime(3600), vault=keys,
        )  # fmt: skip
        if open_:
            messages.let_go(campaign_id)
    return Arranged(tenant_id, campaign_id)


def make_due(*tenant_ids: int) -> None:
    """What waits for another try need not wait in a test."""
    for tenant_id in tenant_ids:
        with scopes.tenant(tenant_id):
            db.session.execute(update(Message).where(Message.due_at.is_not(None)).values(due_at=None))
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(update(Batch).where(Batch.state == "ready").values(ready_at=func.now()))
