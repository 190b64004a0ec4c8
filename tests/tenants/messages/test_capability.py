"""Which numbers take RCS: asked once, believed for a while, by channel."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from tenants.core import scopes
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.messages import capability
from tenants.messages.models import Capability

ONE, TWO, STRANGER = b"1" * 16, b"2" * 16, b"3" * 16
CHANNEL, OTHER = 900_031, 900_032


@pytest.fixture(autouse=True)
def nothing_left(app: Flask) -> Iterator[None]:
    yield
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(delete(Capability))


def passes(age: timedelta) -> None:
    """So much time goes by."""
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(update(Capability).values(checked_at=func.now() - age))


def known(channel_id: int = CHANNEL) -> dict[bytes, bool]:
    with scopes.platform(Reason.DISPATCH):
        return capability.known(channel_id, [ONE, TWO, STRANGER])


def learn(**said: bool) -> None:
    indexes = {"one": ONE, "two": TWO}
    with scopes.platform(Reason.DISPATCH):
        capability.remember(CHANNEL, {indexes[name]: capable for name, capable in said.items()})


def test_what_was_said_is_known_on_that_channel_and_replaced_by_newer_words() -> None:
    learn(one=True, two=False)
    assert known() == {ONE: True, TWO: False}
    assert known(OTHER) == {}, "another channel may reach others"
    learn(two=True)
    assert known() == {ONE: True, TWO: True}


def test_a_no_is_believed_for_a_shorter_time_than_a_yes_and_both_are_forgotten() -> None:
    learn(one=True, two=False)
    for age, left in ((capability.INCAPABLE_FOR, {ONE: True}), (capability.CAPABLE_FOR, {})):
        passes(age)
        assert known() == left
        with scopes.platform(Reason.SWEEPS):
            capability.tidy()
            assert len(db.session.scalars(select(Capability)).all()) == len(left)
