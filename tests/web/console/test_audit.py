"""The trail of a business: its own acts and those of staff about it, nobody else's."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flask import Flask
from sqlalchemy import insert

from tenants import routing
from tenants.accounts.listing import PAGE
from tenants.core import audit, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tests import factories
from tests.house.tree import trees
from tests.web.accounts.arrange import business, sign_in
from tests.web.signed_in import client_of, staff_client, visitor
from web.staff.ledger import SOURCES
from web.wording import trail
from web.wording.acts import WORDS


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


def test_details_are_words_and_what_nobody_put_into_words_is_readable(app: Flask) -> None:
    acme = business()
    with scopes.tenant(acme.id):
        audit.record("filing.ask", actor_id=acme.owner_id, object="template:2", filings=1, subjects=["template:2"])
        audit.record("member.role", actor_id=acme.owner_id, object=str(acme.owner_id), role="member")
        audit.record("business.suspended", actor_id=None, before="trial", reason="")
        audit.record("review.first", actor_id=None, object="review:7", novelty={"a": 1}, colour="teal")
    with scopes.platform(Reason.STAFF):
        rules = {"before": {}, "after": {"mobile": ["signature", "template"]}}
        audit.record("filing.rules", actor_id=None, tenant_id=acme.id, object="channel:3", **rules)
        audit.record("ledger.grant", actor_id=None, tenant_id=acme.id, object="ten_1", amount_micro=5_000_000)
        audit.record("route.add", actor_id=None, tenant_id=acme.id, object="route:4", ways=[[3, 70]], kind="marketing")
    read = {lang: client_of(app, acme).get(f"/audit?lang={lang}").text for lang in ("en", "zh")}
    for words in (
        "Template 2 · filings: 1 · namely: Template 2", "Ada · role: member", ">before: on trial<",
        "Review 7 · colour: teal · novelty: {&#39;a&#39;: 1}", "Channel 3 · after: Mobile (Signature, Template)",
        "Business ten_1 · amount: +¥5.00", "Route 4 · kind: Marketing · channels: channel 3, share 70",
    ):  # fmt: skip
        assert words in read["en"], words
    assert "模板 2 · 备案数：1 · 包括：模板 2" in read["zh"] and "此前：试用" in read["zh"]


# What stands in the braces of f"template.{…}", wherever an act's name is put together.
PUT_TOGETHER = {
    "business.": ("live", "trial", "suspended"),
    "campaign.": ("pause", "resume", "cancel"),
    "channel.": tuple(routing.State),
    "filing.": ("filed", "rejected"),
    "ledger.": tuple(SOURCES),
    "review.": ("approved", "rejected"),
    "signature.": ("approved", "rejected"),
    "template.": ("approved", "rejected"),
}
OWN = {"actor_id", "object", "ip", "request_id", "tenant_id"}


def _recorded() -> Iterator[tuple[ast.Module, ast.Call]]:
    for tree in trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
                yield tree, node


def _acts(tree: ast.Module, given: ast.expr) -> set[str]:
    if isinstance(given, ast.JoinedStr):
        room = ast.literal_eval(given.values[0])
        return {f"{room}{rest}" for rest in PUT_TOGETHER[room]}
    within = tree if isinstance(given, ast.Name) else given  # a name: any act its module speaks of
    texts = {node.value for node in ast.walk(within) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text for text in texts if re.fullmatch(r"[a-z]+\.[a-z_]+", text)}


def test_every_recorded_act_has_words() -> None:
    found = [_acts(tree, call.args[0]) for tree, call in _recorded()]
    assert len(found) > 80 and all(found)
    assert set().union(*found) == set(WORDS), set().union(*found) ^ set(WORDS)


def test_every_recorded_detail_has_words() -> None:
    keys = {each.arg for _tree, call in _recorded() for each in call.keywords if each.arg} - OWN
    columns = {"country", "operator", "kind", "product", "reseller_id", "ways", "for_tenant"}  # of a route's rule
    assert keys | columns == set(trail.KEYS), (keys | columns) ^ set(trail.KEYS)
