"""Doubt that a receipt can end: its number tells what its reference cannot."""

from __future__ import annotations

import time

import structlog

from tenants.core import scopes
from tenants.core.scopes import Reason
from tenants.messages import doubts

log = structlog.get_logger()

JOB_S = 10.0


def clear_doubts(*receipt_ids: int) -> None:
    """Find the messages of these receipts among those in doubt. All businesses are looked at or none is believed."""
    stop_at = time.monotonic() + JOB_S
    with scopes.platform(Reason.RECEIPTS):
        found = doubts.strangers(receipt_ids)
        tenants = doubts.tenants() if found else []
    channels = {channel_id for each in found for channel_id in each.account}
    wanted = {each.phone_index for each in found}
    open_ = []
    for tenant_id in tenants:
        with scopes.tenant(tenant_id):
            theirs = doubts.opened(channels, wanted)
        if theirs is None or time.monotonic() > stop_at:
            log.warning("doubts.too_many", tenant=tenant_id)
            return
        open_ += theirs
    named = set()
    for receipt, message in doubts.pairs(found, open_):
        with scopes.tenant(message.tenant_id):
            if doubts.name(receipt, message):
                named.add(receipt.id)
    with scopes.platform(Reason.RECEIPTS):
        doubts.look_again(named)
