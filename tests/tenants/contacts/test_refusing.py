"""Refused rows as a file."""

import pytest
from flask import Flask

from tenants import contacts
from tenants.contacts import refusing
from tenants.contacts.refusing import harmless
from tenants.core import scopes
from tests import factories
from tests.tenants.contacts.arrange import imported


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('=HYPERLINK("x")', "'=HYPERLINK(\"x\")"), ("+86138", "'+86138"), ("-1", "'-1"), ("@x", "'@x"),
        ("\tx", "'\tx"), (" =1", "' =1"), ("13800138000", "'13800138000"), ("陈晨", "陈晨"), ("320", "320"),
        ("a\x00b", "ab"), ("", ""),
    ],
)  # fmt: skip
def test_no_cell_is_taken_for_a_formula_or_a_quantity(cell: str, expected: str) -> None:
    assert harmless(cell) == expected


def test_all_refused_rows_come_back_with_a_reason_each(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusing, "STEP", 2)
    acme = factories.business()
    bad = [(f"1380013{n}", f"=x{n}", "1") for n in range(5)]
    text = "手机,姓名,积分\n" + "".join(",".join(row) + "\n" for row in [("13800138000", "", "2"), *bad])
    done = imported(acme, text)
    with scopes.tenant(acme.id):
        rows = [(row.row_no, row.code, row.cells) for row in contacts.every_refusal(done.id)]
        assert contacts.labels(done) == ["手机", "姓名", "积分"]
    assert rows == [(n + 3, "too_short", list(row)) for n, row in enumerate(bad)]
