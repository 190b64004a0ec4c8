"""Top-ups. Only a row of ours is ever credited, once, for the amount and currency we asked for (S1, S2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import func, select

from tenants.accounts.models import Tenant
from tenants.core import audit, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound, QuotaReached
from tenants.ledger.book import CURRENCY, grant
from tenants.ledger.models import Topup

log = structlog.get_logger()

AMOUNT_MIN_MICRO = 1_000_000
AMOUNT_MAX_MICRO = 50_000_000_000
TRIAL_DAY_MAX_MICRO = 1_000_000_000
# A top-up nobody has told us about for this long is asked after.
ASK_AFTER = timedelta(minutes=10)
GIVE_UP_AFTER = timedelta(days=2)
ASKED_MAX = 100


@dataclass(frozen=True)
class Paid:
    """What Stripe says of a checkout session. `amount_micro` is what was paid without tax."""

    session_id: str
    payment_intent: str
    amount_micro: int
    currency: str
    account: str
    state: str  # paid, expired, failed, open


def open_topup(amount_micro: int, *, by: int) -> Topup:
    """Note that a top-up is wanted. Invalid when the amount is out of bounds, QuotaReached beyond the trial's day."""
    if not AMOUNT_MIN_MICRO <= amount_micro <= AMOUNT_MAX_MICRO:
        bounds = {"min_micro": AMOUNT_MIN_MICRO, "max_micro": AMOUNT_MAX_MICRO}
        raise Invalid({"amount": ("amount_out_of_bounds", bounds)})
    tenant_id = scopes.tenant_id()
    if db.session.scalar(select(Tenant.state).where(Tenant.id == tenant_id)) == "trial":
        _check_trial(tenant_id, amount_micro)
    topup = Topup(tenant_id=tenant_id, amount_micro=amount_micro, currency=CURRENCY, created_by=by, created_at=now())
    db.session.add(topup)
    db.session.flush()
    audit.record("topup.open", actor_id=by, object=str(topup.id), amount_micro=amount_micro)
    return topup


def _check_trial(tenant_id: int, amount_micro: int) -> None:
    since = now() - timedelta(days=1)
    query = select(func.coalesce(func.sum(Topup.amount_micro), 0)).where(
        Topup.tenant_id == tenant_id, Topup.created_at > since, Topup.state == "paid"
    )
    left = TRIAL_DAY_MAX_MICRO - int(db.session.scalar(query) or 0)
    if amount_micro > left:
        raise QuotaReached("topup_trial_limit", max_micro=TRIAL_DAY_MAX_MICRO, left_micro=max(left, 0))


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


def settle_topup(paid: Paid) -> str:
    """Bring a top-up in line with what Stripe says; what was done. Platform scope; any order, any number of times.

    Nothing is credited unless our own row names this session, amount, currency and account: what the news itself says
    about whom to credit is never believed.
    """
    query = select(Topup).where(Topup.session_id == paid.session_id).with_for_update()
    topup = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if topup is None or topup.stripe_account != paid.account:
        log.error("topup.stranger", session=paid.session_id, account=paid.account)
        return "unknown"
    if topup.state == "paid" or paid.state == "open":
        return topup.state
    if paid.state != "paid":
        topup.state = paid.state
        return paid.state
    if (paid.amount_micro, paid.currency.upper()) != (topup.amount_micro, topup.currency):
        log.error("topup.mismatch", topup=topup.id, asked=topup.amount_micro, paid=paid.amount_micro)
        return "mismatch"
    topup.state, topup.payment_intent, topup.paid_at = "paid", paid.payment_intent, now()
    grant(
        f"topup:{paid.payment_intent}", topup.tenant_id, topup.currency, topup.amount_micro, source="stripe_clearing",
        kind="topup", ref=("topup", topup.id), actor_id=topup.created_by,
    )  # fmt: skip
    return "paid"


def unanswered() -> list[str]:
    """Sessions of top-ups we have heard nothing about for too long. Platform scope."""
    query = select(Topup.session_id).where(
        Topup.state == "created", Topup.session_id != "", Topup.created_at < now() - ASK_AFTER,
        Topup.created_at > now() - GIVE_UP_AFTER,
    )  # fmt: skip
    return list(db.session.scalars(query.order_by(Topup.id).limit(ASKED_MAX)))
