"""Carriers calling with receipts. They are stored and committed before the carrier is answered.

Some carriers bring replies to the same address: what is no receipt is read as one before it is refused.
"""

from __future__ import annotations

from flask import Blueprint, Response, current_app

from tenants import messages
from tenants.messages import Incoming
from web.auth import Policy, allow
from web.hooks import inbound
from web.hooks.carriers import Call, taken
from workers import channels
from workers.channels import BadReceipt

bp = Blueprint("receipts", __name__)


@bp.route("/receipts/<int:channel_id>", methods=["GET", "POST"])
@allow(Policy.MACHINE)
def take(channel_id: int) -> Response:
    """The receipts of one call of one channel; a call that is not the carrier's stores nothing. Some come as a GET."""
    return taken(channel_id, _keep)


def _keep(call: Call) -> None:
    try:
        found = call.read_by(channels.parse_receipts)
    except BadReceipt as error:
        _keep_replies(call, error)
        return
    if not found:
        _keep_replies(call, None)
        return
    secret = current_app.config["SETTINGS"].qunfa_secret
    messages.store(call.channel_id, [Incoming.of(each) for each in found], secret)


def _keep_replies(call: Call, fault: BadReceipt | None) -> None:
    """What is no receipt may be a reply; when it is not, the first fault counts."""
    if fault is not None and fault.code != "malformed":
        raise fault
    try:
        inbound.keep(call)
    except BadReceipt:
        if fault is not None:
            raise fault from None
