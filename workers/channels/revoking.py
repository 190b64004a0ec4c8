"""Taking many messages back at once: so many requests under way, each one's failure its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Final

import structlog

from workers.channels import http
from workers.channels.base import Field, NotReached, Receipt, Revokes, SendError, Settings

AT_ONCE: Final = 16
START_S_MAX: Final = 30.0  # no new request is begun later than this

REVOKE_MIN: Final = Field(
    "revoke_min",
    "number",
    "Minutes until it goes as SMS",
    default=10,
    low=0,
    high=1_440,
    help="What is not delivered by then is taken back; 0 never",
)

log = structlog.get_logger()


def patience_s(settings: Settings) -> float | None:
    """What the field says, in seconds."""
    return settings.number(REVOKE_MIN.name) * 60.0 or None


def revoke(chosen: Revokes, settings: Settings, wanted: Sequence[tuple[str, str]]) -> list[Receipt | SendError | None]:
    """One answer for each (number, provider_ref), in order."""
    answers = http.run(_all(chosen, settings, wanted, http.session()))
    faults = [answer for answer in answers if isinstance(answer, SendError)]
    if faults:
        log.warning("channel takes nothing back", count=len(faults), blame=faults[0].blame, reason=faults[0].reason)
    return answers


async def _all(
    chosen: Revokes, settings: Settings, wanted: Sequence[tuple[str, str]], session: http.Http
) -> list[Receipt | SendError | None]:
    room = asyncio.Semaphore(AT_ONCE)
    stop_at = time.monotonic() + START_S_MAX

    async def one(number: str, provider_ref: str) -> Receipt | SendError | None:
        async with room:
            if time.monotonic() > stop_at:
                return NotReached("the carrier is too slow")
            try:
                return await chosen.revoke(settings, number, provider_ref, session)
            except SendError as error:
                return error
            except Exception as error:  # noqa: BLE001 - what an adapter did not foresee must not lose the others' receipts
                log.error("channel adapter broke", error=type(error).__qualname__)
                return SendError(f"adapter broke: {type(error).__qualname__}")

    first = [await one(*each) for each in wanted[:1]]  # alone: it may fetch an access token, which serves all
    return [*first, *await asyncio.gather(*(one(*each) for each in wanted[1:]))]
