"""How long a line waits before it is tried again."""

from __future__ import annotations

import asyncio

import pytest

from workers.channels.links import Line
from workers.gateway import keeper
from workers.gateway.keeper import AGAIN_S, AGAIN_S_MAX, REFUSED_S, REFUSED_S_MAX, Keeper

FAILURES = 20


@pytest.mark.parametrize(("first_s", "most_s"), [(AGAIN_S, AGAIN_S_MAX), (REFUSED_S, REFUSED_S_MAX)])
def test_each_failure_doubles_the_wait_up_to_a_bound_and_no_two_wait_alike(
    first_s: float, most_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[tuple[float, float]] = []

    def middle(low: float, high: float) -> float:
        drawn.append((low, high))
        return 1.0

    monkeypatch.setattr(keeper.random, "uniform", middle)

    async def story() -> list[float]:
        kept = Keeper("one", Line(0, "127.0.0.1", 1), lambda line: pytest.fail("no link is wanted"), lambda: False)
        kept.task.cancel()
        waits = []
        for _ in range(FAILURES):
            kept._failed("lost", "", first_s, most_s)
            waits.append(kept._wait_s)
        return waits

    waits = asyncio.run(story())
    assert waits[:4] == [first_s, 2 * first_s, 4 * first_s, 8 * first_s]
    assert waits == sorted(waits) and waits[-1] == most_s
    assert set(drawn) == {(0.5, 1.5)}, "carriers that come back are not met by everybody at once"
