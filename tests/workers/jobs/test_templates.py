"""Campaigns through providers that send nothing but their own templates, against their simulators as processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from tenants import campaigns, filings
from tenants.campaigns import ways
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.filings import Filing, Kind, State, deciding
from tenants.filings.deciding import Decision
from tenants.messages.models import Batch
from tenants.routing.models import Channel
from tests import pipeline
from tests.tenants.campaigns import arrange
from tests.workers.jobs.test_rich import NAME, SECRET, TOKEN, provider
from tests.workers.simulators.processes import RunningCarrier
from workers import channels
from workers.channels.settings import opened

SETTINGS = {
    "aliyun": ({"url": "{url}", "access_key_id": NAME}, {"access_key_secret": SECRET, "token": TOKEN}),
    "tencent": ({"url": "{url}", "secret_id": NAME, "app_id": "1"}, {"secret_key": SECRET, "token": TOKEN}),
}


CODE = "SMS_1001"
# What the provider knows of the template, and how the journal shows its values.
VARIABLES = {"aliyun": ("name", {"name": "陈晨"}), "tencent": ("1", {"1": "陈晨"})}


@contextmanager
def line(kind: str, app: Flask, folder: Path) -> Iterator[RunningCarrier]:
    """A provider that knows one template, and a channel to it that names none of its own."""
    settings, secrets = SETTINGS[kind]
    arguments = ("--templates", f"OTHER_1,{CODE}={VARIABLES[kind][0]}")
    with (
        pipeline.served(app) as address,
        provider(
            kind, address, folder, "sms", kind, settings=settings, secrets=secrets, arguments=arguments
        ) as running,
    ):
        with scopes.platform(Reason.STAFF):
            channel = db.session.scalars(select(Channel).where(Channel.state == "active")).one()
            known = opened(channel.id, channel.settings, channel.secrets)
            filings.rules.set_by_code(channel.id, channels.by_code(kind, known), by=1)
        yield running


def file_template(ready: arrange.Ready, code: str) -> list[int]:
    """Ask for it wherever the one channel wants it; the provider files it, and calls it by this code."""
    with scopes.tenant(ready.tenant_id):
        template_id = campaigns.get(ready.campaign_id).template_id
        assert template_id is not None
        filings.ask(Kind.TEMPLATE, template_id, 1, ways.possible(), by=1)
    with scopes.platform(Reason.STAFF):
        wanted = select(Filing).where(Filing.tenant_id == ready.tenant_id, Filing.state == State.PREPARED)
        found = db.session.scalars(wanted).all()
        for each in found:
            deciding.submit(each.channel_id, each.operator, each.id, by=1)
            deciding.decide(each.id, Decision(True, carrier_no="YD-7", template_code=code), by=1)
        return [each.id for each in found]


def shown(ready: arrange.Ready) -> set[tuple[bool, str]]:
    return {(each["ready"], each["reason"]) for each in ready.preflight()["groups"]}


@pytest.mark.parametrize("kind", SETTINGS)
def test_a_template_leaves_by_the_code_its_provider_gave_it(kind: str, app: Flask, tmp_path: Path) -> None:
    ready = arrange.ready(4)
    with line(kind, app, tmp_path) as running:
        assert shown(ready) == {(False, "template_not_filed")}, "nobody ticked it: the channel sends nothing else"
        assert len(file_template(ready, CODE)) == 4
        assert shown(ready) == {(True, "filed")}
        ready.launch()
        pipeline.until(lambda: ready.state() == "finished")
        sent = running.entries("submit")
    # Only the code and the values travel, and the provider puts the text together.
    assert [each["text"] for each in sent] == ["【Acme】陈晨"] * 4
    assert [(each["template"], each["values"]) for each in sent] == [(CODE, VARIABLES[kind][1])] * 4
    assert ready.progress().delivered == 4


def test_a_filed_template_without_its_code_waits_for_it(app: Flask, tmp_path: Path) -> None:
    ready = arrange.ready(4)
    with line("aliyun", app, tmp_path) as running:
        ids = file_template(ready, "")
        assert shown(ready) == {(False, "template_codeless")}
        with scopes.tenant(ready.tenant_id):
            chosen = campaigns.preflight.choose(ready.campaign_id, send_unfiled=True)
            assert chosen.preflight["people"] == 4
            campaigns.launch(ready.campaign_id, by=ready.owner_id, people=4)
        pipeline.until(lambda: ready.progress().queued == 4)
        assert running.entries("submit") == []
        with scopes.platform(Reason.STAFF):
            for id in ids:
                deciding.enter_code(id, CODE, by=1)
            db.session.execute(update(Batch).where(Batch.tenant_id == ready.tenant_id).values(ready_at=now()))
        pipeline.until(lambda: ready.state() == "finished")
        assert [each["template"] for each in running.entries("submit")] == [CODE] * 4
    assert ready.progress().delivered == 4


def test_a_template_nobody_filed_has_no_code(app: Flask) -> None:
    with scopes.tenant(arrange.ready(1).tenant_id):
        assert filings.template_code(1, 1, 1, "mobile") == ""
