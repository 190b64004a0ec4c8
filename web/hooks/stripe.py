"""Stripe calling: checked, stored, answered; handled by a job."""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from tenants import ledger
from tenants.core import scopes
from tenants.core.scopes import Reason
from web.auth import Policy, allow
from workers.payments import BadEvent, read_event

bp = Blueprint("stripe", __name__)

BODY_BYTES_MAX = 256 * 1024


@bp.post("/stripe")
@allow(Policy.MACHINE)
def take() -> Response:
    """One event. Nothing is stored of a call that Stripe did not sign."""
    request.max_content_length = BODY_BYTES_MAX
    try:
        event = read_event(request.get_data(), request.headers.get("Stripe-Signature", ""))
    except RequestEntityTooLarge:
        return Response("too large\n", status=400)
    except BadEvent:
        return Response("not signed\n", status=400)
    with scopes.platform(Reason.PAYMENTS):
        ledger.keep_event(event)
    return Response("ok\n", mimetype="text/plain")
