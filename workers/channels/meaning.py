"""Pure: reading a carrier's codes by its tables, the same way for every kind."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from workers.channels.base import REASON_CHARACTERS_MAX, Code, Doubtful, Outcome, Refused, SendResult

Refusals = Mapping[str, tuple[Code, bool]]  # its code → ours, whether another attempt or another channel may help
Causes = Mapping[str, tuple[Outcome, Code | None]]  # its code inside a receipt → what became of the message, and why

CODE_CHARACTERS_MAX: Final = 60


def refused(carrier_code: str, refusals: Refusals) -> Refused:
    """A refusal in our terms. `Family.Detail` falls back to `Family`; an unknown one is not tried again."""
    shown = carrier_code[:CODE_CHARACTERS_MAX]
    found = refusals.get(carrier_code) or refusals.get(carrier_code.partition(".")[0])
    code, retryable = found or (Code.UNKNOWN, False)
    return Refused(code, retryable, f"refused with {shown}"[:REASON_CHARACTERS_MAX], shown)


def verdict(carrier_code: str, refusals: Refusals, doubts: Collection[str], *, broken: bool = False) -> SendResult:
    """What an answer without success means. `doubts` are codes a carrier may give after it took the message; of a
    `broken` answer, one with a status of 500 or more, only the codes we know count."""
    family = carrier_code.partition(".")[0]
    if carrier_code in refusals:
        return refused(carrier_code, refusals)
    if carrier_code in doubts or family in doubts or (broken and family not in refusals):
        return Doubtful(f"answered with {carrier_code[:CODE_CHARACTERS_MAX]}")
    return refused(carrier_code, refusals)


def cause(carrier_code: str, causes: Causes) -> tuple[Outcome, Code | None]:
    """What a code inside a receipt means; `MK:0001` falls back to `MK`."""
    found = causes.get(carrier_code) or causes.get(carrier_code.partition(":")[0])
    return found or (Outcome.UNDELIVERED, Code.UNKNOWN)
