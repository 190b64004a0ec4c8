"""The overview: the way of a new business, the figures of a sending one, and what needs somebody."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, update

from tenants import campaigns, messages, reports, resellers
from tenants.contacts.models import Contact, Import
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.message_templates.models import Template, TemplateVersion
from tenants.messages.models import Run
from tenants.signatures.models import Signature
from tests import factories
from tests.factories import Business
from tests.tenants.messages import arrange
from tests.web.signed_in import client_of, staff_client

HTMX = {"HX-Request": "true"}


@pytest.fixture
def acme(app: Flask) -> Business:
    return factories.business(credit_micro=arrange.CREDIT_MICRO)


def launched(acme: Business, endings: list[str], name: str = "Winter sale", **columns: object) -> int:
    with scopes.tenant(acme.id):
        campaign = campaigns.create(name, by=acme.owner_id)
        values = {"state": "sending", "launched_at": now()} | columns
        db.session.execute(update(campaigns.Campaign).where(campaigns.Campaign.id == campaign.id).values(values))
    arrange.run(endings, tenant_id=acme.id, campaign_id=campaign.id)
    return campaign.id


def counted(acme: Business, campaign_id: int, **counts: int) -> None:
    """Pretend that a run came so far."""
    with scopes.tenant(acme.id):
        db.session.execute(update(Run).where(Run.campaign_id == campaign_id).values(**counts))


def figures_of(client: FlaskClient) -> list[str]:
    """The four figures of the strip, without their markup."""
    page = client.get("/?lang=en").text
    found = re.findall(r'<dd class="big">(.*?)</dd>', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", "", each).split()) for each in found]


def test_a_new_business_sees_its_way_and_how_far_it_is(app: Flask) -> None:
    acme = factories.business(state="trial")
    client = client_of(app, acme)
    page = client.get("/?lang=en").text
    assert "1 of 6 steps are done" in page and "You are in the trial" in page
    assert page.index("Top up your balance") < page.index("Get a signature approved")
    factories.credit(acme.id, 5_000_000)
    with scopes.tenant(acme.id):
        at = now()
        db.session.execute(insert(Signature).values(text="Acme", basis="company", state="in_review", created_at=at))
        contact = {"phone_index": b"1" * 16, "sealed": b"", "country": "CN", "operator": "mobile", "fields": {}}
        db.session.execute(insert(Contact).values(**contact, created_at=at, updated_at=at))
    page = client.get("/?lang=en").text
    assert "3 of 6 steps are done" in page and "In review" in page
    with scopes.tenant(acme.id):
        states = {step.what: step.state for step in reports.steps()}
    assert states == {
        "verified": "done", "topped_up": "done", "signature": "waiting", "template": "open", "contacts": "done",
        "campaign": "open",
    }  # fmt: skip


def test_the_strip_shows_balance_volume_rate_and_spend(app: Flask, acme: Business) -> None:
    run = launched(acme, ["001"] * 10)
    counted(acme, run, queued=2, accepted=1, in_doubt=1, delivered=5, undelivered=1)
    available = arrange.CREDIT_MICRO - 10 * arrange.PRICE_MICRO
    assert figures_of(client_of(app, acme)) == [f"¥{available / 1_000_000:,.2f}", "8 people", "83.3%", "¥0.00"]


def test_a_day_begins_at_midnight_of_the_business(app: Flask, acme: Business) -> None:
    today, before = launched(acme, ["001"]), launched(acme, ["002"], launched_at=now() - timedelta(days=1))
    ages_ago = launched(acme, ["003"], launched_at=now() - timedelta(days=8))
    for run in (today, before, ages_ago):
        counted(acme, run, queued=0, delivered=1)
    with scopes.tenant(acme.id):
        found = reports.figures()
    assert (found.begun_today, found.today.delivered, found.week.delivered) == (1, 1, 2)
    assert found.days_left is None


def test_the_balance_lasts_as_long_as_the_week_says(app: Flask, acme: Business) -> None:
    run = launched(acme, ["001"] * 7)
    with scopes.tenant(acme.id):
        while messages.stop(run):
            pass
        assert reports.figures().spent_week_micro == 0, "what was given back was not spent"
    figures = reports.Figures(70, 0, 7, 49, messages.Progress(), messages.Progress(), 0)
    assert figures.days_left == 10


def test_what_needs_somebody_is_listed_with_the_way_to_it(app: Flask, acme: Business) -> None:
    launched(acme, ["001"], "Poor", state="unfunded")
    counted(acme, launched(acme, ["002"]), queued=0, in_doubt=1)
    with scopes.tenant(acme.id):
        at = now()
        signature = {"text": "Acme", "basis": "company", "state": "rejected", "reason": "papers_do_not_fit\nToo old"}
        db.session.execute(insert(Signature).values(**signature, created_at=at))
        template = db.session.scalars(
            insert(Template).values(name="Points", kind="notice", created_at=at, updated_at=at).returning(Template.id)
        ).one()
        db.session.execute(
            insert(TemplateVersion).values(
                template_id=template, version=1, body="x", state="rejected", reason="exaggerated", created_at=at
            )
        )
        for name, state in (("bad.csv", "failed"), ("new.csv", "uploaded")):
            db.session.add(Import(purpose="contacts", name=name, state=state, error="import_broken", created_at=at))
        db.session.flush()
        assert [need.what for need in reports.needs()] == [
            "unfunded", "in_doubt", "template_rejected", "signature_rejected", "import_failed", "import_unmapped"
        ]  # fmt: skip
        assert reports.todos() == {"campaigns": 1, "templates": 1, "signatures": 1}
    page = client_of(app, acme).get("/?lang=en").text
    for words in ("“Poor” waits for money", "1 message in doubt", "Too old", "Exaggerated", "bad.csv", "new.csv"):
        assert words in page
    assert 'href="/messages?state=in_doubt"' in page
    assert len(re.findall(r'<span class="todo-n"[^>]*>1 rejected</span>', page)) == 2, "the side counts them too"


def test_running_campaigns_have_their_bar_and_polls_answer_only_changes(app: Flask, acme: Business) -> None:
    run, client = launched(acme, ["001"] * 4), client_of(app, acme)
    counted(acme, run, queued=3, delivered=1)
    page = client.get("/?lang=en").text
    assert "1 of 4 people have a final result" in page
    polls = [url.replace("&amp;", "&") for url in re.findall(r'hx-get="(/overview/[^"]+v=[^"]+)"', page)]
    assert [client.get(url, headers=HTMX).status_code for url in polls] == [204, 204, 204]
    counted(acme, run, queued=0, delivered=3, in_doubt=1)
    fresh = [client.get(url + "&lang=en", headers=HTMX).text for url in polls]
    assert "3 of 4 people have a final result" in "".join(fresh) and "1 message in doubt" in "".join(fresh)


def test_operators_are_added_up_over_the_last_campaigns(app: Flask, acme: Business) -> None:
    launched(acme, ["001"] * 2)
    launched(acme, ["002"] * 3)
    with scopes.tenant(acme.id):
        found = reports.sides()
    assert (found.campaigns, [(side.operator, side.total) for side in found.sides]) == (2, [("mobile", 5)])
    assert "The last 2 campaigns" in client_of(app, acme).get("/overview/operators?lang=en").text


def test_staff_are_led_to_their_own_desk(app: Flask) -> None:
    assert staff_client(app).get("/").headers["Location"] == "/staff"


def test_the_side_says_how_many_parts_the_balance_is_good_for(app: Flask, acme: Business) -> None:
    with scopes.platform(Reason.STAFF):
        resellers.publish(
            [resellers.Rule("CN", 50_000), resellers.Rule("CN", 40_000, "mobile"), resellers.Rule("SG", 1)]
        )
    page = client_of(app, acme).get("/settings?lang=en").text
    assert f"about {arrange.CREDIT_MICRO // 40_000:,} parts left" in page


def test_the_columns_count_each_campaign_in_the_hour_and_on_the_day_it_began(app: Flask, acme: Business) -> None:
    at = now()
    for ago, done in ((timedelta(0), 7), (timedelta(hours=3), 5), (timedelta(days=3), 20), (timedelta(days=20), 90)):
        counted(acme, launched(acme, ["001"], launched_at=at - ago), queued=0, delivered=done)
    counted(acme, launched(acme, ["001"], launched_at=at), queued=0, undelivered=2, accepted=1)
    with scopes.tenant(acme.id):
        hours, days = reports.volume(), reports.volume(by_day=True)
    assert (len(hours), len(days)) == (24, 14)
    assert [(slot.delivered, slot.awaiting, slot.failed) for slot in (hours[-1], hours[-4])] == [(7, 1, 2), (5, 0, 0)]
    assert sum(slot.total for slot in hours) == 15 and sum(slot.total for slot in days) == 35
    assert hours[-1].begins_at <= at < hours[-1].begins_at + timedelta(hours=1)


def test_the_columns_are_said_in_words_and_stand_in_a_table_too(app: Flask, acme: Business) -> None:
    client = client_of(app, acme)
    counted(acme, launched(acme, ["001"]), queued=0, delivered=1234, undelivered=6)
    page = client.get("/?lang=en").text
    assert "1,240 sent in the last 24 hours: 1,234 delivered, 6 failed." in page and 'class="bar-delivered"' in page
    table = page[page.index('<details class="behind">') :]
    assert re.search(r'<td class="num">1,240</td><td class="num">1,234</td>', table)
    days = client.get("/overview/volume?span=days", headers=HTMX | {"Accept-Language": "en"})
    assert "in the last 14 days" in days.text
    version = re.search(r"v=(\w+)", days.text)
    assert version and client.get(f"/overview/volume?span=days&v={version[1]}", headers=HTMX).status_code == 204


def test_hours_without_any_sending_say_so(app: Flask, acme: Business) -> None:
    launched(acme, ["001"], launched_at=now() - timedelta(days=2))
    page = client_of(app, acme).get("/?lang=en").text
    assert "Nothing was sent in the last 24 hours." in page and 'class="columns"' not in page
