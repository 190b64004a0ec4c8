"""A campaign as its page shows it: how far it is, how fast, until when, and what may be done about it.

The page carries what it needs to know of the past in the address it polls: the version it shows and a sample of an
earlier moment, from which the next answer tells the pace. So the server keeps nothing for a page that is open.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from tenants import accounts, campaigns, ledger, messages
from tenants.campaigns import Campaign, State
from tenants.campaigns.states import LIVE, TRANSITIONS
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.money import MICRO
from tenants.message_templates.kinds import RULES, Kind
from tenants.messages import Breakdown, Progress

LIVE_S, WAITING_S = 3, 15
# A pace is measured over at least this long; after so long without any progress it is nought.
PACE_S, STALLED_S = 10.0, 30.0
WAITING = frozenset({State.IN_REVIEW, State.SCHEDULED, State.PAUSED, State.UNFUNDED, State.LIMITED})
PLANNED = frozenset({State.SENDING, State.PAUSED, State.CANCELLING, State.CANCELLED, State.FINISHED})


@dataclass(frozen=True)
class Pace:
    """`done` people at the moment `at`, and the people a second measured before it (None: not yet)."""

    at: float
    done: int
    rate: float | None = None

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Pace | None:
        """The sample in a polled address; None when there is none or it is no sample."""
        try:
            rate = float(given["r"]) if given.get("r") else None
            return cls(float(given["t"]), int(given["n"]), rate)
        except (KeyError, ValueError):
            return None

    def next(self, done: int, at: float) -> Pace:
        """The sample to go on with: a new pace when enough time has passed."""
        elapsed_s, more = at - self.at, done - self.done
        if more > 0 and elapsed_s >= PACE_S:
            return Pace(at, done, round(more / elapsed_s, 1))
        if more <= 0 and elapsed_s >= STALLED_S and self.rate:
            return Pace(at, done, 0.0)
        return self


@dataclass(frozen=True)
class Watch:
    """One look at a campaign."""

    campaign: Campaign
    progress: Progress
    pace: Pace

    @cached_property
    def state(self) -> State:
        return State(self.campaign.state)

    @property
    def planned(self) -> bool:
        """Whether there are messages to be counted."""
        return self.state in PLANNED and self.progress.total > 0

    @property
    def ended(self) -> bool:
        return self.campaign.finished_at is not None

    @property
    def people(self) -> int:
        """Who gets it: counted, or as forecast."""
        return self.progress.total or int(self.campaign.preflight.get("people", 0))

    @property
    def settled(self) -> int:
        """People whose message came to an end."""
        return self.progress.total - self.progress.open

    @property
    def bar(self) -> dict[str, int]:
        run = self.progress
        return {
            "delivered": run.delivered, "awaiting": run.awaiting, "in_doubt": run.in_doubt, "failed": run.failed,
            "queued": run.queued,
        }  # fmt: skip

    @property
    def every_s(self) -> int:
        """How often the page asks again; 0 when nothing can change any more."""
        if self.state in LIVE:
            return LIVE_S
        return WAITING_S if self.state in WAITING or (self.state is State.CANCELLED and not self.ended) else 0

    @property
    def rate(self) -> float | None:
        """People handed over a second, while it is being sent."""
        return self.pace.rate if self.state is State.SENDING and self.progress.queued else None

    @property
    def ends_at(self) -> datetime | None:
        """When the last one is handed over at this pace."""
        return now() + timedelta(seconds=self.progress.queued / self.rate) if self.rate else None

    @property
    def version(self) -> str:
        """Changes with whatever the page shows."""
        shown = (self.state, self.campaign.reason, self.campaign.name, self.ended, self.rate, self.progress)
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:12]

    @property
    def address(self) -> dict[str, str | float]:
        """What the polled address carries."""
        carried: dict[str, str | float] = {"v": self.version, "t": round(self.pace.at, 1), "n": self.pace.done}
        return carried | ({"r": self.pace.rate} if self.pace.rate is not None else {})

    @cached_property
    def breakdown(self) -> Breakdown:
        return messages.breakdown(self.campaign.id, total=self.progress.total, ended=self.ended)

    @cached_property
    def doubt_until(self) -> datetime | None:
        return messages.doubt_until(self.campaign.id) if self.progress.in_doubt else None

    @cached_property
    def pays_delivered(self) -> bool:
        """Whether the business pays for what arrived only."""
        return accounts.current().basis == "delivered"

    @cached_property
    def missing_micro(self) -> int:
        """What the balance lacks for the part that is not planned yet."""
        run = self.progress
        begun = run.held_micro + run.posted_micro + run.released_micro
        rest = int(self.campaign.preflight.get("cost_micro", 0)) - begun
        return max(rest - ledger.balance(scopes.tenant_id()).available, 0)

    @property
    def topup_micro(self) -> int:
        """What is missing in whole yuan, and no less than a top-up may be."""
        return max(-(-self.missing_micro // MICRO), 1) * MICRO

    @property
    def validity_h(self) -> int:
        """How long after its planning a message may still leave."""
        return RULES[Kind(self.campaign.kind)].validity_s // 3600

    @property
    def returns_micro(self) -> int:
        """About what comes back when the rest is cancelled: the queue's part of what is held."""
        run = self.progress
        covered = run.queued + run.submitting + run.in_doubt + (run.accepted if self.pays_delivered else 0)
        return run.held_micro * run.queued // covered if covered else 0

    @property
    def may_pause(self) -> bool:
        return self.state is State.SENDING and self.progress.queued > 0

    @property
    def may_resume(self) -> bool:
        return self.state in {State.PAUSED, State.UNFUNDED, State.LIMITED}

    @property
    def may_cancel(self) -> bool:
        """Only while something is left that has not been handed over."""
        allowed = self.state in TRANSITIONS.before(State.CANCELLING)
        return allowed and (self.progress.queued > 0 or self.state not in PLANNED)


def watch(campaign_id: int, before: Pace | None = None) -> Watch:
    """Look at a launched campaign; `before` is the sample of the page's last look."""
    campaign, progress, at = campaigns.get(campaign_id), messages.progress(campaign_id), time.time()
    pace = before.next(progress.done, at) if before else Pace(at, progress.done)
    return Watch(campaign, progress, pace)
