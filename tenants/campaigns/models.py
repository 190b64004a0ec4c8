"""Tables of campaigns. The counts of a launched campaign are in its run (messages/models.py)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Integer, false
from sqlalchemy.orm import Mapped, mapped_column, validates

from tenants.campaigns.states import TRANSITIONS, State
from tenants.core.db import TENANT, Base, tenant_ids


class Campaign(Base):
    """state: see campaigns/states.py; nothing else than its table says can be assigned.

    audience: {"source": "lists", "list_ids": […]} or {"source": "import", "import_id": …} (pasted or a one-off file).
    bindings: template variable -> {"field": name} or {"value": text}. preflight: the last forecast and its revision.
    skipped: why planning left people out, with counts. `send_unfiled`: also where the text is not filed.
    `planned_through` is the last audience row that was planned.
    """

    __tablename__ = "campaigns"
    __table_args__ = {"schema": TENANT}  # noqa: RUF012

    id: Mapped[int] = mapped_column(tenant_ids, server_default=tenant_ids.next_value(), primary_key=True)
    name: Mapped[str]
    state: Mapped[str] = mapped_column(default="draft")
    kind: Mapped[str] = mapped_column(default="")
    signature_id: Mapped[int | None]
    template_id: Mapped[int | None]
    version: Mapped[int | None]
    audience: Mapped[dict[str, Any]] = mapped_column(default=dict)
    bindings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    scheduled_at: Mapped[datetime | None]
    time_zone: Mapped[str] = mapped_column(default="Asia/Shanghai")
    revision: Mapped[int] = mapped_column(default=1)
    send_unfiled: Mapped[bool] = mapped_column(default=False, server_default=false())
    preflight: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reason: Mapped[str] = mapped_column(default="")
    planned_through: Mapped[int] = mapped_column(default=0)
    chunks_n: Mapped[int] = mapped_column(Integer, default=0)
    batches_n: Mapped[int] = mapped_column(Integer, default=0)
    skipped: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_by: Mapped[int | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    launched_by: Mapped[int | None]
    launched_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    @validates("state")
    def _follow(self, _name: str, to: str) -> str:
        if self.state is not None and self.state != to:
            TRANSITIONS.check(State(self.state), State(to))
        return to
