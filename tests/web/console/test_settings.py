"""A business's settings, and its way from trial to live."""

from __future__ import annotations

import re

from flask import Flask
from sqlalchemy import insert, select

from tenants.accounts.models import Member, Tenant
from tenants.core import audit, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tests import factories
from tests.factories import Business
from tests.web.accounts.arrange import mails
from tests.web.signed_in import client_of, staff_client


def member_of(business: Business) -> int:
    """Bob, who is no owner."""
    with scopes.platform(Reason.SIGN_UP):
        bob = factories.identity(f"bob-{business.id}@example.com", name="Bob")
        row = {"tenant_id": business.id, "identity_id": bob, "role": "member", "created_at": now()}
        db.session.execute(insert(Member).values(row))
    return bob


def tenant(business: Business) -> Tenant:
    with scopes.platform(Reason.STAFF):
        return db.session.get_one(Tenant, business.id)


def test_a_business_asks_to_go_live_and_staff_let_it(app: Flask) -> None:
    acme = factories.business(state="trial")
    client, staff = client_of(app, acme), staff_client(app)
    assert "100 are left today" in client.get("/settings?lang=en").text
    assert client.post("/settings/go-live").location == "/settings"
    assert "answered within one working day" in client.get("/settings?lang=en").text
    review = re.search(r"/staff/reviews/(\d+)", staff.get("/staff/reviews").text)
    assert review
    assert staff.post(f"/staff/reviews/{review[1]}/decide", data={"decision": "approve"}).status_code in {200, 303}
    assert tenant(acme).state == "live"
    assert "You send as your balance allows" in client.get("/settings?lang=en").text
    assert len(mails(acme.email)) == 1


def test_going_live_is_asked_for_once(app: Flask) -> None:
    client = client_of(app, factories.business(state="trial"))
    client.post("/settings/go-live")
    assert client.post("/settings/go-live").status_code == 409


def test_an_owner_changes_the_name_and_the_clock(app: Flask) -> None:
    acme = factories.business(state="trial")
    client = client_of(app, acme)
    assert (
        client.post("/settings", data={"name": " Acme  Roasters ", "time_zone": "Asia/Tokyo"}).location == "/settings"
    )
    assert (tenant(acme).name, tenant(acme).time_zone) == ("Acme Roasters", "Asia/Tokyo")
    with scopes.tenant(acme.id):
        entry = db.session.scalars(select(audit.Entry).where(audit.Entry.action == "business.amend")).one()
    assert entry.actor_id == acme.owner_id


def test_a_faulty_change_is_said_beside_its_field(app: Flask) -> None:
    acme = factories.business(state="trial")
    answer = client_of(app, acme).post("/settings?lang=en", data={"name": " ", "time_zone": "Moon/Crater"})
    assert answer.status_code == 422
    assert "Enter the name of your business." in answer.text and "Choose a time zone" in answer.text
    assert tenant(acme).name == "Acme Coffee"


def test_the_name_stays_once_it_was_checked(app: Flask) -> None:
    acme = factories.business(live_at=now())
    client_of(app, acme).post("/settings", data={"name": "State Bank", "time_zone": "Asia/Tokyo"})
    assert (tenant(acme).name, tenant(acme).time_zone) == ("Acme Coffee", "Asia/Tokyo")


def test_a_member_reads_but_changes_nothing(app: Flask) -> None:
    acme = factories.business(state="trial")
    client = client_of(app, acme, member_of(acme))
    assert client.get("/settings").status_code == 200
    assert client.post("/settings", data={"name": "Bob Ltd", "time_zone": "UTC"}).status_code == 403
    assert client.post("/settings/go-live").status_code == 403
    assert client.get("/audit").status_code == 403


def test_times_are_shown_on_the_clock_of_the_business(app: Flask) -> None:
    at = now().replace(month=1, day=5, hour=23, minute=30)
    zones = {"Asia/Tokyo": "6 Jan", "America/New_York": "5 Jan"}
    for zone, day in zones.items():
        acme = factories.business(time_zone=zone, live_at=at)
        assert f"Since {day}" in client_of(app, acme).get("/settings?lang=en").text
