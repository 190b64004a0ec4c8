"""Pure: from what channels did lately to who loses or gains points.

A channel is judged beside the others that serve the same side (operator, or country abroad). It is bad when too much
of what it took failed by its own fault, or stayed in doubt, or was answered or delivered too slowly; or when far less
of it arrives than of what the others took. When all are bad, or the only one is, nothing happens.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

POINTS_MAX: Final = 100
# Fewer things seen say nothing, unless they are all there are and speak with one voice (see `leans`).
SEEN_MIN: Final = 10
ERRORS: Final = 0.15  # of the answers: refused by the channel's fault, throttled or in doubt
FAILED: Final = 0.15  # of the receipts: failed by the channel's fault
BEHIND: Final = 0.25  # how much less arrives than by the others
SLOW: Final = 0.30  # of the answers or of what was delivered
USUAL: Final = 0.10  # what never arrives anyway, where no other channel tells
# A bad channel loses so many times its bad share of the points it has, and no fewer than this.
HARSHNESS: Final = 1.5
DROP_MIN: Final = 10
RISE: Final = 10


@dataclass
class Sums:
    """What a channel did on a side. `late`: delivered only after long."""

    accepted: int = 0
    throttled: int = 0
    refused: int = 0
    rejected: int = 0
    doubted: int = 0
    slow: int = 0
    delivered: int = 0
    failed: int = 0
    undelivered: int = 0
    late: int = 0

    @property
    def answers(self) -> int:
        return self.accepted + self.throttled + self.refused + self.rejected + self.doubted

    @property
    def receipts(self) -> int:
        return self.delivered + self.failed + self.undelivered

    @property
    def errors(self) -> int:
        return self.refused + self.doubted + self.throttled

    def add(self, other: Sums) -> None:
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True)
class Bad:
    """Why a channel is bad (receipts, errors, slow), how large the share is, of how many, and the others' share."""

    reason: str
    share: float
    seen: int
    others: float | None = None


def verdict(own: Sums, others: Sums) -> Bad | None:
    """The worst that can be said of a channel; None when it is well or too little was seen."""
    found = []
    if own.receipts >= SEEN_MIN:
        failed, missing = own.failed / own.receipts, (own.receipts - own.delivered) / own.receipts
        usual = (others.receipts - others.delivered) / others.receipts if others.receipts >= SEEN_MIN else USUAL
        if failed >= FAILED:
            found.append(Bad("receipts", failed, own.receipts))
        if missing - usual >= BEHIND:
            found.append(Bad("receipts", missing, own.receipts, usual))
        if own.delivered and own.late / own.receipts >= SLOW:
            found.append(Bad("slow", own.late / own.receipts, own.receipts))
    if own.answers >= SEEN_MIN:
        if own.errors / own.answers >= ERRORS:
            found.append(Bad("errors", own.errors / own.answers, own.answers))
        if own.slow / own.answers >= SLOW:
            found.append(Bad("slow", own.slow / own.answers, own.answers))
    return max(found, key=lambda bad: bad.share, default=None)


def leans(own: Sums) -> bool:
    """Whether the little that was seen speaks against letting it rise."""
    bad, good = own.failed + own.errors, own.delivered + own.accepted - own.failed - own.undelivered
    return bad > max(good, 0)


@dataclass(frozen=True)
class Standing:
    """A channel on a side: its points, what was seen since they changed last, and whether it rested long enough."""

    channel_id: int
    points: int
    seen: Sums = field(default_factory=Sums)
    may_rise: bool = True


@dataclass(frozen=True)
class Change:
    """Points that change, and why: `bad` when they fall, None when they recover."""

    channel_id: int
    before: int
    after: int
    bad: Bad | None


def changes(side: Sequence[Standing], peers: Mapping[int, Iterable[int]]) -> list[Change]:
    """What changes on one side. `peers` are, for each channel, the others that could take over its messages."""
    seen = {each.channel_id: each.seen for each in side}
    verdicts = {each.channel_id: verdict(each.seen, _together(seen, peers[each.channel_id])) for each in side}
    found = []
    for each in side:
        bad = verdicts[each.channel_id]
        if bad is None:
            if each.points < POINTS_MAX and each.may_rise and not leans(each.seen):
                found.append(Change(each.channel_id, each.points, min(POINTS_MAX, each.points + RISE), None))
        elif each.points and any(verdicts.get(peer) is None for peer in peers[each.channel_id]):
            lost = max(DROP_MIN, round(each.points * min(1.0, HARSHNESS * bad.share)))
            found.append(Change(each.channel_id, each.points, max(0, each.points - lost), bad))
    return found


def _together(seen: Mapping[int, Sums], ids: Iterable[int]) -> Sums:
    total = Sums()
    for id in ids:
        total.add(seen.get(id, Sums()))
    return total
