"""Who the database thinks we are. Every session works in exactly one scope, a NOLOGIN role entered when a transaction
begins; without a scope the login role may read nothing at all.

    door      before anyone is known: exact look-ups by a value the caller holds (e-mail, session token)
    tenant    one business: its schema t_<id> and its own rows of the shared tables
    tree      a reseller and the businesses below it: no content tables
    platform  jobs and staff; each use names its reason, and the reasons are listed here

`with scopes.tenant(7): …` opens a session of its own, commits when the block ends well and rolls back when it does not.
Blocks may be nested: the inner one is another session and another transaction.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why the platform scope is entered. A house test reads this list against the code."""

    SIGN_UP = "sign_up"
    SIGN_IN = "sign_in"
    MEMBERS = "members"
    MAIL = "mail"
    STAFF = "staff"
    DISPATCH = "dispatch"
    RECEIPTS = "receipts"
    PAYMENTS = "payments"
    SWEEPS = "sweeps"
    DEMO = "demo"


@dataclass(frozen=True)
class Scope:
    """`role` is the database role, `tree` the reseller's tenant id, `reason` why the platform is entered."""

    role: str
    tenant_id: int | None = None
    tree: int | None = None
    reason: Reason | None = None

    @property
    def schema(self) -> str | None:
        return f"t_{self.tenant_id}" if self.tenant_id is not None else None


class NoScope(RuntimeError):
    """A query was made outside every scope: a bug, and the database would refuse it too."""


_entries = itertools.count(1)
_current: ContextVar[tuple[int, Scope] | None] = ContextVar("scope", default=None)


def current() -> Scope:
    """The scope of the present block."""
    entry = _current.get()
    if entry is None:
        raise NoScope("no scope was entered")
    return entry[1]


def session_key() -> int:
    """The key under which the present block's session is kept: one session a block, 0 outside of every block."""
    entry = _current.get()
    return entry[0] if entry else 0


def tenant_id() -> int:
    """The tenant of the present block."""
    found = current().tenant_id
    if found is None:
        raise NoScope("this needs a tenant's scope")
    return found


@contextmanager
def entered(scope: Scope) -> Iterator[None]:
    """Enter `scope`; leaving rolls back what was not committed. Web requests use this and commit themselves."""
    from tenants.core.db import db

    token = _current.set((next(_entries), scope))
    try:
        yield
    finally:
        try:
            db.session.remove()
        finally:
            _current.reset(token)


@contextmanager
def _committed(scope: Scope) -> Iterator[None]:
    from tenants.core.db import db

    with entered(scope):
        yield
        db.session.commit()


def door() -> AbstractContextManager[None]:
    return _committed(Scope("qunfa_door"))


def tenant(id: int) -> AbstractContextManager[None]:
    return _committed(of_tenant(id))


def tree(reseller_id: int) -> AbstractContextManager[None]:
    return _committed(Scope("qunfa_tree", tree=reseller_id))


def platform(reason: Reason) -> AbstractContextManager[None]:
    return _committed(of_platform(reason))


def of_tenant(id: int) -> Scope:
    return Scope(f"t_{int(id)}", tenant_id=int(id))


def of_platform(reason: Reason) -> Scope:
    return Scope("qunfa_platform", reason=Reason(reason))
