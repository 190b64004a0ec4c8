"""The story of a message in words: each event a line of the timeline, days apart."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from markupsafe import Markup

from tenants.messages import Event, Story, segments
from web import filters
from web.wording.messages import OUTCOMES, why

Line = dict[str, Any]
# A carrier's clock is mentioned when it differs from ours by more than this.
CLOCKS_APART = timedelta(seconds=2)
CODE = Markup("<code>{}</code>")


def days(story: Story, campaign: str, campaign_url: str) -> list[tuple[datetime, list[Line]]]:
    """The lines of the timeline, each day under its first instant."""
    lines = [_line(event, story) for event in story.events]
    named = Markup('<a class="inline" href="{}">{}</a>').format(campaign_url, campaign)
    for line in lines:
        if line["what"] == "planned":
            # The words are ours, and what is put into them is escaped.
            line["text"] = Markup(_("From the campaign “%(name)s”.")) % {"name": named}  # nosec B704
    grouped = groupby(lines, key=lambda line: filters.local(line["at"]).date())
    return [(found[0]["at"], found) for found in (list(group) for _day, group in grouped)]


def version(story: Story) -> str:
    """Changes with whatever the page shows."""
    return hashlib.sha256(repr(story).encode()).hexdigest()[:12]


def lasted(span: timedelta) -> str:
    """0.8 s, 41 s, 4 min 21 s, 2 h 5 min, 3 d 2 h."""
    seconds = max(span.total_seconds(), 0.0)
    whole = round(seconds)
    minutes, hours = whole // 60, whole // 3_600
    if whole < 60:
        return str(_("%(n)s s", n=f"{seconds:.1f}" if seconds < 10 else whole))
    if hours < 1:
        return str(_("%(m)s min %(s)s s", m=minutes, s=whole % 60))
    if hours < 24:
        return str(_("%(h)s h %(m)s min", h=hours, m=minutes % 60))
    return str(_("%(d)s d %(h)s h", d=hours // 24, h=hours % 24))


def _line(event: Event, story: Story) -> Line:
    kind, icon, title, text = LINES[event.what](event, story)
    return {"what": event.what, "at": event.at, "kind": kind, "icon": icon, "title": title, "text": text}


Words = tuple[str, str, str, Any]


def _planned(event: Event, story: Story) -> Words:
    return "plain", "", _("Accepted, %(money)s held", money=filters.price(event.values["amount_micro"])), ""


def _submitted(event: Event, story: Story) -> Words:
    channel, attempt = event.values["channel"], event.values["attempt"]
    if story.attempts > 1:
        return "sent", "", _("Attempt %(n)s: handed to “%(channel)s”", n=attempt, channel=channel), ""
    return "sent", "", _("Handed to “%(channel)s”", channel=channel), ""


def _taken(event: Event, story: Story) -> Words:
    ref = event.values["ref"]
    text = Markup(_("Their number %(ref)s")) % {"ref": CODE.format(ref)} if ref else ""  # nosec B704
    return "sent", "check", _("The carrier took it"), text


def _refused(event: Event, story: Story) -> Words:
    title = _("Refused: %(why)s", why=why(event.values["code"]) or _("no reason given"))
    return "bad", "", title, _sentences(_("They do not have it."), _money(story))


def _put_back(event: Event, story: Story) -> Words:
    title = _("Refused for the moment: %(why)s", why=why(event.values["code"]) or _("no reason given"))
    return "bad", "", title, _("They do not have it, so another attempt cannot make two.")


def _doubt(event: Event, story: Story) -> Words:
    reason = why(event.values["code"])
    title = _("In doubt: %(why)s", why=reason) if reason else _("In doubt: no answer that could be read")
    return "doubt", "", title, _("They may have it. It is not sent again by itself; its money stays held.")


def _receipt(event: Event, story: Story) -> Words:
    values, outcome = event.values, str(OUTCOMES[event.values["outcome"]])
    reason, clock = why(values["code"]), _clock(event)
    if values["effect"] in RECEIPTS:
        icon, title, text = RECEIPTS[values["effect"]](outcome)
        return "plain", icon, title, _sentences(text, clock)
    if values["effect"] == "pending":
        return "wait", "", _("Receipt: %(outcome)s", outcome=outcome), _("It is being settled.")
    if values["outcome"] == "delivered":
        return "ok", "", _("Receipt: delivered"), _sentences(_money(story), clock)
    title = _("Receipt: %(outcome)s", outcome=outcome)
    return "bad", "", title, _sentences(reason and _("%(why)s.", why=reason), _money(story), clock)


# Receipts that did not end the message: icon, title, text.
RECEIPTS: dict[str, Callable[[str], tuple[str, str, str]]] = {
    "between": lambda outcome: ("hourglass", _("Receipt: on its way"), _("This one is not final.")),
    "repeated": lambda outcome: (
        "copy-off", _("Receipt repeated, ignored"), _("It says the same as before; nothing is charged twice."),
    ),
    "contradicts": lambda outcome: (
        "copy-off", _("Another receipt, ignored: %(outcome)s", outcome=outcome), _("The first final receipt counts."),
    ),
    "late": lambda outcome: (
        "copy-off", _("Late receipt, ignored: %(outcome)s", outcome=outcome), _("The message had come to its end."),
    ),
    "moved_on": lambda outcome: (
        "route", _("Receipt: %(outcome)s", outcome=outcome), _("Another channel may do better: it leaves again."),
    ),
    "taken_back": lambda outcome: (
        "arrow-back-up", _("Taken back: nobody had received it in time"), _("It leaves once more, as SMS."),
    ),
    "old_attempt": lambda outcome: (
        "copy-off", _("Receipt of another attempt, ignored: %(outcome)s", outcome=outcome),
        _("Only the last attempt counts."),
    ),
}  # fmt: skip


def _clock(event: Event) -> str:
    at = event.values["carrier_at"]
    if at is None or abs(at - event.at) < CLOCKS_APART:
        return ""
    return str(_("The carrier dates it %(at)s.", at=filters.clock(at, ms=True)))


def _expired(event: Event, story: Story) -> Words:
    return "bad", "clock", why(event.values["code"]) or _("Too old to be sent"), _money(story)


def _cancelled(event: Event, story: Story) -> Words:
    return "plain", "ban", _("Cancelled before it left"), _money(story)


def _opted_out(event: Event, story: Story) -> Words:
    return "plain", "user-off", _("Not sent: the number has opted out"), _money(story)


LINES: dict[str, Callable[[Event, Story], Words]] = {
    "planned": _planned, "submitted": _submitted, "taken": _taken, "refused": _refused, "put_back": _put_back,
    "doubt": _doubt, "receipt": _receipt, "expired": _expired, "cancelled": _cancelled, "opted_out": _opted_out,
}  # fmt: skip


def _money(story: Story) -> str:
    """What the end meant for the money."""
    amount = filters.price(story.cost_micro)
    if story.outcome == "return":
        return str(_("%(money)s returned.", money=amount))
    if story.outcome == "hold":
        return ""
    charged = (
        _("%(money)s charged.") if story.state.label == "delivered" else _("%(money)s charged: the carrier took it.")
    )
    return str(charged % {"money": amount})


def _sentences(*given: str) -> str:
    chinese = str(get_locale()).startswith("zh")
    return ("" if chinese else " ").join(each for each in given if each)


def parts_at(story: Story) -> str:
    """2 parts × ¥0.046."""
    number = ngettext("%(num)s part", "%(num)s parts", story.segments)
    return f"{number} × {filters.price(story.unit_micro)}"


def said(story: Story) -> str:
    """2 parts · 74 characters."""
    characters = segments.count(story.text, story.country).characters
    return f"{filters.parts(story.segments)} · {ngettext('%(num)s character', '%(num)s characters', characters)}"
