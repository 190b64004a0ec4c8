"""Stripe's news as it came in: kept before it is answered, handled later, each once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from tenants.core import jobs
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.jobs import Job
from tenants.ledger.models import StripeEvent

TRIES_MAX = 20


def keep(event: dict[str, Any]) -> None:
    """Store an event, once, and ring for its handling. Platform scope; the caller commits before it answers."""
    db.session.execute(
        insert(StripeEvent)
        .values(
            id=event["id"], type=event["type"], account=event.get("account") or "", livemode=bool(event["livemode"]),
            payload=event, received_at=now(),
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
    jobs.after_commit(Job.HANDLE_STRIPE_EVENT, event["id"])


def take(event_id: str) -> StripeEvent | None:
    """An event that still waits; None when it is done, or was tried too often. Two takers do the same work twice,
    which is harmless: what they do is idempotent."""
    query = select(StripeEvent).where(StripeEvent.id == event_id, StripeEvent.state == "new").with_for_update()
    event = db.session.scalars(query).one_or_none()
    if event is not None:
        event.tries += 1
        event.state = "failed" if event.tries > TRIES_MAX else "new"
    return event if event is not None and event.state == "new" else None


def close(event_id: str, state: str, note: str = "") -> None:
    """The event is done, or of no use."""
    db.session.execute(
        update(StripeEvent).where(StripeEvent.id == event_id).values(state=state, note=note, handled_at=now())
    )


def unresolved(limit: int = 50) -> list[StripeEvent]:
    """Events that could not be handled, for staff."""
    return list(db.session.scalars(select(StripeEvent).where(StripeEvent.state.in_(("new", "failed"))).limit(limit)))
