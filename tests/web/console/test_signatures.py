"""The pages of signatures: applying with documents, faults beside their fields, downloads, other people's eyes."""

from __future__ import annotations

import io
import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from tenants import moderation, signatures
from tenants.core import scopes
from tenants.core.scopes import Reason
from tests import factories
from tests.factories import Business
from tests.web.signed_in import client_of

HTMX = {"HX-Request": "true"}
PDF = b"%PDF-1.7 <script>alert(1)</script>"


def form(*contents: bytes, **changed: str) -> dict[str, Any]:
    said = {"text": "Acme", "basis": "company", "company": "Acme Coffee Ltd", "registration_no": "91330106MA2C"}
    documents = [(io.BytesIO(content), "licence.pdf") for content in contents or (PDF,)]
    return said | changed | {"evidence": documents}


def apply(client: FlaskClient, path: str = "/signatures", **changed: Any) -> str:
    """Hand an application in; the address of its page."""
    answer = client.post(path, data=form(**changed))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.headers["Location"])


def only(business: Business) -> signatures.Signature:
    with scopes.tenant(business.id):
        return signatures.listed()[0]


def test_an_application_waits_in_the_queue_of_staff(app: Flask) -> None:
    acme = factories.business()
    client = client_of(app, acme)
    page = apply(client)
    assert "【Acme】" in client.get(page).get_data(as_text=True)
    assert "【Acme】" in client.get("/signatures").get_data(as_text=True)
    assert only(acme).state == "in_review"
    with scopes.platform(Reason.STAFF):
        review = moderation.queue("signature")[0].review
    assert (review.title, review.tenant_id, [file["name"] for file in review.shown["files"]]) == (
        "Acme", acme.id, ["licence.pdf"],
    )  # fmt: skip


def test_faults_stand_beside_their_fields_and_nothing_typed_is_lost(app: Flask) -> None:
    acme = factories.business()
    wrong = form(text="A!", company="Acme <Ltd>", registration_no="?")
    answer = client_of(app, acme).post("/signatures?lang=en", data=wrong, headers=HTMX)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'id="text-error"' in page and 'id="registration_no-error"' in page
    assert 'value="Acme &lt;Ltd&gt;"' in page
    assert "<html" not in page  # a fragment was asked for
    with scopes.tenant(acme.id):
        assert signatures.listed() == []


def test_a_program_called_a_document_is_refused(app: Flask) -> None:
    answer = client_of(app, factories.business()).post("/signatures?lang=en", data=form(b"MZ"), headers=HTMX)
    assert answer.status_code == 422
    assert "licence.pdf is not a PDF" in answer.get_data(as_text=True)


def test_a_blocked_name_is_said_beside_the_name(app: Flask) -> None:
    acme = factories.business()
    with scopes.platform(Reason.STAFF):
        moderation.words.add(["roulette"], "block", "gambling", by=None)
    try:
        answer = client_of(app, acme).post("/signatures?lang=en", data=form(text="Roulette"), headers=HTMX)
    finally:
        with scopes.platform(Reason.STAFF):
            moderation.words.remove(moderation.words.page()[0].id, by=1)
    assert answer.status_code == 422
    assert "roulette" in re.search(r'id="text-error">.*?</p>', answer.get_data(as_text=True), re.S)[0]  # type: ignore[index]
    with scopes.tenant(acme.id):
        assert signatures.listed() == []


def test_a_document_comes_back_as_a_download_only(app: Flask) -> None:
    client = client_of(app, factories.business())
    page = apply(client)
    answer = client.get(f"{page}/documents/1")
    assert answer.get_data() == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"] == "application/pdf"
    for missing in ("0", "2"):
        assert client.get(f"{page}/documents/{missing}").status_code == 404


def test_nobody_else_reaches_a_signature_or_its_documents(app: Flask) -> None:
    acme, rival = factories.business(), factories.business("Rival")
    page = apply(client_of(app, acme))
    stranger = client_of(app, rival)
    for path in (page, f"{page}/edit", f"{page}/documents/1"):
        assert stranger.get(path, headers=HTMX).status_code == 404
    assert stranger.post(page, data=form(), headers=HTMX).status_code == 404


def test_a_rejected_application_is_corrected_on_the_page(app: Flask) -> None:
    acme = factories.business()
    client = client_of(app, acme)
    page = apply(client)
    assert client.get(f"{page}/edit", headers=HTMX).status_code == 404  # nothing to correct while it waits
    made = only(acme)
    with scopes.tenant(acme.id):
        signatures.decide(made.id, False, "papers_do_not_fit\nNo stamp", 9)
    shown = client.get(f"{page}?lang=en").get_data(as_text=True)
    assert "Documents do not fit" in shown and "No stamp" in shown
    kept = str(made.evidence[0]["id"])
    assert apply(client, page, text="Acme Coffee", kept=kept) == page
    again = only(acme)
    assert (again.text, again.state, len(again.evidence)) == ("Acme Coffee", "in_review", 2)
