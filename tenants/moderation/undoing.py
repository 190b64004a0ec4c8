"""Taking a decision back, for a few minutes and only while nothing was sent with it; and when two must approve."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from tenants.accounts.staffing import staff_count
from tenants.core import audit, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import NotFound, WrongState
from tenants.moderation.models import Review

UNDO = timedelta(minutes=10)
MARKETING = "marketing"

# (subject id, version, by), in the tenant's scope: it is in review again, or WrongState because it was used. Said twice
# it changes nothing.
Undoer = Callable[[int, int, int], None]


def undoable(review: Review, undoers: Mapping[str, Undoer]) -> bool:
    """Whether a decision may still be taken back, as far as the review itself can say."""
    decided = review.state in {"approved", "rejected"} and review.decided_at is not None
    return bool(decided and review.subject in undoers and now() - (review.decided_at or now()) < UNDO)


def undo(id: int, *, by: int, undoers: Mapping[str, Undoer]) -> Review:
    """The review waits again, kept for who took the decision back. Platform scope.

    WrongState (`review_final`): too late, decided by another, handed in anew or taken up meanwhile.
    """
    review = db.session.get(Review, id, with_for_update=True, populate_existing=True)
    if review is None:
        raise NotFound
    if not undoable(review, undoers) or review.decided_by != by or _waits_again(review):
        raise WrongState("review_final")
    with scopes.tenant(review.tenant_id):
        undoers[review.subject](review.subject_id, review.version, by)
    before, review.state, review.reason = review.state, "pending", ""
    review.decided_by = review.decided_at = review.first_by = review.first_at = None
    review.locked_by, review.locked_until = by, now() + UNDO
    audit.record(
        "review.undo", actor_id=by, object=f"review:{id}", tenant_id=review.tenant_id, subject=review.subject,
        before=before,
    )  # fmt: skip
    return review


def _waits_again(review: Review) -> bool:
    other = aliased(Review)
    same = (other.tenant_id == review.tenant_id, other.subject == review.subject, other.subject_id == review.subject_id)
    return bool(
        db.session.scalar(
            select(
                exists().where(*same, other.version == review.version, other.state == "pending", other.id != review.id)
            )
        )
    )


def needs_second(review: Review) -> bool:
    """Whether two must approve: a business's first marketing campaign that is reviewed, and a signature that looks like
    another business's. Never where only one person could. Platform scope."""
    if staff_count() < 2:
        return False
    approved = Review.state == "approved"
    if review.subject == "campaign" and review.shown.get("kind") == MARKETING:
        own = (Review.tenant_id == review.tenant_id, Review.subject == "campaign", approved)
        return not db.session.scalar(select(exists().where(*own)))
    if review.subject == "signature" and review.skeleton:
        like = (Review.skeleton == review.skeleton, Review.subject == "signature", Review.tenant_id != review.tenant_id)
        return bool(db.session.scalar(select(exists().where(*like, approved))))
    return False


def first_of_two(review: Review, by: int) -> bool:
    """Whether this approval is the first of two: noted, and the review goes back to the queue for somebody else."""
    if review.first_by == by:
        raise WrongState("review_second")
    if review.first_by is not None or not needs_second(review):
        return False
    review.needs_second, review.first_by, review.first_at = True, by, now()
    review.locked_by = review.locked_until = None
    audit.record(
        "review.first", actor_id=by, object=f"review:{review.id}", tenant_id=review.tenant_id, subject=review.subject
    )
    return True
