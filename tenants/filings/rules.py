"""What each channel asks to have filed, operator by operator: kept by staff, read by everybody. A channel that sends
nothing but its provider's templates asks for the template by itself.
"""

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
    return _needs(_of(channel_ids, operators))


def by_code(channel_ids: Collection[int], operators: Collection[str] = MAINLAND) -> set[Line]:
    """The lines of these where a template leaves by its provider's code or not at all."""
    found = db.session.scalars(_of(channel_ids, operators).where(Rule.by_code))
    return {(rule.channel_id, rule.operator) for rule in found}


def _of(channel_ids: Collection[int], operators: Collection[str]) -> Select[Rule]:
    return select(Rule).where(Rule.channel_id.in_(channel_ids), Rule.operator.in_(operators))


def all_needs() -> Needs:
    """Of every channel."""
    return _needs(select(Rule))


def _needs(found: Select[Rule]) -> Needs:
    return {
        (rule.channel_id, rule.operator): kinds
        for rule in db.session.scalars(found)
        if (kinds := tuple(kind for kind in Kind if kind in rule.needs or (kind == Kind.TEMPLATE and rule.by_code)))
    }


def set_needs(channel_id: int, wanted: Mapping[str, Collection[str]], *, by: int) -> None:
    """Say anew what a channel asks for: operator → kinds. Platform scope."""
    if not set(wanted) <= set(MAINLAND) or not all(set(kinds) <= set(Kind) for kinds in wanted.values()):
        raise Invalid({"needs": "invalid"})
    _write(channel_id, wanted, {operator for _, operator in by_code([channel_id])}, by)


def set_by_code(channel_id: int, wanted: bool, *, by: int) -> None:
    """Say whether a channel sends nothing but its provider's templates: its settings tell. Platform scope."""
    coded = set(MAINLAND) if wanted else set()
    if coded != {operator for _, operator in by_code([channel_id])}:
        kept = {rule.operator: rule.needs for rule in db.session.scalars(_of([channel_id], MAINLAND))}
        _write(channel_id, kept, coded, by)


def _write(channel_id: int, wanted: Mapping[str, Collection[str]], coded: Collection[str], by: int) -> None:
    before = _told(channel_id)
    db.session.execute(delete(Rule).where(Rule.channel_id == channel_id))
    for operator in MAINLAND:
        kinds = [str(kind) for kind in Kind if kind in wanted.get(operator, ())]
        row = {"channel_id": channel_id, "operator": operator, "needs": kinds, "by_code": operator in coded}
        if kinds or operator in coded:
            db.session.execute(insert(Rule).values(row | {"changed_by": by, "changed_at": now()}))
    after = _told(channel_id)
    if before != after:
        audit.record("filing.rules", actor_id=by, object=f"channel:{channel_id}", before=before, after=after)


def _told(channel_id: int) -> dict[str, list[str]]:
    return {operator: [*kinds] for (_, operator), kinds in needs([channel_id]).items()}
