"""What needs somebody of a business, in words: a fact, what it means, and where to act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from tenants.moderation import reasons
from tenants.reports import Need, Step
from web import filters, words
from web.public import public
from web.wording import content


@dataclass(frozen=True)
class Todo:
    """A row of the list: kind of mark, icon, fact, consequence, link and its verb."""

    kind: str
    icon: str
    fact: str
    means: str
    href: str = ""
    verb: str = ""


def todo(need: Need) -> Todo:
    return NEEDS[need.what](need)


def step(each: Step) -> Todo:
    """A step of a new business: what is done loses its link."""
    fact, means, endpoint, verb = STEPS[each.what]()
    if each.state == "done":
        return Todo("ok", "circle-check", fact, means)
    if each.state == "waiting":
        return Todo(
            "wait", "hourglass", fact, _("In review; you get a mail with the answer."), url_for(endpoint), _("See")
        )
    return Todo("plain", "clock", fact, means, url_for(endpoint), verb)


def _unfunded(need: Need) -> Todo:
    return Todo(
        "bad", "wallet", _("“%(name)s” waits for money", name=need.name),
        _("Nothing of it has been sent. Top up, then go on."), _campaign(need), _("See what is missing"),
    )  # fmt: skip


def _limited(need: Need) -> Todo:
    return Todo(
        "warn", "player-pause", _("“%(name)s” was stopped by a limit", name=need.name),
        _("Nothing of it has been sent. Go on with it when the limit is free again."), _campaign(need),
        _("See the limit"),
    )  # fmt: skip


def _doubt(need: Need) -> Todo:
    means = (
        _("We wait for receipts until %(at)s and send nothing twice.", at=filters.moment(need.at))
        if need.at
        else _("We wait for receipts and send nothing twice.")
    )
    fact = ngettext("%(shown)s message in doubt", "%(shown)s messages in doubt", need.n, shown=filters.count(need.n))
    return Todo(
        "doubt", "help-hexagon", fact, means, url_for("console.messages.index", state="in_doubt"), _("See them")
    )


def _template(need: Need) -> Todo:
    return Todo(
        "bad", "file-x", _("Template “%(name)s” was rejected", name=need.name), _why(need),
        url_for("console.message_templates.show", template=public("template", need.id)), _("Change it"),
    )  # fmt: skip


def _signature(need: Need) -> Todo:
    return Todo(
        "bad", "file-x", _("Signature 【%(name)s】 was rejected", name=need.name), _why(need),
        url_for("console.signatures.show", signature=public("signature", need.id)), _("Apply again"),
    )  # fmt: skip


def _campaign_rejected(need: Need) -> Todo:
    return Todo(
        "bad", "file-x", _("Campaign “%(name)s” was rejected", name=need.name), _why(need), _campaign(need),
        _("See the reason"),
    )  # fmt: skip


def _filing_lacking(need: Need) -> Todo:
    fact = ngettext(
        "%(num)s thing is not filed with every operator", "%(num)s things are not filed with every operator", need.n
    )
    return Todo(
        "warn", "certificate", fact, _("There it leaves only by channels that ask for no filing."),
        url_for("console.filings.index"), _("See the filings"),
    )  # fmt: skip


def _filing_ending(need: Need) -> Todo:
    assert need.day is not None
    fact = ngettext("%(num)s filing ends soon", "%(num)s filings end soon", need.n)
    means = _("The first on %(day)s. Ask again now, and nothing is held back.", day=filters.day(need.day))
    return Todo("warn", "certificate", fact, means, url_for("console.filings.index"), _("See the filings"))


def _import_failed(need: Need) -> Todo:
    return Todo(
        "bad",
        "file-x",
        _("Import of “%(name)s” failed", name=need.name),
        words.say(need.reason),
        _import(need),
        _("See it"),
    )


def _import_unmapped(need: Need) -> Todo:
    return Todo(
        "warn", "file-spreadsheet", _("“%(name)s” waits for its columns", name=need.name),
        _("Nothing is imported before you say which column holds the numbers."), _import(need), _("Choose the columns"),
    )  # fmt: skip


def _trial(need: Need) -> Todo:
    return Todo(
        "plain", "shield-check", _("You are in the trial"),
        _("You send a bounded number of parts a day until our staff have checked your business."),
        url_for("console.settings.show"), _("Ask to go live"),
    )  # fmt: skip


def _trial_asked(need: Need) -> Todo:
    assert need.at is not None
    return Todo(
        "wait", "hourglass", _("Our staff check your business"),
        _("Asked %(when)s; answered within one working day", when=filters.moment(need.at)),
    )  # fmt: skip


NEEDS: dict[str, Callable[[Need], Todo]] = {
    "unfunded": _unfunded, "limited": _limited, "in_doubt": _doubt, "template_rejected": _template,
    "signature_rejected": _signature, "campaign_rejected": _campaign_rejected, "import_failed": _import_failed,
    "filing_lacking": _filing_lacking,
    "filing_ending": _filing_ending, "import_unmapped": _import_unmapped, "trial": _trial, "trial_asked": _trial_asked,
}  # fmt: skip

# what: fact, what it is for, where, verb
STEPS: dict[str, Callable[[], tuple[str, str, str, str]]] = {
    "verified": lambda: (_("E-mail address confirmed"), _("It is how you sign in."), "console.home.show", ""),
    "topped_up": lambda: (
        _("Top up your balance"), _("Messages are paid from it; too little, and nothing is sent."),
        "console.billing.show", _("Top up"),
    ),
    "signature": lambda: (
        _("Get a signature approved"), _("The name in 【】 that every message begins with."),
        "console.signatures.index", _("Apply for a signature"),
    ),
    "template": lambda: (
        _("Get a template approved"), _("The text, with places for what differs from person to person."),
        "console.message_templates.index", _("Write a template"),
    ),
    "contacts": lambda: (
        _("Bring your contacts"), _("A CSV file with a column of numbers; 3 numbers are enough to try."),
        "console.imports.new", _("Import contacts"),
    ),
    "campaign": lambda: (
        _("Send your first campaign"), _("Before anything leaves you see who gets it and what it costs at most."),
        "console.campaigns.index", _("To the campaigns"),
    ),
}  # fmt: skip


def _why(need: Need) -> str:
    reason = reasons.parse(need.reason)
    return reason.note or (content.named(content.REASONS, reason.code) if reason.code else "")


def _campaign(need: Need) -> str:
    return url_for("console.campaigns.show", campaign=public("campaign", need.id))


def _import(need: Need) -> str:
    return url_for("console.imports.show", import_=public("import", need.id))
