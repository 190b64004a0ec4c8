"""The audit trail's details in words: what was acted on, and what was written down about it.

The trail keeps names and codes, never sentences. A key or a code that nobody put into words is shown as it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tenants.core.audit import Entry
from web import filters
from web.wording import channels, contacts, content, filings, routing

INDEX_SHOWN = 8  # enough of a number's index to see that two acts are about the same one
WORDS: dict[str, LazyString] = {}
NOUNS: dict[str, LazyString] = {
    "answers": _l("Answers of a carrier"), "block": _l("Number known as"), "business": _l("Business"),
    "campaign": _l("Campaign"), "channel": _l("Channel"), "contact": _l("Contact"), "filing": _l("Filing"),
    "import": _l("Import"), "link": _l("Link or number"), "list": _l("List"), "medium": _l("File"),
    "message": _l("Message"), "optout": _l("Number known as"), "papers": _l("Company papers"),
    "prices": _l("Price list"), "qualification": _l("Company papers"), "review": _l("Review"), "route": _l("Route"),
    "signature": _l("Signature"), "template": _l("Template"), "topup": _l("Top-up"),
}  # fmt: skip
KEYS: dict[str, LazyString] = {
    "after": _l("after"), "amount_micro": _l("amount"), "approved": _l("approved"), "bad": _l("rows left out"),
    "before": _l("before"), "bytes": _l("size"), "category": _l("category"), "consent": _l("consent from"),
    "country": _l("country"), "currency": _l("currency"), "filed": _l("filed"), "filings": _l("filings"),
    "for_tenant": _l("for business"), "kept": _l("numbers taken in"), "kind": _l("kind"), "level": _l("level"),
    "name": _l("name"), "number": _l("which one"),
    "numbers": _l("numbers"), "operator": _l("operator"), "people": _l("recipients"),
    "prices": _l("prices"), "product": _l("product"), "purpose": _l("for"), "reason": _l("reason"),
    "rejected": _l("turned down"), "reseller_id": _l("for the reseller"), "role": _l("role"), "rows": _l("rows"),
    "subject": _l("about"), "subjects": _l("namely"), "time_zone": _l("time zone"), "version": _l("version"),
    "ways": _l("channels"), "words": _l("words"),
}  # fmt: skip
STATES: dict[str, LazyString | str] = {
    "live": _l("live"), "trial": _l("on trial"), "suspended": _l("suspended"), "approved": _l("approved"),
    "rejected": _l("turned down"), "owner": _l("owner"), "member": _l("member"), "contacts": _l("contacts"),
    "optouts": _l("opt-outs"), "audience": _l("one campaign only"),
}  # fmt: skip
CODES: dict[str, Mapping[str, Any]] = {
    "before": STATES | {code: words for code, (_kind, words) in channels.STATES.items()},
    "category": content.CATEGORIES,
    "consent": contacts.CONSENTS,
    "kind": content.KINDS | {kind: words[0] for kind, words in channels.KINDS.items()},
    "level": {code: words for code, (_kind, words) in content.LEVELS.items()},
    "operator": content.OPERATORS,
    "product": routing.PRODUCTS,
    "purpose": STATES,
    "role": STATES,
    "subject": content.SUBJECTS,
}
PEOPLE = frozenset({"member", "staff"})  # their objects are people


def people(entries: Iterable[Entry]) -> list[int]:
    """The people that were acted on."""
    return [int(each.object) for each in entries if _is_person(each.action, each.object)]


def line(entry: Entry, names: Mapping[int, str]) -> str:
    """An entry's details in one line."""
    return " · ".join(filter(None, (about(entry.action, entry.object, names), *told(entry.detail))))


def _is_person(action: str, object: str) -> bool:
    return action.partition(".")[0] in PEOPLE and object.isdecimal()


def about(action: str, object: str, names: Mapping[int, str]) -> str:
    """What was acted on: "Template 2", a person's name, or what the trail has."""
    room, number = action.partition(".")[0], object
    if _is_person(action, object):
        return names.get(int(object)) or str(_("Person %(id)s", id=object))
    if ":" in object:
        room, _colon, number = object.partition(":")
    elif room == "ledger":
        room = "business"
    elif room in {"optout", "block"}:
        number = object[:INDEX_SHOWN]
    elif room not in {"prices", "topup", "message"}:
        return object
    return f"{NOUNS[room]} {number}" if number and room in NOUNS else object


def told(detail: Mapping[str, Any]) -> list[str]:
    """What was written down, each as "reason: Invoice unpaid"; what is empty says nothing."""
    return [
        str(_("%(label)s: %(value)s", label=KEYS.get(key, key), value=_value(key, value)))
        for key, value in detail.items()
        if value not in ("", None, [], {})
    ]


def _value(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if key == "ways":
        return _joined(str(_("channel %(id)s, share %(share)s", id=id, share=share)) for id, share in value)
    if isinstance(value, dict) and all(isinstance(each, list) for each in value.values()):
        return _rules(value)
    if isinstance(value, list):
        return _joined(about("", each, {}) if key == "subjects" else str(each) for each in value)
    return _one(key, value)


def _one(key: str, value: Any) -> str:
    """A code in words, an amount as money, a size as one; anything else as it stands."""
    if key.endswith("_micro"):
        return filters.money(value, signed=True)
    if key == "bytes":
        return filters.filesize(value)
    if isinstance(value, int) and not key.endswith(("_id", "_tenant")):
        return filters.count(value)
    return str(CODES.get(key, {}).get(str(value), value))


def _rules(rules: Mapping[str, list[str]]) -> str:
    """What a channel asks of each operator: "Mobile (Signature, Template)"."""
    return _joined(
        f"{_one('operator', operator)} ({_joined(str(filings.KINDS.get(kind, kind)) for kind in kinds)})"
        for operator, kinds in rules.items()
    )


def _joined(parts: Iterable[str]) -> str:
    return str(_(", ")).join(parts)
