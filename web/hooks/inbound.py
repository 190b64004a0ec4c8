"""Carriers calling with replies. They are stored and committed before the carrier is answered."""

from __future__ import annotations

from flask import Blueprint, Response

from tenants.messages import inbound
from web.auth import Policy, allow
from web.hooks.carriers import Call, taken
from workers import channels

bp = Blueprint("inbound", __name__)


@bp.route("/inbound/<int:channel_id>", methods=["GET", "POST"])
@allow(Policy.MACHINE)
def take(channel_id: int) -> Response:
    """The replies of one call of one channel; a call that is not the carrier's stores nothing."""
    return taken(channel_id, keep)


def keep(call: Call) -> None:
    inbound.keep(call.channel_id, call.read_by(channels.parse_inbound))
