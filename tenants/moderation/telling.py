"""Telling the applicant what became of a review. The words are made by the web, in the applicant's language."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import insert, select

from tenants.accounts.models import Identity, Mail
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.jobs import Job, after_commit
from tenants.moderation.models import Review


@dataclass(frozen=True)
class Applicant:
    email: str
    name: str
    locale: str


def applicant(review: Review) -> Applicant | None:
    """Who handed it in; None when they are gone."""
    found = select(Identity.email, Identity.name, Identity.locale).where(Identity.id == review.submitted_by)
    row = db.session.execute(found).first()
    return Applicant(*row) if row else None


def mail(review: Review, recipient: str, subject: str, body: str) -> None:
    """Put the mail into the outbox, in the same transaction as the decision."""
    written = insert(Mail).values(
        tenant_id=review.tenant_id, recipient=recipient, subject=subject, body=body, created_at=now()
    )
    after_commit(Job.SEND_MAIL, db.session.scalars(written.returning(Mail.id)).one())
