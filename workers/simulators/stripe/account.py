"""One account at work on one request: finds and saves its objects, and says what happened as events."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from workers.simulators.stripe import shapes
from workers.simulators.stripe.errors import ApiError, no_such
from workers.simulators.stripe.shapes import new_id
from workers.simulators.stripe.store import Object, Store


@dataclass(slots=True)
class Account:
    """`name` is empty for the platform itself and `acct_…` for a connected account."""

    store: Store
    name: str = ""
    livemode: bool = False
    pages: str = ""  # the address under which browsers find the hosted pages
    delivers: bool = False  # whether anybody is told of events
    delay_s: float = 0.0
    key: str | None = None
    request_id: str = field(default_factory=lambda: new_id("req", 14))
    emitted: list[str] = field(default_factory=list)

    def does(self, work: Callable[[], Object]) -> Object:
        """One request in one transaction. A declined card leaves its traces, every other refusal leaves nothing."""
        declined: ApiError | None = None
        try:
            with self.store.transaction():
                try:
                    return work()
                except ApiError as error:
                    if error.status != 402:
                        raise
                    declined = error
        except ApiError:
            self.emitted.clear()
            raise
        raise declined

    def find(self, kind: str, given: str, param: str = "id") -> Object:
        found = self.store.get(self.name, given, kind)
        if found is None or found.get("deleted"):
            raise no_such(kind, given, param)
        return found

    def save(self, content: Object) -> Object:
        content.setdefault("livemode", self.livemode)
        self.store.put(self.name, content)
        return content

    def emit(self, kind: str, content: Object) -> None:
        """Writes the event with the object as it is now; delivery comes later and elsewhere."""
        event = shapes.event(kind, content, {"id": self.request_id, "idempotency_key": self.key})
        event["pending_webhooks"] = int(self.delivers)
        if self.name:
            event["account"] = self.name
        self.save(event)
        self.emitted.append(event["id"])
        if self.delivers:
            self.store.post(self.name, event["id"], time.time() + self.delay_s)
