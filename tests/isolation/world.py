"""A business with something of everything, and its canary, a word that nothing else holds, in all of it."""

from __future__ import annotations

import io
import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import insert, select, update

from tenants import (
    campaigns,
    contacts,
    filings,
    media,
    message_templates,
    messages,
    moderation,
    optouts,
    signatures,
    webhooks,
)
from tenants.accounts.models import Identity, Invitation, Member, Tenant, WebSession
from tenants.accounts.vaults import vault
from tenants.campaigns.models import Campaign
from tenants.contacts.models import Contact, ContactList, ImportRow
from tenants.core import audit, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.filings import subjects
from tenants.filings.models import Answer
from tenants.ledger.models import Topup
from tenants.message_templates import Draft
from tenants.message_templates.models import Template
from tenants.message_templates.rich import Frame, Mms
from tenants.messages.inbound import Reply
from tenants.messages.models import Attempt, Message
from tenants.moderation import Review
from tenants.routing.models import Channel, Route
from tenants.signatures.models import Signature
from tests import factories
from tests.tenants.campaigns import arrange
from tests.tenants.contacts import arrange as imports
from tests.tenants.media import samples
from workers.channels.settings import seal
from workers.jobs import campaigns as jobs


@dataclass
class World:
    """One business, its people, and the ids of what it has."""

    id: int
    owner_id: int
    member_id: int
    canary: str
    ids: dict[str, int] = field(default_factory=dict)


def made() -> World:
    """A fresh one."""
    canary = "kan" + secrets.token_hex(4)
    ready = arrange.ready(people=3, credit_micro=50_000_000, body="{name}，您好，" + canary, time_zone="Asia/Tokyo")
    with scopes.platform(Reason.SIGN_UP):
        member = factories.identity(f"bob@{canary}.example", name=f"Bob {canary}")
        row = {"tenant_id": ready.tenant_id, "identity_id": member, "role": "member", "created_at": now()}
        db.session.execute(insert(Member).values(row))
        db.session.execute(update(Tenant).where(Tenant.id == ready.tenant_id).values(name=f"Shop {canary}"))
        owner = {"email": f"ada@{canary}.example", "name": f"Ada {canary}"}
        db.session.execute(update(Identity).where(Identity.id == ready.owner_id).values(owner))
    world = World(ready.tenant_id, ready.owner_id, member, canary, {"list": ready.list_id})
    _content(world)
    _launched(world, ready)
    _handed_in(world)
    _filed(world)
    _shared(world)
    return world


def _content(world: World) -> None:
    """The names of what is there already, and one each of what is not."""
    with scopes.tenant(world.id):
        for model in (ContactList, Template, Campaign):
            db.session.execute(update(model).values(name=f"{model.__name__} {world.canary}"))
        db.session.execute(update(Contact).values(fields={"city": world.canary}))
        world.ids["contact"] = db.session.scalars(select(Contact.id).limit(1)).one()
        world.ids["template"] = db.session.scalars(select(Template.id)).one()
        optouts.add("13900001111", f"asked by {world.canary}", by=world.owner_id)
        webhooks.record("campaign.finished", 1, {"name": world.canary})
        picture = media.add(io.BytesIO(samples.png()), f"{world.canary}.png", by=world.owner_id)
        world.ids["file"] = picture.id
        rich = Mms(world.canary, (Frame(world.canary, picture.id),))
        made = message_templates.create(Draft(world.canary, "notice", "en", "", [], rich), by=world.owner_id)
        world.ids["shown"] = moderation.submit_template(made.id, 1, by=world.owner_id)


def _launched(world: World, ready: arrange.Ready) -> None:
    """A campaign whose messages wait in the queue, and a draft beside it."""
    ready.launch()
    jobs.plan_campaign(world.id, ready.campaign_id)
    with scopes.tenant(world.id):
        world.ids["campaign"] = ready.campaign_id
        world.ids["draft"] = campaigns.create(f"Draft {world.canary}", by=world.owner_id).id
        world.ids["message"] = db.session.scalars(select(Message.id).limit(1)).one()
        where = {"message_id": world.ids["message"], "attempt": 1, "channel_id": 1, "outcome": 1}
        db.session.execute(insert(Attempt).values(where | {"provider_ref": world.canary, "code": world.canary}))
        db.session.execute(update(Message).values(provider_ref=world.canary))
        assert messages.progress(ready.campaign_id)


def _handed_in(world: World) -> None:
    """Files: the evidence of a signature that waits for staff, and an import with a refused row."""
    business = factories.Business(world.id, world.owner_id, "")
    with scopes.tenant(world.id):
        said = signatures.Application(world.canary, "company", f"{world.canary} Ltd", "91330106MA2C")
        evidence = signatures.Upload(f"{world.canary}.pdf", io.BytesIO(b"%PDF-1 " + world.canary.encode()))
        world.ids["signature"] = signatures.apply(said, [evidence], by=world.owner_id).id
        rejected = {"text": f"x{world.canary}", "basis": "company", "state": "rejected", "reason": world.canary}
        row = insert(Signature).values(rejected | {"created_at": now()}).returning(Signature.id)
        world.ids["rejected"] = db.session.scalars(row).one()
        world.ids["review"] = moderation.submit_signature(world.ids["signature"], by=world.owner_id)
    data = f"手机,{world.canary}\n13800138000,{world.canary}\nnothing,{world.canary}\n"
    world.ids["import"] = imports.imported(business, data).id
    with scopes.tenant(world.id):
        assert contacts.get_import(world.ids["import"]).invalid_n == 1
        assert db.session.scalar(select(ImportRow.row_no)) is not None


def _filed(world: World) -> None:
    """Papers with a document, a link, and one filing of the papers that a carrier turned down."""
    with scopes.tenant(world.id):
        said = filings.Papers(f"{world.canary} Ltd", world.canary)
        evidence = signatures.Upload(f"{world.canary}.pdf", io.BytesIO(b"%PDF-1 " + world.canary.encode()))
        papers = filings.add_papers(said, [evidence], by=world.owner_id)
        link = {"what": "url", "fault": "", "owner": world.canary}
        lead = subjects.write(filings.Kind.LINK, None, 1, title=f"{world.canary}.cn", key=world.canary, facts=link)
        assert lead is not None
        world.ids |= {"papers": papers.ref_id, "lead": lead.ref_id}
    row = {"tenant_id": world.id, "subject_id": papers.id, "kind": "qualification", "ref_id": papers.ref_id}
    row |= {"edition": 0, "channel_id": 1, "operator": "mobile", "round": 1, "state": "rejected"}
    row |= {"reason": world.canary, "carrier_no": "", "prepared_at": now()}
    answer = {"channel_id": 1, "operator": "mobile", "sha256": secrets.token_hex(32), "name": "answers.csv"}
    answer |= {"content": b"number,result\nQF1,ok\n", "outcome": {}, "uploaded_at": now()}
    with scopes.platform(Reason.STAFF):
        world.ids["filing"] = db.session.scalars(insert(filings.Filing).values(row).returning(filings.Filing.id)).one()
        world.ids["answer"] = db.session.scalars(insert(Answer).values(answer).returning(Answer.id)).one()


def _shared(world: World) -> None:
    """Rows of shared tables."""
    with scopes.tenant(world.id):
        audit.record("template.save", actor_id=world.owner_id, object=world.canary, note=world.canary)
        row = {"tenant_id": world.id, "amount_micro": 7_000_000, "currency": "CNY", "created_at": now()}
        topup = insert(Topup).values(row | {"session_id": f"cs_{world.canary}"})
        world.ids["topup"] = db.session.scalars(topup.returning(Topup.id)).one()
        row = {"tenant_id": world.id, "email": f"new@{world.canary}.example", "role": "member"}
        row |= {"token_hash": world.canary, "created_at": now(), "sent_at": now(), "ends_at": now()}
        world.ids["invitation"] = db.session.scalars(insert(Invitation).values(row).returning(Invitation.id)).one()
        world.ids["member"] = world.member_id
    with scopes.platform(Reason.STAFF):
        world.ids["channel"] = _paused_channel()
        row = {"country": "CN", "operator": "", "kind": "", "product": "", "tenant_id": world.id, "created_at": now()}
        route = insert(Route).values(row | {"ways": [[world.ids["channel"], 1]], "note": ""}).returning(Route.id)
        world.ids["route"] = db.session.scalars(route).one()
    _reply(world)
    with scopes.platform(Reason.SIGN_IN):
        at = now()
        row = {"token_hash": secrets.token_hex(32), "identity_id": world.owner_id, "tenant_id": world.id}
        session = insert(WebSession).values(
            row | {"created_at": at, "seen_at": at, "ends_at": at + timedelta(hours=12)}
        )
        world.ids["session"] = db.session.scalars(
            session.values(user_agent=f"{world.canary} Chrome").returning(WebSession.id)
        ).one()
        db.session.execute(update(Review).where(Review.tenant_id == world.id).values(reason=world.canary))


def _reply(world: World) -> None:
    """What somebody wrote back."""
    row = {"channel_id": 1, "digest": secrets.token_bytes(16), "phone_index": b"", "extension": world.canary}
    row |= {"sealed": b"", "state": "kept", "tenant_id": world.id, "message_id": world.ids["message"]}
    row |= {"campaign_id": world.ids["campaign"], "at": now(), "received_at": now()}
    with scopes.platform(Reason.STAFF):
        world.ids["reply"] = db.session.scalars(insert(Reply).values(row).returning(Reply.id)).one()
    with scopes.tenant(world.id):
        sealed = vault().seal("replies", world.ids["reply"], ["+8613900001111", f"answer {world.canary}"])
        db.session.execute(update(Reply).values(sealed=sealed))


def _paused_channel() -> int:
    """Nobody's, and never chosen: other tests bring their own."""
    row = {"name": f"paused {secrets.token_hex(4)}", "kind": "simulator", "state": "paused", "created_at": now()}
    row |= {"settings": {"url": "http://127.0.0.1:1"}}
    id = db.session.scalars(insert(Channel).values(row).returning(Channel.id)).one()
    sealed = seal(id, {"key": "a key", "secret": "a secret"})
    db.session.execute(update(Channel).where(Channel.id == id).values(secrets=sealed))
    return id
