"""Spare tenants: complete, enough, made once, taken once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import select

from tenants import accounts
from tenants.accounts import spares
from tenants.accounts.models import Tenant
from tenants.core import scopes
from tenants.core.db import db
from tenants.core.errors import WrongState
from tenants.core.jobs import Job
from tenants.core.scopes import Reason
from tenants.core.secrets import Vault
from tenants.core.settings import Settings
from workers.jobs import registry


def ready(owner: sa.Engine) -> int:
    with owner.connect() as connection:
        return connection.scalar(sa.text("SELECT count(*) FROM shared.tenants WHERE state = 'spare'")) or 0


def test_the_chore_fills_up_the_lot(app: Flask, owner: sa.Engine, ground: Settings) -> None:
    before = ready(owner)
    spares.top_up(owner, ground.qunfa_secret, before + 2)
    assert ready(owner) == before + 2
    assert spares.top_up(owner, ground.qunfa_secret, before + 2) == 0


def test_two_chores_at_once_make_one_lot(app: Flask, owner: sa.Engine, ground: Settings) -> None:
    wanted = ready(owner) + 6
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: spares.top_up(owner, ground.qunfa_secret, wanted), range(4)))
    assert ready(owner) == wanted


def test_the_job_makes_them_with_the_owners_login(
    app: Flask, owner: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spares, "LOT", (wanted := ready(owner) + 1))
    monkeypatch.setattr(spares.top_up, "__defaults__", (wanted,))
    registry.run(str(Job.MAKE_SPARES))
    assert ready(owner) == wanted


def test_a_spare_is_complete_with_a_key_of_its_own(app: Flask, ground: Settings) -> None:
    with scopes.platform(Reason.SIGN_UP):
        id = accounts.open_tenant("Acme", "UTC")
        key = db.session.get_one(Tenant, id).data_key
    with scopes.tenant(id):
        assert accounts.vault().open("x", 1, Vault(ground.qunfa_secret, id, key).seal("x", 1, "words")) == "words"


def test_many_who_sign_up_at_once_never_share_a_tenant(app: Flask, owner: sa.Engine, ground: Settings) -> None:
    spares.top_up(owner, ground.qunfa_secret, 12)
    there = ready(owner)

    def take(_: int) -> int | None:
        with app.app_context():
            try:
                with scopes.platform(Reason.SIGN_UP):
                    return accounts.open_tenant("Crowd", "UTC")
            except WrongState:
                return None

    with ThreadPoolExecutor(8) as pool:
        taken = [id for id in pool.map(take, range(there + 4)) if id is not None]
    assert len(taken) == len(set(taken))
    with scopes.platform(Reason.STAFF):
        assert set(db.session.scalars(select(Tenant.id).where(Tenant.name == "Crowd"))) == set(taken)
