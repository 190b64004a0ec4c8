"""What each channel asks to have filed, operator by operator: kept by staff, read by everybody."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Select, delete, select
from sqlalchemy.dialects.postgresql import insert

from tenants.core import audit
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid
from tenants.core.operators import MAINLAND
from tenants.filings.models import Rule
from tenants.filings.states import Kind

# A line: a channel with an operator.
Line = tuple[int, str]
Needs = dict[Line, tuple[Kind, ...]]


def needs(channel_ids: Collection[int], operators: Collection[str] = MAINLAND) -> Needs:
    """What is needed on each line of these; a line that asks for nothing is left out."""
    if not channel_ids:
        return {}
    found = select(Rule).where(Rule.channel_id.in_(channel_ids), Rule.operator.in_(operators))
    return _needs(found)


def all_needs() -> Needs:
    """Of every channel."""
    return _needs(select(Rule))


def _needs(found: Select[Rule]) -> Needs:
    return {
        (rule.channel_id, rule.operator): tuple(kind for kind in Kind if kind in rule.needs)
        for rule in db.session.scalars(found)
        if rule.needs
    }


def set_needs(channel_id: int, wanted: Mapping[str, Collection[str]], *, by: int) -> None:
    """Say anew what a channel asks for: operator → kinds. Platform scope."""
    if not set(wanted) <= set(MAINLAND) or not all(set(kinds) <= set(Kind) for kinds in wanted.values()):
        raise Invalid({"needs": "invalid"})
    before = {operator: kinds for (_, operator), kinds in needs([channel_id]).items()}
    after = {operator: tuple(kind for kind in Kind if kind in kinds) for operator, kinds in wanted.items() if kinds}
    if before == after:
        return
    db.session.execute(delete(Rule).where(Rule.channel_id == channel_id))
    for operator, kinds in after.items():
        row = {"channel_id": channel_id, "operator": operator, "needs": list(map(str, kinds))}
        db.session.execute(insert(Rule).values(row | {"changed_by": by, "changed_at": now()}))
    audit.record(
        "filing.rules", actor_id=by, object=f"channel:{channel_id}",
        before={operator: [*kinds] for operator, kinds in before.items()},
        after={operator: [*kinds] for operator, kinds in after.items()},
    )  # fmt: skip
