"""Columns over time: everything stands on the ground within the drawing, and what is there can be seen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from web.charts import GROUND, LEAST, STATES, TOP, ceiling, drawn

counts = st.fixed_dictionaries({state: st.integers(0, 10**7) for state in STATES})


@given(st.integers(0, 10**9))
def test_the_ceiling_is_not_far_above_and_its_half_is_whole(most: int) -> None:
    found = ceiling(most)
    assert most <= found <= max(2 * most, 2) and found % 2 == 0


@given(st.lists(counts, max_size=24))
def test_every_column_stands_on_the_ground_and_shows_each_state_there_is(found: list[dict[str, int]]) -> None:
    chart = drawn([("", each) for each in found])
    assert len(chart.columns) == len(found)
    for column, each in zip(chart.columns, found, strict=True):
        assert [piece.state for piece in column.pieces] == [state for state in STATES if each[state]]
        edge = float(GROUND)
        for piece in column.pieces:
            assert float(piece.height) >= LEAST and abs(float(piece.y) + float(piece.height) - edge) < 0.2
            edge = float(piece.y)
        assert edge >= TOP - LEAST * len(STATES) - 0.2
        assert float(column.x[:-1]) + float(column.width[:-1]) <= 100


def test_a_column_twice_as_large_is_twice_as_high() -> None:
    chart = drawn([("09", {"delivered": 100}), ("10", {"delivered": 50})])
    high, low = (float(column.pieces[0].height) for column in chart.columns)
    assert high == 2 * low == GROUND - TOP
    assert [line[1] for line in chart.lines] == [0, 50, 100]
