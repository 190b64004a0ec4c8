"""Passwords: argon2id, at least twelve characters, none of the most common ones."""

from __future__ import annotations

import re
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's minimum for argon2id is 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Of a password nobody has, with the settings above: checking it takes as long as checking a real one.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$0XnvBJGd0a4tbDZr9lMmsw$DnjVT0saE7ELVrYtw6p31/XN7WMDhMNLCAbIEukFY7Q"
LENGTH_MIN, LENGTH_MAX = 12, 200
DISTINCT_MIN = 5
# The common passwords of twelve and more characters: shorter ones are refused by their length.
_COMMON = """
    123456789012 1234567890123 1qaz2wsx3edc 1qaz2wsx3edc4rfv 123qweasdzxc 1234qwerasdf 1q2w3e4r5t6y q1w2e3r4t5y6
    qazwsxedcrfv zaq12wsxcde3 1234567891011 987654321098 0987654321qwerty 112233445566 abcd1234efgh a1b2c3d4e5f6
    aa123456789a 5201314520131 201314520131 147258369147 159357456852 qwertyuiopas qwertyuiop[] zxcvbnmasdfgh
    1234abcd5678 0123456789ab correcthorsebatterystaple
"""
# Words that are no secret however many digits and signs stand around them.
_WORDS = """
    password passwd passw pssw pssword passwrd passwordpassword admin administrator root guest user test testtest demo
    qwerty qwertyqwerty qwertyuiop qwert asdf asdfgh asdfghjkl zxcvbn zxcvbnm qaz qazwsx qazwsxedc abc abcd abcde abcdef
    letmein welcome changeme iloveyou iloveu loveyou trustno sunshine princess monkey dragon football baseball superman
    batman master shadow michael secret login hello whatever starwars pokemon computer internet samsung google
    woaini woainima aini wozuiai mima woaiwojia zhang wang li zhao liu chen yang huang caonima nihao beijing shanghai
    china qunfa duanxin
"""
COMMON, WORDS = frozenset(_COMMON.split()), frozenset(_WORDS.split())
_AROUND = re.compile(r"[\W\d_]+")


def fault(password: str, *, email: str = "") -> str:
    """The code of what is wrong with a new password; empty when nothing is."""
    if len(password) < LENGTH_MIN:
        return "password_short"
    if len(password) > LENGTH_MAX:
        return "password_long"
    lowered = password.lower()
    known = {*WORDS, _letters(email.partition("@")[0]), _letters(email)} - {""}
    if lowered in COMMON or _letters(lowered) in known or len(set(lowered)) < DISTINCT_MIN or _runs(lowered):
        return "password_common"
    return ""


def _letters(text: str) -> str:
    return _AROUND.sub("", text)


def _runs(text: str) -> bool:
    """Whether each sign follows the one before: 123456789abc is no secret, nor is cba987654321."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return steps <= {1, ord("a") - ord("9"), ord("0") - ord("9")} or steps <= {-1, ord("9") - ord("a")}


def hashed(password: str) -> str:
    return _HASHER.hash(password)


def matches(password: str, stored: str) -> bool:
    """Whether the password is the one behind `stored`; takes the same time when there is nothing stored."""
    try:
        return _HASHER.verify(stored or _NOBODY, password) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


def outdated(stored: str) -> bool:
    """Whether a hash was made with other settings than today's."""
    return _HASHER.check_needs_rehash(stored)
