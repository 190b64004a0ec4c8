"""Tables of quotas: how much of a limit a window has used."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date
from sqlalchemy.orm import Mapped, mapped_column

from tenants.core.db import SHARED, Base


class QuotaWindow(Base):
    """Use of one limit on one day (the tenant's own calendar day)."""

    __tablename__ = "quota_windows"
    __table_args__ = {"schema": SHARED}  # noqa: RUF012

    tenant_id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    day_on: Mapped[date] = mapped_column(Date, primary_key=True)
    used: Mapped[int]
