"""The review queue: asking, keeping to oneself, deciding, and what the rooms below are told."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from tenants import message_templates, moderation, signatures
from tenants.core import audit, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import ContentRefused, Invalid, WrongState
from tenants.core.scopes import Reason
from tenants.message_templates import Draft, Variable
from tenants.moderation.models import Review, Word
from tests import factories

STAFF = 900_001
OTHER_STAFF = 900_002


@pytest.fixture(autouse=True)
def no_words(app: Flask) -> Iterator[None]:
    """Each test begins and ends with an empty word table."""
    yield
    with scopes.platform(Reason.STAFF):
        db.session.execute(Word.__table__.delete())
    moderation.words.forget()


def signature(business: factories.Business, text: str = "Acme") -> tuple[int, int]:
    """A signature handed in; its id and the review's."""
    said = signatures.Application(text, "company", "Acme Ltd", "91330106MA2C")
    with scopes.tenant(business.id):
        made = signatures.apply(said, [signatures.Upload("l.pdf", io.BytesIO(b"%PDF-1"))], by=business.owner_id)
        return made.id, moderation.submit_signature(made.id, by=business.owner_id)


def template(business: factories.Business, body: str = "Hello {name}, your parcel is here") -> int:
    with scopes.tenant(business.id):
        draft = Draft("Parcel", "notice", "en", body, message_templates.declared_in(body))
        return message_templates.create(draft, by=business.owner_id).id


def decide(review: int, approved: bool = True, by: int = STAFF, reason: str = "other\nNo") -> None:
    with scopes.platform(Reason.STAFF):
        moderation.decide(review, approved=approved, reason="" if approved else reason, by=by)


def test_an_approval_reaches_the_signature_and_the_audit_log(app: Flask) -> None:
    acme = factories.business()
    made, review = signature(acme)
    decide(review)
    with scopes.tenant(acme.id):
        assert [found.id for found in signatures.usable()] == [made]
        actions = set(db.session.scalars(select(audit.Entry.action)))
        assert {"signature.apply", "signature.submit", "signature.approved", "review.approved"} <= actions


def test_a_rejection_tells_the_applicant_why(app: Flask) -> None:
    acme = factories.business()
    made, review = signature(acme)
    decide(review, False, reason=moderation.reasons.compose("papers_do_not_fit", " the  stamp is missing "))
    with scopes.tenant(acme.id):
        found = signatures.get(made)
        assert (found.state, found.reason) == ("rejected", "papers_do_not_fit\nthe stamp is missing")
        again = moderation.submit_signature(made, by=acme.owner_id)
    assert again != review


def test_the_second_version_waits_while_the_first_is_sent(app: Flask) -> None:
    acme = factories.business()
    made = template(acme)
    with scopes.tenant(acme.id):
        review = moderation.submit_template(made, 1, by=acme.owner_id)
    decide(review)
    with scopes.tenant(acme.id):
        draft = Draft("Parcel", "notice", "en", "Hi {name}, fetch your parcel", (Variable("name"),))
        assert message_templates.save(made, 1, draft, by=acme.owner_id) == 2
        second = moderation.submit_template(made, 2, by=acme.owner_id)
        assert [(found.version, found.body[:5]) for found in message_templates.usable()] == [(1, "Hello")]
    decide(second, False)
    with scopes.tenant(acme.id):
        assert message_templates.version(made, 2).state == "rejected"
        assert [found.version for found in message_templates.usable()] == [1]


def test_what_the_word_table_blocks_is_refused_at_once(app: Flask) -> None:
    acme = factories.business()
    made = template(acme, "Hello {name}, play roulette tonight")
    with scopes.platform(Reason.STAFF):
        moderation.words.add(["roulette"], "block", "gambling", by=None)
    with pytest.raises(ContentRefused) as error, scopes.tenant(acme.id):
        moderation.submit_template(made, 1, by=acme.owner_id)
    assert error.value.values == {"words": "roulette"}
    with scopes.tenant(acme.id):
        assert message_templates.version(made, 1).state == "draft"


def test_asking_twice_makes_one_review(app: Flask) -> None:
    acme = factories.business()
    with scopes.tenant(acme.id):
        asked = [moderation.ask("campaign", 7, title="Sale", shown={}, by=1) for _ in range(2)]
        assert asked[0] == asked[1]
        moderation.withdraw("campaign", 7)
        assert moderation.ask("campaign", 7, title="Sale", shown={}, by=1) != asked[0]


def test_the_queue_begins_with_what_is_due_first(app: Flask) -> None:
    acme, rival = factories.business(), factories.business("Rival")
    _, late = signature(acme)
    with scopes.tenant(rival.id):
        early = moderation.ask("campaign", 1, title="Sale", shown={}, by=1, due=timedelta(minutes=8))
    with scopes.platform(Reason.STAFF):
        waiting = moderation.queue()
        assert [(line.review.id, line.tenant) for line in waiting] == [(early, "Rival"), (late, "Acme Coffee")]
        assert [line.review.id for line in moderation.queue("signature")] == [late]
        assert moderation.waiting() == {"signature": 1, "campaign": 1}


def test_a_review_someone_holds_cannot_be_decided_by_another(app: Flask) -> None:
    _, review = signature(factories.business())
    with scopes.platform(Reason.STAFF):
        assert moderation.lock(review, by=STAFF).locked_by == STAFF
        assert moderation.lock(review, by=OTHER_STAFF).locked_by == STAFF
    with pytest.raises(WrongState, match="review_locked"):
        decide(review, by=OTHER_STAFF)
    with scopes.platform(Reason.STAFF):
        db.session.execute(update(Review).values(locked_until=now() - timedelta(seconds=1)))
    decide(review, by=OTHER_STAFF)


def test_a_review_is_decided_once(app: Flask) -> None:
    _, review = signature(factories.business())
    decide(review)
    with pytest.raises(WrongState, match="review_decided"):
        decide(review, False)


def test_a_rejection_needs_a_reason(app: Flask) -> None:
    _, review = signature(factories.business())
    with pytest.raises(Invalid):
        decide(review, False, reason="")


def test_a_blocked_text_cannot_be_approved(app: Flask) -> None:
    acme = factories.business()
    with scopes.tenant(acme.id):
        review = moderation.ask("campaign", 1, title="x", shown={"text": "play roulette", "kind": "notice"}, by=1)
    with scopes.platform(Reason.STAFF):
        moderation.words.add(["roulette"], "block", "gambling", by=None)
    with pytest.raises(ContentRefused):
        decide(review)


def test_a_room_above_is_told_in_the_tenants_scope(app: Flask) -> None:
    acme = factories.business()
    told: list[tuple[int, int, bool, str, int]] = []

    def decider(id: int, version: int, approved: bool, reason: str, by: int) -> None:
        assert scopes.tenant_id() == acme.id
        told.append((id, version, approved, reason, by))

    with scopes.tenant(acme.id):
        review = moderation.ask("campaign", 5, version=3, title="Sale", shown={}, by=1)
    with scopes.platform(Reason.STAFF):
        moderation.decide(review, approved=False, reason="exaggerated", by=STAFF, above={"campaign": decider})
    assert told == [(5, 3, False, "exaggerated", STAFF)]


def test_what_was_taken_back_meanwhile_leaves_the_queue(app: Flask) -> None:
    acme = factories.business()

    def cancelled(id: int, version: int, approved: bool, reason: str, by: int) -> None:
        raise WrongState(state="cancelled")

    with scopes.tenant(acme.id):
        review = moderation.ask("campaign", 5, title="Sale", shown={}, by=1)
    with scopes.platform(Reason.STAFF):
        decided = moderation.decide(review, approved=True, by=STAFF, above={"campaign": cancelled})
        assert (decided.state, moderation.queue()) == ("withdrawn", [])


def test_a_decision_interrupted_half_way_is_taken_again(app: Flask) -> None:
    acme = factories.business()
    made, review = signature(acme)
    with scopes.tenant(acme.id):
        signatures.decide(made, True, "", STAFF)  # the tenant's part went through, the review's did not
    decide(review)
    with scopes.platform(Reason.STAFF):
        assert moderation.get(review).state == "approved"


def test_a_double_of_another_business_is_shown(app: Flask) -> None:
    acme, rival = factories.business(), factories.business("Rival")
    decide(signature(acme, "Paypal")[1])
    _, review = signature(rival, "PayPaI")
    with scopes.platform(Reason.STAFF):
        assert [(double.review.title, double.tenant) for double in moderation.item(review).doubles] == [
            ("Paypal", "Acme Coffee")
        ]
        own = signature(acme, "PayPaI")[1]
        assert moderation.item(own).doubles == []


def test_an_item_shows_the_customers_history_and_decisions_on_like_texts(app: Flask) -> None:
    acme, rival = factories.business(), factories.business("Rival")
    for business, body in ((rival, "Hello {name}, your parcel waits"), (rival, "Totally different words {name}")):
        with scopes.tenant(business.id):
            review = moderation.submit_template(template(business, body), 1, by=business.owner_id)
        decide(review, False)
    with scopes.tenant(acme.id):
        review = moderation.submit_template(template(acme), 1, by=acme.owner_id)
    with scopes.platform(Reason.STAFF):
        item = moderation.item(review)
        assert [(like.tenant, like.review.state) for like in item.alike] == [("Rival", "rejected")]
        assert (item.customer.approved, item.customer.rejected, item.submitted_by) == (0, 0, "Ada")
