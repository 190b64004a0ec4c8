"""Numbers pasted into a page."""

import pytest
from flask import Flask

from tenants import contacts
from tenants.contacts import pasting
from tenants.contacts.pasting import paste
from tenants.core import phone, scopes
from tenants.core.errors import Invalid
from tests import factories


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("13800138000\n13900139000", ["13800138000", "13900139000"]),
        ("13800138000,13900139000；13700137000", ["13800138000", "13900139000", "13700137000"]),
        ("13800138000 13900139000\t13700137000", ["13800138000", "13900139000", "13700137000"]),
        ("138 0013 8000\n+86 139 0013 9000", ["138 0013 8000", "+86 139 0013 9000"]),
        ("12345 +447911123456  +86 138 0013 8000", ["12345", "+447911123456", "+86 138 0013 8000"]),
        ("\n , ;\n", []),
        ("(852) 6123 4567, nobody", ["(852) 6123 4567", "nobody"]),
    ],
)
def test_numbers_are_parted_where_people_part_them(text: str, expected: list[str]) -> None:
    assert phone.split(text) == expected


def test_pasted_numbers_become_an_audience_at_once(app: Flask) -> None:
    acme = factories.business()
    with scopes.tenant(acme.id):
        found = paste("13800138000\n138\n13900139000 13800138000", name="Pasted", by=acme.owner_id)
        assert (found.rows_n, found.created_n, found.invalid_n, found.duplicate_n) == (4, 2, 1, 1)
        source = {"source": "import", "import_id": found.id}
        assert [p.number for p in contacts.audience(source, 0, 10)] == ["+8613800138000", "+8613900139000"]
        assert [(row.row_no, row.code) for row in contacts.refusals(found.id)] == [(2, "too_short"), (4, "duplicate")]


@pytest.mark.parametrize("text", ["", " \n", "13800138000\n" * (pasting.NUMBERS_MAX + 1), "x" * 10**6])
def test_none_and_too_many_are_refused(app: Flask, text: str) -> None:
    acme = factories.business()
    with scopes.tenant(acme.id), pytest.raises(Invalid):
        paste(text, name="Pasted", by=None)
