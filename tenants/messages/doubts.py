"""Receipts of messages whose answer was lost: they bear a reference we were never told.

On a link the answer alone names a message; when the link dies before it, the receipt still names the number. It is the
message's when nobody else's it can be: one reference nobody knows, one message of one part on that carrier's account
to that number without an answer, submitted before. Where two could be meant, doubt stays, and ends as ever.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, any_, func, select, update
from sqlalchemy.dialects.postgresql import BYTEA, insert

from tenants import routing
from tenants.accounts.vaults import vault
from tenants.core import bulk, jobs, scopes
from tenants.core.db import db
from tenants.core.jobs import Job
from tenants.messages.models import Batch, Message, Receipt, Run, Submission
from tenants.messages.states import State

# A tenant with more open than this has other troubles; its doubts stay.
OPEN_MAX = 20_000


class Stranger(NamedTuple):
    """A receipt nobody knows, the channels of its account, and its number by the platform's index."""

    id: int
    account: frozenset[int]
    provider_ref: str
    phone_index: bytes
    received_at: datetime


class Open(NamedTuple):
    """A message without an answer: in doubt, or just leaving."""

    tenant_id: int
    id: int
    attempt: int
    channel_id: int
    segments: int
    submitted_at: datetime
    phone_index: bytes


def strangers(receipt_ids: Collection[int]) -> list[Stranger]:
    """Those of these receipts that name a number with no other unknown reference. Platform scope."""
    same = (Receipt.state == "new", Receipt.phone_index.is_not(None))
    chosen = Receipt.id == any_(bulk.array(BigInteger, sorted(receipt_ids)))
    rows = db.session.execute(
        select(Receipt.id, Receipt.channel_id, Receipt.provider_ref, Receipt.phone_index, Receipt.received_at)
        .where(*same, chosen)
        .order_by(Receipt.id)
    ).all()
    if not rows:
        return []
    refs = defaultdict(set)
    asked = any_(bulk.array(BYTEA, sorted({row.phone_index for row in rows})))
    for index, ref in db.session.execute(
        select(Receipt.phone_index, Receipt.provider_ref).where(*same, Receipt.phone_index == asked)
    ):
        refs[index].add(ref)
    twins = routing.twins({row.channel_id for row in rows})
    return [
        Stranger(row.id, frozenset(twins.get(row.channel_id, (row.channel_id,))), row.provider_ref,
                 row.phone_index or b"", row.received_at)
        for row in rows
        if len(refs[row.phone_index]) == 1
    ]  # fmt: skip


def tenants() -> list[int]:
    """Who may have messages on their way. Platform scope."""
    return list(db.session.scalars(select(Batch.tenant_id).distinct().order_by(Batch.tenant_id)))


def opened(channel_ids: Collection[int], wanted: Collection[bytes]) -> list[Open] | None:
    """The tenant's messages without an answer on these channels to the wanted numbers; None: too many to look at."""
    campaigns = select(Run.campaign_id).where((Run.in_doubt > 0) | (Run.submitting > 0))
    rows = db.session.execute(
        select(Message.id, Message.attempt, Message.channel_id, Message.segments,
               Message.submitted_at, Message.sealed)
        .where(Message.campaign_id.in_(campaigns), Message.state.in_([State.IN_DOUBT, State.SUBMITTING]),
               Message.channel_id == any_(bulk.array(BigInteger, sorted(channel_ids))),
               Message.submitted_at.is_not(None))
        .order_by(Message.id)
        .limit(OPEN_MAX + 1)
    ).all()  # fmt: skip
    if len(rows) > OPEN_MAX:
        return None
    keys, tenant_id = vault(), scopes.tenant_id()
    indexes = [keys.platform_index(keys.open("messages", row.id, row.sealed)[0]) for row in rows]
    return [
        Open(tenant_id, row.id, row.attempt, row.channel_id, row.segments, row.submitted_at, index)
        for row, index in zip(rows, indexes, strict=True)
        if index in wanted
    ]


def pairs(found: Sequence[Stranger], open_: Sequence[Open]) -> list[tuple[Stranger, Open]]:
    """Each receipt with the only message it can be of."""
    by_index: Mapping[bytes, list[Open]] = defaultdict(list)
    for message in open_:
        by_index[message.phone_index].append(message)
    return [
        (receipt, one[0])
        for receipt in found
        if len(one := [each for each in by_index[receipt.phone_index] if each.channel_id in receipt.account]) == 1
        and one[0].segments == 1
        and one[0].submitted_at <= receipt.received_at
    ]


def name(receipt: Stranger, message: Open) -> bool:
    """From now on the reference names the message, unless its answer has come meanwhile. The scope of its tenant."""
    still = db.session.scalars(
        select(Message.id)
        .where(Message.id == message.id, Message.attempt == message.attempt, Message.state == State.IN_DOUBT)
        .with_for_update()
    ).one_or_none()
    if still is None:
        return False
    db.session.execute(
        insert(Submission)
        .values(channel_id=message.channel_id, provider_ref=receipt.provider_ref, tenant_id=message.tenant_id,
                message_id=message.id, attempt=message.attempt, at=message.submitted_at)
        .on_conflict_do_nothing()
    )  # fmt: skip
    return True


def look_again(receipt_ids: Collection[int]) -> None:
    """These receipts are no strangers any more. Platform scope."""
    if receipt_ids:
        own = Receipt.id == any_(bulk.array(BigInteger, sorted(receipt_ids)))
        db.session.execute(update(Receipt).where(own, Receipt.state == "new").values(next_at=func.now()))
        jobs.after_commit(Job.SETTLE_RECEIPTS)
