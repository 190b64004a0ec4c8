"""Mail that waits: sent by SMTP, or left on the outbox page when no server is set."""

from __future__ import annotations

from typing import Any

import structlog
from flask import current_app
from sqlalchemy import select, update

from tenants.accounts.models import Mail
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from workers.mail import MailRefused, send

log = structlog.get_logger()

TRIES_MAX = 8


def send_mail(mail_id: int) -> None:
    """Send one mail. Taken before it is sent: a process that dies in between loses a mail rather than sends two."""
    settings = current_app.config["SETTINGS"]
    with scopes.platform(Reason.MAIL):
        query = select(Mail).where(Mail.id == mail_id, Mail.state == "queued").with_for_update(skip_locked=True)
        mail = db.session.scalars(query).one_or_none()
        if mail is None:
            return
        mail.state, mail.tries, mail.sent_at = "sent", mail.tries + 1, now()
    if not settings.smtp_url:
        return
    letter = {"recipient": mail.recipient, "subject": mail.subject, "body": mail.body}
    try:
        send(settings.smtp_url, sender=settings.mail_from, **letter)
    except MailRefused as error:
        log.warning("mail.refused", mail=mail_id, error=str(error))
        state = "failed" if mail.tries >= TRIES_MAX else "queued"
        _note(mail_id, state=state, error=str(error), sent_at=None)
    else:
        # Links in it are secrets until they are used: nothing is kept of what was sent.
        _note(mail_id, body="")


def _note(mail_id: int, **values: Any) -> None:
    with scopes.platform(Reason.MAIL):
        db.session.execute(update(Mail).where(Mail.id == mail_id).values(values))
