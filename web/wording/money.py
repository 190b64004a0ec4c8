"""Words for refusals about money."""

from flask_babel import lazy_gettext as _l

WORDS = {
    "amount_bad": _l("Enter an amount with at most two decimals, for example 1,000.00."),
    "amount_out_of_bounds": _l("Between %(min_micro)s and %(max_micro)s at a time."),
    "topup_trial_limit": _l("In the trial you may top up %(max_micro)s a day; %(left_micro)s are left."),
    "payments_down": _l("The payment page cannot be opened just now. Nothing was charged; try again in a few minutes."),
    "email_not_verified": _l("Confirm your e-mail address first: the link is in the mail we sent you."),
    "grant_negative": _l("A credit is only ever added. To take back, choose an adjustment."),
    "price_not_positive": _l("A price is above zero, at most 1,000, and has at most four decimals."),
    "price_twice": _l("Two prices are for the same place."),
    "price_place_bad": _l("This country, operator or kind does not exist."),
    "price_none": _l("A list has at least one price."),
    "price_too_many": _l("A list may have 300 prices at most."),
    "price_same": _l("Nothing is different from the last list."),
    "price_day_bad": _l("Choose a day from today on, within a year."),
    "price_list_overtaken": _l("Another list was published meanwhile. Begin anew from that one."),
    "price_list_holds": _l("This list holds already. Publish another one instead."),
}

VERSIONS = {"coming": ("wait", _l("To come")), "in_force": ("ok", _l("In force")), "past": ("queued", _l("Past"))}
