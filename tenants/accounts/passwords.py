"""Passwords: argon2id, at least twelve characters, none of the most common ones."""

from __future__ import annotations

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's minimum for argon2id is 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
LENGTH_MIN, LENGTH_MAX = 12, 200
# The common passwords of twelve and more characters: shorter ones are refused by their length.
_COMMON = """
123456789012 1234567890123 000000000000 111111111111 qwertyuiop123 1qaz2wsx3edc 123qweasdzxc password1234
passwordpassword administrator iloveyou1234 abc123456789 a12345678910 woaini1314520 woaini520520 qwerty123456
123456qwerty zxcvbnm12345 asdfghjkl123 letmein12345 welcome12345 1234567891011 987654321098 aaaaaaaaaaaa
121212121212 123123123123 112233445566 qwertyqwerty changeme1234 trustno1trustno1 sunshine1234 5201314520131
woaini5201314 zhang123456789 wang123456789 1234qwerasdf q1w2e3r4t5y6 1q2w3e4r5t6y p@ssw0rd1234 password12345
"""
COMMON = frozenset(_COMMON.split())


def fault(password: str, *, email: str = "") -> str:
    """The code of what is wrong with a new password; empty when nothing is."""
    if len(password) < LENGTH_MIN:
        return "password_short"
    if len(password) > LENGTH_MAX:
        return "password_long"
    lowered = password.lower()
    if lowered in COMMON or len(set(lowered)) < 4 or (email and lowered == email):
        return "password_common"
    return ""


def hashed(password: str) -> str:
    return _HASHER.hash(password)


def matches(password: str, stored: str) -> bool:
    """Whether the password is the one behind `stored`; takes the same time when there is nothing stored."""
    try:
        return _HASHER.verify(stored or _nobody(), password) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


def outdated(stored: str) -> bool:
    """Whether a hash was made with weaker settings than today's."""
    return _HASHER.check_needs_rehash(stored)


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _HASHER.hash("nobody has this password")
