"""Writing down what carriers ask for: a company's papers, and whose a link or a number is. The tenant's scope.

Nothing is changed: each saving is a new version, and what was filed under an old one stays filed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tenants.core import audit, files
from tenants.core.errors import Invalid, NotFound
from tenants.filings import subjects
from tenants.filings.dates import over
from tenants.filings.leads import What
from tenants.filings.models import Subject
from tenants.filings.states import Kind
from tenants.signatures import Upload, evidence

COMPANY_MAX, OWNER_MAX, TARGET_MAX = 80, 80, 300
PURPOSE = "qualification"
_REGISTRATION = re.compile(r"[\w()/.-]{4,40}")
_ICP = re.compile(r"[\w()（）-]{6,40}")
_TARGET = re.compile(r"https?://[^\s<>\"{}]{4,}", re.IGNORECASE)


@dataclass(frozen=True)
class Papers:
    """What an owner says of a company's papers. The number stays: another number is another company's papers."""

    company: str
    registration_no: str
    valid_until: date | None = None

    def tidy(self) -> Papers:
        number = subjects.registration_key(self.registration_no)
        return Papers(" ".join(self.company.split()), number, self.valid_until)

    def faults(self, files_n: int) -> dict[str, Any]:
        found: dict[str, Any] = {
            "company": "" if 2 <= len(self.company) <= COMPANY_MAX else "company_length",
            "registration_no": "" if _REGISTRATION.fullmatch(self.registration_no) else "registration_no_form",
            "valid_until": "papers_over" if over(self.valid_until) else "",
            "evidence": "evidence_missing" if not files_n else _too_many(files_n),
        }
        return {field: fault for field, fault in found.items() if fault}


def _too_many(files_n: int) -> Any:
    return ("evidence_count", {"files_max": evidence.FILES_MAX}) if files_n > evidence.FILES_MAX else ""


@dataclass(frozen=True)
class Details:
    """What an owner says of a link or a number: whose it is, and where a link ends."""

    owner: str
    icp_number: str = ""
    target: str = ""

    def tidy(self) -> Details:
        return Details(" ".join(self.owner.split()), "".join(self.icp_number.split()), self.target.strip())

    def faults(self, what: str) -> dict[str, Any]:
        link = what == What.URL
        fits = len(self.target) <= TARGET_MAX and _TARGET.fullmatch(self.target)
        found = {
            "owner": "" if 2 <= len(self.owner) <= OWNER_MAX else "company_length",
            "icp_number": "icp_number_form" if link and not _ICP.fullmatch(self.icp_number) else "",
            "target": "target_form" if link and self.target and not fits else "",
        }
        return {field: fault for field, fault in found.items() if fault}


def add_papers(papers: Papers, uploads: Sequence[Upload], *, by: int) -> Subject:
    """The papers of one more company."""
    papers = papers.tidy()
    _check(papers, len(uploads))
    made = _write(None, 1, papers, evidence.keep(uploads, by=by, purpose=PURPOSE), by)
    if made is None:
        raise Invalid({"registration_no": "papers_there"})
    return made


def amend_papers(
    ref_id: int, papers: Papers, uploads: Sequence[Upload], *, kept: Collection[int], by: int
) -> Subject:  # fmt: skip
    """The next version; of the files before, those with an id in `kept` stay."""
    old = subjects.get(Kind.QUALIFICATION, ref_id)
    papers = Papers(papers.company, old.key, papers.valid_until).tidy()
    stay = [file for file in old.evidence if file["id"] in kept]
    _check(papers, len(stay) + len(uploads))
    kept_files = [*stay, *evidence.keep(uploads, by=by, purpose=PURPOSE)]
    made = _write(ref_id, old.version + 1, papers, kept_files, by)
    if made is None:
        raise Invalid({"company": "papers_changed"})
    return made


def _check(papers: Papers, files_n: int) -> None:
    if faults := papers.faults(files_n):
        raise Invalid(faults)


def _write(
    ref_id: int | None, version: int, papers: Papers, kept: list[dict[str, Any]], by: int
) -> Subject | None:  # fmt: skip
    made = subjects.write(
        Kind.QUALIFICATION, ref_id, version, title=papers.company, key=papers.registration_no,
        facts={"registration_no": papers.registration_no}, evidence=kept, valid_until=papers.valid_until, created_by=by,
    )  # fmt: skip
    if made is not None:
        audit.record("filing.papers", actor_id=by, object=f"papers:{made.ref_id}", version=version)
    return made


def document(ref_id: int, number: int) -> files.File:
    """The `number`th file of the newest version, counted from one."""
    found = subjects.get(Kind.QUALIFICATION, ref_id).evidence
    if not 1 <= number <= len(found):
        raise NotFound
    return files.get(found[number - 1]["id"])


def describe_link(ref_id: int, details: Details, *, by: int) -> Subject:
    """Say whose a link or a number is."""
    old, details = subjects.get(Kind.LINK, ref_id), details.tidy()
    if faults := details.faults(old.facts["what"]):
        raise Invalid(faults)
    facts = {"what": old.facts["what"], "fault": old.facts["fault"], "owner": details.owner}
    if old.facts["what"] == What.URL:
        facts |= {"icp_number": details.icp_number, "target": details.target}
    if facts == old.facts:
        return old
    made = subjects.write(
        Kind.LINK, ref_id, old.version + 1, title=old.title, key=old.key, facts=facts, created_by=by
    )  # fmt: skip
    if made is None:
        raise Invalid({"owner": "papers_changed"})
    audit.record("filing.link", actor_id=by, object=f"link:{ref_id}", version=made.version)
    return made
