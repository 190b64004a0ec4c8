"""Words for refusals that any room may raise, and for HTTP's own."""

from flask_babel import lazy_gettext as _l

WORDS = {
    "refused": _l("This was refused."),
    "invalid": _l("Some fields need another look."),
    "not_found": _l("There is nothing here under this address. It may have been deleted."),
    "not_allowed": _l("Your role does not allow this. Ask an owner of your business."),
    "wrong_state": _l("This is no longer possible: it changed in the meantime. Reload to see where it stands."),
    "idempotency_mismatch": _l("This request was made before with other content."),
    "insufficient_balance": _l("The balance is not enough."),
    "quota_reached": _l("A limit of your account is reached."),
    "content_refused": _l("The content was refused."),
    "file_too_large": _l("The file is larger than allowed."),
    "file_empty": _l("The file is empty."),
    "http_400": _l("The request could not be understood. Reload the page and try again."),
    "http_401": _l("Sign in first."),
    "http_403": _l("This is not open to you."),
    "http_404": _l("There is nothing here under this address."),
    "http_405": _l("This address does not take such a request."),
    "http_413": _l("The upload is larger than allowed."),
    "http_429": _l("Too many attempts. Wait a little and try again."),
    "http_500": _l("Something broke on our side. Nothing was sent or charged by this request; we were told."),
}
