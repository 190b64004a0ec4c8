"""Pure: messages on their way to the links, urgent ones first, and what the answers to their parts come to."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tenants.messages import Answer, Picked, Result
from tenants.routing import Blame, blame
from workers.channels import Accepted, Code, Refused, SendResult

# A message told to wait so often goes back to the queue, where others get their turn.
THROTTLES_MAX = 20
NEVER_LEFT = Refused(Code.NOT_TRIED, True)


@dataclass(slots=True, eq=False)
class Parcel:
    """One message: its requests, one a part, and what became of each. `work` is the batch it is from; `picked` what
    the requests are still to be made of."""

    work: Any
    id: int
    attempt: int
    pdus: tuple[Any, ...]
    urgent: bool = False
    results: dict[int, SendResult] = field(default_factory=dict)
    unsent: deque[int] = field(default_factory=deque)
    throttles: int = 0
    told: bool = False  # its result was written down, or is about to be
    picked: Picked | None = None

    def __post_init__(self) -> None:
        self.unsent.extend(range(len(self.pdus)))

    @classmethod
    def sealed(cls, work: Any, picked: Picked, urgent: bool) -> Parcel:
        """A message whose requests are made when it leaves."""
        return cls(work, picked.id, picked.attempt, (None,) * picked.segments, urgent, picked=picked)

    def become(self, pdus: Sequence[Any]) -> None:
        """Its requests are made."""
        self.pdus, self.picked = tuple(pdus), None
        self.unsent = deque(range(len(self.pdus)))

    @property
    def done(self) -> bool:
        return len(self.results) == len(self.pdus)

    def give_up(self) -> None:
        """What has not left will not."""
        while self.unsent:
            self.results[self.unsent.popleft()] = NEVER_LEFT

    def result(self) -> Result:
        """The worst part decides; only what no carrier has any part of may go again."""
        if len(self.pdus) == 1 and isinstance(only := self.results[0], Accepted):
            return Result(self.id, self.attempt, Answer.ACCEPTED, only.provider_ref, refs=(only.provider_ref,))
        said = [self.results[index] for index in range(len(self.pdus))]
        taken = sum(isinstance(each, Accepted) for each in said)
        refs = tuple(each.provider_ref if isinstance(each, Accepted) else "" for each in said) if taken else ()
        if taken == len(said):
            return Result(self.id, self.attempt, Answer.ACCEPTED, refs[0], refs=refs)
        refused = [each for each in said if isinstance(each, Refused)]
        spoken = [each for each in refused if not _waits(each)]
        if len(refused) == len(said):
            return self._refused(spoken)
        if spoken or (taken and taken + len(refused) == len(said)):
            return Result(self.id, self.attempt, Answer.REFUSED, code=(spoken or refused)[0].code, refs=refs)
        return Result(self.id, self.attempt, Answer.DOUBT, code="answer_lost", refs=refs)

    def _refused(self, spoken: list[Refused]) -> Result:
        if not spoken:
            told = [each.code for each in self.results.values() if isinstance(each, Refused) and each is not NEVER_LEFT]
            return Result(self.id, self.attempt, Answer.LATER, code=told[0] if told else "")
        final = next((each for each in spoken if not each.retryable), None)
        return Result(self.id, self.attempt, Answer.REFUSED if final else Answer.AGAIN, code=(final or spoken[0]).code)


def _waits(each: Refused) -> bool:
    """Whether this was no attempt: it never left, or the carrier has no time for it now."""
    return each.retryable and blame(each.code) is Blame.PACE


class Outbox:
    """What is committed and waits for room on a link."""

    def __init__(self) -> None:
        self._queues: dict[bool, deque[Parcel]] = {True: deque(), False: deque()}
        self._parts = {True: 0, False: 0}

    def __len__(self) -> int:
        return sum(map(len, self._queues.values()))

    def before(self, urgent: bool) -> int:
        """How many parts leave before what is added now."""
        return self._parts[True] + (0 if urgent else self._parts[False])

    def add(self, parcel: Parcel) -> None:
        self._queues[parcel.urgent].append(parcel)
        self._parts[parcel.urgent] += len(parcel.unsent)

    def put_back(self, parcel: Parcel) -> None:
        """It is next."""
        self._queues[parcel.urgent].appendleft(parcel)
        self._parts[parcel.urgent] += len(parcel.unsent)

    def take(self) -> Parcel | None:
        urgent = bool(self._queues[True])
        if not self._queues[urgent]:
            return None
        parcel = self._queues[urgent].popleft()
        self._parts[urgent] -= len(parcel.unsent)
        return parcel

    def clear(self) -> list[Parcel]:
        """Everything, out of it."""
        found = []
        while parcel := self.take():
            found.append(parcel)
        return found
