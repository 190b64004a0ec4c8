"""The demo: a business with money, people, approved content and a prepared campaign, a member of staff, and local
stand-ins for the outside (simulated carriers, a small Stripe). Made through the doors of the domain.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from sqlalchemy import insert, select, update

from tenants import accounts, campaigns, ledger, message_templates, moderation, resellers, signatures
from tenants.accounts import SignUp, passwords
from tenants.accounts.models import Identity, Member, Tenant
from tenants.contacts import NAME
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.core.settings import Settings
from tenants.moderation.starter_words import STARTER_WORDS
from tenants.resellers.starter_prices import STARTER_PRICES
from workers import demo_channels, demo_filings, demo_people
from workers.supervisor import Supervisor

OWNER = ("demo@example.com", "demo-qunfa-2026")
STAFF = ("staff@example.com", "staff-qunfa-2026")
CREDIT_MICRO = 5_000_000_000


def logins() -> list[str]:
    """Who may sign in, for the first screen."""
    return [f"Business  {OWNER[0]}  {OWNER[1]}", f"Staff     {STAFF[0]}  {STAFF[1]}"]


def prepare(supervisor: Supervisor, settings: Settings, home: Path, url: str) -> None:
    """Seed what is missing, and add the stand-ins to what is run."""
    keys = {name: _key(home, name) for name in ("carrier", "receipts", "stripe-hook")}
    supervisor.add("carriers", demo_channels.prepare(home, url, keys["carrier"], keys["receipts"]))
    if not settings.stripe_api_key:
        stripe = demo_channels.free_port()
        supervisor.add(
            "stripe",
            f"python -m workers.simulators.stripe --port {stripe} --state {home}/stripe"
            f" --webhook-url {url}/hooks/stripe --webhook-secret {keys['stripe-hook']}",
        )
        supervisor.environment |= {
            "STRIPE_API_KEY": "sk_test_local",
            "STRIPE_API_BASE": f"http://127.0.0.1:{stripe}",
            "STRIPE_WEBHOOK_SECRET": keys["stripe-hook"],
        }
    _seed()


def _seed() -> None:
    """People, prices, words, and one business ready to send; nothing when they are there already."""
    with scopes.platform(Reason.DEMO):
        if db.session.scalar(select(Identity.id).where(Identity.email == OWNER[0])) is not None:
            return
        resellers.publish(STARTER_PRICES)
        staff_id = _staff()
        person = accounts.sign_up(
            SignUp("禾木咖啡", "林晓", OWNER[0], OWNER[1], locale="zh")  # the demo's business speaks Chinese
        )
        assert person is not None
        db.session.execute(update(Identity).where(Identity.email == OWNER[0]).values(verified_at=now()))
        own = select(Member.tenant_id).where(Member.identity_id == person.id)
        tenant_id = db.session.scalars(
            update(Tenant).where(Tenant.id.in_(own)).values(state="live", live_at=now()).returning(Tenant.id)
        ).one()
        ledger.grant(f"demo:credit:{tenant_id}", tenant_id, "CNY", CREDIT_MICRO, note="演示赠金")
        for level, category, words in STARTER_WORDS:
            moderation.words.add(words, level, category, by=None)
        demo_filings.asks(tenant_id, by=staff_id)
    with scopes.tenant(tenant_id):
        template_id = _content(person.id)
    with scopes.platform(Reason.DEMO):
        demo_filings.answer(by=staff_id)
    with scopes.tenant(tenant_id):
        demo_filings.renew(template_id, by=person.id)


def _staff() -> int:
    return db.session.scalars(
        insert(Identity).values(
            email=STAFF[0], name="周岚", password_hash=passwords.hashed(STAFF[1]), is_staff=True, locale="zh",
            verified_at=now(), created_at=now(),
        ).returning(Identity.id)
    ).one()  # fmt: skip


def _content(by: int) -> int:
    """Signature, templates, people and two drafts, in the business's own scope: one goes out whole, the template of
    the other is not filed everywhere. The first one's template."""
    signature_id = demo_people.signature("禾木咖啡", by)
    template_id = demo_people.template("新品上市 · 积分兑换", demo_people.BODY, by)
    birthday_id = demo_people.template("生日礼遇", demo_people.BIRTHDAY, by)
    list_id = demo_people.people("会员 · 近 90 天到店", by)
    few_id = demo_people.few("会员 · 本月生日", list_id, by)
    demo_filings.hand_in(signature_id, template_id, by=by)
    _draft("生日礼遇 · 本月", signature_id, birthday_id, few_id, {"姓名": NAME}, by)
    _draft("冬季新品 · 会员尝鲜", signature_id, template_id, list_id, {"姓名": NAME, "积分": "积分"}, by)
    assert signatures.usable() and message_templates.usable()
    return template_id


def _draft(name: str, signature_id: int, template_id: int, list_id: int, fields: dict[str, str], by: int) -> None:
    campaign = campaigns.create(name, by=by)
    campaigns.save(
        campaign.id,
        campaigns.Draft(
            name=name, signature_id=signature_id, template_id=template_id, version=1,
            audience={"source": "lists", "list_ids": [list_id]},
            bindings={variable: {"field": field} for variable, field in fields.items()},
        ),
    )  # fmt: skip


def _key(home: Path, name: str) -> str:
    path = home / "secrets" / name
    if not path.exists():
        path.write_text(secrets.token_hex(24))
        path.chmod(0o600)
    return path.read_text()
