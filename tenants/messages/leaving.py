"""What whoever sends a batch, over HTTP or over links, asks routing and tells it. Platform scope but for `has_for`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, select

from tenants import filings, routing
from tenants.core.db import db
from tenants.messages.claiming import Claim, fit_for
from tenants.messages.models import Message
from tenants.messages.recording import Answer, Result
from tenants.messages.writing import Writer


def group_of(claim: Claim) -> routing.Group:
    return routing.Group(claim.tenant_id, claim.country, claim.operator, claim.kind, claim.product)


def filed(claim: Claim, writer: Writer) -> routing.Ready | None:
    """Which channels have the text filed; runs of before templates were kept with them are let through."""
    template_id, version = writer.template
    if not template_id:
        return None
    return lambda ids: filings.ready(
        ids, writer.signature_id, template_id, version, claim.operator, tenant_id=claim.tenant_id
    )


def has_for(claim: Claim, channel_id: int, *, others: bool) -> bool:
    """Whether a batch has anything this channel may try now; with `others`, what it failed last is theirs. The tenant's
    scope."""
    return bool(db.session.scalar(select(exists(select(Message.id).where(*fit_for(claim, channel_id, others))))))


def verdict(results: Sequence[Result]) -> str | None:
    """What the answers to a call say of the channel as a whole: a code when none of it came to anything, empty when the
    carrier is there, None when nothing was asked."""
    told = [each for each in results if each.answer is not Answer.LATER or each.code]
    if not told:
        return None
    broken = all(each.code in routing.BREAKS or each.answer is Answer.DOUBT for each in told)
    return told[0].code if broken else ""
