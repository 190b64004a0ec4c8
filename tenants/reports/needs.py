"""What waits for a person of the business, the most harmful first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from tenants import accounts, campaigns, contacts, filings, message_templates, messages, signatures
from tenants.campaigns import ways
from tenants.contacts.models import Import
from tenants.core.clock import now
from tenants.core.db import db
from tenants.message_templates.models import Template, TemplateVersion
from tenants.messages import State
from tenants.signatures.models import Signature

# What failed is shown for this long; nobody has to dismiss it.
RECENT = timedelta(days=7)
EACH_MAX = 3


@dataclass(frozen=True)
class Need:
    """`what`: unfunded, limited, in_doubt, campaign_rejected, template_rejected, signature_rejected, import_failed,
    import_unmapped, filing_lacking, filing_ending, trial, trial_asked; `id` and `name` say which, `n` how many, `at`
    since or until when, `day` until which day."""

    what: str
    id: int = 0
    name: str = ""
    n: int = 0
    reason: str = ""
    at: datetime | None = None
    day: date | None = None


def needs() -> list[Need]:
    """Everything that needs somebody of the scope's tenant."""
    return [*_campaigns(), *_doubt(), *_rejected(), *_filings(), *_imports(), *_trial()]


def todos() -> dict[str, int]:
    """How much needs somebody, by room: campaigns, templates, signatures."""
    latest = (TemplateVersion.template_id == Template.id) & (TemplateVersion.version == Template.latest)
    templates = (
        select(func.count())
        .select_from(Template)
        .join(TemplateVersion, latest)
        .where(TemplateVersion.state == message_templates.State.REJECTED, Template.archived_at.is_(None))
    )
    rejected = select(func.count()).where(Signature.state == signatures.State.REJECTED)
    stopped = (campaigns.State.UNFUNDED, campaigns.State.LIMITED)
    waiting = select(func.count()).where(campaigns.Campaign.state.in_(stopped))
    row = db.session.execute(
        select(waiting.scalar_subquery(), templates.scalar_subquery(), rejected.scalar_subquery())
    ).one()
    return {name: n for name, n in zip(("campaigns", "templates", "signatures"), row, strict=True) if n}


def _campaigns() -> Iterator[Need]:
    stopped = [campaigns.State.UNFUNDED, campaigns.State.LIMITED]
    for each in campaigns.listed(states=stopped, limit=EACH_MAX):
        yield Need(each.state, each.id, each.name, reason=each.reason)


def _doubt() -> Iterator[Need]:
    doubted = messages.having([State.IN_DOUBT])
    if doubted:
        until = [at for at in map(messages.doubt_until, list(doubted)[:EACH_MAX]) if at]
        yield Need("in_doubt", n=sum(doubted.values()), at=max(until, default=None))


def _rejected() -> Iterator[Need]:
    for listed in message_templates.listed():
        if listed.latest.state == message_templates.State.REJECTED:
            yield Need("template_rejected", listed.latest.template_id, listed.latest.name, reason=listed.latest.reason)
    for signature in signatures.listed():
        if signature.state == signatures.State.REJECTED:
            yield Need("signature_rejected", signature.id, signature.text, reason=signature.reason)
    since = now() - RECENT
    for each in campaigns.listed(states=[campaigns.State.REJECTED], limit=EACH_MAX):
        if each.updated_at > since:
            yield Need("campaign_rejected", each.id, each.name, reason=each.reason)


def _filings() -> Iterator[Need]:
    found = filings.gaps(ways.possible())
    if found.lacking:
        yield Need("filing_lacking", n=found.lacking)
    if found.ending:
        yield Need("filing_ending", n=found.ending, day=found.until)


def _imports() -> Iterator[Need]:
    query = (
        select(Import)
        .where(
            Import.state.in_((contacts.State.FAILED, contacts.State.UPLOADED)), Import.created_at > now() - RECENT,
            Import.purpose != contacts.Purpose.AUDIENCE,
        )
        .order_by(Import.state, Import.id.desc())
        .limit(EACH_MAX)
    )  # fmt: skip
    for found in db.session.scalars(query):
        what = "import_failed" if found.state == contacts.State.FAILED else "import_unmapped"
        yield Need(what, found.id, found.name, reason=found.error, at=found.created_at)


def _trial() -> Iterator[Need]:
    business = accounts.current()
    if business.state == "trial":
        yield Need("trial_asked" if business.live_asked_at else "trial", at=business.live_asked_at)
