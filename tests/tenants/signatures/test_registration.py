"""Applying for a signature: what is checked, what is kept, and the way to a decision."""

from __future__ import annotations

import io

import pytest
from flask import Flask

from tenants import signatures
from tenants.core import files, scopes
from tenants.core.errors import Invalid, NotFound, WrongState
from tenants.signatures import Application, State, Upload
from tests import factories

PDF = b"%PDF-1.7 a licence"


def application(text: str = "Acme Coffee", **changed: str) -> Application:
    said = {"basis": "company", "company": "Acme Coffee Ltd", "registration_no": "91330106MA2CXXXX1K"} | changed
    return Application(text, **said)


def licence(name: str = "licence.pdf", content: bytes = PDF) -> Upload:
    return Upload(name, io.BytesIO(content))


def refused(application: Application, *uploads: Upload) -> dict[str, object]:
    with pytest.raises(Invalid) as error:
        signatures.apply(application, uploads, by=1)
    return {field: code[0] if isinstance(code, tuple) else code for field, code in error.value.fields.items()}


def test_an_application_keeps_its_documents_and_waits_as_a_draft(app: Flask) -> None:
    acme = factories.business()
    with scopes.tenant(acme.id):
        made = signatures.apply(application("【Ａcme】"), [licence()], by=acme.owner_id)
        assert (made.text, made.state) == ("Acme", State.DRAFT)
        assert [(file["name"], file["mime"], file["size_bytes"]) for file in made.evidence] == [
            ("licence.pdf", "application/pdf", len(PDF))
        ]
        kept = signatures.document(made.id, made.evidence[0]["id"])
        assert files.path(kept).read_bytes() == PDF
        with pytest.raises(NotFound):
            signatures.document(made.id, kept.id + 1)


def test_every_fault_is_said_at_once(app: Flask) -> None:
    with scopes.tenant(factories.business().id):
        assert refused(Application("!", "none", "", "?")) == {
            "text": "signature_length", "basis": "basis_unknown", "company": "company_length",
            "registration_no": "registration_no_form", "evidence": "evidence_missing",
        }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"MZ a program", "evidence_type"), (b"", "evidence_type"), (PDF + b"0" * 5_000_000, "evidence_too_large")],
)
def test_a_document_is_known_by_its_bytes_and_bounded(app: Flask, content: bytes, code: str) -> None:
    with scopes.tenant(factories.business().id):
        assert refused(application(), licence("licence.pdf", content)) == {"evidence": code}


def test_more_than_six_documents_are_refused(app: Flask) -> None:
    with scopes.tenant(factories.business().id):
        assert refused(application(), *[licence() for _ in range(7)]) == {"evidence": "evidence_count"}


def test_a_name_is_unique_in_a_business_and_free_in_another(app: Flask) -> None:
    acme, rival = factories.business(), factories.business("Rival")
    for business in (acme, rival):
        with scopes.tenant(business.id):
            signatures.apply(application(), [licence()], by=business.owner_id)
    with scopes.tenant(acme.id):
        assert refused(application("Acme  Coffee"), licence()) == {"text": "signature_taken"}


def test_a_rejected_application_is_amended_and_handed_in_again(app: Flask) -> None:
    acme = factories.business()
    with scopes.tenant(acme.id):
        made = signatures.apply(application(), [licence("one.pdf"), licence("two.pdf")], by=acme.owner_id)
        signatures.submit(made.id)
        with pytest.raises(WrongState):
            signatures.amend(made.id, application(), [], kept=[], by=acme.owner_id)
        signatures.decide(made.id, False, "other\nNo stamp", acme.owner_id)
        assert signatures.usable() == []
        second = made.evidence[1]["id"]
        signatures.amend(made.id, application("Acme"), [licence("three.pdf")], kept=[second], by=acme.owner_id)
        signatures.submit(made.id)
        signatures.decide(made.id, True, "", acme.owner_id)
    with scopes.tenant(acme.id):
        found = signatures.get(made.id)
        assert [file["name"] for file in found.evidence] == ["two.pdf", "three.pdf"]
        assert (found.text, found.state, found.reason) == ("Acme", State.APPROVED, "")
        assert [signature.id for signature in signatures.usable()] == [made.id]


def test_a_decision_may_be_repeated_but_not_turned_round(app: Flask) -> None:
    acme = factories.business()
    with scopes.tenant(acme.id):
        made = signatures.apply(application(), [licence()], by=acme.owner_id)
        with pytest.raises(WrongState):
            signatures.decide(made.id, True, "", acme.owner_id)
        signatures.submit(made.id)
        signatures.decide(made.id, True, "", acme.owner_id)
        signatures.decide(made.id, True, "", acme.owner_id)
        with pytest.raises(WrongState):
            signatures.decide(made.id, False, "other\nx", acme.owner_id)
