"""Pure: the tree of refusals. A refusal is a sentence the caller must act on, never a fault of ours.

    Refused
    ├── NotFound            nothing of that name for this caller
    ├── NotAllowed          it exists, the caller may not
    ├── WrongState          the object is not in a state that allows this
    ├── Conflict            the same key was used for something else
    ├── Invalid             the input breaks a rule; `fields` says which
    ├── NotEnoughCredit     the wallet cannot cover it
    ├── QuotaReached        a limit of this tenant is used up; `retry_at` when known
    └── ContentRefused      moderation says no

The domain knows no HTTP status: `web/errors.py` holds the only table from class to status, `web/words.py` the words.
"""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """A refusal with a stable `code` and safe `values` that complete its sentence."""

    code = "refused"

    def __init__(self, code: str | None = None, **values: Any) -> None:
        self.code = code or type(self).code
        self.values = values
        super().__init__(self.code)


class NotFound(Refused):
    code = "not_found"


class NotAllowed(Refused):
    code = "not_allowed"


class WrongState(Refused):
    code = "wrong_state"


class Conflict(Refused):
    code = "idempotency_mismatch"


class Invalid(Refused):
    """`fields` maps a field's name to the code (or (code, values)) of what is wrong with it."""

    code = "invalid"

    def __init__(self, fields: dict[str, Any] | None = None, code: str | None = None, **values: Any) -> None:
        super().__init__(code, **values)
        self.fields = fields or {}


class NotEnoughCredit(Refused):
    code = "insufficient_balance"


class QuotaReached(Refused):
    code = "quota_reached"


class ContentRefused(Refused):
    code = "content_refused"
