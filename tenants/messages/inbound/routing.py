"""Whose a reply is: the business that wrote to that number last, on the same channel if it can be.

Numbers are indexed under each business's own key, so the businesses that sent anything lately are asked one by one,
once for a whole set of replies: replies are few and messages many, and sending pays nothing for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, func, select, update
from sqlalchemy.dialects.postgresql import distinct_on

from tenants import optouts, webhooks
from tenants.accounts.vaults import vault
from tenants.core import bulk, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.messages.inbound.keeping import opened
from tenants.messages.inbound.models import Reply
from tenants.messages.inbound.stopping import stops
from tenants.messages.models import Message, Run, Turn
from tenants.routing.models import Channel

SET_MAX = 500
WROTE_WITHIN = timedelta(days=30)
# Businesses asked for one set, those that sent last first.
CANDIDATES_MAX = 2_000
EVENT = "reply.received"


@dataclass(frozen=True)
class Waiting:
    """A reply nobody is known for yet."""

    id: int
    channel_id: int
    number: str


@dataclass(frozen=True)
class Written:
    """What a business last wrote to the number of a reply."""

    tenant_id: int
    message_id: int
    campaign_id: int
    signature_id: int
    same_channel: bool
    at: datetime

    @property
    def rank(self) -> tuple[bool, datetime]:
        return self.same_channel, self.at


def due() -> bool:
    """Whether there is anything to do. Platform scope."""
    return db.session.scalar(select(Reply.id).where(Reply.state.in_(("new", "matched"))).limit(1)) is not None


def waiting() -> list[Waiting]:
    """The oldest replies that are nobody's yet. Platform scope."""
    rows = db.session.scalars(select(Reply).where(Reply.state == "new").order_by(Reply.id).limit(SET_MAX))
    return [Waiting(row.id, row.channel_id, opened(row)[0]) for row in rows]


def candidates(replies: Sequence[Waiting]) -> list[int]:
    """The businesses that may have written: those a channel is reserved for, else all that sent lately. Platform."""
    ids = {each.channel_id for each in replies}
    owners = db.session.scalars(select(Channel.tenant_ids).where(Channel.id.in_(ids))).all()
    if owners and all(owners):
        return sorted({tenant_id for each in owners for tenant_id in each})
    lately = select(Turn.tenant_id).where(Turn.served_at > now() - WROTE_WITHIN).group_by(Turn.tenant_id)
    return list(db.session.scalars(lately.order_by(func.max(Turn.served_at).desc()).limit(CANDIDATES_MAX)))


def last_written(replies: Sequence[Waiting]) -> dict[int, Written]:
    """What the scope's tenant last wrote to the number of each reply, of those it wrote to."""
    if not replies:
        return {}
    given = bulk.arrays("given", {
        "id": (BigInteger, [each.id for each in replies]),
        "channel_id": (BigInteger, [each.channel_id for each in replies]),
        "phone_index": (Message.phone_index.type, vault().indexes([each.number for each in replies])),
    })  # fmt: skip
    same = Message.channel_id.is_not_distinct_from(given.c.channel_id)
    rows = db.session.execute(
        select(given.c.id, Message.id, Message.campaign_id, Run.signature_id, same, Message.submitted_at)
        .join(Message, Message.phone_index == given.c.phone_index)
        .join(Run, Run.campaign_id == Message.campaign_id)
        .where(Message.submitted_at > now() - WROTE_WITHIN)
        .ext(distinct_on(given.c.id))
        .order_by(given.c.id, same.desc(), Message.submitted_at.desc())
    )
    return {row[0]: Written(scopes.tenant_id(), *row[1:]) for row in rows}


def assign(replies: Sequence[Waiting], written: Mapping[int, Written]) -> None:
    """Give each reply to its business, or to nobody. Platform scope."""
    owned = [(id, each) for id, each in written.items()]
    given = bulk.arrays("given", {
        "id": (BigInteger, [id for id, _ in owned]),
        "tenant_id": (BigInteger, [each.tenant_id for _, each in owned]),
        "message_id": (BigInteger, [each.message_id for _, each in owned]),
        "campaign_id": (BigInteger, [each.campaign_id for _, each in owned]),
        "signature_id": (BigInteger, [each.signature_id for _, each in owned]),
    })  # fmt: skip
    names = ("tenant_id", "message_id", "campaign_id", "signature_id")
    to = {name: given.c[name] for name in names}
    db.session.execute(update(Reply).where(Reply.id == given.c.id, Reply.state == "new").values(state="matched", **to))
    nobodys = [each.id for each in replies if each.id not in written]
    db.session.execute(update(Reply).where(Reply.id.in_(nobodys), Reply.state == "new").values(state="unknown"))


def matched() -> list[int]:
    """Businesses with replies to be kept. Platform scope."""
    return list(db.session.scalars(select(Reply.tenant_id).where(Reply.state == "matched").distinct()))


def settle() -> int:
    """Keep one set of the tenant's replies under its own key, and do what they ask; how many. The tenant's scope."""
    rows = db.session.scalars(
        select(Reply)
        .where(Reply.state == "matched")
        .order_by(Reply.id)
        .limit(SET_MAX)
        .with_for_update(skip_locked=True)
    ).all()
    keys, gone = vault(), defaultdict[int, set[str]](set)
    for row in rows:
        number, said = opened(row)
        row.state, row.stops, row.sealed = "kept", stops(said), keys.seal("replies", row.id, [number, said])
        if row.stops:
            gone[row.signature_id or optouts.EVERY_SIGNATURE].add(number)
        webhooks.record(EVENT, row.id, {"message": row.message_id, "campaign": row.campaign_id, "stops": row.stops})
    for signature_id, numbers in gone.items():
        optouts.add_many(sorted(numbers), source="reply", by=None, signature_id=signature_id)
    return len(rows)
