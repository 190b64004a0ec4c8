"""Campaigns through providers that send nothing but their own templates, against their simulators as processes."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tenants import campaigns, filings
from tenants.campaigns import ways
from tenants.core import scopes
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.filings import Filing, Kind, State, deciding
from tenants.filings.deciding import Decision
from tenants.routing.models import Channel
from tests import pipeline
from tests.tenants.campaigns import arrange
from tests.workers.jobs.test_rich import NAME, SECRET, TOKEN, provider

SETTINGS = {
    "aliyun": ({"url": "{url}", "access_key_id": NAME}, {"access_key_secret": SECRET, "token": TOKEN}),
    "tencent": ({"url": "{url}", "secret_id": NAME, "app_id": "1"}, {"secret_key": SECRET, "token": TOKEN}),
}


def file_template(ready: arrange.Ready, name: str) -> None:
    """Ask for it wherever the one channel wants it, and let the provider call it `name`."""
    with scopes.platform(Reason.STAFF):
        channel_id = db.session.scalars(select(Channel.id).where(Channel.state == "active")).one()
        filings.rules.set_needs(channel_id, {each: ["template"] for each in ("mobile", "unicom", "telecom")}, by=1)
    with scopes.tenant(ready.tenant_id):
        template_id = campaigns.get(ready.campaign_id).template_id
        assert template_id is not None
        filings.ask(Kind.TEMPLATE, template_id, 1, ways.possible(), by=1)
    with scopes.platform(Reason.STAFF):
        wanted = select(Filing).where(Filing.tenant_id == ready.tenant_id, Filing.state == State.PREPARED)
        for each in db.session.scalars(wanted).all():
            deciding.submit(each.channel_id, each.operator, each.id, by=1)
            deciding.decide(each.id, Decision(True, carrier_no=name), by=1)


@pytest.mark.parametrize("kind", SETTINGS)
def test_a_template_leaves_by_the_name_its_provider_gave_it(kind: str, app: Flask, tmp_path: Path) -> None:
    ready = arrange.ready(3)
    settings, secrets = SETTINGS[kind]
    with (
        pipeline.served(app) as address,
        provider(kind, address, tmp_path, "sms", kind, settings=settings, secrets=secrets) as running,
    ):
        file_template(ready, "1001")
        ready.launch()
        pipeline.until(lambda: ready.state() == "finished")
        sent = [each["text"] for each in running.entries("submit")]
    # The channel names no template of its own: only the values travel, and the provider puts the text together.
    assert sent == ["【Acme】陈晨"] * 3
    assert ready.progress().delivered == 3


def test_a_template_nobody_filed_has_no_name(app: Flask) -> None:
    with scopes.tenant(arrange.ready(1).tenant_id):
        assert filings.carriers_name(1, 1, 1, "mobile") == ""
