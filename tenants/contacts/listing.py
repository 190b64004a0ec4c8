"""Lists: named, counted, deleted without their people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from tenants.contacts.models import ContactList, Import, ListMember
from tenants.contacts.states import WAITING
from tenants.core import audit
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound, WrongState

LISTS_MAX = 200
NAME_MAX = 60


def lists() -> Sequence[ContactList]:
    """All lists, the newest first."""
    return db.session.scalars(select(ContactList).order_by(ContactList.id.desc()).limit(LISTS_MAX)).all()


def get_list(list_id: int, *, lock: bool = False) -> ContactList:
    found = db.session.get(ContactList, list_id, with_for_update=lock, populate_existing=lock)
    if found is None:
        raise NotFound
    return found


def create_list(name: str, *, by: int | None) -> ContactList:
    """An empty list. Invalid (`name`) when the name is empty, too long or taken."""
    if faults := name_faults(name, "name"):
        raise Invalid(faults)
    made = ContactList(name=_tidy(name), contacts_n=0, created_by=by, created_at=now())
    db.session.add(made)
    db.session.flush()
    audit.record("list.create", actor_id=by, object=f"list:{made.id}")
    return made


def rename_list(list_id: int, name: str, *, by: int | None) -> ContactList:
    found = get_list(list_id)
    if _tidy(name) != found.name and (faults := name_faults(name, "name")):
        raise Invalid(faults)
    found.name = _tidy(name)
    db.session.flush()
    audit.record("list.rename", actor_id=by, object=f"list:{list_id}")
    return found


def name_faults(name: str, field: str) -> dict[str, object]:
    """What keeps a new list from having this name."""
    name = _tidy(name)
    if not 0 < len(name) <= NAME_MAX:
        return {field: ("list_name_length", {"max": NAME_MAX})}
    count, taken = db.session.execute(
        select(func.count(), func.bool_or(ContactList.name == name)).select_from(ContactList)
    ).one()
    if taken:
        return {field: "list_name_taken"}
    return {field: ("lists_full", {"max": LISTS_MAX})} if count >= LISTS_MAX else {}


def _tidy(name: str) -> str:
    return " ".join(name.split())


def delete_list(list_id: int, *, by: int | None) -> None:
    """Delete a list; its people stay among the contacts. WrongState while an import fills it."""
    get_list(list_id, lock=True)
    filled = select(Import.id).where(Import.list_id == list_id, Import.state.in_(WAITING)).limit(1)
    if db.session.scalar(filled) is not None:
        raise WrongState("list_being_filled")
    db.session.execute(delete(ListMember).where(ListMember.list_id == list_id))
    db.session.execute(delete(ContactList).where(ContactList.id == list_id))
    audit.record("list.delete", actor_id=by, object=f"list:{list_id}")


def lists_of(contact_id: int) -> list[int]:
    """The lists a person is on."""
    return list(db.session.scalars(select(ListMember.list_id).where(ListMember.contact_id == contact_id)))


def put_on(contact_id: int, list_ids: Iterable[int]) -> None:
    """Be on exactly these lists, and keep their counts."""
    before, after = set(lists_of(contact_id)), set(list_ids)
    for list_id in sorted(after - before):
        get_list(list_id)
        row = {"list_id": list_id, "contact_id": contact_id}
        db.session.execute(insert(ListMember).values(row).on_conflict_do_nothing())
    gone = ListMember.contact_id == contact_id, ListMember.list_id.in_(before - after)
    db.session.execute(delete(ListMember).where(*gone))
    for list_ids_changed, step in ((after - before, 1), (before - after, -1)):
        db.session.execute(
            update(ContactList)
            .where(ContactList.id.in_(list_ids_changed))
            .values(contacts_n=ContactList.contacts_n + step)
        )
