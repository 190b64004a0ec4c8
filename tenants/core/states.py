"""Pure: transition tables. A state is changed only along its table; each room keeps one in its `states.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

from tenants.core.errors import WrongState

S = TypeVar("S")


class Transitions(Generic[S]):
    """Which states may follow which: `{queued: {claimed, cancelled}, …}`. A state without a line is final."""

    def __init__(self, table: Mapping[S, frozenset[S] | set[S]]) -> None:
        self._table = {state: frozenset(after) for state, after in table.items()}

    def allows(self, now: S, then: S) -> bool:
        return then in self._table.get(now, frozenset())

    def before(self, then: S) -> frozenset[S]:
        """Every state from which `then` may be reached in one step."""
        return frozenset(state for state, after in self._table.items() if then in after)

    def final(self, state: S) -> bool:
        return not self._table.get(state)

    def check(self, now: S, then: S) -> None:
        """Raise WrongState unless `then` may follow `now`."""
        if not self.allows(now, then):
            raise WrongState(state=str(now), wanted=str(then))
