"""Staff's side: what waits to be handed to carriers, that it was, and what they answered. Platform scope."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select, update

from tenants.core import audit
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound, WrongState
from tenants.filings.dates import over
from tenants.filings.models import Filing, Subject
from tenants.filings.states import TRANSITIONS, Kind, State

SHOWN = 100
SHEET_MAX = 20_000
REASON_MAX, CARRIER_NO_MAX = 500, 80
TEMPLATE_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,80}")


@dataclass(frozen=True)
class Waiting:
    """A filing with what it is about; `papers` stand behind a signature."""

    filing: Filing
    subject: Subject
    papers: Subject | None = None


@dataclass(frozen=True)
class Decision:
    """What a carrier said of one filing."""

    filed: bool
    reason: str = ""
    carrier_no: str = ""
    valid_until: date | None = None
    template_code: str = ""

    def faults(self, kind: str) -> dict[str, Any]:
        """What is wrong with it as the answer to a filing of this kind."""
        found = {
            "reason": ("reason_too_long", {"max": REASON_MAX}) if len(self.reason) > REASON_MAX else "",
            "carrier_no": ("reason_too_long", {"max": CARRIER_NO_MAX}) if len(self.carrier_no) > CARRIER_NO_MAX else "",
            "valid_until": "date_past" if self.filed and over(self.valid_until) else "",
            "template_code": _code_fault(kind, self.template_code),
        }
        return {field: fault for field, fault in found.items() if fault}


def _code_fault(kind: str, code: str) -> str:
    if code and kind != Kind.TEMPLATE:
        return "template_code_kind"
    return "template_code_form" if code and not TEMPLATE_CODE.fullmatch(code) else ""


@dataclass(frozen=True)
class Sheet:
    """What goes out together: so many filings, the last of them `through`."""

    filings: int
    through: int


def sheets() -> dict[tuple[str, int, str], Sheet]:
    """What is prepared or submitted, by state, channel and operator."""
    rows = db.session.execute(
        select(Filing.state, Filing.channel_id, Filing.operator, func.count(), func.max(Filing.id))
        .where(Filing.state.in_((State.PREPARED, State.SUBMITTED)))
        .group_by(Filing.state, Filing.channel_id, Filing.operator)
    )
    return {(state, channel_id, operator): Sheet(n, through) for state, channel_id, operator, n, through in rows}


def waiting() -> int:
    """How many filings wait to be handed to a carrier."""
    return db.session.scalar(select(func.count()).where(Filing.state == State.PREPARED)) or 0


def queue(state: State, channel_id: int | None = None, operator: str = "", *, before: int = 0) -> list[Waiting]:
    """A page of it: what waits from the oldest on, what was decided from the newest on."""
    waits = state in {State.PREPARED, State.SUBMITTED}
    found = _filtered(state, channel_id, operator)
    if before:
        found = found.where(Filing.id > before if waits else Filing.id < before)
    return _with_subjects(found.order_by(Filing.id if waits else Filing.id.desc()).limit(SHOWN))


def sheet(state: State, channel_id: int, operator: str, through: int) -> list[Waiting]:
    """Everything for one carrier's sheet, up to and including the filing `through`."""
    found = _filtered(state, channel_id, operator).where(Filing.id <= through)
    return _with_subjects(found.order_by(Filing.id).limit(SHEET_MAX))


def _filtered(state: State, channel_id: int | None, operator: str) -> Select[Filing]:
    found = select(Filing).where(Filing.state == state)
    if channel_id is not None:
        found = found.where(Filing.channel_id == channel_id)
    return found.where(Filing.operator == operator) if operator else found


def _with_subjects(found: Select[Filing]) -> list[Waiting]:
    filings = db.session.scalars(found).all()
    ids = {each.subject_id for each in filings}
    about = {each.id: each for each in db.session.scalars(select(Subject).where(Subject.id.in_(ids)))}
    papers = _papers(list(about.values()))
    return [
        Waiting(each, subject, next((papers[key] for key in _behind(subject) if key in papers), None))
        for each in filings
        for subject in [about[each.subject_id]]
    ]


def _behind(subject: Subject) -> list[tuple[int, str]]:
    keys = subject.stands_on if subject.kind == Kind.SIGNATURE else ()
    return [(subject.tenant_id, key) for key in keys]


def _papers(found: Collection[Subject]) -> dict[tuple[int, str], Subject]:
    """The newest papers behind these signatures, by business and number."""
    wanted = {place for each in found for place in _behind(each)}
    rows = db.session.scalars(
        select(Subject)
        .where(
            Subject.kind == Kind.QUALIFICATION, Subject.tenant_id.in_({tenant_id for tenant_id, _ in wanted}),
            Subject.key.in_({key for _, key in wanted}),
        )
        .order_by(Subject.version)
    )  # fmt: skip
    return {(each.tenant_id, each.key): each for each in rows}


def get(id: int, *, lock: bool = False) -> Waiting:
    found = select(Filing).where(Filing.id == id)
    with_subject = _with_subjects(found.with_for_update() if lock else found)
    if not with_subject:
        raise NotFound
    return with_subject[0]


def submit(channel_id: int, operator: str, through: int, *, by: int) -> int:
    """The sheet up to `through` was handed to the carrier; how many filings that were."""
    done = db.session.scalars(
        update(Filing)
        .where(
            Filing.state.in_(TRANSITIONS.before(State.SUBMITTED)), Filing.channel_id == channel_id,
            Filing.operator == operator, Filing.id <= through,
        )
        .values(state=State.SUBMITTED, submitted_by=by, submitted_at=now())
        .returning(Filing.id)
    ).all()  # fmt: skip
    if done:
        audit.record(
            "filing.submit", actor_id=by, object=f"channel:{channel_id}", operator=operator, filings=len(done)
        )  # fmt: skip
    return len(done)


def decide(id: int, decision: Decision, *, by: int) -> Waiting:
    """Write down one answer; the same again changes nothing."""
    found = get(id, lock=True)
    if faults := decision.faults(found.filing.kind):
        raise Invalid(faults)
    wanted = State.FILED if decision.filed else State.REJECTED
    if found.filing.state != wanted:
        TRANSITIONS.check(State(found.filing.state), wanted)
        write_down([(found.filing, decision)], by=by)
        audit.record(
            f"filing.{wanted}", actor_id=by, object=f"filing:{id}", tenant_id=found.filing.tenant_id,
            operator=found.filing.operator,
        )  # fmt: skip
    return found


def enter_code(id: int, code: str, *, by: int) -> Waiting:
    """Write down what the provider calls a template that is filed already."""
    found = get(id, lock=True)
    if found.filing.state != State.FILED:
        raise WrongState
    if fault := _code_fault(found.filing.kind, code) or ("" if code else "required"):
        raise Invalid({"template_code": fault})
    if found.filing.template_code != code:
        write_code(found.filing, code, by=by)
    return found


def write_code(filing: Filing, code: str, *, by: int) -> None:
    """Set the code of a filing that was locked and is filed."""
    audit.record(
        "filing.code", actor_id=by, object=f"filing:{filing.id}", tenant_id=filing.tenant_id,
        before=filing.template_code, after=code,
    )  # fmt: skip
    filing.template_code = code
    db.session.flush()


def write_down(decided: Sequence[tuple[Filing, Decision]], *, by: int) -> None:
    """Set the state of filings that were locked and may take it."""
    at = now()
    for filing, decision in decided:
        filing.state = State.FILED if decision.filed else State.REJECTED
        filing.reason = decision.reason
        filing.carrier_no = decision.carrier_no or filing.carrier_no
        filing.template_code = decision.template_code or filing.template_code
        filing.valid_until = decision.valid_until if decision.filed else filing.valid_until
        filing.decided_by, filing.decided_at = by, at
    db.session.flush()
