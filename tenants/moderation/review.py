"""The review queue. A tenant asks in its own scope; staff decide in the platform's, and the room below that owns the
subject is told, in the tenant's scope.

`shown` is a dict with any of these keys, all of them JSON: `text` (exactly as it will be sent; variables in braces),
`kind`, `facts` (list of [code, value], said in words by the web), `files` (list of {id, name, mime, size_bytes} of the
tenant). Words found in the text are looked up when the review is shown, so they are today's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from tenants import accounts, message_templates, signatures
from tenants.core import audit, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import ContentRefused, Invalid, NotFound, WrongState
from tenants.moderation.judge import Level, judge
from tenants.moderation.models import Review
from tenants.moderation.undoing import first_of_two

# How soon a subject is judged; the queue is sorted by what is left of it.
DUE = {
    "signature": timedelta(hours=4),
    "template": timedelta(hours=2),
    "campaign": timedelta(hours=1),
    "go_live": timedelta(hours=8),
}
LOCK = timedelta(minutes=10)

# (subject id, version, approved, reason, by), in the tenant's scope; the same decision twice must change nothing.
Decider = Callable[[int, int, bool, str, int], None]
DECIDERS: dict[str, Decider] = {
    "signature": lambda id, _version, approved, reason, by: signatures.decide(id, approved, reason, by),
    "template": message_templates.decide,
}


def ask(
    subject: str,
    subject_id: int,
    *,
    title: str,
    shown: dict[str, Any],
    by: int,
    version: int = 0,
    due: timedelta | None = None,
    skeleton: str = "",
) -> int:
    """Put a subject of the present tenant into the queue; the review's id. Asked again while it waits: no change."""
    at = now()
    added: int | None = db.session.scalar(
        insert(Review)
        .values(
            tenant_id=scopes.tenant_id(), subject=subject, subject_id=subject_id, version=version, title=title,
            shown=shown, skeleton=skeleton, submitted_by=by, submitted_at=at, due_at=at + (due or DUE[subject]),
        )
        .on_conflict_do_nothing(
            index_elements=["tenant_id", "subject", "subject_id", "version"], index_where=Review.state == "pending"
        )
        .returning(Review.id)
    )  # fmt: skip
    return added if added is not None else db.session.scalars(_pending(subject, subject_id, version)).one()


def _pending(subject: str, subject_id: int, version: int) -> Any:
    return select(Review.id).where(
        Review.tenant_id == scopes.tenant_id(), Review.subject == subject, Review.subject_id == subject_id,
        Review.version == version, Review.state == "pending",
    )  # fmt: skip


def withdraw(subject: str, subject_id: int, version: int = 0) -> None:
    """Take a subject of the present tenant out of the queue; nothing when it is not there."""
    waiting = _pending(subject, subject_id, version).scalar_subquery()
    db.session.execute(update(Review).where(Review.id == waiting).values(state="withdrawn", decided_at=now()))


def get(id: int) -> Review:
    found = db.session.get(Review, id)
    if found is None:
        raise NotFound
    return found


def lock(id: int, *, by: int) -> Review:
    """Keep a review to oneself for ten minutes, or learn who does: read `locked_by` of the answer.

    Who gave the first of two approvals keeps it from nobody."""
    mine = or_(Review.locked_by.is_(None), Review.locked_by == by, Review.locked_until < func.now())
    db.session.execute(
        update(Review)
        .where(Review.id == id, Review.state == "pending", mine, Review.first_by.is_distinct_from(by))
        .values(locked_by=by, locked_until=now() + LOCK)
    )
    found = db.session.get(Review, id, populate_existing=True)
    if found is None:
        raise NotFound
    return found


def locked_by_another(review: Review, by: int, at: datetime) -> bool:
    return review.locked_by not in {None, by} and review.locked_until is not None and review.locked_until > at


def decide(id: int, *, approved: bool, reason: str = "", by: int, above: Mapping[str, Decider] | None = None) -> Review:
    """Approve or reject, in the platform's scope. `above` adds the deciders of rooms that lie above this one.

    The tenant's part is committed first and may be repeated, so a crash in between leaves a review one decides again.
    Where two must approve, the first leaves it pending. A subject that is no longer in review makes the review
    `withdrawn`: look at the state of the answer.
    """
    review = db.session.get(Review, id, with_for_update=True, populate_existing=True)
    if review is None:
        raise NotFound
    _may_decide(review, approved, reason, by)
    if approved and first_of_two(review, by):
        return review
    try:
        _tell(review, approved, reason, by, {**DECIDERS, **(above or {})})
    except WrongState:
        # It left the queue by another way: cancelled by its owner, or decided where it lives.
        review.state, reason = "withdrawn", ""
    else:
        review.state = "approved" if approved else "rejected"
    review.reason, review.decided_by, review.decided_at = reason, by, now()
    audit.record(
        f"review.{review.state}", actor_id=by, object=f"review:{id}", tenant_id=review.tenant_id, subject=review.subject
    )
    return review


def _tell(review: Review, approved: bool, reason: str, by: int, deciders: Mapping[str, Decider]) -> None:
    if review.subject == "go_live":  # no act of the tenant's own: part of this transaction
        accounts.decide_go_live(review.tenant_id, approved, reason, by)
        return
    with scopes.tenant(review.tenant_id):
        deciders[review.subject](review.subject_id, review.version, approved, reason, by)


def _may_decide(review: Review, approved: bool, reason: str, by: int) -> None:
    if review.state != "pending":
        raise WrongState("review_decided")
    if locked_by_another(review, by, now()):
        raise WrongState("review_locked")
    if not approved and not reason:
        raise Invalid({"code": "reason_needed"})
    text = review.shown.get("text", "")
    if approved and text and judge(text, review.shown.get("kind", "")).level is Level.BLOCK:
        raise ContentRefused("review_blocked")
