"""A file into the contacts: read, numbers to E.164 with their operator, encrypted, blind-indexed, deduplicated, listed.
Ours is the import job as a worker runs it; theirs does the same to one row after another, a transaction each.
"""

from __future__ import annotations

import csv
import io
import random
import time

import phonenumbers
from sqlalchemy import func, select

from benchmarks.runner import Goal, Row
from tenants import contacts
from tenants.accounts import vault
from tenants.contacts import Consent, Purpose, State, Target
from tenants.contacts.columns import Mapping
from tenants.contacts.models import Contact, ContactList, ListMember
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.operators import operator_of
from tests import factories
from workers.jobs.contacts import import_file

KEY = "import"
COUNT, COUNT_MIN = 200_000, 5_000
THEIRS, THEIRS_MIN = 2_000, 200
PREFIXES = ("138", "139", "150", "188", "186", "131", "133", "189", "192")
SURNAMES, GIVEN = "陈林黄张李王吴刘蔡杨许郑谢郭洪", "晨晓雨佳子梓浩思文嘉一欣宇涵婷"


def run(scale: float) -> list[Row]:
    count, few = max(COUNT_MIN, int(COUNT * scale)), max(THEIRS_MIN, int(THEIRS * scale))
    ours, theirs = _ours(count), _theirs(few)
    name = f"row by row ({few:,} rows)"
    return [
        Row(KEY, ours, "rows/s", count, name, theirs, Goal(50)),
        Row(KEY, ours, "rows/s", count, goal=Goal(40_000, of="ours")),
    ]


def table(count: int) -> bytes:
    """A file as shops export it: 1 % without a valid number, 2 % twice."""
    chance = random.Random(count)
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(["手机", "姓名", "积分", "门店"])
    numbers: list[str] = []
    for _ in range(count):
        luck = chance.random()
        fresh = chance.choice(PREFIXES) + f"{chance.randrange(10**8):08d}"
        number = fresh[:-1] if luck < 0.01 else chance.choice(numbers) if numbers and luck < 0.03 else fresh
        numbers.append(number)
        out.writerow([number, chance.choice(SURNAMES) + chance.choice(GIVEN), chance.randrange(1000), "湖滨店"])
    return text.getvalue().encode()


def _ours(count: int) -> float:
    acme = factories.business()
    with scopes.tenant(acme.id):
        found = contacts.start_import(io.BytesIO(table(count)), name="members.csv", purpose=Purpose.CONTACTS, by=None)
        mapping = Mapping.from_json(found.mapping)
        contacts.confirm_mapping(
            found.id, mapping, target=Target(new_name="Members"), consent=Consent("sign_up"), by=None
        )
    began = time.perf_counter()
    state = ""
    while state != State.DONE:
        import_file(acme.id, found.id)
        with scopes.tenant(acme.id):
            state = contacts.get_import(found.id).state
    seconds = time.perf_counter() - began
    with scopes.tenant(acme.id):
        done = contacts.get_import(found.id)
        people = db.session.scalar(select(func.count()).select_from(Contact))
        assert (done.rows_n, done.created_n) == (count, people), (done.rows_n, done.created_n, people)
    return count / seconds


def _theirs(count: int) -> float:
    acme = factories.business()
    with scopes.tenant(acme.id):
        members = ContactList(name="Members", contacts_n=0, created_at=now())
        db.session.add(members)
        db.session.flush()
        list_id = members.id
    rows = csv.DictReader(io.StringIO(table(count).decode()))
    began = time.perf_counter()
    with scopes.tenant(acme.id):
        for row in rows:
            _one(row, list_id)
            db.session.commit()
    return count / (time.perf_counter() - began)


def _one(row: dict[str, str], list_id: int) -> None:
    """The usual way: look the number up, then change or add."""
    number = phonenumbers.parse(row["手机"], "CN")
    if not phonenumbers.is_valid_number(number):
        return
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    keys, at = vault(), now()
    index = keys.index(e164)
    sealed = keys.seal("contacts", index, {"n": e164, "v": {"name": row["姓名"]}})
    fields = {"积分": row["积分"], "门店": row["门店"]}
    found = db.session.scalar(select(Contact).where(Contact.phone_index == index))
    if found is not None:
        found.sealed, found.fields, found.updated_at = sealed, fields, at
        return
    person = Contact(
        phone_index=index, sealed=sealed, country="CN", operator=operator_of(e164[3:]), fields=fields,
        created_at=at, updated_at=at,
    )  # fmt: skip
    db.session.add(person)
    db.session.flush()
    db.session.add(ListMember(list_id=list_id, contact_id=person.id))
    members = db.session.get(ContactList, list_id)
    assert members is not None
    members.contacts_n += 1
