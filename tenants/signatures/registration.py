"""From an application to a decision. Only `_move` changes the state, along the table in states.py."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tenants.core import audit, files
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound, WrongState
from tenants.signatures import evidence, names
from tenants.signatures.evidence import FILES_MAX, Upload
from tenants.signatures.models import Signature
from tenants.signatures.states import EDITABLE, TRANSITIONS, State

COMPANY_MAX = 80
LISTED_MAX = 500
_NUMBER = re.compile(r"[\w()/.\- ]{4,40}")


class Basis(StrEnum):
    """What gives the applicant a right to the name."""

    COMPANY = "company"
    TRADEMARK = "trademark"
    APP = "app"
    SITE = "site"
    AUTHORISED = "authorised"


@dataclass(frozen=True)
class Application:
    """What the applicant says."""

    text: str
    basis: str
    company: str
    registration_no: str

    def tidy(self) -> Application:
        company = " ".join(self.company.split())
        return Application(names.normalise(self.text), self.basis, company, self.registration_no.strip())

    def faults(self) -> dict[str, Any]:
        """What is wrong, by field, as codes."""
        found = {
            "text": names.fault(self.text),
            "basis": None if self.basis in set(Basis) else "basis_unknown",
            "company": None if 2 <= len(self.company) <= COMPANY_MAX else "company_length",
            "registration_no": None if _NUMBER.fullmatch(self.registration_no) else "registration_no_form",
        }
        return {field: code for field, code in found.items() if code}


def apply(application: Application, uploads: Sequence[Upload], *, by: int) -> Signature:
    """Write an application down as a draft; `moderation.submit_signature` asks for the decision."""
    application = application.tidy()
    _check(application, len(uploads))
    added: Signature | None = db.session.scalar(
        insert(Signature)
        .values(
            text=application.text, basis=application.basis, company=application.company,
            registration_no=application.registration_no, evidence=[], created_by=by, created_at=now(),
        )
        .on_conflict_do_nothing(index_elements=["text"])
        .returning(Signature)
    )  # fmt: skip
    if added is None:
        raise Invalid({"text": "signature_taken"})
    added.evidence = evidence.keep(uploads, by=by)
    audit.record("signature.apply", actor_id=by, object=f"signature:{added.id}")
    return added


def amend(id: int, application: Application, uploads: Sequence[Upload], *, kept: Collection[int], by: int) -> Signature:
    """Change a draft or a rejected application; of the files it had, those with an id in `kept` stay."""
    signature = _locked(id)
    if signature.state not in EDITABLE:
        raise WrongState(state=signature.state)
    application = application.tidy()
    stay = [file for file in signature.evidence if file["id"] in kept]
    _check(application, len(stay) + len(uploads))
    same = select(Signature.id).where(Signature.text == application.text, Signature.id != id)
    if db.session.scalar(same) is not None:
        raise Invalid({"text": "signature_taken"})
    signature.text, signature.basis = application.text, application.basis
    signature.company, signature.registration_no = application.company, application.registration_no
    signature.evidence = [*stay, *evidence.keep(uploads, by=by)]
    audit.record("signature.amend", actor_id=by, object=f"signature:{id}")
    return signature


def _check(application: Application, files_n: int) -> None:
    faults = application.faults()
    if not files_n:
        faults["evidence"] = "evidence_missing"
    elif files_n > FILES_MAX:
        faults["evidence"] = ("evidence_count", {"files_max": FILES_MAX})
    if faults:
        raise Invalid(faults)


def submit(id: int) -> Signature:
    """Hand an application in. Called by moderation, which puts it into the queue in the same transaction."""
    signature = _locked(id)
    if signature.state not in EDITABLE:
        raise WrongState(state=signature.state)
    _move(signature, State.IN_REVIEW)
    signature.reason, signature.decided_at = "", None
    return signature


def reopen(id: int, *, by: int) -> None:
    """Staff took their decision back: in review again; once more changes nothing."""
    signature = _locked(id)
    if signature.state == State.IN_REVIEW:
        return
    _move(signature, State.IN_REVIEW)
    signature.reason, signature.decided_at = "", None
    audit.record("signature.reopen", actor_id=by, object=f"signature:{id}")


def decide(id: int, approved: bool, reason: str, by: int) -> None:
    """Approve or reject; the same decision again changes nothing."""
    signature = _locked(id)
    wanted = State.APPROVED if approved else State.REJECTED
    if signature.state == wanted:
        return
    _move(signature, wanted)
    signature.reason, signature.decided_at = reason, now()
    audit.record(f"signature.{wanted}", actor_id=by, object=f"signature:{id}")


def _move(signature: Signature, wanted: State) -> None:
    TRANSITIONS.check(State(signature.state), wanted)
    signature.state = wanted


def _locked(id: int) -> Signature:
    found = db.session.get(Signature, id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound
    return found


def get(id: int) -> Signature:
    found = db.session.get(Signature, id)
    if found is None:
        raise NotFound
    return found


def listed() -> list[Signature]:
    """All of the tenant's, newest first."""
    return list(db.session.scalars(select(Signature).order_by(Signature.id.desc()).limit(LISTED_MAX)))


def usable() -> list[Signature]:
    """Those that may be sent under, by name."""
    approved = select(Signature).where(Signature.state == State.APPROVED)
    return list(db.session.scalars(approved.order_by(Signature.text).limit(LISTED_MAX)))


def document(id: int, file_id: int) -> files.File:
    """One of the signature's documents; NotFound for a file that is not among them."""
    if not any(file["id"] == file_id for file in get(id).evidence):
        raise NotFound
    return files.get(file_id)
