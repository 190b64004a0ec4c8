"""Channels as staff keep them: listed, added, changed, drained, paused, taken up again. Platform scope."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import case, func, select

from tenants.core import audit
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound
from tenants.core.operators import OPERATORS
from tenants.message_templates.kinds import Kind
from tenants.routing import breaking
from tenants.routing.models import Channel
from tenants.routing.states import TRANSITIONS, State

LISTED_MAX = 500
NAME_MAX = 40
PRODUCTS = ("sms", "mms", "rcs")
WEIGHTS, PACES = range(1, 1001), range(100_001)
REASON_MAX = 200
COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True)
class Wish:
    """What staff say of a channel beside its settings. Empty means any; `tps` 0 means no limit."""

    name: str
    countries: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    tenant_ids: tuple[int, ...] = ()
    weight: int | None = 100
    tps: int | None = 0
    products: tuple[str, ...] = ("sms",)

    def faults(self) -> dict[str, Any]:
        """What is wrong, by field."""
        return {
            field: fault
            for field, fault in {
                "name": "" if 0 < len(self.name) <= NAME_MAX else ("channel_name_length", {"max": NAME_MAX}),
                "countries": "" if all(map(COUNTRY.fullmatch, self.countries)) else "country_unknown",
                "operators": "" if set(self.operators) <= set(OPERATORS) else "invalid",
                "kinds": "" if set(self.kinds) <= set(Kind) else "invalid",
                "products": "" if self.products and set(self.products) <= set(PRODUCTS) else "products_missing",
                "weight": _outside(self.weight, WEIGHTS),
                "tps": _outside(self.tps, PACES),
            }.items()
            if fault
        }


def _outside(number: int | None, allowed: range) -> Any:
    if number is not None and number in allowed:
        return ""
    return ("out_of_range", {"low": allowed.start, "high": allowed.stop - 1})


def listed() -> Sequence[Channel]:
    """All channels; those that take nothing on top."""
    trouble = case((Channel.state == State.PAUSED, 0), (Channel.state == State.DRAINING, 1), else_=2)
    return db.session.scalars(select(Channel).order_by(trouble, Channel.name).limit(LISTED_MAX)).all()


def get(id: int, *, lock: bool = False) -> Channel:
    found = db.session.get(Channel, id, with_for_update=lock, populate_existing=lock)
    if found is None:
        raise NotFound
    return found


def add(kind: str, wish: Wish, settings: Mapping[str, Any], *, by: int) -> Channel:
    """A new channel, paused until somebody puts it to work: it may be set up in peace."""
    _check(wish, None)
    made = Channel(kind=kind, state=State.PAUSED, settings=dict(settings), created_at=now(), **_columns(wish))
    db.session.add(made)
    db.session.flush()
    audit.record("channel.add", actor_id=by, object=f"channel:{made.id}", kind=kind, name=made.name)
    return made


def amend(id: int, wish: Wish, settings: Mapping[str, Any], *, by: int) -> Channel:
    """Change a channel; what is under way ends with the old settings."""
    _check(wish, id)
    found = get(id, lock=True)
    for column, value in _columns(wish).items():
        setattr(found, column, value)
    found.settings = dict(settings)
    db.session.flush()
    audit.record("channel.amend", actor_id=by, object=f"channel:{id}", name=found.name)
    return found


def _columns(wish: Wish) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(wish).items()}


def _check(wish: Wish, id: int | None) -> None:
    faults = wish.faults()
    taken = select(Channel.id).where(func.lower(Channel.name) == wish.name.lower(), Channel.id != (id or 0))
    if "name" not in faults and db.session.scalar(taken) is not None:
        faults["name"] = "channel_name_taken"
    if faults:
        raise Invalid(faults)


def move(id: int, state: State, reason: str, *, by: int) -> Channel:
    """Drain it, pause it or put it back to work, for a reason that stays in the audit log."""
    reason = " ".join(reason.split())
    if not 0 < len(reason) <= REASON_MAX:
        raise Invalid({"reason": "reason_missing"}, code="reason_missing")
    found = get(id, lock=True)
    TRANSITIONS.check(State(found.state), state)
    audit.record(f"channel.{state}", actor_id=by, object=f"channel:{id}", before=found.state, reason=reason)
    found.state = state
    if state is State.ACTIVE:
        breaking.close(found)
    return found


def reaches(channel: Channel, country: str, operator: str, kind: str = "") -> bool:
    """Whether a channel takes such messages of every business at present; an empty kind asks for any."""
    return (
        channel.state == State.ACTIVE
        and not channel.tenant_ids
        and (not channel.countries or country in channel.countries)
        and (not channel.operators or operator in channel.operators)
        and (not kind or not channel.kinds or kind in channel.kinds)
    )


def uncovered(channels: Iterable[Channel], *, without: int | None = None) -> list[str]:
    """The mainland's operators that no active channel reaches, leaving one channel out."""
    left = [channel for channel in channels if channel.id != without]
    return [each for each in OPERATORS if each != "other" and not any(reaches(one, "CN", each) for one in left)]
