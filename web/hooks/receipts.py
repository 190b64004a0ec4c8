"""Carriers calling with receipts. They are stored and committed before the carrier is answered."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request
from sqlalchemy import select

from tenants import messages
from tenants.core import scopes
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.messages import Incoming
from tenants.routing.models import Channel
from web.auth import Policy, allow
from workers import channels
from workers.channels import BadReceipt
from workers.channels.settings import opened

bp = Blueprint("receipts", __name__)

BODY_BYTES_MAX = 2 * 1024 * 1024


@bp.route("/receipts/<int:channel_id>", methods=["GET", "POST"])
@allow(Policy.MACHINE)
def take(channel_id: int) -> Response:
    """The receipts of one call of one channel; a call that is not the carrier's stores nothing. Some come as a GET."""
    request.max_content_length = BODY_BYTES_MAX
    with scopes.platform(Reason.RECEIPTS):
        channel = db.session.scalars(select(Channel).where(Channel.id == channel_id)).one_or_none()
        if channel is None:
            return Response("unknown\n", status=404)
        settings = opened(channel.id, channel.settings, channel.secrets)
        try:
            query = request.query_string.decode("latin-1")
            headers, body = dict(request.headers), request.get_data()
            found = channels.parse_receipts(channel.kind, settings, headers, body, query)
        except BadReceipt as error:
            return Response(f"{error.code}\n", status=401 if error.code in {"signature", "stale"} else 400)
        secret = current_app.config["SETTINGS"].qunfa_secret
        messages.store(
            channel_id,
            [
                Incoming(each.provider_ref, each.reference or "", each.outcome, each.code or "", each.at)
                for each in found
            ],
            secret,
        )
        answer = channels.acknowledgement(channel.kind, settings, body)
    return Response(answer.text, mimetype=answer.content_type)
