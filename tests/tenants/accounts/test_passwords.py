"""Which passwords are taken, and how they are kept."""

from __future__ import annotations

import pytest
from argon2 import extract_parameters

from tenants.accounts import passwords


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "password_short"),
        ("elevensigns", "password_short"),
        ("a" * 201, "password_long"),
        ("aaaaaaaaaaaa", "password_common"),
        ("abababababab", "password_common"),
        ("123456789012", "password_common"),
        ("987654321012", ""),
        ("abcdefghijkl", "password_common"),
        ("cba987654321", "password_common"),
        ("Password2026!!", "password_common"),
        ("qwerty-123456-qwerty", "password_common"),
        ("woaini5201314", "password_common"),
        ("1QAZ2WSX3EDC", "password_common"),
        ("ada.lovelace2026", "password_common"),
        ("ada.lovelace@example.com", "password_common"),
        ("Three lamps over the river", ""),
        ("春风又绿江南岸明月何时照", ""),
        ("918273640519", ""),
        ("  leading and trailing  ", ""),
    ],
)
def test_long_enough_and_not_too_common(password: str, code: str) -> None:
    assert passwords.fault(password, email="ada.lovelace@example.com") == code


def test_the_list_holds_nothing_that_its_length_refuses_already() -> None:
    assert all(len(password) >= passwords.LENGTH_MIN for password in passwords.COMMON)


def test_hashes_are_argon2id_at_least_as_strong_as_advised() -> None:
    stored = passwords.hashed("Three lamps over the river")
    assert stored.startswith("$argon2id$")
    made = extract_parameters(stored)
    assert made.memory_cost >= 19 * 1024 and made.time_cost >= 2 and made.parallelism >= 1
    assert passwords.matches("Three lamps over the river", stored)
    assert not passwords.matches("three lamps over the river", stored)
    assert stored != passwords.hashed("Three lamps over the river")


def test_nobody_has_a_password_and_checking_it_costs_the_same() -> None:
    assert not passwords.outdated(passwords._NOBODY), "made with today's settings, so it takes as long"
    assert not passwords.matches("anything", "")
    assert not passwords.matches("anything", "!")
