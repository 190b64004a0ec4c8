"""The frame around every page: what the side shows to whom, in which language and theme.

A navigation entry names an endpoint. One whose endpoint the application does not have is left out, so the side never
offers a page that is not there. An entry is current when the request's endpoint lies in the same view module.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from flask import Flask, current_app, request, url_for
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from flask_babel.speaklater import LazyString

LANGUAGES = {"zh": "中文", "en": "English"}
THEMES = ("light", "dark")
COOKIE_THEME = "theme"


@dataclass(frozen=True)
class NavItem:
    label: LazyString
    endpoint: str
    icon: str
    todo: str = ""  # shown only where somebody must act
    also: tuple[str, ...] = ()  # further view modules that belong to this entry

    @property
    def current(self) -> bool:
        room, here = self.endpoint.rpartition(".")[0], (request.endpoint or "").rpartition(".")[0]
        return here in {room, *self.also}


@dataclass(frozen=True)
class NavGroup:
    label: LazyString | None
    items: tuple[NavItem, ...]


@dataclass(frozen=True)
class Shell:
    """Everything the side and the top bar show."""

    name: str  # of the business, or of our own desk
    groups: tuple[NavGroup, ...]
    user_name: str
    user_role: str
    home: str  # address behind the mark
    sign_out: str  # endpoint taking a POST
    account: str = ""  # endpoint of one's own password and sessions
    mark: str = ""  # one character; the name's first when empty
    label: str = ""  # beside the name: trial, reseller, internal
    balance_micro: int | None = None  # None hides the balance box
    currency: str = "CNY"
    parts_left: int | None = None
    billing: str = ""  # endpoint behind the balance
    staff: bool = False  # dark side in both themes
    acting_as: str = ""  # a tenant's name while one of us acts as it
    leave: str = ""  # endpoint taking a POST that ends acting as it
    test_mode: bool = False

    @property
    def initial(self) -> str:
        return self.mark or self.name[:1].upper()


BUSINESS = (
    NavGroup(
        None,
        (
            NavItem(_l("Overview"), "console.home.show", "layout-dashboard"),
            NavItem(_l("Campaigns"), "console.campaigns.index", "send", also=("console.composer", "console.preflight")),
            NavItem(_l("Messages"), "console.messages.index", "message-search"),
            NavItem(_l("Inbox"), "console.inbox.index", "message-reply"),
            NavItem(_l("Contacts"), "console.contacts.index", "users", also=("console.imports",)),
            NavItem(_l("Opt-outs"), "console.optouts.index", "user-off"),
        ),
    ),
    NavGroup(
        _l("Content and filing"),
        (
            NavItem(_l("Templates"), "console.message_templates.index", "template"),
            NavItem(_l("Signatures"), "console.signatures.index", "signature"),
            NavItem(_l("Filings"), "console.filings.index", "certificate"),
            NavItem(_l("Media"), "console.media.index", "photo"),
        ),
    ),
    NavGroup(
        _l("Account"),
        (
            NavItem(_l("Reports"), "console.reports.index", "chart-bar"),
            NavItem(_l("Billing"), "console.billing.show", "receipt-yuan"),
            NavItem(_l("Members"), "console.members.index", "user-cog"),
            NavItem(_l("Developers"), "console.developers.show", "code"),
            NavItem(_l("Audit"), "console.audit.index", "history"),
            NavItem(_l("Settings"), "console.settings.show", "settings"),
        ),
    ),
)

STAFF = (
    NavGroup(
        _lp("side", "Content"),
        (
            NavItem(_l("Review queue"), "staff.reviews.index", "clipboard-check"),
            NavItem(_l("Appeals"), "staff.appeals.index", "scale"),
            NavItem(_l("Sensitive words"), "staff.words.index", "abc"),
            NavItem(_l("Blocked numbers"), "staff.blocks.index", "ban"),
        ),
    ),
    NavGroup(
        _lp("side", "Delivery"),
        (
            NavItem(_l("Live board"), "staff.board.index", "chart-bar"),
            NavItem(_l("Channel health"), "staff.channels.index", "antenna-bars-5"),
            NavItem(_l("Routes"), "staff.routes.index", "route"),
            NavItem(_l("Operator filings"), "staff.filings.index", "certificate"),
        ),
    ),
    NavGroup(
        _l("Customers and money"),
        (
            NavItem(_l("Tenants"), "staff.tenants.index", "building"),
            NavItem(_lp("side", "Ledger"), "staff.ledger.index", "book-2"),
            NavItem(_l("Prices"), "staff.prices.index", "tag"),
            NavItem(_l("Complaints"), "staff.complaints.index", "flag"),
        ),
    ),
    NavGroup(_lp("side", "Records"), (NavItem(_l("Audit trail"), "staff.audit.index", "history"),)),
)


def available(
    groups: tuple[NavGroup, ...], may: Callable[[str], bool], todos: Mapping[str, str]
) -> tuple[NavGroup, ...]:
    """The entries that may be opened, with what waits at each (endpoint to a short text such as "14")."""
    kept = (
        NavGroup(
            group.label,
            tuple(replace(item, todo=todos.get(item.endpoint, "")) for item in group.items if may(item.endpoint)),
        )
        for group in groups
    )
    return tuple(group for group in kept if group.items)


def theme() -> str:
    """light, dark, or empty: then the browser decides."""
    for wanted in (request.args.get("theme"), request.cookies.get(COOKIE_THEME)):
        if wanted in THEMES:
            return str(wanted)
    return ""


def html_lang() -> str:
    locale = get_locale()
    return "zh-CN" if locale is not None and locale.language == "zh" else "en-GB"


def asset(filename: str) -> str:
    """A static file's address, changing with its content, so that it may be cached for ever."""
    folder = current_app.static_folder
    assert folder is not None
    return url_for("static", filename=filename, v=_digest(Path(folder) / filename, current_app.debug))


@lru_cache(maxsize=64)
def _digest_once(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def _digest(path: Path, fresh: bool) -> str:
    if fresh:  # while developing the files change under us
        _digest_once.cache_clear()
    return _digest_once(path)


def register(app: Flask, current: Callable[[], Shell | None]) -> None:
    """Tell templates how to find the shell of this request (`current` is called once by each full page)."""
    app.jinja_env.globals.update(
        asset=asset, current_shell=current, current_theme=theme, html_lang=html_lang, languages=LANGUAGES
    )
