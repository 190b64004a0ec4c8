"""The books, looked through once a day: what is wrong is logged row by row, and our own people are told."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from flask import current_app
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from tenants import accounts, ledger
from tenants.core import scopes
from tenants.core.scopes import Reason
from tenants.ledger import Discrepancy

log = structlog.get_logger()

# Rows named in one mail; the page shows all.
ROWS_MAX = 40


def check_books() -> None:
    """Every invariant of the whole book; nothing is corrected by itself."""
    with scopes.platform(Reason.SWEEPS):
        wrong = ledger.verify()
        for each in wrong:
            log.error("ledger.broken", rule=each.rule, row=each.row, found=each.found, expected=each.expected)
        if wrong:
            _tell(wrong)


def _tell(wrong: Sequence[Discrepancy]) -> None:
    rows = ", ".join(each.row for each in wrong[:ROWS_MAX])
    for person in accounts.staff():
        with force_locale(person.locale):
            heading = ngettext("%(num)s invariant is broken", "%(num)s invariants are broken", len(wrong))
            act = _("Nothing is corrected by itself. Look at every row here:")
        address = current_app.config["SETTINGS"].public_url.rstrip("/") + "/staff/ledger"
        accounts.mail(person.email, heading, "\n\n".join([heading, rows, act, address]))
