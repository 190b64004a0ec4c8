"""Templates of MMS and RCS: saved, handed in, approved; media they name stay."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from flask import Flask

from tenants import media, message_templates, moderation
from tenants.core import scopes
from tenants.core.db import db
from tenants.core.errors import ContentRefused, Invalid, WrongState
from tenants.core.scopes import Reason
from tenants.message_templates import Draft, State
from tenants.message_templates.rich import Act, Card, Frame, Mms, Rcs, Rich, Suggestion, texts
from tests import factories
from tests.factories import Business
from tests.tenants.media import samples


@pytest.fixture
def acme(app: Flask) -> Iterator[Business]:
    made = factories.business()
    with scopes.tenant(made.id):
        yield made


def picture(acme: Business) -> int:
    return media.add(io.BytesIO(samples.jpeg()), "latte.jpg", by=acme.owner_id).id


def draft(rich: Rich, kind: str = "notice") -> Draft:
    return Draft("Latte", kind, "zh", "", message_templates.declared_in("\n".join(texts(rich))), rich)


def test_an_mms_is_saved_handed_in_and_approved(acme: Business) -> None:
    rich = Mms("上市", (Frame("{name}，你好", picture(acme)), Frame("再见")))
    made = message_templates.create(draft(rich), by=1)
    moderation.submit_template(made.id, 1, by=acme.owner_id)
    message_templates.decide(made.id, 1, True, "", 9)
    found = message_templates.usable()[0]
    assert (found.product, found.rich, found.body, found.state) == (
        "mms", rich, "上市\n{name}，你好\n再见", State.APPROVED,
    )  # fmt: skip


def test_the_body_of_an_rcs_is_its_fallback(acme: Business) -> None:
    rich = Rcs("{name}，你好", fallback="短信：{name}")
    made = message_templates.create(draft(rich), by=1)
    found = message_templates.version(made.id, 1)
    assert (found.product, found.body, found.words) == ("rcs", "短信：{name}", "{name}，你好\n短信：{name}")


def test_the_product_stays_as_it_was_reviewed(acme: Business) -> None:
    made = message_templates.create(draft(Rcs("你好")), by=1)
    message_templates.save(made.id, 1, draft(Mms("a", (Frame("b"),))), by=1)
    assert message_templates.version(made.id, 1).product == "mms"
    message_templates.submit(made.id, 1)
    message_templates.decide(made.id, 1, True, "", 9)
    with pytest.raises(WrongState, match="template_kind_fixed"):
        message_templates.save(made.id, 1, draft(Rcs("你好")), by=1)


def test_a_faulty_one_is_not_handed_in(acme: Business) -> None:
    made = message_templates.create(draft(Mms("a", (Frame("b", 12345),))), by=1)
    with pytest.raises(Invalid):
        moderation.submit_template(made.id, 1, by=acme.owner_id)


def test_a_blocked_word_on_a_button_is_refused_at_once(acme: Business) -> None:
    with scopes.platform(Reason.STAFF):
        moderation.words.add(["博彩网站"], "block", "gambling", by=1)
    rich = Rcs("你好", suggestions=(Suggestion(Act.REPLY, "博彩网站", ""),))
    made = message_templates.create(draft(rich), by=1)
    with pytest.raises(ContentRefused):
        moderation.submit_template(made.id, 1, by=acme.owner_id)


def test_a_medium_that_a_version_names_cannot_be_deleted(acme: Business) -> None:
    used, free = picture(acme), picture(acme)
    message_templates.create(draft(Rcs(cards=(Card("a", "b", used),))), by=1)
    assert message_templates.using(used) == ["Latte"]
    with pytest.raises(WrongState, match="medium_used"):
        message_templates.discard_medium(used, by=1)
    message_templates.discard_medium(free, by=1)
    assert [file.id for file in media.listed()] == [used]


def test_a_review_holds_what_will_be_sent(acme: Business) -> None:
    medium = picture(acme)
    rich = Mms("上市", (Frame("{name}，你好", medium),))
    made = message_templates.create(draft(rich), by=1)
    review = moderation.submit_template(made.id, 1, by=acme.owner_id)
    db.session.commit()
    with scopes.platform(Reason.STAFF):
        shown = moderation.get(review).shown
    assert (shown["product"], shown["rich"]["media"], shown["rich"]["frames"]) == (
        "mms", [medium], [{"text": "{name}，你好", "medium": medium}],
    )  # fmt: skip
