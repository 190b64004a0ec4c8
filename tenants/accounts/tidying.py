"""What is over is forgotten: counted tries, ended sessions, old links, invitations and old mail."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from tenants.accounts.models import Invitation, Mail, MailToken, Throttle, WebSession
from tenants.accounts.sessions import IDLE
from tenants.core.clock import now
from tenants.core.db import db

# The longest window of a throttle is one day.
TRIES_KEPT = timedelta(days=2)
LINKS_KEPT = timedelta(days=7)
INVITATIONS_KEPT = timedelta(days=90)
MAIL_KEPT = timedelta(days=30)


def tidy() -> None:
    """Forget it. Platform scope."""
    at = now()
    for statement in (
        delete(Throttle).where(Throttle.window_at < at - TRIES_KEPT),
        delete(WebSession).where((WebSession.ends_at < at) | (WebSession.seen_at < at - IDLE)),
        delete(MailToken).where(MailToken.ends_at < at - LINKS_KEPT),
        delete(Invitation).where(Invitation.ends_at < at - INVITATIONS_KEPT),
        delete(Mail).where(Mail.created_at < at - MAIL_KEPT, Mail.state != "queued"),
    ):
        db.session.execute(statement)
