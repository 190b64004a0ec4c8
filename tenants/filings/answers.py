"""A carrier's answer file: kept, shown with what it would do, applied once. Platform scope.

A file is known by its bytes, its channel and its operator: the same one again is the same answer, applied or not.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert

from tenants.core import audit
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound
from tenants.core.operators import MAINLAND
from tenants.filings.deciding import Decision, write_code, write_down
from tenants.filings.models import Answer, Filing, Subject
from tenants.filings.reading import Said, read
from tenants.filings.states import TRANSITIONS, Kind, State

LISTED_MAX = 50
BAD_KEPT = 500


@dataclass(frozen=True)
class Told:
    """What one business is told: title, operator and decision of each of its filings."""

    tenant_id: int
    decided: tuple[tuple[str, str, str, Decision], ...]  # kind, title, operator


@dataclass
class Plan:
    """What a file does: `decided` filings, codes of templates that were filed before, `unchanged` rows that say what is
    known, `bad` rows that cannot be used."""

    decided: list[tuple[Filing, Decision]] = field(default_factory=list)
    coded: list[tuple[Filing, str]] = field(default_factory=list)
    unchanged: int = 0
    bad: list[Said] = field(default_factory=list)

    def outcome(self) -> dict[str, Any]:
        filed = sum(decision.filed for _, decision in self.decided)
        return {
            "filed": filed, "rejected": len(self.decided) - filed, "coded": len(self.coded),
            "unchanged": self.unchanged, "bad_n": len(self.bad),
            "bad": [[each.row_no, each.shown, each.fault] for each in self.bad[:BAD_KEPT]],
        }  # fmt: skip


def keep(channel_id: int, operator: str, name: str, content: bytes, *, by: int) -> Answer:
    """Keep a file to be looked at; the one already there when it came before. Invalid for what is no answer file."""
    if operator not in MAINLAND:
        raise Invalid({"operator": "invalid"})
    read(content, operator)
    digest = hashlib.sha256(content).hexdigest()
    row = {"channel_id": channel_id, "operator": operator, "sha256": digest, "name": name[:200], "content": content}
    put = insert(Answer).values(row | {"outcome": {}, "uploaded_by": by, "uploaded_at": now()})
    added = db.session.scalar(put.on_conflict_do_nothing().returning(Answer.id))
    if added is not None:
        audit.record("filing.upload", actor_id=by, object=f"answers:{added}", operator=operator)
    same = (Answer.channel_id == channel_id, Answer.operator == operator, Answer.sha256 == digest)
    return db.session.scalars(select(Answer).where(*same)).one()


def listed() -> Sequence[Answer]:
    return db.session.scalars(select(Answer).order_by(Answer.id.desc()).limit(LISTED_MAX)).all()


def get(id: int, *, lock: bool = False) -> Answer:
    found = db.session.get(Answer, id, with_for_update=lock, populate_existing=lock)
    if found is None:
        raise NotFound
    return found


def outcome(answer: Answer) -> dict[str, Any]:
    """What applying did, or would do now."""
    return answer.outcome if answer.applied_at is not None else _plan(answer).outcome()


def apply(id: int, *, by: int) -> list[Told]:
    """Write the answers down, once; what each business is to be told. A second time nothing happens."""
    answer = get(id, lock=True)
    if answer.applied_at is not None:
        return []
    plan = _plan(answer, lock=True)
    write_down(plan.decided, by=by)
    for filing, code in plan.coded:
        write_code(filing, code, by=by)
    answer.outcome, answer.applied_by, answer.applied_at = plan.outcome(), by, now()
    told = _told(plan.decided)
    for each in told:
        filed = sum(decision.filed for *_, decision in each.decided)
        audit.record(
            "filing.answers", actor_id=by, object=f"answers:{id}", tenant_id=each.tenant_id, filed=filed,
            rejected=len(each.decided) - filed,
        )  # fmt: skip
    return told


def _plan(answer: Answer, *, lock: bool = False) -> Plan:
    rows = read(answer.content, answer.operator)
    by_id, by_text = _found(answer, [each for each in rows if not each.fault], lock)
    plan = Plan()
    seen: set[int] = set()
    for said in rows:
        filing, fault = (None, said.fault) if said.fault else _filing(said, answer, by_id, by_text)
        if filing is not None and filing.id in seen:
            fault = "answer_twice"
        if filing is not None and not fault:
            seen.add(filing.id)
            fault = _enter(plan, filing, said)
        if fault:
            plan.bad.append(replace(said, fault=fault))
    return plan


def _enter(plan: Plan, filing: Filing, said: Said) -> str:
    """Add a row to the plan; the code of what forbids it."""
    decision = Decision(said.filed, said.reason, said.carrier_no, said.valid_until, said.template_code)
    wanted = State.FILED if said.filed else State.REJECTED
    if faults := decision.faults(filing.kind):
        return str(faults["template_code"]) if set(faults) == {"template_code"} else "answer_field"
    if filing.state == wanted:
        if said.filed and said.template_code not in ("", filing.template_code):
            plan.coded.append((filing, said.template_code))
        else:
            plan.unchanged += 1
        return ""
    if filing.state == State.PREPARED:
        return "answer_not_submitted"
    if not TRANSITIONS.allows(State(filing.state), wanted):
        return "answer_decided"
    plan.decided.append((filing, decision))
    return ""


ByText = Mapping[tuple[str, str], Sequence[Filing]]


def _found(answer: Answer, rows: Iterable[Said], lock: bool) -> tuple[Mapping[int, Filing], ByText]:
    """The filings the rows may mean: by our number, and of signatures by text and operator."""
    rows = list(rows)
    ids = {each.filing_id for each in rows if each.filing_id is not None}
    texts = {each.signature for each in rows if each.filing_id is None}
    wanted = (
        select(Filing, Subject.title)
        .join(Subject, Subject.id == Filing.subject_id)
        .where(
            Filing.channel_id == answer.channel_id,
            or_(
                Filing.id.in_(ids),
                (Filing.kind == Kind.SIGNATURE) & Subject.title.in_(texts) & (Filing.state != State.WITHDRAWN),
            ),
        )
        .order_by(Filing.id)
    )
    by_id: dict[int, Filing] = {}
    by_text: dict[tuple[str, str], list[Filing]] = defaultdict(list)
    for filing, title in db.session.execute(wanted.with_for_update(of=Filing) if lock else wanted):
        by_id[filing.id] = filing
        if filing.kind == Kind.SIGNATURE and filing.state != State.WITHDRAWN:
            by_text[title, filing.operator].append(filing)
    return by_id, by_text


def _filing(
    said: Said, answer: Answer, by_id: Mapping[int, Filing], by_text: ByText
) -> tuple[Filing | None, str]:  # fmt: skip
    """The filing a row means, or the code of why it means none."""
    if said.filing_id is not None:
        found = by_id.get(said.filing_id)
        if found is None:
            return None, "answer_unknown"
        if said.operator != found.operator:
            return None, "answer_other_operator"
        return found, ""
    named = by_text.get((said.signature, said.operator), ())
    last = {each.tenant_id: each for each in named}
    waiting = [each for each in last.values() if each.state == State.SUBMITTED] or list(last.values())
    if len(waiting) > 1:
        return None, "answer_ambiguous"
    return (waiting[0], "") if waiting else (None, "answer_unknown")


def _told(decided: Sequence[tuple[Filing, Decision]]) -> list[Told]:
    ids = {filing.subject_id for filing, _ in decided}
    titles = {row.id: row.title for row in db.session.scalars(select(Subject).where(Subject.id.in_(ids)))}
    by_tenant: dict[int, list[tuple[str, str, str, Decision]]] = defaultdict(list)
    for filing, decision in decided:
        by_tenant[filing.tenant_id].append((filing.kind, titles[filing.subject_id], filing.operator, decision))
    return [Told(tenant_id, tuple(each)) for tenant_id, each in sorted(by_tenant.items())]
