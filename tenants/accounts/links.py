"""Links sent by mail: random, short-lived, good for one use; only their hash is kept. Platform scope."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import insert, update

from tenants.accounts.models import MailToken
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import NotFound

LASTS = {"verify": timedelta(hours=24), "reset": timedelta(hours=1)}


def token_for(identity_id: int, purpose: str) -> str:
    """A fresh token for a mail; purpose: verify or reset."""
    token, ends_at = secrets.token_urlsafe(32), now() + LASTS[purpose]
    row = {"token_hash": hashed(token), "identity_id": identity_id, "purpose": purpose, "ends_at": ends_at}
    db.session.execute(insert(MailToken).values(row))
    return token


def use_token(token: str, purpose: str) -> int:
    """Use a link once; the identity. NotFound when it is unknown, used or over."""
    alive = (MailToken.purpose == purpose, MailToken.used_at.is_(None), MailToken.ends_at > now())
    identity_id = db.session.scalar(
        update(MailToken)
        .where(MailToken.token_hash == hashed(token), *alive)
        .values(used_at=now())
        .returning(MailToken.identity_id)
    )
    if identity_id is None:
        raise NotFound("link_over")
    return int(identity_id)


def void_links(identity_id: int, purpose: str) -> None:
    """Links of this purpose that were mailed before are worth nothing from now on."""
    mine = (MailToken.identity_id == identity_id, MailToken.purpose == purpose, MailToken.used_at.is_(None))
    db.session.execute(update(MailToken).where(*mine).values(used_at=now()))


def hashed(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
