"""Every route of the application with the ids of one business filled in: what the route matrix is made of.

A new URL parameter needs one line in FILLED; a route is found by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import Rule

from tenants.core import ids
from tests.isolation.world import World
from web.auth import Policy, policy_of

SECRET_FREE = {"static", "gallery"}


def _public(kind: str, name: str = "", nobodys: bool = False) -> Callable[[Flask, World], str]:
    def fill(app: Flask, world: World) -> str:
        owner = 0 if nobodys else world.id
        return ids.encode(app.config["SETTINGS"].qunfa_secret, kind, owner, world.ids[name or kind])

    return fill


def _fixed(value: str) -> Callable[[Flask, World], str]:
    return lambda app, world: value


# Parameter of a URL -> its value for an object of the world.
FILLED: dict[str, Callable[[Flask, World], str]] = {
    "business": lambda app, world: ids.encode(app.config["SETTINGS"].qunfa_secret, "tenant", 0, world.id),
    "campaign": _public("campaign"),
    "channel": lambda app, world: str(world.ids["channel"]),
    "channel_id": lambda app, world: str(world.ids["channel"]),
    "contact": _public("contact"),
    "import_": _public("import"),
    "invitation": _public("invitation"),
    "key": _fixed("parcel"),
    "medium": _public("file"),
    "answer": lambda app, world: str(world.ids["answer"]),
    "filing": lambda app, world: str(world.ids["filing"]),
    "lead": _public("lead"),
    "list_": _public("list"),
    "member": _public("member"),
    "message": _public("message"),
    "number": _fixed("1"),
    "papers": _public("papers"),
    "subject": _public("lead"),
    "reply": _public("reply"),
    "review": lambda app, world: str(world.ids["review"]),
    "route": lambda app, world: str(world.ids["route"]),
    "session": _public("session", nobodys=True),
    "signature": _public("signature"),
    "template": _public("template"),
    "tenant": lambda app, world: str(world.id),
    "token": _fixed("invented"),
    "topup": _public("topup"),
    "word": _fixed("1"),
}
# Parameters that name an object of a business.
OBJECTS = {
    "business", "campaign", "contact", "import_", "invitation", "lead", "list_", "medium",
    "member", "message", "papers", "reply", "session", "signature", "subject", "template", "topup",
}  # fmt: skip
# Where an object must be in another state to be answered about: endpoint or its room -> parameter -> which one.
INSTEAD = {
    "console.composer": {"campaign": "draft"},
    "console.preflight": {"campaign": "draft"},
    "console.signatures.edit": {"signature": "rejected"},
    "staff.media": {"review": "shown"},
}
# Who did that may do nothing more, so it comes last.
LAST = {"console.members.leave"}
# The acts of a room other than the tenants'.
SAID = {"staff.channels.move": {"act": "pause"}}


@dataclass(frozen=True)
class Call:
    """One method of one route, with the world's ids."""

    method: str
    path: str
    endpoint: str
    policy: Policy
    objects: frozenset[str]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def calls(app: Flask, world: World) -> Iterator[Call]:
    """Every route but the static files and the gallery, which hold nothing of anybody."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda each: (each.endpoint in LAST, each.rule)):
        if rule.endpoint.partition(".")[0] in SECRET_FREE:
            continue
        policy = policy_of(app, rule.endpoint)
        assert policy is not None, f"{rule.endpoint} declares no policy"
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Call(method, _path(app, rule, world), rule.endpoint, policy, frozenset(rule.arguments & OBJECTS))


def _path(app: Flask, rule: Rule, world: World) -> str:
    values = {}
    for name in rule.arguments:
        if type(converter := rule._converters[name]).__name__ == "AnyConverter":
            values[name] = min(converter.items)
            continue
        assert name in FILLED, f"{rule.rule}: tests/isolation/routes.py has no line for <{name}>"
        values[name] = FILLED[name](app, world)
    values |= SAID.get(rule.endpoint, {}) if "act" in values else {}
    others = INSTEAD.get(rule.endpoint) or INSTEAD.get(rule.endpoint.rpartition(".")[0]) or {}
    for name, which in others.items():
        values[name] = _public(name, which)(app, world) if name in OBJECTS else str(world.ids[which])
    typed = {name: _typed(rule, name, value) for name, value in values.items()}
    return app.url_map.bind("localhost").build(rule.endpoint, typed)


def _typed(rule: Rule, name: str, value: str) -> str | int:
    """Numbers for converters of numbers."""
    return int(value) if type(rule._converters[name]).__name__ == "IntegerConverter" else value
