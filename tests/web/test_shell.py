"""The frame: only what is there is offered; icons and words exist; files are addressed by their content."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.pofile import read_po
from flask import Flask

from tenants.core import languages
from tests import factories
from tests.web.signed_in import client_of
from web import i18n, shell

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "web" / "static"


def _app() -> Flask:
    app = Flask(__name__, static_folder=str(STATIC))
    i18n.register(app)
    return app


def test_an_entry_without_a_page_is_left_out_and_so_is_a_group_without_entries() -> None:
    with _app().test_request_context("/?lang=en"):
        there = {"console.campaigns.index": "2"}
        groups = shell.available(shell.BUSINESS, there.__contains__, there)
        assert [[(str(item.label), item.todo) for item in group.items] for group in groups] == [[("Campaigns", "2")]]


def test_an_entry_is_current_on_every_page_of_its_room() -> None:
    app = _app()
    app.add_url_rule("/c/<id>", endpoint="console.campaigns.show", view_func=lambda id: "")
    app.add_url_rule("/p/<id>", endpoint="console.preflight.show", view_func=lambda id: "")
    for path in ("/c/7?lang=en", "/p/7?lang=en"):
        with app.test_request_context(path):
            assert [item.icon for item in shell.BUSINESS[0].items if item.current] == ["send"]


def test_an_unknown_theme_leaves_the_choice_to_the_browser() -> None:
    app = _app()
    with app.test_request_context("/?theme=dark"):
        assert shell.theme() == "dark"
    with app.test_request_context("/", headers={"Cookie": "theme=light"}):
        assert shell.theme() == "light"
    with app.test_request_context('/?theme="><script>'):
        assert shell.theme() == ""


def test_an_asset_is_addressed_by_its_content() -> None:
    with _app().test_request_context("/"):
        assert re.fullmatch(r"/static/qunfa\.css\?v=[0-9a-f]{10}", shell.asset("qunfa.css"))


def test_every_icon_named_anywhere_is_in_the_sprite_and_on_its_list() -> None:
    listed = (STATIC / "icons.txt").read_text().split()
    assert re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text()) == listed
    named = {item.icon for group in (*shell.BUSINESS, *shell.STAFF) for item in group.items}
    for path in (ROOT / "templates").rglob("*.html"):
        named |= set(re.findall(r'\bicon\(\s*"([a-z0-9-]+)"', path.read_text()))
    assert named <= set(listed)


def test_no_template_carries_what_the_content_policy_forbids() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        if "mail" in path.parts:
            continue
        found = re.findall(r"""\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|<style""", path.read_text())
        assert found == [], f"{path.relative_to(ROOT)}: {found}"


def test_every_word_of_the_shared_parts_is_translated_once_and_without_shouting() -> None:
    with (languages.TRANSLATIONS / "zh" / "parts.po").open("rb") as file:
        messages = [message for message in read_po(file, locale="zh") if message.id]
    for message in messages:
        found = message.string or ""
        texts = [found] if isinstance(found, str) else list(found)
        assert all(texts), message.id
        assert not any(set("！!您") & set(text) for text in texts), message.id


def test_nobody_is_offered_what_they_may_not_open(app: Flask) -> None:
    acme = factories.business()
    member = client_of(app, acme, factories.member(acme))
    page = member.get("/settings").text
    offered = re.findall(r'href="(/[^"]*)"', page[page.index("<nav") : page.index("</nav>")])
    assert "/campaigns" in offered and "/audit" not in offered
    assert all(member.get(path).status_code == 200 for path in offered)
    assert 'href="/audit"' in client_of(app, acme).get("/settings").text
