"""Public ids on pages: `public("campaign", 7)` names an object of the present tenant, `resolve` reads the name back.

Another tenant's id, another kind's and an invented one are all NotFound.
"""

from __future__ import annotations

from flask import Flask, current_app

from tenants.core import ids, scopes
from tenants.core.errors import NotFound


def public(kind: str, id: int, tenant_id: int | None = None) -> str:
    """The public form of an object of the present tenant, or of the one named."""
    owner = scopes.tenant_id() if tenant_id is None else tenant_id
    return ids.encode(current_app.config["SETTINGS"].qunfa_secret, kind, owner, id)


def resolve(kind: str, text: str, tenant_id: int | None = None) -> int:
    """The id behind a public one of this kind and the present tenant, or the one named."""
    owner = scopes.tenant_id() if tenant_id is None else tenant_id
    found = ids.decode(current_app.config["SETTINGS"].qunfa_secret, text)
    if found is None or (found.kind, found.tenant_id) != (kind, owner):
        raise NotFound
    return found.id


def register(app: Flask) -> None:
    app.jinja_env.filters["public"] = lambda id, kind: public(kind, id)
