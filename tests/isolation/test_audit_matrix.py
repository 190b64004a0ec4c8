"""Every act of a person leaves its trail: each changing route is pressed once by somebody who may, and looked up."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tenants import moderation
from tenants.accounts.models import Identity
from tenants.accounts.vaults import vault
from tenants.core import ids, scopes
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.routing.models import Channel, Ported, Route
from tests.isolation.routes import Call, calls
from tests.isolation.world import World, made
from tests.tenants.media import samples
from tests.web.accounts.arrange import HASH, NEW_PASSWORD, PASSWORD
from tests.web.signed_in import signed_in, staff_client, visitor
from web.auth import Policy

CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
Form = Mapping[str, Any]


def _pdf() -> tuple[io.BytesIO, str]:
    return io.BytesIO(b"%PDF-1 evidence"), "licence.pdf"


def _file(text: str, name: str = "numbers.csv") -> tuple[io.BytesIO, str]:
    return io.BytesIO(text.encode()), name


def _index(world: World) -> str:
    with scopes.tenant(world.id):
        return vault().index("+8613900001111").hex()


def _word() -> int:
    with scopes.platform(Reason.STAFF):
        return db.session.scalars(sa.select(moderation.Word.id).limit(1)).one()


def _id(app: Flask, world: World, kind: str, id: int) -> str:
    return ids.encode(app.config["SETTINGS"].qunfa_secret, kind, world.id, id)


NUMBER, BLOCKED = "13900002222", "13900003333"
CHANNEL = {
    "kind": "simulator", "name": "North", "weight": "100", "tps": "300", "operators": ["mobile"],
    "set-url": "http://127.0.0.1:8090", "set-key": "k-1234", "set-secret": "s-5678", "set-batch": "20",
}  # fmt: skip
# Endpoint -> the act it must leave and the form that is pressed; in this order, because one opens the way for another.
PRESSED: dict[str, tuple[str, Callable[[World], Form]]] = {
    "console.campaigns.create": ("campaign.create", lambda w: {}),
    "console.campaigns.copy": ("campaign.create", lambda w: {}),
    "console.campaigns.pause": ("campaign.pause", lambda w: {}),
    "console.campaigns.resume": ("campaign.resume", lambda w: {}),
    "console.campaigns.cancel": ("campaign.cancel", lambda w: {}),
    "console.composer.paste": ("import.paste", lambda w: {"numbers": NUMBER, "name": "Draft", "time_zone": "UTC"}),
    "console.composer.upload": ("import.upload", lambda w: {"file": _file("phone\n13800138001\n")}),
    "console.campaigns.discard": ("campaign.discard", lambda w: {}),
    "console.contacts.add": ("contact.add", lambda w: {"number": NUMBER, "name": "Ada"}),
    "console.contacts.show_number": ("contact.show_number", lambda w: {}),
    "console.contacts.edit": ("contact.edit", lambda w: {"name": "Bea"}),
    "console.contacts.delete": ("contact.delete", lambda w: {}),
    "console.contacts.create_list": ("list.create", lambda w: {"name": "VIP"}),
    "console.contacts.rename_list": ("list.rename", lambda w: {"name": "Best"}),
    "console.contacts.delete_list": ("list.delete", lambda w: {}),
    "console.filings.describe": ("filing.link", lambda w: {"owner": "own", "icp_number": "浙ICP备2024000001号"}),
    "console.filings.add_papers": (
        "filing.papers", lambda w: {"company": "Acme", "registration_no": "91330106MA2C", "evidence": _pdf()},
    ),
    "console.filings.amend_papers": (
        "filing.papers", lambda w: {"company": "Acme", "registration_no": "91330106MA2D", "evidence": _pdf()},
    ),
    "console.imports.create": (
        "import.upload",
        lambda w: {"purpose": "contacts", "file": _file("phone\n13800138000\n")},
    ),
    "console.optouts.add": ("optout.add", lambda w: {"number": NUMBER, "reason": "asked"}),
    "console.optouts.remove": ("optout.remove", lambda w: {"index": _index(w), "reason": "asked"}),
    "console.inbox.opt_out": ("optout.add", lambda w: {}),
    "console.messages.number": ("message.show_number", lambda w: {}),
    "console.messages.opt_out": ("optout.add", lambda w: {}),
    "console.media.upload": ("media.add", lambda w: {"file": (io.BytesIO(samples.png()), "hall.png")}),
    "console.media.rename": ("media.rename", lambda w: {"name": "Hall"}),
    "console.members.invite": ("member.invite", lambda w: {"email": f"x@{w.canary}.example", "role": "member"}),
    "console.members.again": ("member.invite_again", lambda w: {}),
    "console.members.revoke": ("member.revoke", lambda w: {}),
    "console.members.role": ("member.role", lambda w: {"role": "owner"}),
    "console.members.remove": ("member.remove", lambda w: {}),
    "console.settings.amend": ("business.amend", lambda w: {"name": "Acme", "time_zone": "Asia/Tokyo"}),
    "console.signatures.create": (
        "signature.apply",
        lambda w: {
            "text": "Quiet Harbour", "basis": "company", "company": "Acme Ltd", "registration_no": "91330106MA2C",
            "evidence": _pdf(),
        },
    ),
    "console.signatures.update": (
        "signature.amend",
        lambda w: {
            "text": "Loud Harbour", "basis": "company", "company": "Acme Ltd", "registration_no": "91330106MA2C",
            "evidence": _pdf(),
        },
    ),
    "console.message_templates.copy_starter": ("template.create", lambda w: {"language": "zh"}),
    "console.message_templates.archive": ("template.archive", lambda w: {}),
    "console.message_templates.restore": ("template.restore", lambda w: {}),
    "staff.channels.create": ("channel.add", lambda w: CHANNEL | {"name": f"South {w.canary}"}),
    "staff.channels.update": ("channel.amend", lambda w: CHANNEL | {"name": f"North {w.canary}"}),
    "staff.channels.try_out": ("channel.test", lambda w: {"number": NUMBER, "text": "hello"}),
    "staff.filings.set_rules": ("filing.rules", lambda w: {"mobile": ["signature"]}),
    "staff.ledger.adjust": (
        "ledger.adjustment",
        lambda w: {
            "kind": "adjustment", "amount": "100", "reason": "charged twice",
            "key": "0b34c7a4-3fd6-4f4c-9ad6-3c7c1d2f9a10",
        },
    ),
    "staff.reviews.decide": (
        "review.rejected",
        lambda w: {"decision": "reject", "code": "other", "note": "unreadable"},
    ),
    "staff.reviews.undo": ("review.undo", lambda w: {}),
    "staff.routes.update": ("route.amend", lambda w: {"country": "CN", f"weight-{w.ids['channel']}": "2"}),
    "staff.routes.remove": ("route.remove", lambda w: {}),
    "staff.routes.bring": ("ported.bring", lambda w: {"file": _file("13800138000,unicom\n")}),
    "staff.blocks.add": ("block.add", lambda w: {"numbers": BLOCKED, "reason": "complaint"}),
    "staff.blocks.lift": ("block.lift", lambda w: {"number": BLOCKED, "why": "withdrawn"}),
    "staff.words.add": ("words.add", lambda w: {"words": "roulettes", "level": "block", "category": "gambling"}),
    "staff.words.remove": ("words.remove", lambda w: {}),
    "staff.routes.create": ("route.add", lambda w: {"country": "CN", f"weight-{w.ids['channel']}": "1"}),
    "staff.channels.move": ("channel.active", lambda w: {"reason": "mended"}),
    "staff.filings.upload": (
        "filing.upload",
        lambda w: {
            "channel": w.ids["channel"], "operator": "mobile",
            "file": _file("number,result\nQF1,ok\n", "answers.csv"),
        },
    ),
    "staff.tenants.decide": ("business.suspended", lambda w: {"reason": "unpaid"}),
    "accounts.register.sign_up": (
        "business.sign_up",
        lambda w: {
            "business": "Acme", "person": "Ada", "email": f"cy@{w.canary}.example", "password": PASSWORD,
            "time_zone": "Asia/Tokyo",
        },
    ),
    "accounts.sessions.enter": ("member.enter", lambda w: {}),
    "accounts.login.sign_in": ("session.open", lambda w: {"email": f"ada@{w.canary}.example", "password": PASSWORD}),
    "accounts.sessions.end": ("session.close", lambda w: {}),
    "accounts.sessions.password": ("password.change", lambda w: {"old": PASSWORD, "new": NEW_PASSWORD}),
    "accounts.login.sign_out": ("session.close", lambda w: {}),
    "accounts.sessions.sign_out_everywhere": ("session.close_all", lambda w: {}),
}  # fmt: skip
# Acts that need a world of their own, by the file under tests/ that presses them.
ELSEWHERE: dict[str, str] = {
    "accounts.join.join": "web/console/test_members.py",
    "accounts.reset.change": "web/accounts/test_reset.py",
    "accounts.verify.confirm": "web/accounts/test_register.py",
    "console.billing.top_up": "tenants/ledger/test_topups.py",
    "console.filings.ask": "tenants/filings/test_asking.py",
    "console.filings.ask_all": "tenants/filings/test_asking.py",
    "console.imports.begin": "web/console/test_imports.py",
    "console.imports.stop": "web/console/test_imports.py",
    "console.media.delete": "web/console/test_media.py",
    "console.members.leave": "web/console/test_members.py",
    "console.message_templates.create": "web/console/test_message_templates.py",
    "console.message_templates.update": "web/console/test_message_templates.py",
    "console.preflight.launch": "tenants/campaigns/test_launching.py",
    "console.settings.go_live": "web/staff/test_tenants.py",
    "staff.filings.apply": "web/staff/test_filings.py",
    "staff.filings.decide": "web/staff/test_filings.py",
    "staff.filings.enter_code": "web/staff/test_filings.py",
    "staff.filings.submit": "web/staff/test_filings.py",
    "staff.prices.publish": "web/staff/test_prices.py",
    "staff.prices.withdraw": "web/staff/test_prices.py",
    "staff.reviews.sample": "web/staff/test_second_looks.py",
}
# Routes whose path needs another object, or another word, than the route matrix fills in.
PATHS: dict[str, Callable[[Flask, World, str], str]] = {
    "console.campaigns.discard": lambda app, w, path: path.replace(
        _id(app, w, "campaign", w.ids["campaign"]), _id(app, w, "campaign", w.ids["draft"])
    ),
    "console.signatures.update": lambda app, w, path: f"/signatures/{_id(app, w, 'signature', w.ids['rejected'])}",
    "console.message_templates.copy_starter": lambda app, w, path: path.replace("parcel", "new_arrivals"),
    "staff.channels.move": lambda app, w, path: path.replace("pause", "resume"),
    "staff.tenants.decide": lambda app, w, path: path.replace("go-live", "suspend"),
    "staff.words.remove": lambda app, w, path: path.replace("/1/", f"/{_word()}/"),
}
# What is no act of its own, and why.
NO_ACT: dict[str, str] = {
    "accounts.reset.ask": "nobody is known yet; the new password leaves a row",
    "accounts.verify.again": "a letter is sent once more; the confirmation leaves a row",
    "console.composer.check": "a draft is changed; launching leaves a row",
    "console.composer.save": "a draft saves itself; launching leaves a row",
    "console.contacts.find": "a search: a number does not belong into an address",
    "console.inbox.find": "a search: a number does not belong into an address",
    "console.inbox.read": "one's own mark of what was read",
    "console.message_templates.preview": "shows a draft",
    "console.message_templates.shape": "shows a form with one field more or less",
    "console.messages.find": "a search: a number does not belong into an address",
    "console.optouts.find": "a search: a number does not belong into an address",
    "console.preflight.choose": "a draft is changed; launching leaves a row",
    "console.preflight.count": "a draft is counted; launching leaves a row",
    "console.imports.read_as": "shows a file read in another way; beginning leaves a row",
    "hooks.inbound.take": "news of a carrier, no person",
    "hooks.receipts.take": "news of a carrier, no person",
    "hooks.stripe.take": "news of Stripe, no person",
    "staff.ledger.review": "shows what an adjustment would do",
    "staff.prices.review": "shows what a price list would do",
    "staff.reviews.lock": "says for minutes who looks at it; the decision leaves a row",
    "staff.blocks.find": "a search: a number does not belong into an address",
    "staff.words.try_out": "tries the words on a text",
}


def changing(app: Flask, world: World) -> dict[str, Call]:
    return {call.endpoint: call for call in calls(app, world) if call.method in CHANGING}


def somebody(app: Flask, world: World, call: Call, staff: FlaskClient) -> FlaskClient:
    """Who may press it."""
    if call.policy is Policy.STAFF:
        return staff
    if call.policy is Policy.PUBLIC:
        return visitor(app)
    return signed_in(app, world.owner_id, world.id)


def _path(app: Flask, world: World, call: Call) -> str:
    change = PATHS.get(call.endpoint)
    return change(app, world, call.path) if change else call.path


@pytest.fixture(autouse=True)
def nothing_left(app: Flask) -> Iterator[None]:
    yield
    with scopes.platform(Reason.STAFF):
        for model in (moderation.Word, Channel, Route, Ported):
            db.session.execute(sa.delete(model))
    moderation.words.forget()


def test_every_changing_route_stands_in_one_of_the_tables(app: Flask) -> None:
    found = set(changing(app, made()))
    tables = [set(PRESSED), set(ELSEWHERE), set(NO_ACT)]
    named = set().union(*tables)
    assert found - named == set(), "a new act: press it here, and let it leave a row"
    assert named - found == set(), "gone from the application"
    texts = {each: (Path(__file__).parents[1] / each).read_text() for each in ELSEWHERE.values()}
    assert {each for each, text in texts.items() if "audit" not in text and "trail() >=" not in text} == set()
    assert sum(map(len, tables)) == len(named), "each stands in one table"


def test_every_act_leaves_who_did_what_to_what(app: Flask, owner: sa.Engine) -> None:
    world = made()
    routes, staff = changing(app, world), staff_client(app)
    wrong = []
    rows = sa.text("SELECT action, actor_id, object FROM shared.audit WHERE id > :last ORDER BY id")
    with scopes.platform(Reason.SIGN_UP):
        db.session.execute(sa.update(Identity).where(Identity.id == world.owner_id).values(password_hash=HASH))
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for endpoint, (act, form) in PRESSED.items():
            call = routes[endpoint]
            last = connection.scalar(sa.text("SELECT max(id) FROM shared.audit")) or 0
            answer = somebody(app, world, call, staff).post(_path(app, world, call), data=dict(form(world)))
            left = [row for row in connection.execute(rows, {"last": last}) if row.action == act]
            if not left or left[0].actor_id is None:
                wrong.append(f"{endpoint}: {answer.status_code}, {act} is missing")
    assert not wrong, "\n".join(wrong)
