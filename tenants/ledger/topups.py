"""Top-ups. Only a row of ours is ever credited, once, for the amount and currency we asked for (S1, S2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import and_, func, or_, select, update

from tenants.accounts import throttling
from tenants.accounts.models import Identity, Tenant
from tenants.core import audit, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, NotAllowed, NotFound, QuotaReached
from tenants.core.states import Transitions
from tenants.ledger.book import CURRENCY, grant
from tenants.ledger.models import Topup

log = structlog.get_logger()

AMOUNT_MIN_MICRO = 1_000_000
AMOUNT_MAX_MICRO = 50_000_000_000
TRIAL_DAY_MAX_MICRO = 1_000_000_000
# How long a session may be paid; until then an open top-up counts against the trial's day.
PAYABLE_FOR = timedelta(hours=1)
# A top-up nobody has told us about for this long is asked after, and again after as long.
ASK_AFTER = timedelta(minutes=10)
ASKED_MAX = 100

# Money that came after all is money that came: a top-up that was given up may still become paid.
STATES: Transitions[str] = Transitions(
    {"created": {"paid", "failed", "expired"}, "failed": {"paid"}, "expired": {"paid"}}
)


@dataclass(frozen=True)
class Paid:
    """What Stripe says of a checkout session. `amount_micro` is what was paid without tax."""

    session_id: str
    payment_intent: str
    amount_micro: int
    currency: str
    account: str
    state: str  # paid, expired, failed, open


def check_amount(amount_micro: int) -> None:
    """Invalid when so much may not be paid at a time."""
    if not AMOUNT_MIN_MICRO <= amount_micro <= AMOUNT_MAX_MICRO:
        bounds = {"min_micro": AMOUNT_MIN_MICRO, "max_micro": AMOUNT_MAX_MICRO}
        raise Invalid({"amount": ("amount_out_of_bounds", bounds)})


def open_topup(amount_micro: int, *, by: int) -> Topup:
    """Note that a top-up is wanted. Invalid when the amount is out of bounds, QuotaReached beyond the trial's day or
    after too many tries, NotAllowed before the person's e-mail is verified."""
    check_amount(amount_micro)
    tenant_id = scopes.tenant_id()
    if db.session.scalar(select(Identity.verified_at).where(Identity.id == by)) is None:
        raise NotAllowed("email_not_verified")
    throttling.count(f"top-up:{tenant_id}", throttling.TOP_UP)
    # Locked, so that of two at once the second counts the first.
    state = db.session.scalar(select(Tenant.state).where(Tenant.id == tenant_id).with_for_update(key_share=True))
    if state == "trial":
        _check_trial(tenant_id, amount_micro)
    topup = Topup(tenant_id=tenant_id, amount_micro=amount_micro, currency=CURRENCY, created_by=by, created_at=now())
    db.session.add(topup)
    db.session.flush()
    audit.record("topup.open", actor_id=by, object=str(topup.id), amount_micro=amount_micro)
    return topup


def _check_trial(tenant_id: int, amount_micro: int) -> None:
    at = now()
    query = select(func.coalesce(func.sum(Topup.amount_micro), 0)).where(
        Topup.tenant_id == tenant_id,
        or_(
            and_(Topup.state == "paid", Topup.created_at > at - timedelta(days=1)),
            and_(Topup.state == "created", Topup.created_at > at - PAYABLE_FOR),
        ),
    )
    left = TRIAL_DAY_MAX_MICRO - int(db.session.scalar(query) or 0)
    if amount_micro > left:
        raise QuotaReached("topup_trial_limit", max_micro=TRIAL_DAY_MAX_MICRO, left_micro=max(left, 0))


def link_topup(topup_id: int, session_id: str) -> None:
    """Remember the checkout session that was opened for a top-up. The tenant's scope, before anyone is sent to pay."""
    db.session.execute(update(Topup).where(Topup.id == topup_id, Topup.session_id == "").values(session_id=session_id))


def get(topup_id: int) -> Topup:
    """One of the scope's own top-ups."""
    found = db.session.get(Topup, topup_id, populate_existing=True)
    if found is None:
        raise NotFound
    return found


def recent(limit: int = 20) -> list[Topup]:
    """The scope's tenant's newest top-ups."""
    query = select(Topup).where(Topup.tenant_id == scopes.tenant_id()).order_by(Topup.id.desc()).limit(limit)
    return list(db.session.scalars(query))


def is_ours(session_id: str, account: str) -> bool:
    """Whether a top-up of ours waits for this session of this account. Platform scope."""
    query = select(Topup.id).where(Topup.session_id == session_id, Topup.stripe_account == account)
    return session_id != "" and db.session.scalar(query) is not None


def settle_topup(paid: Paid) -> str:
    """Bring a top-up in line with what Stripe says; what was done. Platform scope; any order, any number of times.

    Nothing is credited unless our own row names this session, amount, currency and account: what the news itself says
    about whom to credit is never believed.
    """
    query = select(Topup).where(Topup.session_id == paid.session_id, Topup.session_id != "").with_for_update()
    topup = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if topup is None or topup.stripe_account != paid.account:
        log.error("topup.stranger", session=paid.session_id, account=paid.account)
        return "unknown"
    if not STATES.allows(topup.state, paid.state):
        return topup.state
    if paid.state == "paid":
        return _credit(topup, paid)
    topup.state = paid.state
    return paid.state


def _credit(topup: Topup, paid: Paid) -> str:
    same = (paid.amount_micro, paid.currency) == (topup.amount_micro, topup.currency)
    if not same or not paid.payment_intent:
        log.error("topup.mismatch", topup=topup.id, asked=topup.amount_micro, paid=paid.amount_micro)
        return "mismatch"
    grant(
        f"topup:{paid.payment_intent}", topup.tenant_id, topup.currency, topup.amount_micro, source="stripe_clearing",
        kind="topup", ref=("topup", topup.id), actor_id=topup.created_by,
    )  # fmt: skip
    topup.state, topup.payment_intent, topup.paid_at = "paid", paid.payment_intent, now()
    return "paid"


def give_up(session_id: str) -> None:
    """Stripe knows no such session: nobody can pay it. Platform scope."""
    db.session.execute(
        update(Topup).where(Topup.session_id == session_id, Topup.state == "created").values(state="expired")
    )


def unanswered() -> Sequence[str]:
    """Sessions of top-ups we have heard nothing about for too long, the longest unasked first; they count as asked.
    Those for which no session was ever opened are closed. Platform scope."""
    at = now()
    late = and_(Topup.state == "created", Topup.created_at < at - ASK_AFTER)
    db.session.execute(update(Topup).where(late, Topup.session_id == "").values(state="expired"))
    waiting = (
        select(Topup.id)
        .where(late, func.coalesce(Topup.asked_at, Topup.created_at) < at - ASK_AFTER)
        .order_by(Topup.asked_at.nulls_first(), Topup.id)
        .limit(ASKED_MAX)
    )
    asked = update(Topup).where(Topup.id.in_(waiting)).values(asked_at=at).returning(Topup.session_id)
    return db.session.scalars(asked).all()
