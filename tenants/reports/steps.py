"""The way of a new business to its first campaign."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from tenants import campaigns, ledger, message_templates, signatures
from tenants.contacts.models import Contact
from tenants.core import scopes
from tenants.core.db import db


@dataclass(frozen=True)
class Step:
    """`what`: verified, topped_up, signature, template, contacts, campaign. `state`: done, waiting (on us), open."""

    what: str
    state: str


def steps() -> list[Step]:
    """Each step and how far it is; none when a campaign was launched: then there is an overview to show."""
    if campaigns.begun(limit=1):
        return []
    reviewed = [signature.state for signature in signatures.listed()]
    written = [listed.latest.state for listed in message_templates.listed()]
    balance = ledger.balance(scopes.tenant_id())
    return [
        Step("verified", "done"),  # nobody signs in before
        Step("topped_up", "done" if balance.posted > 0 else "open"),
        Step("signature", _approval(bool(signatures.usable()), reviewed)),
        Step("template", _approval(bool(message_templates.usable()), written)),
        Step("contacts", "done" if db.session.scalar(select(Contact.id).limit(1)) else "open"),
        Step("campaign", "open"),
    ]


def _approval(usable: bool, states: list[str]) -> str:
    return "done" if usable else "waiting" if "in_review" in states else "open"
