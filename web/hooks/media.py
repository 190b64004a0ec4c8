"""Media as carriers and telephones fetch them, under a signed address that holds for some days."""

from __future__ import annotations

import time

from flask import Blueprint, Response, abort, current_app

from tenants import media
from tenants.core import scopes
from tenants.core.errors import NotFound
from web.auth import Policy, allow
from web.downloads import inline

bp = Blueprint("media", __name__)


@bp.get("/media/<token>")
@allow(Policy.MACHINE)
def fetch(token: str) -> Response:
    """The bytes, whoever asks with a token of ours. One that is invented, or too old, is not found."""
    found = media.addresses.parse(current_app.config["SETTINGS"].qunfa_secret, token, time.time())
    if found is None:
        abort(404)
    tenant_id, file_id = found
    with scopes.tenant(tenant_id):
        try:
            answer = inline(media.get(file_id))
        except NotFound:
            abort(404)
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer
