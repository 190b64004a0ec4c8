"""Scopes as code sees them; what PostgreSQL makes of them is in tests/isolation."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import insert, select

from tenants.contacts.models import ContactList
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import NoScope, Reason
from tests import factories


def names() -> list[str]:
    return list(db.session.scalars(select(ContactList.name)))


def add(name: str) -> None:
    db.session.execute(insert(ContactList).values(name=name, contacts_n=0, created_at=now()))


def test_a_block_that_ends_well_is_committed_and_one_that_fails_is_not(app: Flask) -> None:
    acme = factories.business()
    with scopes.tenant(acme.id):
        add("kept")
    with pytest.raises(ValueError), scopes.tenant(acme.id):
        add("lost")
        raise ValueError
    with scopes.tenant(acme.id):
        assert names() == ["kept"]


def test_a_request_scope_leaves_committing_to_the_view(app: Flask) -> None:
    acme = factories.business()
    with scopes.entered(scopes.of_tenant(acme.id)):
        add("forgotten")
    with scopes.tenant(acme.id):
        assert names() == []


def test_the_scope_before_is_there_again_after_a_block(app: Flask) -> None:
    acme, rival = factories.business(), factories.business("Rival Tea")
    with scopes.tenant(acme.id):
        with scopes.tenant(rival.id):
            assert scopes.tenant_id() == rival.id
        assert scopes.tenant_id() == acme.id
    with pytest.raises(NoScope):
        scopes.current()


def test_only_a_tenants_scope_names_a_tenant(app: Flask) -> None:
    with scopes.platform(Reason.STAFF), pytest.raises(NoScope):
        scopes.tenant_id()
    assert scopes.of_tenant(7).schema == "t_7"
    assert scopes.of_platform(Reason.STAFF).schema is None


def test_a_scope_takes_numbers_and_listed_reasons_only() -> None:
    with pytest.raises(ValueError):
        scopes.of_tenant("7; DROP SCHEMA shared")  # type: ignore[arg-type]
    with pytest.raises(ValueError):
        scopes.of_platform("because")  # type: ignore[arg-type]
