"""Asks for HTTP Digest: gives nonces out, and takes each count under one of them once."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Final
from urllib.request import parse_http_list, parse_keqv_list

from workers.channels.digest import ALGORITHMS, AUTH, Challenge

NONCES_MAX: Final = 1_000
REALM: Final = "relay@simulated"


@dataclass(slots=True)
class Gate:
    """`lasts_s`: how long a nonce is good for."""

    user: str
    secret: str
    lasts_s: float
    _given: dict[str, tuple[float, set[str]]] = field(default_factory=dict)  # nonce → until when, counts seen

    def refusal(self, shown: str, method: str, path: str, body: bytes) -> list[tuple[str, str]]:
        """The challenges of a 401, none for whoever proved the secret."""
        said = parse_keqv_list(parse_http_list(shown.removeprefix("Digest "))) if shown.startswith("Digest ") else {}
        if not self._proven(said, method, path, body):
            return self._challenges(stale=False)
        until, counts = self._given.get(said["nonce"], (0.0, set()))
        if time.monotonic() > until or said["nc"] in counts:
            return self._challenges(stale=True)
        counts.add(said["nc"])
        return []

    def _proven(self, said: dict[str, str], method: str, path: str, body: bytes) -> bool:
        """Whether the secret is behind it, whatever the nonce."""
        if (said.get("algorithm"), said.get("qop"), said.get("uri")) not in {(each, AUTH, path) for each in ALGORITHMS}:
            return False
        asked = Challenge(REALM, said.get("nonce", ""), said["algorithm"], AUTH)
        count, own = said.get("nc", ""), said.get("cnonce", "")
        expected = asked.response(self.user, self.secret, count, own, method, path, body)
        return said.get("username") == self.user and compare_digest(expected, said.get("response", ""))

    def _challenges(self, *, stale: bool) -> list[tuple[str, str]]:
        if len(self._given) >= NONCES_MAX:
            del self._given[next(iter(self._given))]
        nonce = secrets.token_hex(16)
        self._given[nonce] = (time.monotonic() + self.lasts_s, set())
        common = f'Digest realm="{REALM}", nonce="{nonce}", qop="auth", stale={"true" if stale else "false"}'
        return [("WWW-Authenticate", f"{common}, algorithm={each}") for each in ALGORITHMS]
