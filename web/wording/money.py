"""Words for refusals about money."""

from flask_babel import lazy_gettext as _l

WORDS = {
    "amount_bad": _l("Enter an amount with at most two decimals, for example 1,000.00."),
    "amount_out_of_bounds": _l("Between %(min_micro)s and %(max_micro)s at a time."),
    "topup_trial_limit": _l("In the trial you may top up %(max_micro)s a day; %(left_micro)s are left."),
    "payments_down": _l("The payment page cannot be opened just now. Nothing was charged; try again in a few minutes."),
    "price_not_positive": _l("A price must be above zero."),
    "tenant_bad": _l("Enter the number of the business."),
}
