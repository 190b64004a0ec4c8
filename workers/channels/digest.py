"""HTTP Digest (RFC 7616, and RFC 2617 as older servers speak it): the proof of a password that never leaves.

A server says 401 with a nonce; what is asked under it afterwards carries a proof and a count. A nonce is kept as long
as the server takes it, so that only the first requests of a process go out twice.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from workers.channels.http import Http, Reply

ROUNDS_MAX: Final = 3  # requests for one message: under the nonce we had, under a fresh one, and once more
KEPT_MAX: Final = 256
HEADER_MAX: Final = 4_000
UNAUTHORISED: Final = 401
ALGORITHMS: Final = {"SHA-256": "sha256", "MD5": "md5"}  # the stronger first
AUTH, AUTH_INT = "auth", "auth-int"
_SESSION: Final = "-SESS"
_WORD = re.compile(  # the name of a scheme before its first parameter, or a parameter
    r"(?<![\w*-])(?:(?P<scheme>[A-Za-z]++)(?=\s++[\w*]++\s*+=)"
    r"|(?P<name>[\w*-]++)\s*+=\s*+(?:\"(?P<quoted>(?:[^\"\\]++|\\.)*+)\"|(?P<bare>[^\s,\"]++)))"
)


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a server asks for. `algorithm` as it wrote it; `qop` is the one we use, empty for servers of before 1999."""

    realm: str
    nonce: str
    algorithm: str = "MD5"
    qop: str = ""
    opaque: str = ""
    stale: bool = False
    userhash: bool = False

    def digest(self, *texts: str | bytes) -> str:
        whole = b":".join(text if isinstance(text, bytes) else text.encode() for text in texts)
        name = ALGORITHMS[self.algorithm.upper().removesuffix(_SESSION)]
        return hashlib.new(name, whole, usedforsecurity=False).hexdigest()

    def response(self, user: str, secret: str, count: str, own: str, method: str, target: str, body: bytes) -> str:
        """The proof; `own` is the nonce of whoever asks."""
        proven = self.digest(user, self.realm, secret)
        if self.algorithm.upper().endswith(_SESSION):
            proven = self.digest(proven, self.nonce, own)
        asked = self.digest(method, target, *([self.digest(body)] if self.qop == AUTH_INT else []))
        return self.digest(proven, self.nonce, *([count, own, self.qop] if self.qop else []), asked)


def challenged(headers: Iterable[str]) -> Challenge | None:
    """The strongest of the challenges in these WWW-Authenticate headers that we can answer."""
    found = [each for header in headers for each in _challenges(header)]
    strength = list(ALGORITHMS)
    return min(found, key=lambda each: strength.index(each.algorithm.upper().removesuffix(_SESSION)), default=None)


def _challenges(header: str) -> list[Challenge]:
    given: list[tuple[str, dict[str, str]]] = []
    for word in _WORD.finditer(header[:HEADER_MAX]):
        if word["scheme"]:
            given.append((word["scheme"].lower(), {}))
        elif given:
            value = word["bare"] if word["quoted"] is None else re.sub(r"\\(.)", r"\1", word["quoted"])
            given[-1][1].setdefault(word["name"].lower(), value)
    return [each for scheme, said in given if scheme == "digest" and (each := _challenge(said)) is not None]


def _challenge(said: Mapping[str, str]) -> Challenge | None:
    """None where we cannot answer: an algorithm or a protection we do not know, no nonce."""
    algorithm = said.get("algorithm", "MD5")
    offered = [each.strip().lower() for each in said.get("qop", "").split(",") if each.strip()]
    qop = next((each for each in (AUTH, AUTH_INT) if each in offered), "")
    known = algorithm.upper().removesuffix(_SESSION) in ALGORITHMS and bool(qop) == bool(offered)
    if not known or not said.get("nonce"):
        return None
    yes = {name for name in ("stale", "userhash") if said.get(name, "").lower() == "true"}
    return Challenge(
        said.get("realm", ""), said["nonce"], algorithm, qop, said.get("opaque", ""), "stale" in yes, "userhash" in yes
    )  # fmt: skip


@dataclass(slots=True)
class Dialogue:
    """A nonce in use: every request under it has the next count."""

    challenge: Challenge
    count: int = 0

    def header(self, user: str, secret: str, method: str, target: str, body: bytes) -> str:
        asked = self.challenge
        self.count += 1
        count, own = f"{self.count:08x}", secrets.token_hex(16)
        shown = asked.digest(user, asked.realm) if asked.userhash else user
        quoted = {
            "username": shown, "realm": asked.realm, "nonce": asked.nonce, "uri": target,
            "response": asked.response(user, secret, count, own, method, target, body),
        }  # fmt: skip
        quoted |= {"opaque": asked.opaque} if asked.opaque else {}
        quoted |= {"cnonce": own} if asked.qop else {}
        bare = {"algorithm": asked.algorithm} | ({"qop": asked.qop, "nc": count} if asked.qop else {})
        bare |= {"userhash": "true"} if asked.userhash else {}
        parts = [f"{name}={_quoted(value)}" for name, value in quoted.items()]
        return "Digest " + ", ".join([*parts, *(f"{name}={value}" for name, value in bare.items())])


def _quoted(text: str) -> str:
    return '"' + re.sub(r'([\\"])', r"\\\1", text) + '"'


def target(url: str) -> str:
    """The address as the request names it."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


_kept: dict[tuple[str, str, str], Dialogue] = {}  # of the channels' loop alone


async def post(
    http: Http, url: str, *, user: str, secret: str, headers: Mapping[str, str], body: bytes, limit_s: float
) -> Reply:
    """One POST with the proof, all its rounds within `limit_s`. A refused one was not taken: asking again is safe."""
    stop_at, key = time.monotonic() + limit_s, (url, user, secret)
    dialogue, fresh = _kept.get(key), False
    for _ in range(ROUNDS_MAX):
        proof = {} if dialogue is None else {"Authorization": dialogue.header(user, secret, "POST", target(url), body)}
        left_s = max(0.0, stop_at - time.monotonic())
        reply = await http.post(url, headers={**headers, **proof}, body=body, limit_s=left_s)
        if reply.status != UNAUTHORISED:
            break
        asked = challenged(reply.headers.getall("WWW-Authenticate", []))
        _kept.pop(key, None)
        if asked is None or (fresh and not asked.stale):
            break  # our own word under a nonce of just now was not believed
        dialogue, fresh = Dialogue(asked), True
        if len(_kept) >= KEPT_MAX:
            _kept.clear()
        _kept[key] = dialogue
    return reply
