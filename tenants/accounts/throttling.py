"""Throttles, kept in PostgreSQL so that a lost Valkey opens no door. A try is counted before it is looked at; one that
is turned away is not, so the pause ends when it says.
"""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from tenants.accounts.models import Throttle
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import QuotaReached
from tenants.core.scopes import Reason

IPV6_PREFIX = 64


@dataclass(frozen=True)
class Limit:
    """At most `tries` in each window of `minutes`."""

    tries: int
    minutes: int


# Several windows, so that the pause grows for who insists: 20 evaluated guesses an account in a day at the most.
SIGN_IN_ACCOUNT = (Limit(5, 5), Limit(10, 60), Limit(20, 1440))
SIGN_IN_ADDRESS = (Limit(20, 5), Limit(100, 60))
SIGN_UP_ADDRESS = (Limit(5, 60), Limit(20, 1440))
MAIL_ACCOUNT = (Limit(3, 15), Limit(10, 1440))
MAIL_ADDRESS = (Limit(20, 60), Limit(100, 1440))
TOP_UP = (Limit(10, 60),)


class TooMany(QuotaReached):
    """Tried too often; `retry_at` is when the next try is looked at."""

    code = "too_many_tries"


def bucket(purpose: str, of: str) -> str:
    """What is counted for a purpose and a person or place, under a name that tells nobody whose it is."""
    return f"{purpose}:{hashlib.sha256(of.encode()).hexdigest()[:32]}"


def place(ip: str) -> str:
    """Where a request comes from: the address, or the network that one line has under IPv6."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return ""
    if address.version == 4:
        return ip
    return str(ipaddress.ip_network((ip, IPV6_PREFIX), strict=False))


def count(bucket: str, limits: tuple[Limit, ...]) -> None:
    """Count one try; TooMany, and nothing counted, when any window is full. Commits by itself, whatever comes after."""
    at = now()
    full: list[datetime] = []
    with scopes.platform(Reason.SIGN_IN):
        for limit in limits:
            start, end = _window(at, limit.minutes)
            statement = insert(Throttle).values(bucket=f"{bucket}:{limit.minutes}", window_at=start, count=1)
            used = db.session.scalar(
                statement.on_conflict_do_update(
                    index_elements=[Throttle.bucket, Throttle.window_at], set_={"count": Throttle.count + 1}
                ).returning(Throttle.count)
            )
            if used is not None and used > limit.tries:
                full.append(end)
        if full:
            raise TooMany(retry_at=max(full))


def forgive(bucket: str, limits: tuple[Limit, ...]) -> None:
    """Forget the tries of a bucket: the right person came. Platform scope."""
    names = [f"{bucket}:{limit.minutes}" for limit in limits]
    db.session.execute(delete(Throttle).where(Throttle.bucket.in_(names)))


def _window(at: datetime, minutes: int) -> tuple[datetime, datetime]:
    seconds = minutes * 60
    start = datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, UTC)
    return start, start + timedelta(minutes=minutes)
