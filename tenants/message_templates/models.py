"""Tables of templates. A version is never changed once it was asked to be approved; an edit makes the next one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from tenants.core.db import TENANT, Base, tenant_ids


class Template(Base):
    """`current` is the newest approved version (0 = none yet), `latest` the newest of all. product: sms, mms, rcs."""

    __tablename__ = "templates"
    __table_args__ = {"schema": TENANT}  # noqa: RUF012

    id: Mapped[int] = mapped_column(tenant_ids, server_default=tenant_ids.next_value(), primary_key=True)
    name: Mapped[str]
    product: Mapped[str] = mapped_column(default="sms", server_default="sms")
    kind: Mapped[str]
    language: Mapped[str] = mapped_column(default="zh")
    current: Mapped[int] = mapped_column(default=0)
    latest: Mapped[int] = mapped_column(default=1)
    archived_at: Mapped[datetime | None]
    created_by: Mapped[int | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class TemplateVersion(Base):
    """state: draft, in_review, approved, rejected. `variables`: list of {name, type, max}.

    `body` is the text of an SMS, all texts of an MMS one below the other, or the SMS an RCS falls back to; `rich` is an
    MMS or RCS as tenants/message_templates/rich.py writes it.
    """

    __tablename__ = "template_versions"
    __table_args__ = {"schema": TENANT}  # noqa: RUF012

    template_id: Mapped[int] = mapped_column(ForeignKey("tenant.templates.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str]
    rich: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))
    variables: Mapped[list[Any]] = mapped_column(default=list)
    state: Mapped[str] = mapped_column(default="draft")
    reason: Mapped[str] = mapped_column(default="")
    created_by: Mapped[int | None]
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
