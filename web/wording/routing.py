"""Words for routing: refusals, why points changed, why a channel is not in the draw."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

WORDS = {
    "route_without_channel": _l("Name at least one channel."),
    "route_taken": _l("There is a rule for exactly this already."),
    "route_for_one": _l("A rule is for one business or for a reseller's, not for both."),
    "too_many_routes": _l("There are as many rules as there may be."),
    "products_missing": _l("Tick at least one product."),
    "test_send_incomplete": _l("A test needs a number and a text."),
    "unreadable": _l("This cannot be read."),
    "too_many_rows": _l("A file may have %(max)s rows."),
    "note_too_long": _l("At most %(max)s characters."),
    "ported_empty": _l("There is no row of number and operator in this file."),
}

PRODUCTS = {"sms": _l("SMS"), "mms": _l("MMS"), "rcs": "RCS"}

WHY_NOT = {
    "paused": _l("Paused by staff"),
    "draining": _l("Draining"),
    "country": _l("Does not serve this country"),
    "operator": _l("Does not serve this operator"),
    "kind": _l("Does not take this kind of message"),
    "product": _l("Does not carry this product"),
    "business": _l("Kept for other businesses"),
    "rule": _l("Not in the rule that holds"),
    "links": _l("No gateway keeps its links"),
    "breaker": _l("Its breaker is open"),
    "points": _l("Without points it gets no codes"),
}

BREAKERS = {
    "closed": ("ok", _l("Closed: it works")),
    "open": ("bad", _l("Open: it is left alone")),
    "probing": ("wait", _l("Half open: one slice is out to see")),
}


def why(reason: str, detail: dict[str, int | str], code: str = "") -> str:
    """Why points or a breaker changed, as a sentence."""
    share, seen, others = detail.get("share", 0), detail.get("seen", 0), detail.get("others")
    if reason == "receipts" and others is not None:
        said = _(
            "%(share)s%% of %(seen)s did not arrive, %(others)s%% by the others", share=share, seen=seen, others=others
        )
    elif reason == "receipts":
        said = _("%(share)s%% of %(seen)s receipts say the channel failed", share=share, seen=seen)
    elif reason == "errors":
        said = _("%(share)s%% of %(seen)s answers were errors, throttled or lost", share=share, seen=seen)
    elif reason == "slow":
        said = _("%(share)s%% of %(seen)s were slow", share=share, seen=seen)
    elif reason == "recovered":
        said = _("Nothing against it any more: a step back up")
    elif reason == "breaker_opened":
        said = _("%(n)s calls in a row came to nothing (%(why)s): left alone for %(s)s s",
                 n=detail.get("failures", 0), why=code, s=detail.get("pause_s", 0))  # fmt: skip
    else:
        said = _("The probe was answered: the breaker is closed")
    return str(said)
