"""Sessions after signing in: kept alive, listed, ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from tenants.accounts.models import WebSession
from tenants.core import audit, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason

LASTS = timedelta(hours=12)
IDLE = timedelta(minutes=30)
# `seen_at` moves at most this often, so that reading pages does not write.
TOUCH = timedelta(minutes=1)


def session_of(token_hash: str, columns: Sequence[str]) -> Any:
    """What the door tells of the holder of a session, these columns of it; None when there is none."""
    with scopes.door():
        found = func.shared.door_session(token_hash).table_valued(*columns)
        return db.session.execute(select(*[found.c[name] for name in columns])).first()


def touch(session_id: int) -> None:
    """Note that a session is alive."""
    with scopes.platform(Reason.SIGN_IN):
        db.session.execute(update(WebSession).where(WebSession.id == session_id).values(seen_at=now()))


def sessions_of(identity_id: int) -> Sequence[WebSession]:
    """A person's living sessions, the one seen last first."""
    alive = (WebSession.ends_at > now(), WebSession.seen_at > now() - IDLE)
    with scopes.platform(Reason.SIGN_IN):
        query = select(WebSession).where(WebSession.identity_id == identity_id, *alive)
        return db.session.scalars(query.order_by(WebSession.seen_at.desc())).all()


def sign_out(session_id: int, *, by: int, ip: str = "") -> None:
    """End one session of a person; nothing when it has ended."""
    _end("session.close", by, ip, WebSession.id == session_id)


def sign_out_everywhere(identity_id: int, *, but: int | None = None, ip: str = "") -> None:
    """End every session of a person, but for one."""
    _end("session.close_all", identity_id, ip, *([] if but is None else [WebSession.id != but]))


def _end(act: str, by: int, ip: str, *which: object) -> None:
    with scopes.platform(Reason.SIGN_IN):
        ended = db.session.scalars(
            delete(WebSession).where(WebSession.identity_id == by, *which).returning(WebSession.tenant_id)  # type: ignore[arg-type]
        ).all()
        for tenant_id in set(ended):
            audit.record(act, actor_id=by, ip=ip, tenant_id=tenant_id)
