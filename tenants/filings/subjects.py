"""What is filed, version by version. Signatures and templates are taken over as they were approved, with the keys of
what they stand on; papers and links are written by their owner (papers.py). The tenant's scope.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tenants import message_templates, signatures
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db, shared_ids
from tenants.core.errors import NotFound
from tenants.filings.leads import leads
from tenants.filings.models import Subject
from tenants.filings.states import Kind

LISTED_MAX = 2_000


def registration_key(text: str) -> str:
    """One spelling for a company's number."""
    return "".join(text.split()).upper()


def edition_of(kind: str, version: int) -> int:
    """A template is filed version by version; of the rest any version that was filed counts."""
    return version if kind == Kind.TEMPLATE else 0


def listed(kind: Kind | None = None) -> list[Subject]:
    """The newest version of everything, and every version of a template that was taken over; newest first."""
    own = select(Subject).where(Subject.tenant_id == scopes.tenant_id())
    if kind is not None:
        own = own.where(Subject.kind == kind)
    kept: dict[tuple[str, int, int], Subject] = {}
    for row in db.session.scalars(own.order_by(Subject.version.desc(), Subject.id.desc()).limit(LISTED_MAX)):
        kept.setdefault((row.kind, row.ref_id, edition_of(row.kind, row.version)), row)
    return sorted(kept.values(), key=lambda each: -each.id)


def get(kind: Kind, ref_id: int, version: int | None = None) -> Subject:
    """One version, or the newest."""
    own = select(Subject).where(
        Subject.tenant_id == scopes.tenant_id(), Subject.kind == kind, Subject.ref_id == ref_id
    )  # fmt: skip
    if version is not None:
        own = own.where(Subject.version == version)
    found = db.session.scalars(own.order_by(Subject.version.desc()).limit(1)).first()
    if found is None:
        raise NotFound
    return found


def history(kind: Kind, ref_id: int) -> Sequence[Subject]:
    """All versions, newest first."""
    own = select(Subject).where(
        Subject.tenant_id == scopes.tenant_id(), Subject.kind == kind, Subject.ref_id == ref_id
    )  # fmt: skip
    return db.session.scalars(own.order_by(Subject.version.desc()).limit(LISTED_MAX)).all()


def write(kind: Kind, ref_id: int | None, version: int, *, title: str, **columns: Any) -> Subject | None:
    """A new version; the first one is its own reference. None when it is there already."""
    id = db.session.scalars(select(shared_ids.next_value())).one()
    row = {"tenant_id": scopes.tenant_id(), "kind": str(kind), "ref_id": ref_id or id, "version": version}
    row |= {"key": "", "stands_on": [], "facts": {}, "evidence": [], "created_at": now()} | columns
    statement = insert(Subject).values(id=id, title=title, **row).on_conflict_do_nothing()
    return db.session.scalar(statement.returning(Subject))


def adopt(signature_id: int, template_id: int, version: int) -> None:
    """Take over a signature and a version of a template, if they are approved and not there yet."""
    if signature_id:
        _adopt_signature(signatures.get(signature_id))
    if template_id:
        _adopt_template(message_templates.version(template_id, version))


def adopt_all() -> None:
    """Everything that may be sent with."""
    found = select(Subject.kind, Subject.ref_id, Subject.version).where(Subject.tenant_id == scopes.tenant_id())
    known = {(kind, ref_id, version) for kind, ref_id, version in db.session.execute(found)}
    for signature in signatures.usable():
        if (Kind.SIGNATURE, signature.id, 1) not in known:
            _adopt_signature(signature)
    for template in message_templates.usable():
        if (Kind.TEMPLATE, template.template_id, template.version) not in known:
            _adopt_template(template)


def _adopt_signature(signature: signatures.Signature) -> None:
    if signature.state != signatures.State.APPROVED:
        return
    facts = {"basis": signature.basis, "company": signature.company, "registration_no": signature.registration_no}
    stands_on = [key] if (key := registration_key(signature.registration_no)) else []
    write(Kind.SIGNATURE, signature.id, 1, title=signature.text, facts=facts, stands_on=stands_on)


def _adopt_template(template: message_templates.Version) -> None:
    if template.state != message_templates.State.APPROVED:
        return
    # What a card or a frame says counts, and so does the SMS it falls back to.
    text = template.words
    found = leads(text)
    for lead in found:
        write(Kind.LINK, None, 1, title=lead.key, key=lead.key, facts={"what": str(lead.what), "fault": lead.fault})
    facts = {"body": text, "kind": template.kind}
    keys = [lead.key for lead in found]
    write(Kind.TEMPLATE, template.template_id, template.version, title=template.name, facts=facts, stands_on=keys)
