"""People whose operator has not filed the text: left out as chosen, or waiting for the filing, never sent before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, update

from tenants import campaigns, filings, ledger
from tenants.campaigns import preflight
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import WrongState
from tenants.core.scopes import Reason
from tenants.filings import State
from tenants.filings.models import Rule
from tenants.messages.models import Batch
from tests import pipeline
from tests.tenants.campaigns import arrange
from tests.tenants.campaigns.arrange import CREDIT_MICRO, PRICE_MICRO
from tests.tenants.filings import arrange as filed

BODY = "您好，门店周末延长营业"


@pytest.fixture
def line(app: Flask, tmp_path: Path) -> Iterator[pipeline.Line]:
    """A carrier that asks mobile and telecom to have templates filed."""
    with pipeline.line(app, tmp_path) as made:
        with scopes.platform(Reason.STAFF):
            filings.rules.set_needs(made.channel_id, {"mobile": ["template"], "telecom": ["template"]}, by=1)
        yield made
        with scopes.platform(Reason.STAFF):
            db.session.execute(delete(Rule).where(Rule.channel_id == made.channel_id))


def file_with(ready: arrange.Ready, channel_id: int, operator: str) -> None:
    with scopes.tenant(ready.tenant_id):
        assert filings.ask_all({operator: [channel_id]}, by=1) == 1
    with scopes.tenant(ready.tenant_id):
        assert filed.answer(State.FILED) == 1


def test_only_the_ready_ones_are_sent_to_and_the_money_of_the_rest_is_not_touched(line: pipeline.Line) -> None:
    ready = arrange.ready(10, body=BODY)
    file_with(ready, line.channel_id, "mobile")
    forecast = ready.preflight()
    assert {each["operator"]: (each["ready"], each["reason"]) for each in forecast["groups"]} == {
        "mobile": (True, "filed"), "unicom": (True, "not_needed"), "broadnet": (True, "not_needed"),
        "telecom": (False, "template_not_filed"),
    }  # fmt: skip
    assert (forecast["people"], forecast["skipped"]) == (8, {"template_not_filed": 2})
    with scopes.tenant(ready.tenant_id):
        campaigns.launch(ready.campaign_id, by=ready.owner_id, people=8)
    pipeline.until(lambda: ready.state() == "finished")
    assert (ready.progress().delivered, len(line.taken())) == (8, 8)
    assert ready.balance() == ledger.Balance(CREDIT_MICRO - 8 * PRICE_MICRO, 0)
    with scopes.tenant(ready.tenant_id):
        assert campaigns.get(ready.campaign_id).skipped == {"template_not_filed": 2}
        with pytest.raises(WrongState):
            preflight.choose(ready.campaign_id, send_unfiled=True)


def test_planned_for_all_they_wait_until_the_text_is_filed_and_leave_then(line: pipeline.Line) -> None:
    ready = arrange.ready(8, body=BODY)
    ready.preflight()
    with scopes.tenant(ready.tenant_id):
        chosen = preflight.choose(ready.campaign_id, send_unfiled=True)
        assert (chosen.preflight["people"], chosen.preflight["skipped"]) == (8, {})
        campaigns.launch(ready.campaign_id, by=ready.owner_id, people=8)
    pipeline.until(lambda: ready.progress().delivered == 4)
    assert ready.progress().queued == 4 and len(line.taken()) == 4
    for operator in ("mobile", "telecom"):
        file_with(ready, line.channel_id, operator)
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(update(Batch).where(Batch.tenant_id == ready.tenant_id).values(ready_at=now()))
    pipeline.until(lambda: ready.state() == "finished")
    assert ready.progress().delivered == 8 and len(line.taken()) == 8
