"""Words for campaigns: what was refused, what each state and each reason is called."""

from flask_babel import lazy_gettext as _l

from web.wording.filings import FORECASTS

WORDS = {
    "campaign_name_empty": _l("Give the campaign a name."),
    "campaign_name_long": _l("At most %(max)s characters."),
    "signature_missing": _l("Choose a signature."),
    "signature_not_approved": _l("This signature is no longer approved. Choose another."),
    "template_missing": _l("Choose a template."),
    "template_not_approved": _l("This version of the template is no longer approved. Choose another."),
    "audience_missing": _l("Choose who shall receive it."),
    "audience_empty": _l("Nobody here can receive it: no usable number."),
    "audience_not_read": _l("The numbers are still being read. Go on when they are done."),
    "audience_not_mapped": _l("Say which column holds the numbers."),
    "binding_missing": _l("Say where “%(name)s” comes from."),
    "schedule_missing": _l("Enter a date and a time."),
    "schedule_past": _l("This time has passed. Choose a later one, or send at once."),
    "forecast_stale": _l("The content or the list changed since it was counted. Count again, then send."),
    "number_not_typed": _l("Type the number of people to confirm."),
}

# The state of a campaign: the shape of its mark, and its name.
STATES = {
    "draft": ("plain", _l("Draft")),
    "in_review": ("wait", _l("In review")),
    "rejected": ("bad", _l("Rejected")),
    "scheduled": ("queued", _l("Scheduled")),
    "queued": ("queued", _l("Queued")),
    "planning": ("sent", _l("Preparing")),
    "unfunded": ("warn", _l("Not enough money")),
    "limited": ("warn", _l("Stopped by a limit")),
    "sending": ("sent", _l("Sending")),
    "paused": ("warn", _l("Paused")),
    "cancelling": ("queued", _l("Cancelling")),
    "cancelled": ("queued", _l("Cancelled")),
    "finished": ("ok", _l("Finished")),
}

# The filter of the list: its name, and the states it shows.
FILTERS = {
    "": (_l("All"), ()),
    "drafts": (_l("Drafts"), ("draft",)),
    "waiting": (_l("Waiting"), ("in_review", "scheduled", "unfunded", "limited")),
    "running": (_l("Under way"), ("queued", "planning", "sending", "paused", "cancelling")),
    "ended": (_l("Ended"), ("finished", "cancelled", "rejected")),
}

# Why somebody of the audience gets nothing.
SKIPPED = {
    "opted_out": _l("Opted out"),
    "no_price": _l("No price for the destination"),
    "value_missing": _l("A value is missing"),
    "value_not_code": _l("A code is not 4 to 6 figures"),
    "value_too_long": _l("A value is too long"),
    "value_not_number": _l("A value is no number"),
    "value_not_date": _l("A value is no date"),
    "value_character": _l("A value holds a bracket or a line break"),
    "value_link": _l("A value holds a link"),
    **FORECASTS,
}
