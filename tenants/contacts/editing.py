"""People one by one: found by number, paged, added, changed, deleted. Numbers leave here masked unless someone asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from tenants import optouts
from tenants.accounts import vault
from tenants.contacts.columns import FIELDS_MAX
from tenants.contacts.listing import put_on
from tenants.contacts.models import Contact, ListMember
from tenants.contacts.reading import NAME
from tenants.contacts.sniffing import FIELD_MAX
from tenants.core import audit
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound
from tenants.core.phone import Phone, parse

PAGE = 50


@dataclass(frozen=True)
class Person:
    """A contact with the number and name opened."""

    id: int
    number: str
    name: str
    country: str
    operator: str
    line: str
    fields: dict[str, str]
    opted_out: bool
    import_id: int | None
    created_at: datetime
    updated_at: datetime


def people(*, list_id: int | None = None, number: str = "", after: int = 0) -> list[Person]:
    """One page, in the order they came, and one person more when there is another page; `number` as typed."""
    wanted = select(Contact, optouts.known(Contact.phone_index)).order_by(Contact.id).limit(PAGE + 1)
    if list_id is not None:
        on_it = select(ListMember.contact_id).where(ListMember.list_id == list_id)
        wanted = wanted.where(Contact.id.in_(on_it))
    if number:
        phone = parse(number)
        if not isinstance(phone, Phone):
            return []
        wanted = wanted.where(Contact.phone_index == vault().index(phone.e164))
    return [_person(row, out) for row, out in db.session.execute(wanted.where(Contact.id > after))]


def get_person(contact_id: int) -> Person:
    wanted = select(Contact, optouts.known(Contact.phone_index)).where(Contact.id == contact_id)
    found = db.session.execute(wanted).first()
    if found is None:
        raise NotFound
    return _person(*found)


def _person(row: Contact, opted_out: bool) -> Person:
    secret = vault().open("contacts", row.phone_index, row.sealed)
    kept = {**row.fields, **{field: value for field, value in secret["v"].items() if field != NAME}}
    return Person(
        row.id, secret["n"], secret["v"].get(NAME, ""), row.country, row.operator, row.line,
        {field: str(value) for field, value in kept.items()}, opted_out, row.import_id, row.created_at, row.updated_at,
    )  # fmt: skip


def count_people() -> int:
    return db.session.scalar(select(func.count()).select_from(Contact)) or 0


def add_person(number: str, name: str, list_ids: Sequence[int], *, by: int | None) -> int:
    """One more contact; Invalid (`number`, `name`) when the number is none or known already."""
    phone = parse(number)
    if not isinstance(phone, Phone):
        raise Invalid({"number": f"phone_{phone}"})
    _check({NAME: name})
    keys, at = vault(), now()
    index = keys.index(phone.e164)
    row = {
        "phone_index": index, "sealed": keys.seal("contacts", index, _secret(phone.e164, name)),
        "country": phone.country, "operator": phone.operator, "line": phone.line, "fields": {},
        "created_at": at, "updated_at": at,
    }  # fmt: skip
    made: int | None = db.session.scalar(insert(Contact).values(row).on_conflict_do_nothing().returning(Contact.id))
    if made is None:
        raise Invalid({"number": "contact_known"})
    put_on(made, list_ids)
    audit.record("contact.add", actor_id=by, object=f"contact:{made}")
    return made


def _secret(number: str, name: str) -> dict[str, object]:
    return {"n": number, "v": {NAME: name.strip()} if name.strip() else {}}


def edit_person(
    contact_id: int, name: str, fields: Mapping[str, str], list_ids: Sequence[int], *, by: int | None
) -> None:  # fmt: skip
    """Change what is known of a person. The number stays: another number is another person."""
    found = db.session.get(Contact, contact_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound
    _check({NAME: name, **fields})
    keys = vault()
    secret = keys.open("contacts", found.phone_index, found.sealed)
    sealed_fields = {field: value for field, value in fields.items() if field in secret["v"]}
    values = {NAME: name, **sealed_fields}
    secret["v"] = {field: value.strip() for field, value in values.items() if value.strip()}
    found.sealed = keys.seal("contacts", found.phone_index, secret)
    found.fields = {
        field: value.strip() for field, value in fields.items() if value.strip() and field not in sealed_fields
    }
    found.updated_at = now()
    db.session.flush()
    put_on(contact_id, list_ids)
    audit.record("contact.edit", actor_id=by, object=f"contact:{contact_id}")


def _check(values: Mapping[str, str]) -> None:
    long = {
        name: ("contact_value_too_long", {"max": FIELD_MAX}) for name, value in values.items() if len(value) > FIELD_MAX
    }
    if long or len(values) > FIELDS_MAX + 1:
        raise Invalid(long)


def delete_person(contact_id: int, *, by: int | None) -> None:
    """Forget a contact. An opt-out of that number stays, and so do messages sent to it."""
    if db.session.get(Contact, contact_id, with_for_update=True) is None:
        raise NotFound
    put_on(contact_id, [])
    db.session.execute(delete(Contact).where(Contact.id == contact_id))
    audit.record("contact.delete", actor_id=by, object=f"contact:{contact_id}")


def show_number(contact_id: int, *, by: int | None) -> str:
    """The whole number, for someone who may see it; each look is written down."""
    person = get_person(contact_id)
    audit.record("contact.show_number", actor_id=by, object=f"contact:{contact_id}")
    return person.number
