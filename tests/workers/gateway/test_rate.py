"""How fast a link may go."""

from __future__ import annotations

import math

import pytest

from workers.gateway.rate import HEALED_S, PACE_MIN, Rate


def spend(rate: Rate, start: float, seconds: float, step_s: float = 0.01) -> int:
    """Everything the rate allows in this time."""
    sent = 0
    for tick in range(round(seconds / step_s)):
        at = start + tick * step_s
        room = rate.room(at)
        count = 10 if math.isinf(room) else int(room)
        rate.used(count, at)
        sent += count
    return sent


def test_a_limit_holds_in_every_second() -> None:
    rate = Rate(100, 0.0)
    assert spend(rate, 0.0, 1.0) == pytest.approx(100, abs=11)
    assert spend(rate, 1.0, 5.0) == pytest.approx(500, abs=11)


def test_a_throttled_link_goes_half_as_fast_and_creeps_back() -> None:
    rate = Rate(100, 0.0)
    spend(rate, 0.0, 2.0)
    rate.slow(2.0)
    rate.slow(2.1)  # of the same window
    assert rate.pace == pytest.approx(50, rel=0.15)
    spend(rate, 2.1, 3.0)
    assert 55 < rate.pace < 80
    spend(rate, 5.1, 20.0)
    assert rate.pace == 100


def test_a_link_without_a_limit_is_slowed_down_from_what_it_did_and_heals() -> None:
    rate = Rate(0, 0.0)
    assert math.isinf(rate.room(0.0))
    spend(rate, 0.0, 2.0)
    rate.slow(2.0)
    assert rate.pace == pytest.approx(500, rel=0.2)
    rate.room(2.0 + HEALED_S + 1)
    assert math.isinf(rate.pace)


def test_it_never_stands_still() -> None:
    rate = Rate(2, 0.0)
    for at in range(10):
        rate.slow(at * 2.0)
    assert rate.pace == PACE_MIN
    rate.agree(50)
    assert rate.pace == 50
    assert rate.wait_s() > 0
