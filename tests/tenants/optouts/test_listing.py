"""The business's own list of opt-outs."""

import pytest
from flask import Flask
from sqlalchemy import select

from tenants import optouts
from tenants.core import scopes
from tenants.core.audit import Entry
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound
from tenants.optouts import listing
from tests import factories


def test_a_number_is_added_once_and_found_again(app: Flask) -> None:
    acme = factories.business()
    with scopes.tenant(acme.id):
        assert optouts.add("138 0013 8000", "by phone", by=acme.owner_id)
        assert not optouts.add("+8613800138000", "again", by=acme.owner_id)
        [entry] = optouts.page(number="13800138000")
        assert (entry.number, entry.source, entry.reason) == ("+8613800138000", "page", "by phone")
        assert optouts.page(number="13900139000") == optouts.page(number="x") == []
        for number, reason in (("0571-88201134", ""), ("13900139000", "x" * 201)):
            with pytest.raises(Invalid):
                optouts.add(number, reason, by=None)


def test_taking_a_number_off_needs_a_reason_which_stays_on_record(app: Flask) -> None:
    acme = factories.business()
    with scopes.tenant(acme.id):
        optouts.add("13800138000", "", by=acme.owner_id)
        [entry] = optouts.page()
        with pytest.raises(Invalid):
            optouts.remove(entry.phone_index, 0, " ", by=acme.owner_id)
        optouts.remove(entry.phone_index, 0, "She asked for it in writing", by=acme.owner_id)
        assert optouts.page() == []
        with pytest.raises(NotFound):
            optouts.remove(entry.phone_index, 0, "twice", by=acme.owner_id)
        [act] = db.session.scalars(select(Entry).where(Entry.action == "optout.remove"))
        assert (act.actor_id, act.detail) == (acme.owner_id, {"reason": "She asked for it in writing"})


def test_pages_go_back_in_time_even_within_one_instant(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PAGE", 3)
    acme = factories.business()
    with scopes.tenant(acme.id):
        optouts.add_many([f"+861380013{n:04d}" for n in range(7)], source="import", by=None)
        seen, before = [], None
        for _ in range(3):
            page = optouts.page(before=before)
            seen += page[:3]
            before = page[:3][-1].cursor
        assert len({entry.number for entry in seen}) == 7 == optouts.count()
