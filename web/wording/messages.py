"""Words for messages: what was refused, what each state is called, and why one did not arrive."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

WORDS = {"date_bad": _l("This is not a date, for example 2026-11-22.")}

# The state of a message: the shape of its mark, and its name.
STATES = {
    "queued": ("queued", _l("Queued")),
    "submitting": ("sent", _l("Being handed over")),
    "accepted": ("wait", _l("Awaiting receipt")),
    "in_doubt": ("doubt", _l("In doubt")),
    "delivered": ("ok", _l("Delivered")),
    "undelivered": ("bad", _l("Not delivered")),
    "rejected": ("bad", _l("Refused")),
    "expired": ("bad", _l("Expired")),
    "cancelled": ("queued", _l("Cancelled")),
    "opted_out": ("queued", _l("Opted out")),
}

# The filter of the list: its name, and the states it shows.
FILTERS = {
    "": (_l("Any state"), ()),
    "delivered": (_l("Delivered"), ("delivered",)),
    "awaiting": (_l("Awaiting receipt"), ("submitting", "accepted")),
    "in_doubt": (_l("In doubt"), ("in_doubt",)),
    "failed": (_l("Failed"), ("undelivered", "rejected", "expired")),
    "queued": (_l("Queued"), ("queued",)),
    "unsent": (_l("Cancelled or opted out"), ("cancelled", "opted_out")),
}

# What a receipt says.
OUTCOMES = {
    "accepted": _l("on its way"),
    "delivered": _l("delivered"),
    "undelivered": _l("not delivered"),
    "expired": _l("not delivered in time"),
    "rejected": _l("refused"),
}

# What a booking did.
POSTINGS = {"hold": _l("Held"), "settle": _l("Charged"), "return": _l("Returned")}

# workers/channels/base.py's codes, and our own.
WHY = {
    "absent": _l("Switched off or out of reach"),
    "number_invalid": _l("The number does not exist"),
    "blocked": _l("The number is barred"),
    "content_rejected": _l("The carrier refused the content"),
    "sender_rejected": _l("The carrier refused the signature"),
    "template_rejected": _l("The carrier does not know this template"),
    "validity_expired": _l("Could not be delivered in time"),
    "taken_back": _l("Nobody received it in time, and it was taken back"),
    "throttled": _l("The carrier was too busy"),
    "too_often": _l("Too many messages to this number"),
    "carrier_busy": _l("The carrier was too busy"),
    "carrier_credit": _l("The carrier did not take it"),
    "carrier_unreachable": _l("The carrier could not be reached"),
    "channel_misconfigured": _l("The channel is not set up correctly"),
    "not_tried": _l("The carrier was too slow"),
    "unknown_failure": _l("The carrier gave no reason"),
    "answer_lost": _l("The carrier's answer was lost"),
    "lease_lost": _l("We were interrupted while handing it over"),
    "no_receipt": _l("No receipt within 72 hours"),
    "too_late": _l("Too old to be sent"),
    "no_rcs": _l("The phone takes no RCS"),
}


def why(code: str | None) -> str:
    """Why a message did not arrive, in the reader's language; empty when there is nothing to say."""
    return str(WHY.get(code, WHY["unknown_failure"])) if code else ""
