"""A business asks for something to be filed wherever it is needed; it is prepared until staff hands it to the carrier.
The tenant's scope. `lines` are the channels its messages may take, operator by operator.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from tenants.core import audit, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid
from tenants.filings import subjects
from tenants.filings.dates import over
from tenants.filings.leads import What
from tenants.filings.models import Filing, Subject
from tenants.filings.rules import Line, Needs, needs
from tenants.filings.standing import NOTHING, Ref, Standing, Standings, standings
from tenants.filings.states import TRANSITIONS, Kind, State

Lines = Mapping[str, Collection[int]]
# The best first: one line that is ready is enough for an operator.
_BEST = (State.FILED, State.CODELESS, State.SUBMITTED, State.PREPARED, State.EXPIRED, State.REJECTED, State.MISSING)


@dataclass(frozen=True)
class Row:
    """One thing a business files. `missing` is a code of what must be written down before it may be asked for;
    `cells` say how far it is with each operator, `open_lines` where a new round may begin, and after which one."""

    subject: Subject
    missing: str
    cells: Mapping[str, Standing]
    open_lines: Mapping[Line, Filing | None]

    @property
    def askable(self) -> bool:
        return not self.missing and bool(self.open_lines)


def overview(lines: Lines) -> list[Row]:
    """Everything of a business, taken over where it is new: the newest versions first."""
    subjects.adopt_all()
    found = subjects.listed()
    return _rows(found, found, lines)


def rows_of(kind: Kind, ref_id: int, version: int | None, lines: Lines) -> Row:
    """One of them. NotFound also for a signature or template that is not approved."""
    if kind == Kind.SIGNATURE:
        subjects.adopt(ref_id, 0, 0)
    elif kind == Kind.TEMPLATE:
        subjects.adopt(0, ref_id, version or 0)
    found = subjects.get(kind, ref_id, version)
    return _rows([found], subjects.listed(), lines)[0]


def together(kind: Kind, ref_id: int, version: int | None, lines: Lines) -> list[Row]:
    """One of them and what it stands on: a signature and its papers, a template and its links."""
    first = rows_of(kind, ref_id, version, lines).subject
    behind = Kind.QUALIFICATION if kind == Kind.SIGNATURE else Kind.LINK
    everything = subjects.listed()
    below = [each for each in everything if each.kind == behind and each.key in first.stands_on]
    return _rows([first, *sorted(below, key=lambda each: first.stands_on.index(each.key))], everything, lines)


def _rows(found: Collection[Subject], everything: Collection[Subject], lines: Lines) -> list[Row]:
    needed = needs({id for ids in lines.values() for id in ids}, list(lines))
    refs = [_ref(each) for each in found]
    there = standings(scopes.tenant_id(), refs, {id for id, _ in needed}, {operator for _, operator in needed})
    papers = {each.key: each for each in everything if each.kind == Kind.QUALIFICATION}
    return [_row(each, papers, needed, there, lines) for each in found]


def _ref(subject: Subject) -> Ref:
    kind = Kind(subject.kind)
    return Ref(kind, subject.ref_id, subjects.edition_of(kind, subject.version))


def _row(
    subject: Subject, papers: Mapping[str, Subject], needed: Needs, there: Standings, lines: Lines
) -> Row:  # fmt: skip
    kind, ref_id, edition, _ = _ref(subject)
    asked = [line for line, kinds in needed.items() if kind in kinds and line[0] in lines.get(line[1], ())]
    on = {line: there.get((line, kind, ref_id, edition), NOTHING) for line in asked}
    cells = {operator: _best([on[line] for line in asked if line[1] == operator]) for operator in lines}
    open_lines = {line: on[line].latest for line in sorted(asked) if on[line].may_ask(subject)}
    return Row(subject, missing(subject, papers), cells, open_lines)


def _best(found: Collection[Standing]) -> Standing:
    if not found:
        return Standing(State.NOT_NEEDED)
    return min(found, key=lambda each: _BEST.index(each.state))


def missing(subject: Subject, papers: Mapping[str, Subject]) -> str:
    """What must be there before a carrier is asked, by code; `papers` are the company's by their number."""
    if subject.kind == Kind.QUALIFICATION:
        return "papers_over" if over(subject.valid_until) else ""
    if subject.kind == Kind.SIGNATURE:
        behind = [papers[key] for key in subject.stands_on if key in papers]
        if not behind:
            return "papers_missing"
        return "papers_over" if over(behind[0].valid_until) else ""
    if subject.kind == Kind.LINK:
        return _link_missing(subject)
    return ""


def _link_missing(link: Subject) -> str:
    facts = link.facts
    if facts["fault"]:
        return str(facts["fault"])
    complete = facts.get("owner") and (facts["what"] != What.URL or facts.get("icp_number"))
    return "" if complete else "link_incomplete"


def ask(kind: Kind, ref_id: int, version: int | None, lines: Lines, *, by: int) -> int:
    """Prepare it for every line that needs it and where no round is under way; for how many. Invalid says why not."""
    row = rows_of(kind, ref_id, version, lines)
    if row.missing:
        raise Invalid({"filing": row.missing}, code=row.missing)
    return _prepare([row], by)


def ask_all(lines: Lines, *, by: int) -> int:
    """Everything that is complete."""
    return _prepare([row for row in overview(lines) if row.askable], by)


def _prepare(rows: Collection[Row], by: int) -> int:
    if not rows:
        return 0
    fresh = [values for row in rows for values in _fresh(row, by)]
    if not fresh:
        return 0
    made = db.session.scalars(insert(Filing).values(fresh).on_conflict_do_nothing().returning(Filing.id)).all()
    names = sorted(f"{row.subject.kind}:{row.subject.ref_id}" for row in rows)
    audit.record("filing.ask", actor_id=by, object=names[0], filings=len(made), subjects=names[:20])
    return len(made)


def _fresh(row: Row, by: int) -> Iterator[dict[str, object]]:
    """The rows of the new rounds; one that was prepared for an older version and has not left is taken back."""
    kind, ref_id, edition, _ = _ref(row.subject)
    for (channel_id, operator), before in row.open_lines.items():
        if before is not None and before.state == State.PREPARED:
            take_back(before.id)
        yield {
            "tenant_id": scopes.tenant_id(), "subject_id": row.subject.id, "kind": str(kind), "ref_id": ref_id,
            "edition": edition, "channel_id": channel_id, "operator": operator,
            "round": before.round + 1 if before else 1, "state": str(State.PREPARED), "reason": "", "carrier_no": "",
            # A template that is filed again keeps its name.
            "template_code": before.template_code if before else "", "prepared_by": by, "prepared_at": now(),
        }  # fmt: skip


def take_back(filing_id: int) -> None:
    """What has not left yet stays here."""
    db.session.execute(
        update(Filing)
        .where(Filing.id == filing_id, Filing.state.in_(TRANSITIONS.before(State.WITHDRAWN)))
        .values(state=State.WITHDRAWN)
    )


def rounds(kind: Kind, ref_id: int, limit: int = 200) -> list[Filing]:
    """What became of it, the last first."""
    own = select(Filing).where(Filing.tenant_id == scopes.tenant_id(), Filing.kind == kind, Filing.ref_id == ref_id)
    return list(db.session.scalars(own.order_by(Filing.id.desc()).limit(limit)))
