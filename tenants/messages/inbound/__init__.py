"""Replies: what people write back. Stored before the carrier is answered, then brought to the business that wrote last.

    new ──▶ matched (business and message known) ──▶ kept (sealed under the business's key; a stop word is an opt-out)
     └───▶ unknown (nobody of ours wrote to that number lately)

keep                                    a channel's adapter heard something (platform scope)
waiting, candidates, last_written, assign, settle, matched, due     the job's steps
page, find, unread, mark_read, opt_out  the business's inbox
tidy                                    old ones are forgotten
"""

from tenants.messages.inbound.keeping import Heard, keep, tidy
from tenants.messages.inbound.listing import PAGE, Shown, count, mark_read, opt_out, page, unread
from tenants.messages.inbound.models import Reply
from tenants.messages.inbound.routing import (
    SET_MAX,
    Waiting,
    Written,
    assign,
    candidates,
    due,
    last_written,
    matched,
    settle,
    waiting,
)

__all__ = [
    "PAGE", "SET_MAX", "Heard", "Reply", "Shown", "Waiting", "Written", "assign", "candidates", "count", "due", "keep",
    "last_written", "mark_read", "matched", "opt_out", "page", "settle", "tidy", "unread", "waiting",
]  # fmt: skip
