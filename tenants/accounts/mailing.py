"""Mail: a row is written with the act that causes it, and sent when that has committed."""

from __future__ import annotations

from sqlalchemy import insert, select

from tenants.accounts.models import Mail
from tenants.core import jobs, scopes
from tenants.core.clock import now
from tenants.core.db import db, shared_ids
from tenants.core.jobs import Job

OUTBOX_SHOWN = 100


def mail(recipient: str, subject: str, body: str) -> None:
    """Send a plain mail once the present transaction has committed."""
    mail_id = db.session.scalar(select(shared_ids.next_value()))
    db.session.execute(
        insert(Mail).values(
            id=mail_id, tenant_id=scopes.current().tenant_id, recipient=recipient, subject=subject, body=body,
            created_at=now(),
        )
    )  # fmt: skip
    assert mail_id is not None
    jobs.after_commit(Job.SEND_MAIL, mail_id)


def outbox() -> list[Mail]:
    """The newest mails, for the page that stands in for an inbox. Platform scope."""
    return list(db.session.scalars(select(Mail).order_by(Mail.id.desc()).limit(OUTBOX_SHOWN)))
