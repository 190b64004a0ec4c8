"""Keeping what a channel heard, once however often the carrier brings it, and forgetting it in time."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from flask import current_app
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from tenants.core import jobs, secrets
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.jobs import Job
from tenants.core.phone import Phone, parse
from tenants.messages.inbound.models import Reply

TEXT_MAX = 4_000
ADDRESS_MAX = 40
UNKNOWN_KEPT = timedelta(days=30)
KEPT = timedelta(days=400)


class Heard(Protocol):
    """A text somebody sent, as a channel's adapter read it."""

    @property
    def number(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def extension(self) -> str: ...
    @property
    def provider_ref(self) -> str: ...


def keep(channel_id: int, heard: Sequence[Heard]) -> None:
    """Store replies; the caller commits and only then answers the carrier. Platform scope."""
    if not heard:
        return
    put = insert(Reply).values([_row(channel_id, each) for each in heard])
    db.session.execute(put.on_conflict_do_nothing(index_elements=[Reply.channel_id, Reply.digest]))
    jobs.after_commit(Job.ROUTE_REPLIES)


def _row(channel_id: int, heard: Heard) -> dict[str, Any]:
    phone = parse(heard.number)
    number = phone.e164 if isinstance(phone, Phone) else heard.number[:ADDRESS_MAX]
    said, digest = heard.text[:TEXT_MAX], _digest(heard)
    plain = json.dumps([number, said], ensure_ascii=False).encode("utf-8", "surrogatepass")
    return {
        "channel_id": channel_id, "digest": digest, "phone_index": secrets.platform_index(_secret(), number),
        "extension": heard.extension[:ADDRESS_MAX].replace("\0", ""),
        "sealed": secrets.wrap(_secret(), plain, _label(channel_id, digest)), "at": heard.at, "received_at": now(),
    }  # fmt: skip


def opened(reply: Any) -> tuple[str, str]:
    """Number and text of a reply that belongs to no business yet."""
    number, said = json.loads(secrets.unwrap(_secret(), reply.sealed, _label(reply.channel_id, reply.digest)))
    return number, said


def _digest(heard: Heard) -> bytes:
    """What is the same when a carrier repeats itself: its reference, or everything it said. It gives nothing away."""
    same = (
        [heard.provider_ref]
        if heard.provider_ref
        else [heard.number, heard.extension, heard.at.isoformat(), heard.text]
    )
    plain = json.dumps(same).encode()
    return hmac.digest(secrets.derive(_secret(), "replies"), plain, hashlib.sha256)[: secrets.INDEX_BYTES]


def _label(channel_id: int, digest: bytes) -> str:
    return f"reply|{channel_id}|{digest.hex()}"


def _secret() -> str:
    found: str = current_app.config["SETTINGS"].qunfa_secret
    return found


def tidy() -> None:
    """Forget old replies, those that are nobody's much sooner. Platform scope."""
    at = now()
    nobodys = (Reply.state == "unknown") & (Reply.received_at < at - UNKNOWN_KEPT)
    db.session.execute(delete(Reply).where(nobodys | (Reply.received_at < at - KEPT)))
