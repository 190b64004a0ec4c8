"""Words for what became of a message: its state, and why it did not arrive."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

WORDS: dict[str, object] = {}
# workers/channels/base.py's codes, and our own.
WHY = {
    "absent": _l("Switched off or out of reach"),
    "number_invalid": _l("The number does not exist"),
    "blocked": _l("The number is barred"),
    "content_rejected": _l("The carrier refused the content"),
    "sender_rejected": _l("The carrier refused the signature"),
    "validity_expired": _l("Could not be delivered in time"),
    "throttled": _l("The carrier was too busy"),
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
}


def why(code: str | None) -> str:
    """Why a message did not arrive, in the reader's language; empty when there is nothing to say."""
    return str(WHY.get(code, WHY["unknown_failure"])) if code else ""
