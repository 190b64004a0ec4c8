"""Events on their way: signed as Stripe signs them, repeated until a 2xx; if asked held, doubled, late or shuffled."""

from __future__ import annotations

import asyncio
import hmac
import json
import random
import time
from dataclasses import dataclass, replace
from typing import Any, Final, Self

import aiohttp

from workers.simulators.stripe import shapes
from workers.simulators.stripe.store import Store

LOOK_S: Final = 0.05
ROUND_MAX: Final = 50
RETRY_S: Final = (0.5, 1, 2, 5, 10, 30, 60)
ATTEMPTS_MAX: Final = len(RETRY_S)
CALL_S: Final = 10.0
COPIES_MAX: Final = 10


@dataclass(frozen=True, slots=True)
class Manner:
    """How events are delivered. `copies` beyond the first are duplicates; `shuffle` mixes what is due at one look."""

    hold: bool = False
    copies: int = 1
    delay_s: float = 0.0
    shuffle: bool = False

    def changed(self, wishes: dict[str, Any]) -> Self:
        if set(wishes) - {"hold", "copies", "delay_s", "shuffle"}:
            raise ValueError("known are hold, copies, delay_s and shuffle")
        made = replace(self, **wishes)
        if not isinstance(made.hold, bool) or not isinstance(made.shuffle, bool):
            raise ValueError("hold and shuffle are true or false")
        if not isinstance(made.copies, int) or not 1 <= made.copies <= COPIES_MAX:
            raise ValueError(f"copies are from 1 to {COPIES_MAX}")
        if not isinstance(made.delay_s, int | float) or made.delay_s < 0:
            raise ValueError("delay_s is not negative")
        return made


def signature(secrets: list[str], body: bytes, at: int) -> str:
    """The header Stripe-Signature; two secrets are two v1 while one replaces the other."""
    signed = str(at).encode() + b"." + body
    digests = [hmac.new(secret.encode(), signed, "sha256").hexdigest() for secret in secrets]
    return ",".join([f"t={at}", *(f"v1={digest}" for digest in digests)])


@dataclass(slots=True)
class Webhooks:
    """The one endpoint and what is due to it. Nothing is delivered when `url` is empty."""

    store: Store
    url: str
    secrets: list[str]
    manner: Manner = Manner()
    _session: aiohttp.ClientSession | None = None

    async def run(self) -> None:
        async with aiohttp.ClientSession() as self._session:
            while True:
                await asyncio.sleep(LOOK_S)
                if self.url and not self.manner.hold:
                    await self.look()

    async def look(self) -> None:
        """Delivers what is due now."""
        due = self.store.due(time.time(), ATTEMPTS_MAX, ROUND_MAX)
        if self.manner.shuffle:
            random.shuffle(due)
        for event, account, attempts in due:
            await self.deliver(event, account, attempts)

    async def deliver(self, event: str, account: str, attempts: int) -> None:
        found = self.store.get(account, event, "event")
        assert found is not None, "a delivery is written in the same transaction as its event"
        statuses = [await self._post(found) for _ in range(self.manner.copies)]
        delivered = any(200 <= status < 300 for status in statuses)
        self.store.tried(event, delivered, time.time() + RETRY_S[min(attempts, ATTEMPTS_MAX - 1)])
        if delivered:
            self.store.put(account, {**found, "pending_webhooks": 0})

    async def _post(self, event: dict[str, Any]) -> int:
        assert self._session is not None, "run() opens the session"
        body = json.dumps(shapes.shown(event), indent=2).encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(self.secrets, body, int(time.time())),
            "User-Agent": "Stripe/1.0 (local stand-in)",
        }
        limit = aiohttp.ClientTimeout(total=CALL_S)
        try:
            # Redirects count as failures: Stripe follows none.
            async with self._session.post(
                self.url, data=body, headers=headers, timeout=limit, allow_redirects=False
            ) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0
