"""What a reviewer sees: the queue, and around one review the customer's history and earlier decisions on its like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from tenants.accounts.models import Identity, Tenant
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import NotFound
from tenants.moderation.judge import Verdict, judge
from tenants.moderation.likeness import likeness, pairs
from tenants.moderation.models import Review
from tenants.moderation.undoing import needs_second

QUEUE_MAX = 200
LIKE_DAYS = 30
LIKE_READ_MAX = 500
LIKE_SHOWN_MAX = 5
LIKE_SHARE_MIN = 0.25
DOUBLES_MAX = 5
LATEST_MAX = 5


@dataclass(frozen=True)
class Waiting:
    """One line of the queue."""

    review: Review
    tenant: str
    locked_name: str


@dataclass(frozen=True)
class Decided:
    """An earlier decision; `share` says how alike its text is."""

    review: Review
    tenant: str
    by: str
    share: float = 0.0


@dataclass(frozen=True)
class Applicant:
    """Who handed something in, and the language to answer in."""

    email: str
    locale: str


@dataclass(frozen=True)
class Customer:
    name: str
    state: str
    opened_at: datetime | None
    approved: int
    rejected: int
    latest: Sequence[Decided]


@dataclass(frozen=True)
class Item:
    """All about one review."""

    review: Review
    verdict: Verdict
    customer: Customer
    submitted_by: str
    locked_name: str
    alike: Sequence[Decided]
    doubles: Sequence[Decided]
    first_name: str
    second: bool  # two must approve


def queue(subject: str = "") -> list[Waiting]:
    """What waits, the most urgent first; of one subject or of all."""
    locker = aliased(Identity)
    wanted = (
        select(Review, Tenant.name, locker.name)
        .join(Tenant, Tenant.id == Review.tenant_id)
        .outerjoin(locker, (locker.id == Review.locked_by) & (Review.locked_until > func.now()))
        .where(Review.state == "pending")
        .order_by(Review.due_at, Review.id)
        .limit(QUEUE_MAX)
    )
    if subject:
        wanted = wanted.where(Review.subject == subject)
    return [Waiting(review, tenant, name or "") for review, tenant, name in db.session.execute(wanted)]


def waiting() -> dict[str, int]:
    """How many of each subject wait."""
    counted = select(Review.subject, func.count()).where(Review.state == "pending").group_by(Review.subject)
    return dict(db.session.execute(counted).all())


def decided_by(identity_id: int, since: datetime) -> int:
    """How many this person has decided since then."""
    mine = select(func.count()).where(Review.decided_by == identity_id, Review.decided_at >= since)
    return db.session.scalars(mine).one()


def item(id: int) -> Item:
    """One review with everything a fair decision needs."""
    review = db.session.get(Review, id)
    if review is None:
        raise NotFound
    return Item(
        review,
        judge(review.shown.get("text", ""), review.shown.get("kind", "")),
        _customer(review),
        _name(review.submitted_by),
        _name(review.locked_by) if review.locked_until and review.locked_until > now() else "",
        _alike(review),
        _doubles(review),
        _name(review.first_by),
        review.needs_second or needs_second(review),
    )


def applicant(review: Review) -> Applicant | None:
    """Who is to be told of a decision; None when they are gone."""
    row = db.session.execute(select(Identity.email, Identity.locale).where(Identity.id == review.submitted_by)).first()
    return Applicant(*row) if row else None


def _name(identity_id: int | None) -> str:
    return db.session.scalar(select(Identity.name).where(Identity.id == identity_id)) or ""


# Decided reviews with the names of the business and the reviewer, to be narrowed.
_DECIDED = (
    select(Review, Tenant.name, Identity.name)
    .join(Tenant, Tenant.id == Review.tenant_id)
    .outerjoin(Identity, Identity.id == Review.decided_by)
    .where(Review.state.in_(("approved", "rejected")))
)


def _customer(review: Review) -> Customer:
    tenant = db.session.get_one(Tenant, review.tenant_id)
    own = Review.tenant_id == review.tenant_id
    counted = dict(db.session.execute(select(Review.state, func.count()).where(own).group_by(Review.state)).all())
    latest = db.session.execute(_DECIDED.where(own).order_by(Review.id.desc()).limit(LATEST_MAX))
    return Customer(
        tenant.name, tenant.state, tenant.opened_at, counted.get("approved", 0), counted.get("rejected", 0),
        [Decided(found, name, by or "") for found, name, by in latest],
    )  # fmt: skip


def _alike(review: Review) -> list[Decided]:
    """What was decided in the last days on texts like this one, the most alike first."""
    text = review.shown.get("text", "")
    if not text:
        return []
    recent = _DECIDED.where(
        Review.subject == review.subject,
        Review.decided_at > now() - timedelta(days=LIKE_DAYS),
        Review.id != review.id,
    )
    own = pairs(text)
    scored = (
        Decided(found, name, by or "", likeness(own, pairs(found.shown.get("text", ""))))
        for found, name, by in db.session.execute(recent.order_by(Review.decided_at.desc()).limit(LIKE_READ_MAX))
    )
    near = [decided for decided in scored if decided.share >= LIKE_SHARE_MIN]
    return sorted(near, key=lambda decided: -decided.share)[:LIKE_SHOWN_MAX]


def _doubles(review: Review) -> list[Decided]:
    """Approved signatures of other businesses that look like this one."""
    if not review.skeleton:
        return []
    same = _DECIDED.where(
        Review.subject == "signature",
        Review.state == "approved",
        Review.skeleton == review.skeleton,
        Review.tenant_id != review.tenant_id,
    )
    return [Decided(found, name, by or "") for found, name, by in db.session.execute(same.limit(DOUBLES_MAX))]
