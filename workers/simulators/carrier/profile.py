"""How the carrier behaves as a whole: set on the command line, changed while it runs through /control."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, Self

from workers.simulators.carrier.scripts import DELIVERED, SCRIPTS, Script, Step, script_of

BURST_S: Final = 1.0  # how much unused pace may be saved up
FAILED: Final = Script("accepted, then undelivered by chance", receipts=(Step("UNDELIV", "101"),))


@dataclass(frozen=True, slots=True)
class Profile:
    """`tps` 0 is unlimited. Receipts wait `delay_s` plus up to `jitter_s` more, drawn evenly, and gather for `gather_s`
    between two rounds of calls, which makes for fewer and larger ones."""

    tps: float = 0.0
    delay_s: float = 0.5
    jitter_s: float = 1.0
    hang_s: float = 60.0
    slow_s: float = 2.0
    late_s: float = 60.0
    gather_s: float = 0.0
    undelivered_percent: float = 0.0
    default: str = ""
    plain: bool = False
    echo: bool = True
    down: bool = False
    silent: bool = False

    def changed(self, wishes: Mapping[str, Any]) -> Self:
        """A profile with some fields changed; ValueError names the first wish that is wrong."""
        kinds = {each.name: each.type for each in fields(self)}
        for name, value in wishes.items():
            if name not in kinds:
                raise ValueError(f"no such setting: {name}")
            if kinds[name] == "bool" and not isinstance(value, bool):
                raise ValueError(f"{name} must be true or false")
            if kinds[name] == "float" and (isinstance(value, bool) or not isinstance(value, int | float) or value < 0):
                raise ValueError(f"{name} must be a number, not negative")
        if wishes.get("default") and wishes["default"] not in SCRIPTS:
            raise ValueError("default must be one of the scripts")
        return replace(self, **wishes)

    def script(self, number: str) -> Script:
        if self.plain:
            return DELIVERED
        chosen = script_of(number, self.default)
        if chosen is DELIVERED and random.random() * 100 < self.undelivered_percent:  # nosec B311  # chance, no secret
            return FAILED
        return chosen

    def wait_s(self) -> float:
        return 0.0 if self.plain else self.delay_s + self.jitter_s * random.random()  # nosec B311


@dataclass(slots=True)
class Pace:
    """A token bucket."""

    tokens: float = BURST_S
    filled_at: float = field(default_factory=time.monotonic)

    def take(self, wanted: int, tps: float) -> int:
        """How many of the wanted messages may pass now."""
        if not tps:
            return wanted
        now = time.monotonic()
        room = max(1.0, tps * BURST_S)
        self.tokens = min(room, self.tokens + (now - self.filled_at) * tps)
        self.filled_at = now
        given = min(wanted, int(self.tokens))
        self.tokens -= given
        return given
