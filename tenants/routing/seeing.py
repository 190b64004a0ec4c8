"""What channels did lately: answers and receipts counted in short spans of time, one statement for each set of messages
that is recorded. A business's rows are its own; who judges adds them up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from flask import current_app
from sqlalchemy import ColumnElement, Double, case, cast, delete, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from tenants.core import bulk, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.routing.models import Health

SPAN_S: Final = 10
KEPT: Final = timedelta(hours=2)
COUNTS: Final = (
    "accepted", "throttled", "refused", "rejected", "doubted", "slow", "delivered", "failed", "undelivered",
)  # fmt: skip
# The scale of waits, in seconds: step n is at least the n-th of these; a wait below the first is step 1 all the same.
STEPS_S: Final = (
    0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0, 96.0, 128.0, 192.0, 256.0, 384.0,
    512.0, 1024.0, 2048.0, 4096.0, 16384.0, 65536.0,
)  # fmt: skip
SLOW_S: Final = 12.0  # an answer that took longer is a slow one


@dataclass(frozen=True)
class Sight:
    """`count` messages of which a channel said `what` (one of COUNTS) after a wait on step `wait` of the scale."""

    channel_id: int
    country: str
    operator: str
    what: str
    wait: int
    count: int


def step(from_: Any, to: Any) -> ColumnElement[int]:
    """The step of the scale on which the time between two columns falls, as an expression."""
    waited_s = cast(func.extract("epoch", to - from_), Double)
    found: ColumnElement[int] = func.width_bucket(waited_s, literal(list(STEPS_S), ARRAY(Double)))
    return case((waited_s.is_(None), 0), else_=func.greatest(found, 1))


def is_slow(wait: int) -> bool:
    return wait > 0 and STEPS_S[wait - 1] >= SLOW_S


def period_s() -> int:
    """How often health is judged."""
    found: int = current_app.config["SETTINGS"].qunfa_health_s
    return max(found, 1)


def span_s() -> int:
    return min(SPAN_S, period_s())


def span_of(at: datetime) -> datetime:
    """The beginning of the span a moment belongs to."""
    return datetime.fromtimestamp(at.timestamp() // span_s() * span_s(), UTC)


def note(sights: Iterable[Sight]) -> None:
    """Add what was seen to the present span. The tenant's scope."""
    rows: dict[tuple[int, str, str, int], dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
    for each in sights:
        rows[each.channel_id, each.country, each.operator, each.wait][each.what] += each.count
    if not rows:
        return
    # In one order, so that two sets of a business never wait for each other in a circle.
    keys = sorted(rows)
    columns: dict[str, list[Any]] = {
        "channel_id": [key[0] for key in keys],
        "country": [key[1] for key in keys],
        "operator": [key[2] for key in keys],
        "wait": [key[3] for key in keys],
        **{name: [rows[key][name] for key in keys] for name in COUNTS},
    }
    table = Health.__table__
    source = bulk.arrays("given", {name: (table.columns[name].type, values) for name, values in columns.items()})
    alike = {"at": literal(span_of(now()), table.columns["at"].type), "tenant_id": literal(scopes.tenant_id())}
    new = insert(Health).from_select([*columns, *alike], select(*[source.c[name] for name in columns], *alike.values()))
    db.session.execute(
        new.on_conflict_do_update(
            index_elements=["at", "tenant_id", "channel_id", "country", "operator", "wait"],
            set_={name: table.columns[name] + new.excluded[name] for name in COUNTS},
        )
    )


def tidy() -> None:
    """Drop spans nobody looks at any more. Platform scope."""
    db.session.execute(delete(Health).where(Health.at < now() - KEPT))
