"""A business's inbox: page by page, by number, by what is unread. The tenant's scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from tenants import optouts
from tenants.accounts.vaults import vault
from tenants.core import audit
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import NotFound
from tenants.messages.inbound.models import Reply

PAGE = 50
UNREAD_COUNTED_MAX = 1_000

_UNREAD = (Reply.state == "kept", Reply.read_at.is_(None))


@dataclass(frozen=True)
class Shown:
    """A reply, opened."""

    id: int
    number: str
    text: str
    at: datetime
    unread: bool
    stops: bool
    message_id: int
    campaign_id: int
    signature_id: int


def page(
    *, number: str = "", campaign_id: int | None = None, unread_only: bool = False, stops_only: bool = False,
    before: int | None = None, limit: int = PAGE,
) -> list[Shown]:  # fmt: skip
    """The newest replies, and one more than `limit` when there are more; `number` in E.164."""
    query = select(Reply).where(Reply.state == "kept").order_by(Reply.id.desc()).limit(limit + 1)
    if number:
        query = query.where(Reply.phone_index == vault().platform_index(number))
    if campaign_id is not None:
        query = query.where(Reply.campaign_id == campaign_id)
    if unread_only:
        query = query.where(Reply.read_at.is_(None))
    if stops_only:
        query = query.where(Reply.stops)
    if before is not None:
        query = query.where(Reply.id < before)
    return [_shown(row) for row in db.session.scalars(query)]


def _shown(row: Reply) -> Shown:
    number, said = vault().open("replies", row.id, row.sealed)
    return Shown(
        row.id, number, said, row.at, row.read_at is None, row.stops, row.message_id or 0, row.campaign_id or 0,
        row.signature_id or 0,
    )  # fmt: skip


def unread() -> int:
    """How many nobody has read, counted up to a bound."""
    few = select(Reply.id).where(*_UNREAD).limit(UNREAD_COUNTED_MAX).subquery()
    return db.session.scalar(select(func.count()).select_from(few)) or 0


def count() -> int:
    """How many replies there are, counted up to a bound."""
    few = select(Reply.id).where(Reply.state == "kept").limit(UNREAD_COUNTED_MAX).subquery()
    return db.session.scalar(select(func.count()).select_from(few)) or 0


def mark_read(ids: Sequence[int] | None = None) -> int:
    """Mark some replies as read, or all; how many were not."""
    which = () if ids is None else (Reply.id.in_(ids),)
    marked = update(Reply).where(*_UNREAD, *which).values(read_at=now()).returning(Reply.id)
    return len(db.session.scalars(marked.execution_options(synchronize_session=False)).all())


def opt_out(reply_id: int, *, by: int) -> tuple[str, bool]:
    """Put who wrote a reply on the list of opt-outs of its signature; the number, and whether it was not there."""
    row = db.session.get(Reply, reply_id)
    if row is None or row.state != "kept":
        raise NotFound
    shown = _shown(row)
    signature_id = shown.signature_id or optouts.EVERY_SIGNATURE
    added = optouts.add_many([shown.number], source="reply", by=by, signature_id=signature_id)
    if added:
        audit.record("optout.add", actor_id=by, object=vault().index(shown.number).hex())
    return shown.number, bool(added)
