"""The mails that tell an applicant what became of a review, or of filings, in the applicant's language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app, url_for
from flask_babel import force_locale
from flask_babel import gettext as _

from tenants import accounts, moderation
from tenants.filings.deciding import Decision
from tenants.moderation import Review
from web.public import public
from web.wording import content
from web.wording import filings as wording

# Lines of one mail about filings; the rest is counted.
LINES_MAX = 40

PAGES = {
    "signature": ("console.signatures.show", "signature"),
    "template": ("console.message_templates.show", "template"),
    "campaign": ("console.campaigns.show", "campaign"),
}


def decided(review: Review) -> None:
    """Write the mail about a decision; nothing when the applicant is gone, took it back or must wait for a second."""
    applicant = moderation.applicant(review)
    if applicant is None or review.state not in {"approved", "rejected"}:
        return
    with force_locale(applicant.locale):
        subject = content.named(content.SUBJECTS, review.subject)
        values = {"subject": subject, "title": review.title}
        approved = review.state == "approved"
        heading = (
            _("%(subject)s approved: %(title)s", **values)
            if approved
            else _("%(subject)s rejected: %(title)s", **values)
        )
        lines = [heading, *_why(review), _link(review)]
    accounts.mail(applicant.email, heading, "\n\n".join(line for line in lines if line))


def taken_back(review: Review) -> None:
    """Write the mail that says a decision no longer holds."""
    applicant = moderation.applicant(review)
    if applicant is None:
        return
    with force_locale(applicant.locale):
        subject = content.named(content.SUBJECTS, review.subject)
        heading = _("%(subject)s is looked at once more: %(title)s", subject=subject, title=review.title)
        why = _("Our last answer was a mistake and no longer holds. You get a mail with the new one.")
    accounts.mail(applicant.email, heading, "\n\n".join([heading, why, _link(review)]))


def _why(review: Review) -> list[str]:
    if review.state == "approved":
        return []
    reason = moderation.reasons.parse(review.reason)
    named = content.named(content.REASONS, reason.code) if reason.code else ""
    return [
        _("Reason: %(reason)s", reason=named),
        reason.note,
        _("Correct it and hand it in again; nothing was charged."),
    ]


def _link(review: Review) -> str:
    """Where to look; the address people use, not the one this request came by."""
    home: str = current_app.config["SETTINGS"].public_url.rstrip("/")
    endpoint, name = PAGES.get(review.subject, ("", ""))
    if endpoint not in current_app.view_functions:
        return home
    values: dict[str, Any] = {name: public(name, review.subject_id, review.tenant_id)}
    return home + url_for(endpoint, **values)


def filings_decided(tenant_id: int, decided: Sequence[tuple[str, str, str, Decision]]) -> None:
    """Write one mail to a business's owner about what carriers answered: kind, title, operator and answer of each."""
    owner = accounts.owner_of(tenant_id)
    if owner is None or not decided:
        return
    with force_locale(owner.locale):
        filed = sum(decision.filed for *_rest, decision in decided)
        heading = _("Filings: %(filed)s filed, %(rejected)s turned down", filed=filed, rejected=len(decided) - filed)
        lines = [_filing_line(*each) for each in sorted(decided, key=lambda each: each[3].filed)[:LINES_MAX]]
        if len(decided) > LINES_MAX:
            lines.append(_("and %(n)s more", n=len(decided) - LINES_MAX))
        lines.append(current_app.config["SETTINGS"].public_url.rstrip("/") + url_for("console.filings.index"))
    accounts.mail(owner.email, heading, "\n\n".join([heading, *lines]))


def _filing_line(kind: str, title: str, operator: str, decision: Decision) -> str:
    state = wording.STATES["filed" if decision.filed else "rejected"][1]
    said = f"{content.OPERATORS[operator]} · {wording.KINDS[kind]} · {title}: {state}"
    return f"{said} ({decision.reason})" if decision.reason and not decision.filed else said
