"""The demo's prepared campaign: one press sends it to all ten thousand, and nothing stands in its way."""

from __future__ import annotations

from typing import Any, cast

import pytest
from sqlalchemy import select

from tenants import campaigns, messages
from tenants.accounts.models import Member
from tenants.campaigns.models import Campaign
from tenants.core import scopes
from tenants.core.db import db
from tenants.moderation.judge import MARKETING
from tenants.moderation.rules import Matcher, Rule
from tenants.moderation.starter_words import STARTER_WORDS
from tests.workers.conftest import PEOPLE
from workers import demo, demo_people
from workers.jobs import campaigns as jobs

ALL = demo_people.COUNT  # the fixture makes fewer
NAME = "冬季新品 · 会员尝鲜"


def test_one_press_sends_the_prepared_campaign_to_everybody(demo_tenant: int) -> None:
    with scopes.tenant(demo_tenant):
        found = db.session.scalars(select(Campaign).where(Campaign.name == NAME)).one()
        owner = db.session.scalars(select(Member.identity_id)).one()
        campaigns.preflight.ask(found.id)
    jobs.preflight_campaign(demo_tenant, found.id)
    with scopes.tenant(demo_tenant):
        forecast = campaigns.get(found.id).preflight
        campaigns.launch(found.id, by=owner, people=PEOPLE)
    assert (forecast["people"], forecast["skipped"]) == (PEOPLE, {})
    assert ALL == 10_000 and forecast["cost_micro"] / PEOPLE * ALL < demo.CREDIT_MICRO, "the balance covers them all"
    jobs.plan_campaign(demo_tenant, found.id)
    with scopes.tenant(demo_tenant):
        assert campaigns.get(found.id).state == "sending"
        assert messages.progress(found.id).queued == PEOPLE


@pytest.mark.parametrize("body", [demo_people.BODY, demo_people.BIRTHDAY])
def test_no_word_of_the_first_table_stops_it(body: str) -> None:
    rules = (
        Rule(word, cast("Any", level), category)
        for level, category, words in STARTER_WORDS
        for word in words
        if category != MARKETING
    )
    assert Matcher(rules).worst(body) in {None, "record"}
