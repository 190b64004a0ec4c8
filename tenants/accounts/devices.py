"""Devices that signed in before: their guesses are counted apart, so strangers cannot lock anybody out of their own.

For each person who signed in on it a device holds a proof: a name and a keyed hash over person, name and password, so a
new password ends all of them. It proves nothing but that; it never replaces a password.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence

from flask import current_app

from tenants.core.secrets import derive

# People one device remembers, and the length of one proof in what a browser sends.
PEOPLE_MAX = 5
PROOF_MAX = 120
NAME_BYTES = 12


def known(proofs: Sequence[str], identity_id: int, password_hash: str) -> str:
    """The name under which a device is known to a person; empty when it is not. Takes as long for nobody."""
    found = ""
    for proof in proofs[:PEOPLE_MAX]:
        name, _, _ = proof[:PROOF_MAX].partition(".")
        if hmac.compare_digest(proof.encode(), _proof(name, identity_id, password_hash).encode()):
            found = name
    return found


def remembered(proofs: Sequence[str], identity_id: int, password_hash: str, name: str) -> list[str]:
    """What the device holds from now on: this person first; `name` is the one it is known by, or empty."""
    fresh = _proof(name or secrets.token_urlsafe(NAME_BYTES), identity_id, password_hash)
    others = [each for each in proofs if len(each) <= PROOF_MAX and (not name or each.partition(".")[0] != name)]
    return [fresh, *others][:PEOPLE_MAX]


def _proof(name: str, identity_id: int, password_hash: str) -> str:
    key = derive(current_app.config["SETTINGS"].qunfa_secret, "devices")
    plain = f"{identity_id}|{name}|{password_hash}".encode()
    return f"{name}.{hmac.digest(key, plain, hashlib.sha256).hex()}"
