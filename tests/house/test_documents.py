"""What other machines may call, and what they may hear, is described."""

from __future__ import annotations

import re

from flask import Flask

from tests.house.tree import ROOT, modules
from web.auth import Policy, policy_of

GUIDE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


def test_every_address_for_machines_is_described(shared_app: Flask) -> None:
    addresses = {
        rule.rule.partition("<")[0]
        for rule in shared_app.url_map.iter_rules()
        if policy_of(shared_app, rule.endpoint) is Policy.MACHINE or rule.endpoint.startswith("health.")
    }
    assert len(addresses) >= 6
    assert not [address for address in addresses if f" {address}" not in GUIDE]


def test_every_event_is_described() -> None:
    events = set()
    for text in modules().values():
        for named in re.findall(r"webhooks\.record\(\s*(\"[a-z_.]+\"|[A-Z_]+)", text):
            found = named if named.startswith('"') else re.findall(rf"^{named} = (\"[a-z_.]+\")$", text, re.M)[0]
            events.add(found.strip('"'))
    assert len(events) >= 3
    assert not [event for event in events if f"\n| `{event}` |" not in GUIDE]
