"""The reviewer's desk: what it shows, the decision, the mail, the lock, the documents."""

from __future__ import annotations

import io
import re
from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from tenants import message_templates, moderation, signatures
from tenants.accounts.models import Mail
from tenants.core import audit, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.message_templates import Draft
from tests import factories
from tests.factories import Business
from tests.web.signed_in import client_of, staff_client
from web.staff.reviews import left

HTMX = {"HX-Request": "true"}


def signature(business: Business, text: str = "Acme") -> int:
    """A signature handed in; the review's id."""
    said = signatures.Application(text, "company", "Acme Ltd", "91330106MA2C")
    with scopes.tenant(business.id):
        made = signatures.apply(said, [signatures.Upload("l.pdf", io.BytesIO(b"%PDF-1"))], by=business.owner_id)
        return moderation.submit_signature(made.id, by=business.owner_id)


def template(business: Business, body: str) -> int:
    with scopes.tenant(business.id):
        draft = Draft("Parcel", "notice", "en", body, message_templates.declared_in(body))
        made = message_templates.create(draft, by=business.owner_id)
        return moderation.submit_template(made.id, 1, by=business.owner_id)


def mails(recipient: str) -> list[Mail]:
    with scopes.platform(Reason.MAIL):
        return list(db.session.scalars(select(Mail).where(Mail.recipient == recipient)))


def test_the_desk_shows_the_text_exactly_with_what_was_found(app: Flask) -> None:
    review = template(factories.business(), "Hello {name}, see hemu.example/m1 <b>")
    page = staff_client(app).get(f"/staff/reviews/{review}?lang=en", headers=HTMX).get_data(as_text=True)
    assert '<mark class="hit hit-note">hemu.example/m1<sup>1</sup></mark> &lt;b&gt;' in page
    assert '<span class="var">{name}</span>' in page
    assert "Acme Coffee" in page and "aria-current" in page


def test_an_approval_is_mailed_and_the_next_review_lies_on_the_desk(app: Flask) -> None:
    acme, rival = factories.business(), factories.business("Rival Tea")
    first, second = signature(acme), signature(rival, "Rival")
    answer = staff_client(app).post(f"/staff/reviews/{first}/decide", data={"decision": "approve"}, headers=HTMX)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert answer.headers["HX-Push-Url"] == f"/staff/reviews/{second}"
    assert f"/staff/reviews/{second}/decide" in page and "data-toast" in page
    # What waits is counted anew beside the entry of the side, too.
    side = staff_client(app).get("/staff/words").get_data(as_text=True)
    badge = re.search(r'id="todo-staff-reviews-index"[^>]*>(\d+)<', side)
    again = re.search(r'id="todo-staff-reviews-index" hx-swap-oob="true">(\d+)<', page)
    assert badge and again and badge[1] == again[1]
    with scopes.tenant(acme.id):
        assert [each.text for each in signatures.usable()] == ["Acme"]
    [mail] = mails(acme.email)
    assert "Acme" in mail.subject
    link = re.search(r"http://localhost(/signatures/sig_\w+)", mail.body)
    assert link is not None
    assert client_of(app, acme).get(link[1]).status_code == 200
    assert client_of(app, rival).get(link[1], headers=HTMX).status_code == 404


def test_a_rejection_carries_a_reason_and_the_reviewers_words(app: Flask) -> None:
    acme = factories.business()
    review = signature(acme)
    staff = staff_client(app)
    refused = staff.post(f"/staff/reviews/{review}/decide?lang=en", data={"decision": "reject"}, headers=HTMX)
    assert refused.status_code == 422
    assert "Choose a reason." in refused.get_data(as_text=True)
    said = {"decision": "reject", "code": "papers_do_not_fit", "note": "The stamp is missing"}
    assert staff.post(f"/staff/reviews/{review}/decide", data=said, headers=HTMX).status_code == 200
    [mail] = mails(acme.email)
    assert "Documents do not fit" in mail.body and "The stamp is missing" in mail.body  # ada reads English


def test_a_review_is_kept_for_one_reviewer(app: Flask) -> None:
    review = signature(factories.business())
    sam, pat = staff_client(app), staff_client(app)
    assert "kept for you" in sam.post(f"/staff/reviews/{review}/lock?lang=en").get_data(as_text=True)
    assert "another reviewer" in pat.post(f"/staff/reviews/{review}/lock?lang=en").get_data(as_text=True)
    assert "open at Sam" in pat.get("/staff/reviews?lang=en", headers=HTMX).get_data(as_text=True)
    answer = pat.post(f"/staff/reviews/{review}/decide", data={"decision": "approve"}, headers=HTMX)
    assert answer.status_code == 422
    with scopes.platform(Reason.STAFF):
        assert moderation.get(review).state == "pending"


def test_documents_open_as_downloads_and_each_opening_is_written_down(app: Flask) -> None:
    acme = factories.business()
    review = signature(acme)
    staff = staff_client(app)
    answer = staff.get(f"/staff/reviews/{review}/files/1")
    assert answer.get_data() == b"%PDF-1"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert staff.get(f"/staff/reviews/{review}/files/2").status_code == 404
    with scopes.tenant(acme.id):
        assert "review.document" in db.session.scalars(select(audit.Entry.action)).all()


def test_a_business_never_reaches_the_desk(app: Flask) -> None:
    acme = factories.business()
    review = signature(acme)
    owner = client_of(app, acme)
    for path in ("/staff/reviews", f"/staff/reviews/{review}", f"/staff/reviews/{review}/files/1", "/staff/words"):
        assert owner.get(path, headers=HTMX).status_code == 404
    for path in (f"/staff/reviews/{review}/decide", f"/staff/reviews/{review}/lock", "/staff/words"):
        assert owner.post(path, data={"decision": "approve"}, headers=HTMX).status_code == 404


def test_the_queue_is_filtered_and_an_empty_one_says_so(app: Flask) -> None:
    signature(factories.business())
    staff = staff_client(app)
    assert "Acme Coffee" in staff.get("/staff/reviews?subject=signature").get_data(as_text=True)
    assert "Nothing waits" in staff.get("/staff/reviews?subject=template&lang=en").get_data(as_text=True)
    assert staff.get("/staff/reviews/1", headers=HTMX).status_code == 404


def test_what_is_nearly_due_is_red_and_what_is_soon_due_amber(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        shown = {minutes: left(now() + timedelta(minutes=minutes, seconds=30)) for minutes in (-6, 8, 26, 70)}
    assert {minutes: tuple(each) for minutes, each in shown.items()} == {
        -6: ("bad", "5 min over"), 8: ("bad", "8 min left"), 26: ("warn", "26 min left"), 70: ("", "1 h 10 min left"),
    }  # fmt: skip


def test_the_way_to_live_sending_is_opened_from_the_desk(app: Flask) -> None:
    acme = factories.business(state="trial")
    with scopes.tenant(acme.id):
        review = moderation.ask("go_live", acme.id, title="Acme", shown={}, by=acme.owner_id)
    answer = staff_client(app).post(f"/staff/reviews/{review}/decide", data={"decision": "approve"}, headers=HTMX)
    assert answer.status_code == 200
    assert client_of(app, acme).get("/signatures/new", headers=HTMX).status_code == 200
    with scopes.platform(Reason.STAFF):
        assert moderation.item(review).customer.state == "live"
