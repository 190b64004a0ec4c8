"""Pure: how fast something may go: a small bucket of tokens, slowed down when the carrier says so, creeping back.

`limit` is what was agreed (infinite: nothing was), `pace` what holds now.
"""

from __future__ import annotations

import math

BUCKET_S = 0.1  # so much may leave at once
CREEP = 1.1  # growth in a second
HEALED_S = 60.0  # without a limit, so long after the last throttling the pace is free again
PACE_MIN = 1.0
SLOWED_S = 1.0  # a window full of throttled answers slows down once
MEASURED_S = 1.0


class Rate:
    def __init__(self, limit: float, now: float) -> None:
        self.limit = limit or math.inf
        self.pace = self.limit
        self.measured = 0.0  # what left in the last whole second
        self._tokens, self._at = 1.0, now
        self._slowed_at = -math.inf
        self._sent, self._sent_since = 0, now

    def room(self, now: float) -> float:
        """How many may leave now; less than one: none."""
        if math.isinf(self.pace):
            return math.inf
        self._creep(now)
        self._tokens = min(self._tokens + (now - self._at) * self.pace, max(self.pace * BUCKET_S, 1.0))
        self._at = now
        return self._tokens

    def wait_s(self) -> float:
        """After `room` said none: how long until there is some."""
        return max((1.0 - self._tokens) / self.pace, 0.001)

    def used(self, count: int, now: float) -> None:
        self._tokens -= count
        if now - self._sent_since >= MEASURED_S:
            self.measured = self._sent / (now - self._sent_since)
            self._sent, self._sent_since = 0, now
        self._sent += count

    def slow(self, now: float) -> None:
        """The carrier throttles: half of what went until now."""
        if now - self._slowed_at < SLOWED_S:
            return
        self._slowed_at = self._at = now
        going = max(self.measured, self._sent / max(now - self._sent_since, 0.1))
        self.pace = max(min(self.pace, going) / 2, PACE_MIN)
        self._tokens = 0.0

    def agree(self, limit: float) -> None:
        """A new limit."""
        limit = limit or math.inf
        if limit != self.limit:
            self.limit = self.pace = limit

    def _creep(self, now: float) -> None:
        if self.pace >= self.limit:
            return
        if math.isinf(self.limit) and now - self._slowed_at > HEALED_S:
            self.pace = self.limit
            return
        self.pace = min(self.pace * CREEP ** max(now - self._at, 0.0), self.limit)
