"""Filings that end: owners are told in their language, business by business, and what is over expires."""

from __future__ import annotations

import time
from collections.abc import Sequence

from flask import current_app
from flask_babel import force_locale, format_date, lazy_gettext
from flask_babel import gettext as _

from tenants import accounts
from tenants.core import jobs, scopes
from tenants.core.jobs import Job
from tenants.core.scopes import Reason
from tenants.filings import ending
from tenants.filings.ending import Ending

JOB_S = 20.0
# Lines of one mail; the rest is counted.
LINES_MAX = 40
OPERATORS = {
    "mobile": lazy_gettext("Mobile"), "unicom": lazy_gettext("Unicom"), "telecom": lazy_gettext("Telecom"),
    "broadnet": lazy_gettext("Broadnet"),
}  # fmt: skip
KINDS = {
    "qualification": lazy_gettext("Company papers"), "signature": lazy_gettext("Signature"),
    "template": lazy_gettext("Template"), "link": lazy_gettext("Link or number"),
}  # fmt: skip


def remind_filings() -> None:
    """Tell everybody whom a reminder is due; each business is one transaction, marked and told together."""
    stop_at = time.monotonic() + JOB_S
    with scopes.platform(Reason.SWEEPS):
        waiting = ending.due()
    for tenant_id in waiting:
        if time.monotonic() > stop_at:
            jobs.ring(Job.REMIND_FILINGS)
            return
        with scopes.platform(Reason.SWEEPS):
            if found := ending.remind(tenant_id):
                _tell(tenant_id, found)


def _tell(tenant_id: int, found: Sequence[Ending]) -> None:
    for owner in accounts.owners_of(tenant_id):
        with force_locale(owner.locale):
            over = sum(each.over for each in found)
            heading = (
                _("Filings: %(over)s expired, %(soon)s end soon", over=over, soon=len(found) - over)
                if over
                else _("Filings: %(soon)s end soon", soon=len(found))
            )
            lines = [_line(each) for each in found[:LINES_MAX]]
            if len(found) > LINES_MAX:
                lines.append(_("and %(n)s more", n=len(found) - LINES_MAX))
            lines.append(_("Without them operators stop your messages. Renew the papers and file again here:"))
            lines.append(current_app.config["SETTINGS"].public_url.rstrip("/") + "/filings")
        accounts.mail(owner.email, heading, "\n\n".join([heading, *lines]))


def _line(each: Ending) -> str:
    day = format_date(each.valid_until, rebase=False)
    about = " · ".join(str(part) for part in (OPERATORS.get(each.operator, ""), KINDS[each.kind], each.title) if part)
    if each.over:
        return str(_("%(about)s: ended on %(day)s", about=about, day=day))
    return str(_("%(about)s: valid until %(day)s", about=about, day=day))
