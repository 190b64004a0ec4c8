"""Public ids: they give back what they were made of, tell nothing else, and take no other form."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.core import ids

SECRET, OTHER = "a" * 40, "b" * 40
KINDS = st.sampled_from(sorted(ids.PREFIXES))
ID = st.integers(0, 2**63 - 1)
TENANT = st.integers(0, 2**48 - 1)


@given(KINDS, TENANT, ID)
def test_a_public_id_gives_back_what_it_was_made_of(kind: str, tenant: int, id: int) -> None:
    text = ids.encode(SECRET, kind, tenant, id)
    assert len(text) == len(ids.PREFIXES[kind]) + 1 + ids.LENGTH
    assert ids.decode(SECRET, text) == ids.PublicId(kind, tenant, id)


@given(KINDS, TENANT, ID, st.data())
def test_changing_any_sign_or_the_kind_makes_it_nothing(kind: str, tenant: int, id: int, data: st.DataObject) -> None:
    text = ids.encode(SECRET, kind, tenant, id)
    place = data.draw(st.integers(len(text) - ids.LENGTH, len(text) - 1))
    other = data.draw(st.sampled_from([sign for sign in ids._ALPHABET if sign != text[place]]))
    changed = ids.decode(SECRET, text[:place] + other + text[place + 1 :])
    assert changed is None or (changed.tenant_id, changed.id) != (tenant, id)
    for prefix in ids.PREFIXES.values():
        moved = f"{prefix}_{text.partition('_')[2]}"
        assert moved == text or ids.decode(SECRET, moved) is None


@given(st.text(max_size=40))
def test_any_text_at_all_is_read_without_harm(text: str) -> None:
    assert ids.decode(SECRET, text) is None or "_" in text


def test_guessing_finds_nothing() -> None:
    """One in 65,536 made-up ids decodes at all, and then it names a tenant and an object drawn from 2^112."""

    chance = random.Random(1)
    guesses = ("cmp_" + "".join(chance.choices(ids._ALPHABET, k=ids.LENGTH)) for _ in range(20_000))
    found = [public for guess in guesses if (public := ids.decode(SECRET, guess))]
    assert len(found) < 5
    assert not [public for public in found if public.tenant_id < 1_000_000 or public.id < 1_000_000]


def test_another_installation_reads_nothing_of_ours() -> None:
    assert ids.decode(OTHER, ids.encode(SECRET, "campaign", 1, 1)) is None


def test_neighbours_look_nothing_alike() -> None:
    first, second = (ids.encode(SECRET, "campaign", 1, id)[4:] for id in (1, 2))
    assert sum(one == other for one, other in zip(first, second, strict=True)) < 8


@pytest.mark.parametrize("text", ["", "_", "cmp_", "cmp", "cmp_" + "0" * 25, "cmp_" + "U" * 26, "cmp_" + "Z" * 26])
def test_malformed_ids_are_nothing(text: str) -> None:
    assert ids.decode(SECRET, text) is None


def test_letters_are_read_in_either_case() -> None:
    text = ids.encode(SECRET, "message", 3, 4)
    assert ids.decode(SECRET, text[:4] + text[4:].lower()) == ids.PublicId("message", 3, 4)


def test_a_new_kind_changes_no_id_that_was_given_out() -> None:
    first = ["acct", "chn", "cmp", "con", "evt", "fil", "hld", "imp", "lst", "mem", "msg", "rev", "ses"]
    first += ["sig", "top", "tpl", "usr"]
    assert list(ids.PREFIXES.values())[: len(first)] == first
