"""What the demo shows of filings is true: who may be sent to, what ends, what waits. Starting again adds nothing."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from sqlalchemy import func, select

from tenants import campaigns, filings
from tenants.accounts.models import Identity
from tenants.campaigns import ways
from tenants.campaigns.models import Campaign
from tenants.core import scopes
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.filings import Filing, Kind, State, Subject, deciding
from tenants.filings.dates import today
from tenants.filings.models import Rule
from tenants.routing.models import Channel, Route
from workers import demo, demo_filings
from workers.jobs import campaigns as jobs


def counted(tenant_id: int) -> Counter[str]:
    """Everything of it, by what it is."""
    with scopes.platform(Reason.STAFF):
        found = Counter(db.session.scalars(select(Filing.state)).all())
        for model in (Subject, Rule, Route, Channel, Identity):
            found[model.__name__] = db.session.scalar(select(func.count()).select_from(model)) or 0
    with scopes.tenant(tenant_id):
        found["drafts"] = db.session.scalar(select(func.count()).select_from(Campaign)) or 0
    return found


def test_what_the_first_campaign_stands_on_is_filed_and_ends_when_the_pages_say(demo_tenant: int) -> None:
    with scopes.platform(Reason.STAFF):
        found = db.session.scalars(select(Filing).where(Filing.tenant_id == demo_tenant).order_by(Filing.id)).all()
        told = [(each.kind, each.operator, each.state, each.round) for each in found]
    assert told == [
        ("qualification", "telecom", "filed", 1), ("signature", "telecom", "filed", 1),
        ("template", "telecom", "filed", 1), ("template", "telecom", "prepared", 2),
    ]  # fmt: skip
    ends = {Kind(each.kind): each.valid_until for each in found[:3]}
    assert ends == {
        Kind.QUALIFICATION: None, Kind.SIGNATURE: today() + timedelta(days=20),
        Kind.TEMPLATE: today() + timedelta(days=25),
    }  # fmt: skip
    assert all(each.carrier_no == f"CT-{each.id}" for each in found[:3]), "as a carrier answers, with a number each"
    with scopes.platform(Reason.STAFF):
        assert deciding.waiting() == 1, "the renewal waits at staff's desk"
    with scopes.tenant(demo_tenant):
        ahead = filings.gaps(ways.possible())
    assert (ahead.lacking, ahead.ending, ahead.until) == (1, 1, today() + timedelta(days=20))


def test_the_forecasts_of_both_drafts_are_what_their_checks_show(demo_tenant: int) -> None:
    with scopes.tenant(demo_tenant):
        drafts = {each.name: each.id for each in db.session.scalars(select(Campaign))}
    shown = {}
    for name, id in drafts.items():
        with scopes.tenant(demo_tenant):
            campaigns.preflight.ask(id)
        jobs.preflight_campaign(demo_tenant, id)
        with scopes.tenant(demo_tenant):
            groups = campaigns.get(id).preflight["groups"]
        shown[name] = {each["operator"]: (each["ready"], each["reason"]) for each in groups}
    free = dict.fromkeys(("mobile", "unicom", "broadnet"), (True, "not_needed"))
    assert shown == {
        "冬季新品 · 会员尝鲜": free | {"telecom": (True, "filed")},
        "生日礼遇 · 本月": free | {"telecom": (False, "template_not_filed")},
    }


def test_a_second_start_adds_nothing(demo_tenant: int) -> None:
    before = counted(demo_tenant)
    assert (before[State.FILED], before[State.PREPARED], before["Subject"], before["drafts"]) == (3, 1, 3, 2)
    assert (before["Rule"], before["Route"]) == (1, 1)
    demo._seed()
    assert counted(demo_tenant) == before
    with scopes.platform(Reason.STAFF):
        channel_id = db.session.scalars(select(Channel.id).where(Channel.name == demo_filings.CHANNEL)).one()
        assert filings.rules.all_needs() == {(channel_id, "telecom"): demo_filings.NEEDS}
