"""Imports nobody needs: stopped or forgotten when their time has come, never while a campaign names them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tenants import campaigns, contacts
from tenants.contacts import Purpose
from tenants.contacts.models import Import, ImportRow
from tenants.core import agenda, files, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.jobs import Job
from tenants.core.scopes import Reason
from tests import factories
from tests.factories import Business
from tests.tenants.contacts.arrange import HEADER, imported, lines, upload
from workers.jobs.contacts import tidy_import

FILE = lines(["13800138000", "13900139000"])


def aged(business: Business, import_id: int, days: int) -> None:
    with scopes.tenant(business.id):
        values = {"created_at": now() - timedelta(days=days)}
        db.session.execute(update(Import).where(Import.id == import_id).values(values))


def left(business: Business) -> tuple[list[str], int, int]:
    """States of the imports, rows kept, and looks asked for."""
    with scopes.tenant(business.id):
        states = list(db.session.scalars(select(Import.state).order_by(Import.id)))
        rows = db.session.scalar(select(func.count()).select_from(ImportRow)) or 0
    with scopes.platform(Reason.SWEEPS):
        own = (agenda.Task.tenant_id == business.id, agenda.Task.job == str(Job.TIDY_IMPORT))
        return states, rows, db.session.scalar(select(func.count()).where(*own)) or 0


def test_an_upload_nobody_confirmed_is_stopped_after_a_week_and_its_file_removed(app: Flask) -> None:
    acme = factories.business()
    import_id = upload(acme, FILE)
    with scopes.tenant(acme.id):
        path: Path = files.path(files.get(contacts.get_import(import_id).file_id or 0))
    aged(acme, import_id, 6)
    tidy_import(acme.id, import_id)
    assert (left(acme), path.exists()) == ((["uploaded"], 0, 1), True)
    aged(acme, import_id, 8)
    tidy_import(acme.id, import_id)
    assert (left(acme), path.exists()) == ((["stopped"], 0, 0), False)


@pytest.mark.parametrize("pasted", [True, False])
def test_recipients_no_campaign_names_are_forgotten_after_a_month(app: Flask, pasted: bool) -> None:
    acme = factories.business()
    if pasted:
        with scopes.tenant(acme.id):
            import_id = contacts.paste("13800138000 13900139000", name="Pasted", by=acme.owner_id).id
    else:
        import_id = imported(acme, FILE, Purpose.AUDIENCE).id
    aged(acme, import_id, 29)
    tidy_import(acme.id, import_id)
    assert left(acme) == (["done"], 2, 1)
    aged(acme, import_id, 31)
    tidy_import(acme.id, import_id)
    assert left(acme) == ([], 0, 0)
    tidy_import(acme.id, import_id)


def test_what_a_campaign_names_stays_until_the_draft_takes_another(app: Flask) -> None:
    acme = factories.business()
    import_id = imported(acme, FILE, Purpose.AUDIENCE).id
    aged(acme, import_id, 100)
    with scopes.tenant(acme.id):
        draft = campaigns.create("Weekend", by=acme.owner_id)
        draft.audience = {"source": "import", "import_id": import_id}
        campaign_id = draft.id
    tidy_import(acme.id, import_id)
    assert left(acme) == (["done"], 2, 1)
    with scopes.tenant(acme.id):
        campaigns.get(campaign_id).audience = {"source": "lists", "list_ids": []}
    tidy_import(acme.id, import_id)
    assert left(acme) == ([], 0, 0)


def test_people_taken_in_stay(app: Flask) -> None:
    acme = factories.business()
    found = imported(acme, HEADER + "13800138000,陈晨,1\nnothing,x,1\n")
    aged(acme, found.id, 400)
    tidy_import(acme.id, found.id)
    assert left(acme) == (["done"], 1, 0)
