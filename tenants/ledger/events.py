"""Stripe's news as it came in: kept before it is answered, handled later, each once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from tenants.core import jobs
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.jobs import Job
from tenants.ledger.models import StripeEvent

# One try each ten seconds: an hour. What Stripe could not be asked by then, the top-ups' own sweep finds.
TRIES_MAX = 360
# News younger than this is on its way, not stuck.
FRESH_FOR = timedelta(minutes=1)
# Stripe brings news again for days, never for so long; the money of it is in the books for ever.
NEWS_KEPT = timedelta(days=180)
THINNED_MAX = 2_000


def keep(event: dict[str, Any]) -> None:
    """Store an event, once, and ring for its handling. Platform scope; the caller commits before it answers.

    Only what names the object is kept: it is fetched again anyway, and the rest of the news is about the payer.
    """
    named = event["data"]["object"]
    db.session.execute(
        insert(StripeEvent)
        .values(
            id=event["id"], type=event["type"], account=event.get("account") or "", livemode=bool(event["livemode"]),
            payload={"object": named.get("object"), "id": named.get("id"), "created": event.get("created")},
            received_at=now(),
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
    jobs.after_commit(Job.HANDLE_STRIPE_EVENT, event["id"])


def take(event_id: str) -> StripeEvent | None:
    """An event that still waits; None when it is done, or was tried too often. Two takers do the same work twice,
    which is harmless: what they do is idempotent."""
    query = select(StripeEvent).where(StripeEvent.id == event_id, StripeEvent.state == "new").with_for_update()
    event = db.session.scalars(query).one_or_none()
    if event is None:
        return None
    event.tries += 1
    if event.tries > TRIES_MAX:
        event.state = "failed"
        return None
    return event


def close(event_id: str, state: str, note: str = "") -> None:
    """The event is done, or of no use."""
    db.session.execute(
        update(StripeEvent).where(StripeEvent.id == event_id).values(state=state, note=note, handled_at=now())
    )


def unresolved(limit: int = 50) -> list[StripeEvent]:
    """Events that could not be handled, or wait for too long, the newest first. For staff."""
    stuck = (StripeEvent.state == "new") & (StripeEvent.received_at < now() - FRESH_FOR)
    query = select(StripeEvent).where(or_(StripeEvent.state == "failed", stuck))
    return list(db.session.scalars(query.order_by(StripeEvent.received_at.desc()).limit(limit)))


def thin() -> int:
    """Forget one lot of old news that was handled or is of no use; how many went. What failed stays for staff."""
    old = select(StripeEvent.id).where(
        StripeEvent.state.in_(("done", "ignored")), StripeEvent.received_at < now() - NEWS_KEPT
    )
    gone = delete(StripeEvent).where(StripeEvent.id.in_(old.limit(THINNED_MAX))).returning(StripeEvent.id)
    return len(db.session.scalars(gone).all())
