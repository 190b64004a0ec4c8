"""How far something is on a line (a channel with an operator), from the rounds of its filings; and the chain a text
stands on: papers, signature, template, links.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import or_, select, tuple_

from tenants.core import scopes
from tenants.core.db import db
from tenants.filings.dates import ending, over
from tenants.filings.models import Filing, Subject
from tenants.filings.rules import Line, by_code
from tenants.filings.states import OVER, Kind, State


class Ref(NamedTuple):
    """Something that is filed. `ref_id` 0: it is not written down at all."""

    kind: Kind
    ref_id: int
    edition: int = 0
    title: str = ""


@dataclass(frozen=True)
class Standing:
    """`filing` is the round that counts, `latest` the last one; None when there is none."""

    state: State = State.MISSING
    filing: Filing | None = None
    latest: Filing | None = None

    def may_ask(self, subject: Subject) -> bool:
        """Whether a new round may begin: none is under way, or it has not left and speaks of an older version."""
        if self.latest is None or State(self.latest.state) in OVER:
            filed = self.state in {State.FILED, State.CODELESS}
            return self.filing is None or not filed or ending(self.filing.valid_until)
        if self.latest.state == State.FILED:
            return over(self.latest.valid_until) or ending(self.latest.valid_until)
        return self.latest.state == State.PREPARED and self.latest.subject_id != subject.id


NOTHING = Standing()
Standings = dict[tuple[Line, Kind, int, int], Standing]


def standing(rounds: Sequence[Filing]) -> Standing:
    """Of one thing on one line, its rounds in order."""
    latest = rounds[-1]
    for each in reversed(rounds):
        if each.state == State.FILED and not over(each.valid_until):
            return Standing(State.FILED, each, latest)
    if latest.state == State.FILED:
        return Standing(State.EXPIRED, latest, latest)
    if latest.state == State.WITHDRAWN:
        before = standing(rounds[:-1]) if len(rounds) > 1 else NOTHING
        return Standing(before.state, before.filing, latest)
    return Standing(State(latest.state), latest, latest)


def standings(
    tenant_id: int, refs: Iterable[Ref], channel_ids: Collection[int], operators: Collection[str]
) -> Standings:  # fmt: skip
    """How far each of these is on each of these lines; what was never asked for is left out."""
    wanted = [(str(ref.kind), ref.ref_id, ref.edition) for ref in refs if ref.ref_id]
    if not wanted or not channel_ids:
        return {}
    rows = db.session.scalars(
        select(Filing)
        .where(
            Filing.tenant_id == tenant_id, Filing.channel_id.in_(channel_ids), Filing.operator.in_(operators),
            tuple_(Filing.kind, Filing.ref_id, Filing.edition).in_(wanted),
        )
        .order_by(Filing.channel_id, Filing.operator, Filing.kind, Filing.ref_id, Filing.edition, Filing.round)
    )  # fmt: skip
    found = {place: standing(list(rounds)) for place, rounds in groupby(rows, key=_place)}
    return found | _codeless({place: each for place, each in found.items() if place[1] == Kind.TEMPLATE})


def _codeless(found: Standings) -> Standings:
    """Of filed templates those whose code is missing where they can leave by nothing else."""
    lacking = [
        place
        for place, each in found.items()
        if each.state == State.FILED and each.filing is not None and not each.filing.template_code
    ]
    if not lacking:
        return {}
    coded = by_code({line[0] for line, *_ in lacking}, {line[1] for line, *_ in lacking})
    return {place: replace(found[place], state=State.CODELESS) for place in lacking if place[0] in coded}


def template_code(template_id: int, version: int, channel_id: int, operator: str) -> str:
    """What the provider calls a template that is filed with it, empty when it gave no code. The tenant's scope."""
    line = (Filing.tenant_id == scopes.tenant_id(), Filing.channel_id == channel_id, Filing.operator == operator)
    named = (Filing.kind == Kind.TEMPLATE, Filing.ref_id == template_id, Filing.edition == version)
    rounds = db.session.scalars(select(Filing).where(*line, *named).order_by(Filing.round)).all()
    found = standing(rounds) if rounds else NOTHING
    return found.filing.template_code if found.filing and found.state == State.FILED else ""


def _place(filing: Filing) -> tuple[Line, Kind, int, int]:
    return (filing.channel_id, filing.operator), Kind(filing.kind), filing.ref_id, filing.edition


def chain(tenant_id: int, signature_id: int, template_id: int, version: int) -> Mapping[Kind, Sequence[Ref]]:
    """What a text stands on, by kind. A link or the papers nobody wrote down have no id."""
    named = or_(
        (Subject.kind == Kind.SIGNATURE) & (Subject.ref_id == signature_id),
        (Subject.kind == Kind.TEMPLATE) & (Subject.ref_id == template_id) & (Subject.version == version),
    )
    found = {row.kind: row for row in db.session.scalars(select(Subject).where(Subject.tenant_id == tenant_id, named))}
    signature, template = found.get(Kind.SIGNATURE), found.get(Kind.TEMPLATE)
    return {
        Kind.QUALIFICATION: _behind(tenant_id, Kind.QUALIFICATION, signature) or [Ref(Kind.QUALIFICATION, 0)],
        Kind.SIGNATURE: [Ref(Kind.SIGNATURE, signature_id, 0, signature.title if signature else "")],
        Kind.TEMPLATE: [Ref(Kind.TEMPLATE, template_id, version, template.title if template else "")],
        # A template nobody took over may hold any link.
        Kind.LINK: [Ref(Kind.LINK, 0)] if template is None else _behind(tenant_id, Kind.LINK, template),
    }


def _behind(tenant_id: int, kind: Kind, subject: Subject | None) -> list[Ref]:
    if subject is None or not subject.stands_on:
        return []
    rows = db.session.execute(
        select(Subject.key, Subject.ref_id).where(
            Subject.tenant_id == tenant_id, Subject.kind == kind, Subject.key.in_(subject.stands_on)
        )
    )
    ids = {row.key: row.ref_id for row in rows}
    return [Ref(kind, ids.get(key, 0), 0, key) for key in subject.stands_on]
