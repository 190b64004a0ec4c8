"""The state table, step by step, and the names of what is missing."""

from __future__ import annotations

import pytest

from tenants.core.errors import WrongState
from tenants.filings.states import CODES, OVER, TRANSITIONS, Kind, State, code

STEPS = {
    ("prepared", "submitted"), ("prepared", "withdrawn"), ("submitted", "filed"), ("submitted", "rejected"),
    ("filed", "rejected"), ("filed", "expired"),
}  # fmt: skip


@pytest.mark.parametrize("before", State)
@pytest.mark.parametrize("after", State)
def test_a_filing_moves_along_the_table_only(before: State, after: State) -> None:
    assert TRANSITIONS.allows(before, after) == ((before, after) in STEPS)
    if (before, after) not in STEPS:
        with pytest.raises(WrongState):
            TRANSITIONS.check(before, after)


def test_after_an_end_another_round_may_be_asked_for() -> None:
    assert {State.REJECTED, State.EXPIRED, State.WITHDRAWN} <= OVER
    assert not OVER & {State.PREPARED, State.SUBMITTED, State.FILED}


def test_every_way_not_to_be_filed_has_a_code_and_only_those() -> None:
    passing = {State.FILED, State.NOT_NEEDED, State.CODELESS}
    found = {code(kind, state) for kind in Kind for state in State if state not in passing}
    assert found | {"template_codeless"} == CODES
    assert {"template_not_filed", "link_rejected", "signature_waiting", "qualification_expired"} <= CODES
