"""The trail of a business: its own acts and those of staff about it, nobody else's."""

from __future__ import annotations

import re

from flask import Flask
from sqlalchemy import insert

from tenants.accounts.listing import PAGE
from tenants.core import audit, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tests import factories
from tests.web.accounts.arrange import business, sign_in
from tests.web.signed_in import client_of, staff_client, visitor


def test_an_owner_reads_what_was_done_and_by_whom(app: Flask) -> None:
    acme, staff = business(), staff_client(app)
    client = visitor(app)
    sign_in(client, acme.email)
    staff.post(f"/staff/tenants/{acme.id}/suspend", data={"reason": "Invoice unpaid"})
    staff.post(f"/staff/tenants/{acme.id}/reopen", data={"reason": "Paid"})
    page = client.get("/audit?lang=en").text
    assert "Signed in" in page and "Ada" in page
    assert "Suspended the business" in page and "our staff" in page and "Invoice unpaid" in page


def test_each_business_reads_its_own_trail_and_staff_all(app: Flask) -> None:
    acme, rival = business(), factories.business("Rival Tea")
    with scopes.tenant(acme.id):
        audit.record("template.save", actor_id=acme.owner_id, object="canary-of-acme")
    assert "canary-of-acme" in client_of(app, acme).get("/audit").text
    assert "canary-of-acme" not in client_of(app, rival).get("/audit").text
    assert "canary-of-acme" in staff_client(app).get("/staff/audit").text


def test_a_long_trail_is_read_page_by_page_and_nothing_twice(app: Flask) -> None:
    acme = business()
    total = 2 * PAGE + 7
    rows = [
        {"tenant_id": acme.id, "actor_id": None, "action": "contact.add", "object": f"number-{number}.", "at": now()}
        for number in range(total)
    ]
    with scopes.platform(Reason.STAFF):
        db.session.execute(insert(audit.Entry), rows)
    client, path, seen, pages = client_of(app, acme), "/audit", [], 0
    while path:
        page = client.get(path).text
        seen += re.findall(r"number-(\d+)\.", page)
        older = re.search(r'rel="next" href="([^"]+)"', page)
        path, pages = (older[1] if older else ""), pages + 1
    assert [int(number) for number in seen] == list(reversed(range(total)))
    assert pages == 3


def test_every_recorded_act_has_words(app: Flask) -> None:
    from tests.house.tree import modules
    from web.wording.acts import WORDS

    recorded = {
        act for text in modules().values() for act in re.findall(r'audit\.record\(\s*"([a-z_]+\.[a-z_]+)"', text)
    }
    assert recorded <= set(WORDS), recorded - set(WORDS)
