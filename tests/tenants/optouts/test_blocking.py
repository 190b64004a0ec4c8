"""The platform's blocks: put in sets, found and lifted by the number alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import delete, select

from tenants import optouts
from tenants.core import scopes
from tenants.core.audit import Entry
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound
from tenants.core.scopes import Reason
from tenants.optouts import blocking
from tenants.optouts.models import GlobalBlock
from tests import factories

ONE, OTHER = "+8613800138000", "+8613900139000"


@pytest.fixture(autouse=True)
def nobody_blocked(app: Flask) -> Iterator[None]:
    yield
    with scopes.platform(Reason.STAFF):
        db.session.execute(delete(GlobalBlock))


def block(text: str, reason: str = "complaint") -> tuple[int, int]:
    with scopes.platform(Reason.STAFF):
        return blocking.block(text, reason, by=None)


def test_a_set_of_numbers_is_blocked_for_every_business() -> None:
    assert block("138 0013 8000，+86 139-0013-9000\n13800138000") == (2, 0)
    assert block("13800138000, 13700137000", "order") == (1, 1)
    for _ in range(2):
        with scopes.tenant(factories.business().id):
            assert optouts.blocked_for_all([ONE, OTHER, "+8613600136000"]) == {ONE, OTHER}
    with scopes.platform(Reason.STAFF):
        assert blocking.counts() == {"complaint": 2, "order": 1}
        found = blocking.found("13800138000")
    assert found is not None and found.reason == "complaint", "the first reason stays"


def test_one_that_is_no_number_refuses_them_all() -> None:
    with pytest.raises(Invalid) as refused:
        block("13800138000\n12")
    assert refused.value.fields == {"numbers": ("block_not_a_number", {"text": "12"})}
    with scopes.platform(Reason.STAFF):
        assert blocking.counts() == {}


@pytest.mark.parametrize(
    ("text", "reason", "field"),
    [("", "complaint", "numbers"), ("13800138000\n" * 10_001, "complaint", "numbers"), ("13800138000", "", "reason")],
)
def test_nothing_too_many_and_no_reason_are_refused(text: str, reason: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        block(text, reason)
    assert set(refused.value.fields) == {field}


def test_a_block_is_lifted_with_a_reason_and_the_trail_names_no_number() -> None:
    block("13800138000")
    with scopes.platform(Reason.STAFF):
        with pytest.raises(Invalid):
            blocking.lift("13800138000", " ", by=None)
        blocking.lift("+8613800138000", "complaint withdrawn", by=None)
        with pytest.raises(NotFound):
            blocking.lift("13800138000", "again", by=None)
        last = db.session.scalars(select(Entry).where(Entry.action == "block.lift").order_by(Entry.id.desc())).first()
    assert last is not None and last.detail == {"reason": "complaint withdrawn"}
    assert len(bytes.fromhex(last.object)) == 16
    with scopes.tenant(factories.business().id):
        assert optouts.blocked_for_all([ONE]) == set()
