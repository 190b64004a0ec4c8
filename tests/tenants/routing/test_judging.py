"""Who loses points and who gets them back, by what was seen."""

from __future__ import annotations

import pytest

from tenants.routing.judging import Bad, Change, Standing, Sums, changes, leans, verdict

WELL = Sums(accepted=100, delivered=95, undelivered=5)
FAILING = Sums(accepted=100, delivered=10, failed=90)


def after(*side: Standing) -> dict[int, int]:
    ids = [each.channel_id for each in side]
    return {change.channel_id: change.after for change in changes(side, {id: set(ids) - {id} for id in ids})}


@pytest.mark.parametrize(("seen", "reason"), [
    (Sums(accepted=100, delivered=40, failed=60), "receipts"),
    (Sums(accepted=60, doubted=40), "errors"),
    (Sums(accepted=60, refused=40), "errors"),
    (Sums(accepted=60, throttled=40), "errors"),
    (Sums(accepted=100, slow=60), "slow"),
    (Sums(accepted=100, delivered=95, late=60), "slow"),
    (Sums(accepted=100, delivered=30, undelivered=70), "receipts"),
])  # fmt: skip
def test_each_kind_of_trouble_is_told_from_the_others(seen: Sums, reason: str) -> None:
    found = verdict(seen, WELL)
    assert found is not None and found.reason == reason


@pytest.mark.parametrize("seen", [
    WELL, Sums(), Sums(accepted=5, failed=5), Sums(accepted=100, rejected=80, delivered=20),
    Sums(accepted=100, doubted=10, delivered=100),
])  # fmt: skip
def test_little_or_ordinary_or_the_messages_own_fault_is_no_trouble(seen: Sums) -> None:
    assert verdict(seen, WELL) is None


def test_numbers_that_do_not_answer_anywhere_are_no_fault_of_a_channel() -> None:
    dead = Sums(accepted=100, delivered=30, undelivered=70)
    assert verdict(dead, dead) is None
    assert verdict(dead, Sums()) == Bad("receipts", 0.7, 100, 0.1), "alone, it is measured by what is usual"


def test_a_bad_channel_loses_its_points_within_two_judgements() -> None:
    first = after(Standing(1, 100, Sums(accepted=100, delivered=50, failed=50)), Standing(2, 100, WELL))
    assert first == {1: 25}
    assert after(Standing(1, 25, FAILING), Standing(2, 100, WELL)) == {1: 0}
    assert after(Standing(1, 0, FAILING), Standing(2, 100, WELL)) == {}, "no change is none"


def test_slight_trouble_costs_little_and_never_less_than_ten() -> None:
    assert after(Standing(1, 100, Sums(accepted=80, refused=20)), Standing(2, 100, WELL)) == {1: 70}
    assert after(Standing(1, 20, Sums(accepted=80, refused=20)), Standing(2, 100)) == {1: 10}


def test_when_all_are_bad_or_there_is_but_one_nothing_happens() -> None:
    assert after(Standing(1, 100, FAILING), Standing(2, 100, FAILING)) == {}
    assert after(Standing(1, 100, FAILING)) == {}


def test_of_three_only_the_bad_ones_lose() -> None:
    assert after(Standing(1, 100, FAILING), Standing(2, 100, FAILING), Standing(3, 100, WELL)) == {1: 0, 2: 0}


def test_points_come_back_step_by_step_after_a_rest_and_not_against_what_is_seen() -> None:
    assert after(Standing(1, 40), Standing(2, 100, WELL)) == {1: 50}
    assert after(Standing(1, 95, WELL), Standing(2, 100)) == {1: 100}
    assert after(Standing(1, 40, may_rise=False), Standing(2, 100)) == {}
    assert after(Standing(1, 40, Sums(accepted=4, failed=4)), Standing(2, 100)) == {}
    assert leans(Sums(doubted=1))


def test_a_change_says_why() -> None:
    (change,) = changes([Standing(1, 100, FAILING), Standing(2, 100, WELL)], {1: [2], 2: [1]})
    assert change == Change(1, 100, 0, Bad("receipts", 0.9, 100))
