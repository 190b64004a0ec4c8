"""Decisions taken back, approvals by two, and what recipients of a campaign will read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tenants import message_templates, moderation, signatures
from tenants.core import audit, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.moderation.models import Review, Word
from tests import factories
from tests.tenants.campaigns import arrange
from tests.web.signed_in import staff_client
from tests.web.staff.test_reviews import HTMX, mails, signature, template
from workers.jobs.campaigns import plan_campaign

WORD = "斗牛测试丙"


@pytest.fixture(autouse=True)
def word(app: Flask) -> Iterator[None]:
    """A word that sends a campaign to a reviewer."""
    with scopes.platform(Reason.STAFF):
        moderation.words.add([WORD], "review", "test", by=None)
    yield
    with scopes.platform(Reason.STAFF):
        db.session.execute(Word.__table__.delete())
    moderation.words.forget()


def handed_in(kind: str = "notice", **more: object) -> tuple[arrange.Ready, int]:
    """A campaign a reviewer must read; the review's id."""
    ready = arrange.ready(3, body=f"{{name}}，{WORD}，敬请光临", kind=kind, **more)  # type: ignore[arg-type]
    ready.launch()
    with scopes.platform(Reason.STAFF):
        return ready, db.session.scalars(select(Review.id).where(Review.tenant_id == ready.tenant_id)).one()


def decide(staff: FlaskClient, review: int, decision: str = "approve") -> int:
    said = {"decision": decision, "code": "other", "note": "No"}
    return staff.post(f"/staff/reviews/{review}/decide", data=said, headers=HTMX).status_code


def undo(staff: FlaskClient, review: int) -> int:
    return staff.post(f"/staff/reviews/{review}/undo").status_code


def state(review: int) -> str:
    with scopes.platform(Reason.STAFF):
        return moderation.get(review).state


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_a_decision_on_a_signature_is_taken_back_and_taken_anew(app: Flask, decision: str) -> None:
    acme = factories.business()
    review, staff = signature(acme), staff_client(app)
    assert decide(staff, review, decision) == 200
    assert "Take the decision back" in staff.get(f"/staff/reviews/{review}?lang=en", headers=HTMX).text
    assert [undo(staff, review), undo(staff, review)] == [303, 409]
    assert state(review) == "pending"
    with scopes.tenant(acme.id):
        assert [each.state for each in signatures.listed()] == ["in_review"]
        assert signatures.usable() == []
        assert "review.undo" in db.session.scalars(select(audit.Entry.action)).all()
    assert decide(staff, review) == 200
    with scopes.tenant(acme.id):
        assert len(signatures.usable()) == 1
    assert [("once more" in mail.subject) for mail in mails(acme.email)] == [False, True, False]


def test_a_template_goes_back_to_the_version_approved_before(app: Flask) -> None:
    acme = factories.business()
    staff, first = staff_client(app), template(acme, "Hello {name}, one")
    decide(staff, first)
    with scopes.tenant(acme.id):
        [made] = message_templates.listed()
        draft = message_templates.Draft(
            "Parcel", "notice", "en", "Hello two", message_templates.declared_in("Hello two")
        )
        message_templates.save(made.latest.template_id, 1, draft, by=acme.owner_id)
        second = moderation.submit_template(made.latest.template_id, 2, by=acme.owner_id)
    decide(staff, second)
    assert undo(staff, second) == 303
    with scopes.tenant(acme.id):
        assert [version.version for version in message_templates.usable()] == [1]
    assert undo(staff, first) == 303
    with scopes.tenant(acme.id):
        assert message_templates.usable() == []


def test_what_was_sent_with_is_not_taken_back(app: Flask) -> None:
    ready, staff = arrange.ready(3), staff_client(app)
    with scopes.tenant(ready.tenant_id):
        [usable], [written] = signatures.usable(), message_templates.usable()
        asked = {"signature": (usable.id, 0), "template": (written.template_id, written.version)}
        reviews = [
            moderation.ask(subject, id, version=version, title="x", shown={}, by=ready.owner_id)
            for subject, (id, version) in asked.items()
        ]
    for review in reviews:
        decide(staff, review)
    ready.launch()
    assert [undo(staff, review) for review in reviews] == [409, 409]


def test_a_campaign_is_held_back_until_it_is_planned(app: Flask) -> None:
    ready, review = handed_in()
    staff = staff_client(app)
    decide(staff, review)
    assert (ready.state(), undo(staff, review), ready.state()) == ("queued", 303, "in_review")
    plan_campaign(ready.tenant_id, ready.campaign_id)
    assert ready.state() == "in_review", "the bell that was rung before finds nothing to do"
    decide(staff, review, "reject")
    assert (ready.state(), undo(staff, review), ready.state()) == ("rejected", 303, "in_review")
    decide(staff, review)
    plan_campaign(ready.tenant_id, ready.campaign_id)
    assert (undo(staff, review), ready.state()) == (409, "sending")


def test_only_ones_own_decision_and_only_for_ten_minutes(app: Flask) -> None:
    sam, pat, review = staff_client(app), staff_client(app), signature(factories.business())
    decide(sam, review)
    assert undo(pat, review) == 409
    with scopes.platform(Reason.STAFF):
        db.session.execute(update(Review).values(decided_at=now() - timedelta(minutes=11)))
    assert undo(sam, review) == 409
    assert state(review) == "approved"


def test_the_first_marketing_campaign_needs_two(app: Flask) -> None:
    ready, review = handed_in("marketing")
    sam, pat = staff_client(app), staff_client(app)
    assert "Two people must approve this" in sam.get(f"/staff/reviews/{review}?lang=en", headers=HTMX).text
    answer = sam.post(f"/staff/reviews/{review}/decide?lang=en", data={"decision": "approve"}, headers=HTMX)
    assert "a second person must look as well" in answer.text
    assert (state(review), ready.state()) == ("pending", "in_review")
    assert decide(sam, review) == 422
    sam.post(f"/staff/reviews/{review}/lock")
    assert "your approval is the second of two" in pat.get(f"/staff/reviews/{review}?lang=en", headers=HTMX).text
    assert (decide(pat, review), ready.state()) == (200, "queued")
    with scopes.tenant(ready.tenant_id):
        entries = db.session.scalars(select(audit.Entry.action).order_by(audit.Entry.id))
        acts = [each for each in entries if each.startswith("review.")]
    assert acts == ["review.first", "review.approved"]


def test_one_is_enough_for_a_rejection_and_where_there_is_only_one(app: Flask, owner: sa.Engine) -> None:
    ready, review = handed_in("marketing")
    staff_client(app)
    assert decide(staff_client(app), review, "reject") == 200
    assert ready.state() == "rejected"
    _, review = handed_in("marketing")
    with owner.begin() as connection:
        connection.exec_driver_sql("UPDATE shared.identities SET is_staff = false")
    assert decide(staff_client(app), review) == 200
    assert state(review) == "approved"


def test_a_signature_that_looks_like_anothers_needs_two(app: Flask) -> None:
    sam, pat = staff_client(app), staff_client(app)
    decide(sam, signature(factories.business(), "Hemu"))
    review = signature(factories.business("Eve"), "Hemu")
    assert (decide(sam, review), state(review)) == (200, "pending")
    assert (decide(pat, review), state(review)) == (200, "approved")


def test_a_reviewer_sees_what_one_recipient_after_another_reads(app: Flask) -> None:
    ready, review = handed_in()
    staff = staff_client(app)
    pages = [
        staff.post(f"/staff/reviews/{review}/sample?lang=en", data={"number": n}, headers=HTMX).text for n in (1, 2, 4)
    ]
    assert all(WORD in page and "【Acme】" in page for page in pages)
    assert [f"What recipient {n} reads" in page for n, page in zip((1, 2, 1), pages, strict=True)] == [True] * 3
    assert "<html" in staff.post(f"/staff/reviews/{review}/sample", data={"number": "x"}).text
    assert staff.post(f"/staff/reviews/{signature(factories.business())}/sample").status_code == 404
    with scopes.tenant(ready.tenant_id):
        assert db.session.scalars(select(audit.Entry.action)).all().count("review.sample") == 4
