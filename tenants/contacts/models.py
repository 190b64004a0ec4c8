"""Tables of contacts: people, the lists they are on, and the files they came from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from tenants.core.db import TENANT, Base, tenant_ids


class ContactList(Base):
    """A named list; `contacts_n` is kept by whoever adds or removes."""

    __tablename__ = "contact_lists"
    __table_args__ = {"schema": TENANT}  # noqa: RUF012

    id: Mapped[int] = mapped_column(tenant_ids, server_default=tenant_ids.next_value(), primary_key=True)
    name: Mapped[str]
    contacts_n: Mapped[int] = mapped_column(default=0)
    created_by: Mapped[int | None]
    created_at: Mapped[datetime]


class Contact(Base):
    """A person. `sealed`: {"n": E.164, "v": {sensitive field: value}}, bound to `phone_index`; `fields` are clear.

    `import_id` and `row_no` name the file and its row that last brought this person: the consent, and how a row that
    repeats an earlier one of the same file is known.
    """

    __tablename__ = "contacts"
    __table_args__ = (Index("ux_contacts_phone_index", "phone_index", unique=True), {"schema": TENANT})

    id: Mapped[int] = mapped_column(tenant_ids, server_default=tenant_ids.next_value(), primary_key=True)
    phone_index: Mapped[bytes]
    sealed: Mapped[bytes]
    country: Mapped[str]
    operator: Mapped[str]
    line: Mapped[str] = mapped_column(server_default="mobile")
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    import_id: Mapped[int | None]
    row_no: Mapped[int | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ListMember(Base):
    """Who is on which list. No foreign keys: their two triggers would cost an import half of its speed."""

    __tablename__ = "list_members"
    __table_args__ = (Index("ix_list_members_contact_id", "contact_id"), {"schema": TENANT})

    list_id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(primary_key=True)


class Import(Base):
    """A file or a pasted list on its way in. purpose: contacts, optouts, audience (rows of one campaign only).

    state: see contacts/states.py. `position` is where the next chunk begins, committed with the rows of the chunk
    before it, so a killed import goes on without doubling. `problems` counts refused rows by reason. The file itself
    is removed as soon as the import has come to its end.
    """

    __tablename__ = "imports"
    __table_args__ = {"schema": TENANT}  # noqa: RUF012

    id: Mapped[int] = mapped_column(tenant_ids, server_default=tenant_ids.next_value(), primary_key=True)
    purpose: Mapped[str]
    name: Mapped[str]
    file_id: Mapped[int | None]
    list_id: Mapped[int | None]
    state: Mapped[str] = mapped_column(default="uploaded")
    error: Mapped[str] = mapped_column(default="")
    layout: Mapped[dict[str, Any]] = mapped_column(default=dict)
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    consent: Mapped[dict[str, Any]] = mapped_column(default=dict)
    position: Mapped[dict[str, Any]] = mapped_column(default=dict)
    problems: Mapped[dict[str, Any]] = mapped_column(default=dict)
    bytes_n: Mapped[int] = mapped_column(default=0)
    bytes_done: Mapped[int] = mapped_column(default=0)
    rows_n: Mapped[int] = mapped_column(default=0)
    created_n: Mapped[int] = mapped_column(default=0)
    updated_n: Mapped[int] = mapped_column(default=0)
    duplicate_n: Mapped[int] = mapped_column(default=0)
    invalid_n: Mapped[int] = mapped_column(default=0)
    optedout_n: Mapped[int] = mapped_column(default=0)
    created_by: Mapped[int | None]
    created_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class ImportRow(Base):
    """A row worth keeping: a refused row of any import, or a good row of an audience (`problem` is empty).

    `problem`: a code, with what completes it behind a colon ("duplicate:37", "value_not_date:2").
    `sealed` holds {"n": E.164 or what was typed, "v": …}, bound to "import_id:row_no"; v is {field: value} of a good
    row and the list of all cells of a refused one.
    """

    __tablename__ = "import_rows"
    __table_args__ = (
        Index("ix_import_rows_phone", "import_id", "phone_index"),
        {"schema": TENANT},
    )

    import_id: Mapped[int] = mapped_column(primary_key=True)
    row_no: Mapped[int] = mapped_column(primary_key=True)
    problem: Mapped[str] = mapped_column(server_default="")
    phone_index: Mapped[bytes | None]
    sealed: Mapped[bytes]
    country: Mapped[str] = mapped_column(server_default="")
    operator: Mapped[str] = mapped_column(server_default="")
