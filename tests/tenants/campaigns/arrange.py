"""A business ready to send: approved signature and template, people on a list, prices published."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from tenants import campaigns, ledger, messages, resellers
from tenants.accounts.vaults import vault
from tenants.contacts.models import Contact, ContactList, ListMember
from tenants.core import bulk, scopes
from tenants.core.clock import now
from tenants.core.db import db, tenant_ids
from tenants.core.scopes import Reason
from tenants.message_templates.models import Template, TemplateVersion
from tenants.signatures.models import Signature
from tests import factories
from workers.jobs import campaigns as jobs

PRICE_MICRO = 45_000
CREDIT_MICRO = 100_000_000
OPERATORS = ("mobile", "unicom", "telecom", "broadnet")
_serial = itertools.count(1)


@dataclass(frozen=True)
class Ready:
    """A business, its owner, and one draft campaign to a list."""

    tenant_id: int
    owner_id: int
    campaign_id: int
    list_id: int

    def preflight(self) -> dict[str, Any]:
        with scopes.tenant(self.tenant_id):
            campaigns.preflight.ask(self.campaign_id)
        jobs.preflight_campaign(self.tenant_id, self.campaign_id)
        with scopes.tenant(self.tenant_id):
            return campaigns.get(self.campaign_id).preflight

    def launch(self) -> None:
        self.preflight()
        with scopes.tenant(self.tenant_id):
            campaigns.launch(self.campaign_id, by=self.owner_id)

    def state(self) -> str:
        with scopes.tenant(self.tenant_id):
            return campaigns.get(self.campaign_id).state

    def progress(self) -> messages.Progress:
        with scopes.tenant(self.tenant_id):
            return messages.progress(self.campaign_id)

    def balance(self) -> ledger.Balance:
        with scopes.tenant(self.tenant_id):
            return ledger.balance(self.tenant_id)


def ready(
    people: int = 20, *, credit_micro: int = CREDIT_MICRO, body: str = "{name}，您好，门店周末延长营业",
    state: str = "live", kind: str = "notice", ending: str = "000", **columns: Any,
) -> Ready:  # fmt: skip
    """A business with a draft to `people` contacts."""
    publish_prices()
    acme = factories.business(credit_micro=credit_micro, state=state, **columns)
    with scopes.tenant(acme.id):
        signature_id = signature()
        template_id = template(body, kind)
        list_id = contact_list(people, ending)
        campaign = campaigns.create("Weekend", by=acme.owner_id)
        draft = campaigns.Draft(
            name="Weekend", signature_id=signature_id, template_id=template_id, version=1,
            audience={"source": "lists", "list_ids": [list_id]}, bindings={"name": {"field": "name"}},
        )  # fmt: skip
        campaigns.save(campaign.id, draft)
        campaign_id = campaign.id
    return Ready(acme.id, acme.owner_id, campaign_id, list_id)


def publish_prices() -> None:
    with scopes.platform(Reason.PAYMENTS):
        resellers.publish([resellers.Rule("CN", PRICE_MICRO)])


def signature(text: str = "Acme") -> int:
    return db.session.scalars(
        insert(Signature)
        .values(text=text, basis="company", state="approved", created_at=now(), evidence=[])
        .returning(Signature.id)
    ).one()


def template(body: str, kind: str = "notice") -> int:
    from tenants.message_templates.variables import declared_in

    at = now()
    template_id = db.session.scalars(
        insert(Template)
        .values(name="Hours", kind=kind, language="zh", current=1, latest=1, created_at=at, updated_at=at)
        .returning(Template.id)
    ).one()
    variables = [variable.to_json() for variable in declared_in(body)]
    db.session.execute(
        insert(TemplateVersion).values(
            template_id=template_id, version=1, body=body, variables=variables, state="approved", created_at=at
        )
    )
    return template_id


def contact_list(people: int, ending: str = "000") -> int:
    """A list of fresh people, spread over the four operators."""
    list_id = db.session.scalars(
        insert(ContactList).values(name="Members", contacts_n=people, created_at=now()).returning(ContactList.id)
    ).one()
    keys, ids, at = vault(), bulk.take_ids(tenant_ids, people), now()
    rows = []
    for place, id in enumerate(ids):
        number = f"+8613{next(_serial):06d}{ending}"
        index = keys.index(number)
        sealed = keys.seal("contacts", index, {"n": number, "v": {"name": "陈晨"}})
        rows.append((id, index, sealed, "CN", OPERATORS[place % 4], "mobile", "{}", at, at))
    columns = ("id", "phone_index", "sealed", "country", "operator", "line", "fields", "created_at", "updated_at")
    bulk.copy(Contact.__table__, columns, rows)  # type: ignore[arg-type]
    bulk.copy(ListMember.__table__, ("list_id", "contact_id"), [(list_id, id) for id in ids])  # type: ignore[arg-type]
    return list_id
