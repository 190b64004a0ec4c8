"""Businesses as staff see and move them."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from tenants import messages, quotas
from tenants.accounts.models import Tenant
from tenants.core import audit, scopes
from tenants.core.db import db
from tenants.core.errors import QuotaReached
from tenants.core.scopes import Reason
from tenants.moderation import Review
from tests import factories
from tests.factories import Business
from tests.tenants.messages import arrange
from tests.web.accounts.arrange import mails
from tests.web.signed_in import client_of, staff_client


def state(business: Business) -> str:
    with scopes.platform(Reason.STAFF):
        return db.session.get_one(Tenant, business.id).state


def test_staff_find_a_business_by_name_and_state_with_its_money(app: Flask) -> None:
    factories.business("Blue Lantern", state="trial", credit_micro=12_340_000)
    factories.business("Red Lantern")
    staff = staff_client(app)
    page = staff.get("/staff/tenants?lang=en&name=Blue").text
    assert "Blue Lantern" in page and "Red Lantern" not in page
    assert '¥12<span class="dec">.34</span>' in page
    assert "Blue Lantern" not in staff.get("/staff/tenants?state=live").text
    assert "Nothing matches" in staff.get("/staff/tenants?lang=en&name=%25").text, "a sign of LIKE is an ordinary one"


def test_letting_a_business_go_live_ends_its_daily_limit_and_tells_the_owner(app: Flask) -> None:
    acme = factories.business(state="trial")
    with scopes.tenant(acme.id), pytest.raises(QuotaReached):
        quotas.take(101)
    answer = staff_client(app).post(f"/staff/tenants/{acme.id}/go-live")
    assert answer.location == "/staff/tenants"
    with scopes.tenant(acme.id):
        quotas.take(1_000_000)
    assert [mail.subject for mail in mails(acme.email)] == ["Acme Coffee is live"]


def test_a_request_in_the_queue_is_closed_when_the_business_goes_live_by_hand(app: Flask) -> None:
    acme = factories.business(state="trial")
    client_of(app, acme).post("/settings/go-live")
    staff_client(app).post(f"/staff/tenants/{acme.id}/go-live")
    with scopes.platform(Reason.STAFF):
        left = db.session.scalars(select(Review.state).where(Review.tenant_id == acme.id)).all()
    assert left and "pending" not in left


def test_a_suspended_business_can_do_nothing_until_it_is_reopened(app: Flask) -> None:
    acme = factories.business()
    client, staff = client_of(app, acme), staff_client(app)
    staff.post(f"/staff/tenants/{acme.id}/suspend", data={"reason": "Complaints about numbers"})
    assert client.get("/settings").status_code == 403
    assert "Complaints about numbers" in mails(acme.email)[0].body
    staff.post(f"/staff/tenants/{acme.id}/reopen", data={"reason": "Cleared"})
    assert client.get("/settings").status_code == 200
    with scopes.tenant(acme.id):
        acts = db.session.scalars(select(audit.Entry.action).order_by(audit.Entry.id)).all()
    assert acts[-2:] == ["business.suspended", "business.live"]


def test_nothing_more_is_sent_for_a_suspended_business_and_others_are_not_held_up(app: Flask) -> None:
    stopped, rival = arrange.run(["000"]), arrange.run(["000"])
    staff = staff_client(app)
    staff.post(f"/staff/tenants/{stopped.tenant_id}/suspend", data={"reason": "Complaints"})
    with scopes.platform(Reason.DISPATCH):
        assert messages.due_lanes() == {"bulk": 1}
        claims = [messages.claim("bulk") for _ in range(2)]
    assert [claim.tenant_id if claim else None for claim in claims] == [rival.tenant_id, None]
    staff.post(f"/staff/tenants/{stopped.tenant_id}/reopen", data={"reason": "Cleared"})
    with scopes.platform(Reason.DISPATCH):
        found = messages.claim("bulk")
    assert found is not None and found.tenant_id == stopped.tenant_id


def test_reopening_never_lifts_a_trial(app: Flask) -> None:
    trial, live = factories.business(state="trial"), factories.business(state="trial")
    staff = staff_client(app)
    staff.post(f"/staff/tenants/{live.id}/go-live")
    for business in (trial, live):
        for act in ("suspend", "reopen"):
            staff.post(f"/staff/tenants/{business.id}/{act}", data={"reason": "Test"})
    assert (state(trial), state(live)) == ("trial", "live")


def test_a_reason_is_needed_and_impossible_moves_are_refused(app: Flask) -> None:
    acme, staff = factories.business(), staff_client(app)
    assert staff.post(f"/staff/tenants/{acme.id}/suspend", data={"reason": " "}).status_code == 422
    assert staff.post(f"/staff/tenants/{acme.id}/reopen", data={"reason": "Test"}).status_code == 409
    assert staff.post("/staff/tenants/999999999/suspend", data={"reason": "Test"}).status_code == 404
    assert staff.post(f"/staff/tenants/{acme.id}/explode", data={"reason": "Test"}).status_code == 404
    assert state(acme) == "live"


def test_a_suspended_business_does_not_go_live_by_the_way(app: Flask) -> None:
    acme, staff = factories.business(state="suspended"), staff_client(app)
    assert staff.post(f"/staff/tenants/{acme.id}/go-live").status_code == 409
    assert state(acme) == "suspended"


def test_spares_are_nobodys_business(app: Flask) -> None:
    with scopes.platform(Reason.STAFF):
        spare = db.session.scalars(select(Tenant.id).where(Tenant.state == "spare").limit(1)).one()
    assert staff_client(app).post(f"/staff/tenants/{spare}/go-live").status_code == 404
