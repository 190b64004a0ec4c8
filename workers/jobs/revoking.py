"""Taking back what RCS did not deliver in time: the carrier is asked, and what it says goes into the inbox as any
receipt does, from where the message goes as SMS."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence

from flask import current_app
from sqlalchemy import select

from tenants import messages, routing
from tenants.accounts.vaults import vault
from tenants.core import crash, scopes
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.message_templates import Product
from tenants.messages import Claim, Incoming, Writer, revoking
from tenants.messages.revoking import Due
from tenants.routing.models import Channel
from workers import channels
from workers.channels import Receipt, SendError
from workers.channels.settings import opened
from workers.jobs import stopping

JOB_S = 10.0
ROUNDS_MAX = 50


def patience_s(claim: Claim, way: routing.Way) -> float | None:
    """How long what leaves by this way may be on it; None where it does not matter, as for every SMS."""
    if claim.product != Product.RCS:
        return None
    return channels.patience_s(way.kind, opened(way.channel_id, way.settings, way.secrets))


def take_back(tenant_id: int, campaign_id: int, batch_no: int) -> None:
    """Ask the carriers for what is due of a batch, and say when the rest is."""
    stop_at = time.monotonic() + JOB_S
    for _ in range(ROUNDS_MAX):
        with scopes.tenant(tenant_id):
            wanted = revoking.due(campaign_id, batch_no)
            writer = messages.writer(campaign_id, vault()) if wanted else None
        if writer is None or time.monotonic() > stop_at or stopping.asked():
            break
        _ask(tenant_id, wanted, writer)
    with scopes.tenant(tenant_id):
        revoking.rest(campaign_id, batch_no)


def _ask(tenant_id: int, wanted: Sequence[Due], writer: Writer) -> None:
    """One round: no transaction is open while the carriers are asked, and their receipts are kept before all else."""
    secret = current_app.config["SETTINGS"].qunfa_secret
    by_channel: dict[int, list[Due]] = defaultdict(list)
    for each in wanted:
        by_channel[each.channel_id].append(each)
    unanswered = []
    for channel_id, theirs in by_channel.items():
        answers = list(zip(theirs, _answers(channel_id, theirs, writer), strict=True))
        crash.point("after_asked_back")
        unanswered += [each for each, answer in answers if isinstance(answer, SendError)]
        told = [
            Incoming.of(answer)._replace(reference=messages.reference(secret, tenant_id, each.id, each.attempt))
            for each, answer in answers
            if isinstance(answer, Receipt)
        ]
        with scopes.platform(Reason.RECEIPTS):
            messages.store(channel_id, told, secret)
    crash.point("after_taken_back")
    with scopes.tenant(tenant_id):
        revoking.answered(wanted, unanswered)


def _answers(channel_id: int, wanted: Sequence[Due], writer: Writer) -> Sequence[Receipt | SendError | None]:
    """What the carrier of a channel says; a channel that is gone can be asked nothing."""
    with scopes.platform(Reason.DISPATCH):
        channel = db.session.scalars(select(Channel).where(Channel.id == channel_id)).one_or_none()
        if channel is None:
            return [None] * len(wanted)
        kind, settings = channel.kind, opened(channel.id, channel.settings, channel.secrets)
    asked = [(writer.number(each.id, each.sealed), each.provider_ref) for each in wanted]
    return channels.revoke(kind, settings, asked)
