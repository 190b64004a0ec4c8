"""RCS Business Messaging as a server: access tokens for signed claims, messages, capabilities, taking back, events.

Which numbers have no RCS is told by their script: those refused as bad numbers. Whatever goes wrong with a message
later ends as its time running out, because this product knows no other end.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from workers.channels.rcs_google.signing import SCOPE, signature
from workers.simulators.carrier.journal import Journal
from workers.simulators.carrier.profile import Profile
from workers.simulators.carrier.receipts import Letter, Waiting
from workers.simulators.carrier.server import Carrier, Handling, served, told
from workers.simulators.providers.forms import Keys, Said, message
from workers.simulators.providers.hearing import heard

SENT_MAX: Final = 100_000
LIFE_S: Final = 3_600
FEATURES: Final = ("REVOCATION", "RICHCARD_STANDALONE", "RICHCARD_CAROUSEL", "ACTION_DIAL", "ACTION_OPEN_URL")
LISTED_MAX: Final = 10_000
REFUSALS: Final = {
    "bad_number": (404, "NOT_FOUND"),
    "bad_content": (400, "INVALID_ARGUMENT"),
    "bad_extension": (400, "INVALID_ARGUMENT"),
    "busy": (429, "RESOURCE_EXHAUSTED"),
    "too_fast": (429, "RESOURCE_EXHAUSTED"),
}
EVENTS: Final = {"DELIVRD": "DELIVERED", "ACCEPTD": "IS_TYPING"}
EXPIRED: Final = "TTL_EXPIRATION_REVOKED"


class Platform:
    """One agent's side of the platform. A message id it knows is never taken again."""

    def __init__(self, keys: Keys, callback: str, journal: Journal, profile: Profile) -> None:
        self._keys, self._callback = keys, callback
        self._sent: dict[str, str] = {}  # message id → number
        self._told: set[str] = set()  # whose end was told
        self.carrier = Carrier(
            keys.name, keys.secret, callback, journal, profile, written=self._letter, call_receipts_max=1
        )

    async def token(self, request: web.Request) -> web.StreamResponse:
        given = await request.post()
        if not proven(str(given.get("assertion", "")), self._keys):
            return told(400, {"error": "invalid_grant", "error_description": "the claim is not this account's"})
        return told(200, {"access_token": token_of(self._keys), "expires_in": LIFE_S, "token_type": "Bearer"})

    def known(self, take: Handling) -> Handling:
        """Only for who shows an access token."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            if self.carrier.profile.down:
                return web.Response(status=503, text="<html><body>Service Unavailable</body></html>")
            shown = request.headers.get("Authorization", "")
            if not hmac.compare_digest(shown.encode(), f"Bearer {token_of(self._keys)}".encode()):
                return _refusal(401, "UNAUTHENTICATED")
            try:
                return await take(request)
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                return _refusal(400, "INVALID_ARGUMENT")

        return guarded

    async def message(self, request: web.Request) -> web.StreamResponse:
        number, name = request.match_info["number"], request.query["messageId"]
        shown = {"name": f"phones/{number}/agentMessages/{name}", "sendTime": _now()}
        if name in self._sent:
            return told(200, shown)
        text, files = _shown(json.loads(await request.read())["contentMessage"])
        taken = self.carrier.take([message(number, text, name) | {"files": files}], self._callback)
        if taken[0].own_id:
            if len(self._sent) >= SENT_MAX:
                self._sent.pop(next(iter(self._sent)))
            self._sent[name] = number
        answer = taken[0].answer
        status, content = (200, shown) if "id" in answer else _fault(*REFUSALS.get(answer["code"], (500, "INTERNAL")))
        return await self.carrier.reply(request, taken, content, status, busy=_fault(503, "UNAVAILABLE")[1])

    async def revoke(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if self._sent.get(name) != request.match_info["number"] or name in self._told:
            return _refusal(404, "NOT_FOUND")
        self._told.add(name)
        self.carrier.callbacks.withdraw("reference", name)
        self.carrier.journal.write([{"kind": "revoked", "reference": name}])
        return told(200, {})

    async def capabilities(self, request: web.Request) -> web.StreamResponse:
        self.carrier.journal.write([{"kind": "asked", "to": request.match_info["number"]}])
        if not self._reaches(request.match_info["number"]):
            return _refusal(404, "NOT_FOUND")
        return told(200, {"features": list(FEATURES)})

    async def listed(self, request: web.Request) -> web.StreamResponse:
        numbers = json.loads(await request.read())["users"]
        if not 0 < len(numbers) <= LISTED_MAX:
            return _refusal(400, "INVALID_ARGUMENT")
        self.carrier.journal.write([{"kind": "asked", "to": number} for number in numbers])
        return told(200, {"reachableUsers": [number for number in numbers if self._reaches(number)]})

    def _reaches(self, number: str) -> bool:
        return self.carrier.profile.script(number).refusal != "bad_number"

    def _letter(self, receipts: list[Waiting], at: datetime) -> Letter:
        shown = receipts[0].shown
        name, word = str(shown.get("reference") or shown["id"]), EVENTS.get(shown["status"], EXPIRED)
        if word != "IS_TYPING":
            self._told.add(name)
        who = "phoneNumber" if word == EXPIRED else "senderPhoneNumber"
        event = {who: receipts[0].number, "eventType": word, "messageId": name, "sendTime": _now()}
        return signed(receipts[0].url, event, self._keys)


def reply(said: Said, url: str, keys: Keys) -> Letter:
    """What a person writes, or the suggestion that was chosen."""
    chosen = {"suggestionResponse": {"type": "REPLY", "text": said.text, "postbackData": said.postback}}
    event = {"senderPhoneNumber": said.number, "messageId": secrets.token_hex(16), "sendTime": _now()}
    return signed(url, event | (chosen if said.postback else {"text": said.text}), keys)


def signed(url: str, event: Mapping[str, Any], keys: Keys) -> Letter:
    data = json.dumps(event, ensure_ascii=False).encode()
    body = json.dumps({"message": {"data": base64.b64encode(data).decode(), "attributes": {}}}).encode()
    return Letter(url, {"Content-Type": "application/json", "X-Goog-Signature": signature(keys.secret, data)}, body)


def token_of(keys: Keys) -> str:
    return hmac.new(keys.secret.encode(), b"access token", "sha256").hexdigest()


def proven(assertion: str, keys: Keys) -> bool:
    """Whether a claim is the account's; its signature counts when we were given the public key."""
    text, _, proof = assertion.rpartition(".")
    try:
        claims = json.loads(_decoded(text.partition(".")[2]))
        if claims["iss"] != keys.name or claims["scope"] != SCOPE or claims["exp"] < datetime.now(UTC).timestamp():
            return False
        if keys.public_key:
            key = load_pem_public_key(keys.public_key.encode())
            assert isinstance(key, RSAPublicKey), "claims are signed with RSA"
            key.verify(_decoded(proof), text.encode(), PKCS1v15(), SHA256())
    except (ValueError, KeyError, TypeError, InvalidSignature):
        return False
    return True


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _shown(content: dict[str, Any]) -> tuple[str, list[str]]:
    """What a person reads, and what the cards show."""
    card = content.get("richCard", {})
    cards = card.get("carouselCard", {}).get("cardContents") or [
        found for found in [card.get("standaloneCard", {}).get("cardContent")] if found
    ]
    lines = [each[name] for each in cards for name in ("title", "description") if name in each]
    files = [each["media"]["contentInfo"]["fileUrl"] for each in cards if "media" in each]
    return content.get("text") or "\n".join(lines) or "-", files


def _fault(status: int, word: str) -> tuple[int, dict[str, Any]]:
    return status, {"error": {"code": status, "message": word, "status": word}}


def _refusal(status: int, word: str) -> web.Response:
    return told(*_fault(status, word))


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def application(keys: Keys, callback: str, journal: Journal, profile: Profile) -> web.Application:
    """The platform's routes beside the control page of every carrier."""
    platform = Platform(keys, callback, journal, profile)
    phone = "/v1/phones/{number}"
    posts = {
        "/token": platform.token,
        f"{phone}/agentMessages": platform.known(platform.message),
        "/v1/users:batchGet": platform.known(platform.listed),
        "/control/mo": heard(platform.carrier, keys, callback, reply),
    }
    app = served(platform.carrier, posts)
    app.router.add_get(f"{phone}/capabilities", platform.known(platform.capabilities))
    app.router.add_delete(f"{phone}/agentMessages/{{name}}", platform.known(platform.revoke))
    return app
