"""Pure: access tokens, kept until shortly before they end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Final

SPARE_S: Final = 120  # a token is renewed this long before it ends
KEPT_MAX: Final = 64

Asked = tuple[str, float]  # a token, and how many seconds it lives


class Tokens:
    """The tokens of one kind's channels, by the credentials they were asked with."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[str, float]] = {}

    async def get(self, credentials: tuple[str, ...], ask: Callable[[], Awaitable[Asked]]) -> str:
        """The token of these credentials, asked for when none is good any more."""
        name = sha256("\0".join(credentials).encode()).hexdigest()
        kept = self._kept.get(name)
        if kept is None or kept[1] < self._clock():
            token, life_s = await ask()
            if len(self._kept) >= KEPT_MAX:
                self._kept.clear()
            kept = self._kept[name] = token, self._clock() + life_s - SPARE_S
        return kept[0]

    def clear(self) -> None:
        """After one was taken from us before its time."""
        self._kept.clear()

    def __len__(self) -> int:
        return len(self._kept)
