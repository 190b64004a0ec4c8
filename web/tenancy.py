"""Each request works in one scope: the business's for its people, the platform's for staff, none for the rest.

Leaving the request rolls back what the view did not commit.
"""

from __future__ import annotations

from contextlib import ExitStack

from flask import Flask, g, request

from tenants.core import scopes
from tenants.core.scopes import Reason
from web.auth import Policy, viewer


def _enter() -> None:
    policy: Policy | None = g.get("policy")
    if request.endpoint == "static" or policy is None:
        return
    stack = ExitStack()
    g.scope_stack = stack
    if policy in {Policy.MEMBER, Policy.OWNER} or (policy is Policy.PERSON and viewer().in_business):
        tenant_id = viewer().tenant_id
        assert tenant_id is not None
        stack.enter_context(scopes.entered(scopes.of_tenant(tenant_id)))
    elif policy is Policy.STAFF:
        stack.enter_context(scopes.entered(scopes.of_platform(Reason.STAFF)))


def _leave(error: BaseException | None) -> None:
    stack: ExitStack | None = g.pop("scope_stack", None)
    if stack is not None:
        stack.close()


def register(app: Flask) -> None:
    app.before_request(_enter)
    app.teardown_request(_leave)
