"""Finding messages, a page at a time: by number, by campaign, by state. No search reads the whole table.

A number is looked up by its blind index. A state is looked for only in the runs that have messages in it, and those are
read along the index of runs and batches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, literal, select, tuple_

from tenants.core.db import db
from tenants.core.errors import NotFound
from tenants.core.secrets import Vault
from tenants.messages.models import Message, Run
from tenants.messages.states import State

PAGE = 50
# Campaigns one search looks into, the newest first.
RUNS_MAX = 1_000

COLUMNS = (
    Message.id, Message.campaign_id, Message.batch_no, Message.state, Message.sealed, Message.country,
    Message.operator, Message.segments, Message.unit_micro, Message.code, Message.submitted_at, Message.done_at,
)  # fmt: skip


@dataclass(frozen=True)
class Found:
    """A line of the list, its number opened."""

    id: int
    campaign_id: int
    state: State
    number: str
    country: str
    operator: str
    segments: int
    cost_micro: int
    code: str
    submitted_at: datetime | None
    done_at: datetime | None


def search(
    vault: Vault, *, phone_index: bytes | None = None, campaign_ids: Sequence[int] | None = None,
    states: Sequence[State] = (), before: int | None = None, after: int | None = None, limit: int = PAGE,
) -> list[Found]:  # fmt: skip
    """The newest messages of a number, of some campaigns (None: of any), in some states (none: in any).

    `before` and `after` are messages: the page of what is older than the one, or just newer than the other.
    """
    query = select(*COLUMNS).limit(limit)
    if phone_index is not None:
        query = query.where(Message.phone_index == phone_index)
    elif states:
        campaign_ids = sorted(having(states, campaign_ids), reverse=True)
    if states:
        query = query.where(Message.state.in_(states))
    if campaign_ids is not None:
        query = query.where(Message.campaign_id.in_(campaign_ids[:RUNS_MAX]))
    order = _order(run_by_run=phone_index is None and campaign_ids is not None)
    if before is not None:
        query = query.where(tuple_(*order) < _place(order, before))
    if after is not None:
        newer = db.session.execute(query.where(tuple_(*order) > _place(order, after)).order_by(*order))
        return [_found(row, vault) for row in newer][::-1]
    return [_found(row, vault) for row in db.session.execute(query.order_by(*(column.desc() for column in order)))]


def having(states: Sequence[State], campaign_ids: Sequence[int] | None = None) -> dict[int, int]:
    """How many messages each run has in these states, of those runs that have any."""
    n = sum((Run.__table__.columns[state.label] for state in states), literal(0))
    query = select(Run.campaign_id, n).where(n > 0).order_by(Run.campaign_id.desc()).limit(RUNS_MAX)
    if campaign_ids is not None:
        query = query.where(Run.campaign_id.in_(campaign_ids))
    return {row[0]: row[1] for row in db.session.execute(query)}


def _order(*, run_by_run: bool) -> tuple[Any, ...]:
    """Along an index in either case: by age, or run by run."""
    return (Message.campaign_id, Message.batch_no, Message.id) if run_by_run else (Message.id,)


def _place(order: tuple[Any, ...], message_id: int) -> ColumnElement[Any]:
    row = db.session.execute(select(*order).where(Message.id == message_id)).one_or_none()
    if row is None:
        raise NotFound
    return tuple_(*(literal(value) for value in row))


def _found(row: Any, vault: Vault) -> Found:
    return Found(
        row.id, row.campaign_id, State(row.state), vault.open("messages", row.id, row.sealed)[0], row.country,
        row.operator, row.segments, row.unit_micro * row.segments, row.code or "", row.submitted_at, row.done_at,
    )  # fmt: skip
