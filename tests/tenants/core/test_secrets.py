"""Encryption at rest: a value opens in its own place with its own key only."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from tenants.core import secrets
from tenants.core.secrets import Vault

SECRET = "a" * 40
ACME, RIVAL = (Vault(SECRET, id, secrets.new_data_key(SECRET, id)) for id in (1, 2))
VALUES = st.recursive(
    st.text() | st.integers(-(2**53), 2**53) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(st.integers(0, 2**63 - 1), st.lists(VALUES, max_size=4))
def test_what_was_sealed_opens_again(id: int, value: list[object]) -> None:
    assert ACME.open("messages", id, ACME.seal("messages", id, value)) == value


def test_the_same_value_is_sealed_differently_each_time() -> None:
    assert len({ACME.seal("messages", 1, "+8613800138000") for _ in range(100)}) == 100


def test_nothing_of_the_value_is_in_the_seal() -> None:
    assert b"13800138000" not in ACME.seal("messages", 1, "+8613800138000")


@pytest.mark.parametrize(
    ("vault", "table", "id"), [(RIVAL, "messages", 1), (ACME, "contacts", 1), (ACME, "messages", 2)]
)
def test_moved_to_another_tenant_table_or_row_it_does_not_open(vault: Vault, table: str, id: int) -> None:
    with pytest.raises(InvalidTag):
        vault.open(table, id, ACME.seal("messages", 1, "secret"))


def test_one_flipped_bit_is_noticed() -> None:
    sealed = ACME.seal("messages", 1, "secret")
    for place in range(1, len(sealed)):
        with pytest.raises(InvalidTag):
            ACME.open("messages", 1, sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :])


def test_a_data_key_opens_for_its_tenant_and_secret_only() -> None:
    wrapped = secrets.new_data_key(SECRET, 1)
    for secret, tenant_id in ((SECRET, 2), ("b" * 40, 1)):
        with pytest.raises(InvalidTag):
            Vault(secret, tenant_id, wrapped)


def test_blind_indexes_are_stable_and_tell_tenants_apart() -> None:
    number = "+8613800138000"
    again = Vault(SECRET, 1, secrets.new_data_key(SECRET, 1))
    assert ACME.index(number) == again.index(number), "a new data key does not lose the index"
    assert (
        len({ACME.index(number), RIVAL.index(number), ACME.platform_index(number), ACME.index("+8613800138001")}) == 4
    )
    assert ACME.platform_index(number) == RIVAL.platform_index(number)
    assert len(ACME.index(number)) == secrets.INDEX_BYTES


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="32"):
        secrets.derive("short", "x")


def test_keys_for_two_purposes_differ() -> None:
    assert secrets.derive(SECRET, "flask") != secrets.derive(SECRET, "public-ids")
