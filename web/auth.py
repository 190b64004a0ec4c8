"""Who is asking, and what each route allows.

Every view declares its policy with `@allow(...)`; a route without one is refused, and a test walks all of them.

    PUBLIC   anybody; the view enters the scope it needs
    PERSON   anyone signed in, with or without a business
    MEMBER   a member of a business, in that business's scope
    OWNER    the same, owners only
    STAFF    our own people, in the platform's scope
    MACHINE  other machines: the view checks a signature itself; no CSRF token
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, Request, abort, current_app, g, request
from flask_login import UserMixin, current_user

from tenants import accounts
from tenants.accounts.sessions import IDLE, TOUCH
from tenants.core.clock import now
from tenants.core.errors import NotAllowed
from web.extensions import csrf, login_manager

F = TypeVar("F", bound=Callable[..., Any])


class Policy(StrEnum):
    PUBLIC = "public"
    PERSON = "person"
    MEMBER = "member"
    OWNER = "owner"
    STAFF = "staff"
    MACHINE = "machine"


@dataclass(frozen=True)
class Viewer(UserMixin):  # type: ignore[misc]
    """The person behind a session, as the door knows them."""

    session_id: int
    created_at: datetime
    seen_at: datetime
    identity_id: int
    email: str
    person: str
    locale: str
    is_staff: bool
    tenant_id: int | None
    role: str
    tenant_state: str
    tenant_name: str
    time_zone: str

    def get_id(self) -> str:
        return str(self.session_id)

    def may(self, policy: Policy) -> bool:
        """Whether this person may use a route of `policy`."""
        if policy is Policy.STAFF:
            return self.is_staff
        if policy in {Policy.MEMBER, Policy.OWNER}:
            return self.in_business and (policy is Policy.MEMBER or self.role == "owner")
        return True

    @property
    def in_business(self) -> bool:
        """Whether they belong to a business that may act."""
        return self.tenant_id is not None and self.tenant_state in {"trial", "live"}


def allow(policy: Policy) -> Callable[[F], F]:
    """Declare who may call a view."""

    def mark(view: F) -> F:
        view.policy = policy  # type: ignore[attr-defined]
        return view

    return mark


def policy_of(app: Flask, endpoint: str) -> Policy | None:
    """The policy a route declared; Flask's own static files are public."""
    if endpoint == "static":
        return Policy.PUBLIC
    return getattr(app.view_functions[endpoint], "policy", None)


def viewer() -> Viewer:
    """The signed-in person; only where the policy guarantees one."""
    assert current_user.is_authenticated
    found: Viewer = current_user._get_current_object()
    return found


def cookie_name() -> str:
    return "__Host-qunfa" if current_app.config["SETTINGS"].qunfa_secure_cookies else "qunfa"


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def find_viewer(token: str) -> Viewer | None:
    """Who holds this session token; None when it is unknown, over or idle for too long. Asking keeps it alive."""
    if not token:
        return None
    row = accounts.session_of(token_hash(token), list(Viewer.__dataclass_fields__))
    if row is None or (idle := now() - row.seen_at) > IDLE:
        return None
    if idle > TOUCH:
        accounts.touch(row.session_id)
    return Viewer(*row)


@login_manager.request_loader  # type: ignore[untyped-decorator]
def _load(from_request: Request) -> Viewer | None:
    return find_viewer(from_request.cookies.get(cookie_name(), ""))


def _authorise() -> None:
    """Before each request: the route's policy decides, and forms must carry their token."""
    if request.endpoint is None:
        return
    policy = policy_of(current_app, request.endpoint)
    if policy is None:
        raise RuntimeError(f"{request.endpoint} declares no policy")
    g.policy = policy
    if request.method not in {"GET", "HEAD", "OPTIONS"} and policy is not Policy.MACHINE:
        _same_origin()
        csrf.protect()
    if policy in {Policy.PUBLIC, Policy.MACHINE}:
        return
    if not current_user.is_authenticated:
        abort(401)
    person = viewer()
    if person.may(policy):
        return
    if policy is Policy.STAFF:
        # What one may not see does not exist.
        abort(404)
    raise NotAllowed("business_suspended" if person.tenant_state == "suspended" else None)


def _same_origin() -> None:
    """Refuse what another site sent: by Sec-Fetch-Site where the browser gives it, by Origin otherwise."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in {"same-origin", "none"}:
        abort(403)
    origin = request.headers.get("Origin")
    if origin is not None and origin != request.host_url.rstrip("/"):
        abort(403)


def register(app: Flask) -> None:
    app.before_request(_authorise)
