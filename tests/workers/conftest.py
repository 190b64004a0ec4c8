"""The demo's business, for the tests of what a first start puts there."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, select

from tenants.accounts.models import Identity, Member
from tenants.core import scopes
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.filings.models import Rule
from tenants.routing.models import Channel, Route
from workers import demo, demo_channels, demo_people

PEOPLE = 630  # seventy of each prefix, and a few more than the smaller list takes


@pytest.fixture
def demo_tenant(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[int]:
    """The demo's business, seeded as a first start does it, but smaller and under names of its own."""
    tag = secrets.token_hex(3)
    monkeypatch.setattr(demo, "OWNER", (f"owner-{tag}@example.com", demo.OWNER[1]))
    monkeypatch.setattr(demo, "STAFF", (f"desk-{tag}@example.com", demo.STAFF[1]))
    monkeypatch.setattr(demo, "STARTER_WORDS", ())
    monkeypatch.setattr(demo_people, "COUNT", PEOPLE)
    demo_channels.prepare(tmp_path, "http://localhost:9", "0123456789abcdef" * 3, "fedcba9876543210" * 3)
    try:
        demo._seed()
        with scopes.platform(Reason.STAFF):
            owner = select(Identity.id).where(Identity.email == demo.OWNER[0])
            id = db.session.scalars(select(Member.tenant_id).where(Member.identity_id.in_(owner))).one()
        yield id
    finally:
        with scopes.platform(Reason.STAFF):
            for model in (Route, Rule, Channel):
                db.session.execute(delete(model))
