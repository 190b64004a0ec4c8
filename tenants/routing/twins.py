"""Channels that are one account at one carrier, which brings receipts on any of their links. Platform scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import aliased

from tenants.core.db import db
from tenants.routing.models import Channel


def twins(channel_ids: Collection[int]) -> dict[int, list[int]]:
    """Of these channels those with an account on a host, each with all that share it, itself among them."""
    own, other = aliased(Channel), aliased(Channel)
    same = own.kind == other.kind
    for name in ("host", "account"):
        same &= own.settings[name].astext == other.settings[name].astext
    rows = db.session.execute(
        select(own.id, other.id).join(other, same).where(own.id.in_(channel_ids)).order_by(own.id, other.id)
    )
    found: dict[int, list[int]] = defaultdict(list)
    for own_id, other_id in rows:
        found[own_id].append(other_id)
    return found
