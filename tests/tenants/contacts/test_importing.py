"""Files become contacts, opt-outs or recipients: what is kept, what is refused and why, what is asked for first."""

import io

import pytest
import sqlalchemy as sa
from flask import Flask

from tenants import contacts, optouts
from tenants.contacts import Consent, Purpose, State, Target, importing, reading, tabular
from tenants.contacts.columns import Column, FieldType, Mapping
from tenants.contacts.columns import Target as Becomes
from tenants.core import files, scopes
from tenants.core.errors import Invalid, WrongState
from tests import factories
from tests.tenants.contacts.arrange import HEADER, confirm, counts, imported, lines, seen, upload
from workers.jobs.contacts import import_file


def test_a_file_becomes_people_with_operator_name_and_fields(app: Flask) -> None:
    acme = factories.business()
    done = imported(
        acme, HEADER + "138 0013 8000,陈晨,320\n18600138000,林晓,15\n1440012345678,机器,\n+852 6123 4567,,7\n"
    )
    assert (done.state, counts(done)) == (State.DONE, (4, 4, 0, 0, 0))
    with scopes.tenant(acme.id):
        people = contacts.people(list_id=done.list_id)
        assert [(p.number, p.name, p.country, p.operator, p.line, p.fields) for p in people] == [
            ("+8613800138000", "陈晨", "CN", "mobile", "mobile", {"积分": "320"}),
            ("+8618600138000", "林晓", "CN", "unicom", "mobile", {"积分": "15"}),
            ("+861440012345678", "机器", "CN", "mobile", "iot", {}),
            ("+85261234567", "", "HK", "other", "mobile", {"积分": "7"}),
        ]
        assert contacts.get_list(done.list_id or 0).contacts_n == 4


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_encoding_and_delimiter_comes_in(app: Flask, encoding: str, delimiter: str) -> None:
    acme = factories.business()
    text = f'手机{delimiter}备注\n13800138000{delimiter}"湖滨\n店"\n'
    done = imported(acme, text.encode(encoding))
    with scopes.tenant(acme.id):
        [person] = contacts.people()
        assert (done.created_n, person.fields) == (1, {"备注": "湖滨\n店"})


def test_a_file_without_a_header_loses_no_row(app: Flask) -> None:
    assert counts(imported(factories.business(), "13800138000\n13900139000\n")) == (2, 2, 0, 0, 0)


def test_of_rows_that_repeat_a_number_the_first_is_kept_in_one_chunk_or_in_two(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [
        "13800138000",
        "13900139000",
        "+86 138 0013 8000",
        *(f"1370000{n:04d}" for n in range(40)),
        "13900139000",
    ]
    for chunk_bytes in (200, reading.CHUNK_BYTES):
        monkeypatch.setattr(reading, "CHUNK_BYTES", chunk_bytes)
        for purpose in (Purpose.CONTACTS, Purpose.AUDIENCE):
            acme = factories.business()
            done = imported(acme, lines(numbers), purpose)
            assert counts(done) == (44, 42, 0, 2, 0)
            with scopes.tenant(acme.id):
                refused = [(row.row_no, row.typed, row.code, row.detail) for row in contacts.refusals(done.id)]
                assert refused == [(4, "+86 138 0013 8000", "duplicate", "2"), (45, "13900139000", "duplicate", "3")]
                if purpose is Purpose.CONTACTS:
                    assert contacts.people(number="13900139000")[0].fields == {"积分": "1"}


def test_every_refused_row_says_why(app: Flask) -> None:
    acme = factories.business()
    rows = [
        ("1380013800", "320"), ("1.38E+10", "1"), ("0571-88201134", "1"), ("", "1"), ("12345678901", "1"),
        ("13800138000", "many"), ("13900139000", "7"),
    ]  # fmt: skip
    import_id = upload(acme, "手机,积分\n" + "".join(f"{number},{points}\n" for number, points in rows))
    mapping = Mapping((Column(Becomes.PHONE), Column(Becomes.FIELD, "积分", FieldType.NUMBER)))
    confirm(acme, import_id, mapping=mapping)
    import_file(acme.id, import_id)
    done = seen(acme, import_id)
    with scopes.tenant(acme.id):
        assert [(row.row_no, row.code, row.detail) for row in contacts.refusals(import_id)] == [
            (2, "too_short", ""), (3, "scientific_notation", ""), (4, "landline", ""), (5, "empty", ""),
            (6, "not_assigned", ""), (7, "value_not_number", "1"),
        ]  # fmt: skip
        assert [row.row_no for row in contacts.refusals(import_id, "landline")] == [4]
    assert counts(done) == (7, 1, 0, 0, 6)
    assert sum(done.problems.values()) == 6


def test_people_who_are_there_are_updated_and_keep_what_the_file_does_not_say(app: Flask) -> None:
    acme = factories.business()
    first = imported(acme, "手机,姓名,积分,门店\n13800138000,陈晨,320,湖滨店\n13900139000,林晓,1,\n")
    again = imported(acme, "手机,姓名,积分\n13800138000,,500\n13900139000,林晓晓,\n13700137000,王,2\n")
    assert counts(again) == (3, 1, 2, 0, 0)
    with scopes.tenant(acme.id):
        known = {person.number: (person.name, person.fields) for person in contacts.people()}
        assert known == {
            "+8613800138000": ("陈晨", {"积分": "500", "门店": "湖滨店"}),
            "+8613900139000": ("林晓晓", {"积分": "1"}),
            "+8613700137000": ("王", {"积分": "2"}),
        }
        sizes = [contacts.get_list(done.list_id or 0).contacts_n for done in (first, again)]
        assert sizes == [2, 3]


def test_whoever_opted_out_stays_opted_out_and_is_counted(app: Flask) -> None:
    acme = factories.business()
    with scopes.tenant(acme.id):
        optouts.add("13800138000", "asked by phone", by=acme.owner_id)
    for purpose in (Purpose.CONTACTS, Purpose.AUDIENCE):
        done = imported(acme, lines(["13800138000", "13900139000"]), purpose)
        assert (done.created_n, done.optedout_n) == (2, 1)
    with scopes.tenant(acme.id):
        assert [person.opted_out for person in contacts.people()] == [True, False]
        assert len(optouts.page()) == 1


def test_a_file_of_opt_outs_needs_only_numbers(app: Flask) -> None:
    acme = factories.business()
    with scopes.tenant(acme.id):
        optouts.add("13800138000", "", by=None)
    text = "13800138000\n13900139000\n13900139000\n137\n"
    done = imported(acme, text, Purpose.OPTOUTS)
    assert counts(done) == (4, 1, 2, 0, 1)
    with scopes.tenant(acme.id):
        assert {entry.number for entry in optouts.page()} == {"+8613800138000", "+8613900139000"}
        assert contacts.count_people() == 0


def test_the_rows_of_an_audience_reach_the_campaign_and_become_no_contacts(app: Flask) -> None:
    acme = factories.business()
    done = imported(acme, HEADER + "13800138000,陈晨,320\n138,x,1\n18600138000,,15\n", Purpose.AUDIENCE)
    source = {"source": "import", "import_id": done.id}
    with scopes.tenant(acme.id):
        people = contacts.audience(source, 0, 10)
        assert [(p.row_id, p.number, p.operator, p.values) for p in people] == [
            (2, "+8613800138000", "mobile", {"name": "陈晨", "积分": "320"}),
            (4, "+8618600138000", "unicom", {"积分": "15"}),
        ]
        assert [p.number for p in contacts.audience(source, 2, 10)] == ["+8618600138000"]
        assert contacts.audience_summary(source) == contacts.Summary(rows=3, invalid=1, duplicate=0)
        assert contacts.audience_fields(source) == ["name", "积分"]
        assert contacts.count_people() == 0


def test_a_person_on_two_lists_is_in_the_audience_once(app: Flask) -> None:
    acme = factories.business()
    both = [
        imported(acme, lines(numbers)) for numbers in (["13800138000", "13900139000"], ["13900139000", "13700137000"])
    ]
    source = {"source": "lists", "list_ids": [done.list_id for done in both]}
    with scopes.tenant(acme.id):
        first = contacts.audience(source, 0, 2)
        rest = contacts.audience(source, first[-1].row_id, 2)
        assert [p.number[-11:] for p in first + rest] == ["13800138000", "13900139000", "13700137000"]
        assert contacts.audience_summary(source).rows == 3


def test_nothing_begins_without_consent_a_phone_column_and_a_list(app: Flask) -> None:
    acme = factories.business()
    import_id = upload(acme, lines(["13800138000"]))
    skipped = Mapping((Column(Becomes.SKIP), Column(Becomes.NAME), Column(Becomes.FIELD, "1 积分")))
    with scopes.tenant(acme.id):
        with pytest.raises(Invalid) as refusal:
            contacts.confirm_mapping(import_id, skipped, target=Target(), consent=Consent(), by=None)
        faults = refusal.value.fields
        assert faults["columns"] == ("phone_missing", {})
        assert {field: fault[0] for field, fault in faults.items() if field in {"column-2", "list"}} == {
            "column-2": "field_name", "list": "list_name_length",
        }  # fmt: skip
        assert faults["consent"] == "consent_missing"
        with pytest.raises(Invalid) as refusal:
            good = Mapping.from_json(contacts.get_import(import_id).mapping)
            contacts.confirm_mapping(import_id, good, target=Target(new_name="A"), consent=Consent("other"), by=None)
        assert refusal.value.fields == {"note": "consent_note_missing"}
        assert contacts.lists() == []


def test_a_file_may_be_read_in_another_way_than_guessed(app: Flask) -> None:
    acme = factories.business()
    import_id = upload(acme, "13800138000;13900139000,x\n13800138000;13700137000,y\n")
    with scopes.tenant(acme.id):
        assert contacts.layout_of(contacts.get_import(import_id)).columns_n == 2
        contacts.read_as(import_id, delimiter=";", has_header=True)
        layout = contacts.layout_of(contacts.get_import(import_id))
        assert (layout.delimiter, layout.header, layout.sample) == (
            ";", ("13800138000", "13900139000,x"), (("13800138000", "13700137000,y"),),
        )  # fmt: skip


def test_a_file_that_is_no_table_is_kept_to_be_looked_at(app: Flask) -> None:
    acme = factories.business()
    import_id = upload(acme, b"PK\x03\x04binary\x00\nnext line\nlast\n", name="members.xlsx")
    with scopes.tenant(acme.id):
        found = contacts.get_import(import_id)
        assert (found.state, found.error) == (State.UPLOADED, "file_is_workbook")
        assert contacts.first_lines(found) == ["next line", "last"]
        with pytest.raises(Invalid):
            contacts.confirm_mapping(import_id, Mapping(()), target=Target(), consent=Consent(), by=None)


def test_an_empty_or_too_large_file_is_refused_and_leaves_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = factories.business()
    for data, code in ((b"", "file_empty"), (b"x" * 101, "file_too_large")):
        monkeypatch.setattr(importing, "BYTES_MAX", 100)
        with pytest.raises(Invalid) as refusal:
            upload(acme, data)
        fault = refusal.value.fields["file"]
        assert (fault if isinstance(fault, str) else fault[0]) == code
    with scopes.tenant(acme.id):
        assert contacts.imports() == []


def test_a_file_with_too_many_rows_fails_with_what_came_in_before(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CHUNK_BYTES", 200)
    monkeypatch.setattr(tabular, "ROWS_MAX", 20)
    done = imported(factories.business(), lines([f"1370000{n:04d}" for n in range(40)]))
    assert (done.state, done.error, done.file_id) == (State.FAILED, "file_too_many_rows", None)
    assert 0 < done.created_n <= 20


def test_the_uploaded_file_is_gone_when_the_import_is_over(app: Flask) -> None:
    acme = factories.business()
    import_id = upload(acme, lines(["13800138000"]))
    with scopes.tenant(acme.id):
        path = files.path(files.get(seen(acme, import_id).file_id or 0))
    assert path.exists()
    confirm(acme, import_id)
    import_file(acme.id, import_id)
    assert not path.exists()


def test_nothing_of_a_person_lies_open_but_custom_fields(app: Flask, owner: sa.Engine) -> None:
    acme = factories.business()
    imported(acme, HEADER + "13800138000,陈晨,320\n1380013800,林晓,1\n")
    imported(acme, lines(["13900139000"]), Purpose.AUDIENCE)
    upload(acme, lines(["13700137000"]))
    with owner.connect() as connection:
        for table in ("contacts", "imports", "import_rows", "contact_lists"):
            rows = connection.exec_driver_sql(f"SELECT row_to_json(x)::text FROM t_{acme.id}.{table} x").scalars()
            dump = "\n".join(rows)
            for secret in ("1380013", "13900139", "13700137", "陈晨", "林晓", "陈晨".encode().hex(), b"1380013".hex()):
                assert secret not in dump, (table, secret)


def test_a_stopped_import_keeps_what_is_in_and_reads_no_further(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CHUNK_BYTES", 200)
    acme = factories.business()
    import_id = upload(acme, lines([f"1370000{n:04d}" for n in range(40)]))
    confirm(acme, import_id)
    reader = contacts.Reader()
    with scopes.tenant(acme.id):
        assert contacts.claim_import(import_id)
    with scopes.tenant(acme.id):
        assert contacts.import_chunk(import_id, reader)
    with scopes.tenant(acme.id):
        contacts.stop_import(import_id, by=acme.owner_id)
    with scopes.tenant(acme.id):
        assert not contacts.import_chunk(import_id, reader)
        found = contacts.get_import(import_id)
        assert (found.state, contacts.count_people()) == (State.STOPPED, found.created_n)
        assert 0 < found.created_n < 40
    reader.close()
    with scopes.tenant(acme.id), pytest.raises(WrongState):
        contacts.stop_import(import_id, by=acme.owner_id)


def test_imports_of_a_business_run_one_after_the_other(app: Flask) -> None:
    acme = factories.business()
    first, second = (upload(acme, lines([number])) for number in ("13800138000", "13900139000"))
    for import_id in (first, second):
        confirm(acme, import_id)
    with scopes.tenant(acme.id):
        assert contacts.claim_import(first)
    with scopes.tenant(acme.id):
        assert not contacts.claim_import(first)
        assert not contacts.claim_import(second)
    with scopes.tenant(acme.id):
        contacts.release_import(first)
    import_file(acme.id, first)
    import_file(acme.id, second)
    assert [seen(acme, import_id).state for import_id in (first, second)] == [State.DONE, State.DONE]


def test_a_chunk_that_breaks_every_worker_is_given_up(app: Flask, owner: sa.Engine) -> None:
    acme = factories.business()
    import_id = upload(acme, lines(["13800138000"]))
    confirm(acme, import_id)
    for _ in range(5):
        with scopes.tenant(acme.id):
            assert contacts.claim_import(import_id)
        with owner.begin() as connection:
            connection.exec_driver_sql(f"UPDATE t_{acme.id}.imports SET lease_until = now()")
    import_file(acme.id, import_id)
    assert (seen(acme, import_id).state, seen(acme, import_id).error) == (State.FAILED, "import_broken")


def test_uploads_that_nobody_confirms_are_bounded(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "WAITING_MAX", 2)
    acme = factories.business()
    for _ in range(2):
        upload(acme, lines(["13800138000"]))
    with scopes.tenant(acme.id), pytest.raises(Invalid):
        contacts.start_import(io.BytesIO(b"x"), name="x.csv", purpose=Purpose.CONTACTS, by=None)
