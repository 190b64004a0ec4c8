"""People one by one."""

import pytest
from flask import Flask
from sqlalchemy import select

from tenants import contacts
from tenants.contacts import editing
from tenants.core import scopes
from tenants.core.audit import Entry
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound
from tests import factories
from tests.factories import Business


def _added(business: Business, number: str = "138 0013 8000", name: str = "陈晨") -> int:
    with scopes.tenant(business.id):
        vip = contacts.create_list(f"VIP {number}", by=None)
        return contacts.add_person(number, name, [vip.id], by=business.owner_id)


def test_someone_added_is_found_by_number_however_it_is_typed(app: Flask) -> None:
    acme = factories.business()
    added = _added(acme)
    with scopes.tenant(acme.id):
        for typed in ("13800138000", "+86 138-0013-8000", "0086 138 0013 8000"):
            assert [person.id for person in contacts.people(number=typed)] == [added]
        assert contacts.people(number="1380013") == [] == contacts.people(number="13900139000")
        with pytest.raises(Invalid) as refusal:
            contacts.add_person("+86 13800138000", "", [], by=None)
        assert refusal.value.fields == {"number": "contact_known"}
        with pytest.raises(Invalid) as refusal:
            contacts.add_person("0571-88201134", "", [], by=None)
        assert refusal.value.fields == {"number": "phone_landline"}


def test_changes_are_kept_and_lists_count_right(app: Flask) -> None:
    acme = factories.business()
    added = _added(acme)
    with scopes.tenant(acme.id):
        other = contacts.create_list("Spring", by=None)
        contacts.edit_person(added, "林晓", {"积分": "7", "门店": ""}, [other.id], by=acme.owner_id)
        person = contacts.get_person(added)
        assert (person.name, person.fields, contacts.lists_of(added)) == ("林晓", {"积分": "7"}, [other.id])
        db.session.expire_all()
        assert {each.name: each.contacts_n for each in contacts.lists()} == {"Spring": 1, "VIP 138 0013 8000": 0}
        with pytest.raises(Invalid):
            contacts.edit_person(added, "x" * 1001, {}, [], by=None)


def test_someone_deleted_is_on_no_list(app: Flask) -> None:
    acme = factories.business()
    added = _added(acme)
    with scopes.tenant(acme.id):
        contacts.delete_person(added, by=acme.owner_id)
        db.session.expire_all()
        assert [each.contacts_n for each in contacts.lists()] == [0]
        with pytest.raises(NotFound):
            contacts.get_person(added)


def test_a_list_is_deleted_without_its_people_and_its_name_is_free(app: Flask) -> None:
    acme = factories.business()
    added = _added(acme)
    with scopes.tenant(acme.id):
        [vip] = contacts.lists()
        with pytest.raises(Invalid):
            contacts.create_list(f"  {vip.name} ", by=None)
        contacts.rename_list(vip.id, "Best customers", by=None)
        contacts.delete_list(vip.id, by=acme.owner_id)
        assert (contacts.lists(), contacts.lists_of(added)) == ([], [])
        assert contacts.get_person(added).name == "陈晨"
        contacts.create_list("Best customers", by=None)


def test_every_look_at_a_whole_number_is_written_down(app: Flask) -> None:
    acme = factories.business()
    added = _added(acme)
    with scopes.tenant(acme.id):
        assert contacts.show_number(added, by=acme.owner_id) == "+8613800138000"
    with scopes.tenant(acme.id):
        looks = db.session.scalars(select(Entry).where(Entry.action == "contact.show_number")).all()
        assert [(look.actor_id, look.object) for look in looks] == [(acme.owner_id, f"contact:{added}")]


def test_pages_follow_one_another(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editing, "PAGE", 2)
    acme = factories.business()
    ids = [_added(acme, f"1380013800{n}") for n in range(5)]
    with scopes.tenant(acme.id):
        first = contacts.people()
        assert [person.id for person in first] == ids[:3], "one more tells of a next page"
        assert [person.id for person in contacts.people(after=ids[1])] == ids[2:]


def test_another_business_sees_none_of_it(app: Flask) -> None:
    acme, rival = factories.business(), factories.business("Rival")
    added = _added(acme)
    with scopes.tenant(rival.id):
        assert contacts.people(number="13800138000") == []
        for act in (contacts.get_person, lambda id: contacts.delete_person(id, by=None)):
            with pytest.raises(NotFound):
                act(added)
