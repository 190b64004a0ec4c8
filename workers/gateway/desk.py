"""The SQL of the gateway. Everything here is synchronous and runs in a thread of its own, in the scope it names."""

from __future__ import annotations

import asyncio
import math
import uuid
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final, ParamSpec, TypeVar

import structlog
from flask import Flask, current_app
from sqlalchemy import Connection, event, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, SessionTransaction

from tenants import messages, routing
from tenants.accounts.models import Tenant
from tenants.accounts.vaults import vault
from tenants.core import agenda, crash, jobs, scopes
from tenants.core.db import db
from tenants.core.jobs import Job, Lane
from tenants.core.scopes import Reason
from tenants.messages import Claim, Incoming, Picked, Result, Writer, handing, inbound
from tenants.routing import Grant, Place
from tenants.routing.leases import Kept, Line, Share
from tenants.routing.pace import unlimited
from workers.channels import Inbound, settings
from workers.gateway.clock import now

log = structlog.get_logger()
P = ParamSpec("P")
T = TypeVar("T")

THREADS: Final = 8
# Whoever takes channels over does not wait longer than this at a time for rows that are locked.
LOCKED_S: Final = 2
_HURRY: Final = select(func.set_config("lock_timeout", f"{LOCKED_S}s", True))


# How old may be what is known of a batch's other channels and filings when more of it leaves.
PLACE_S: Final = 1.0


@dataclass(slots=True, eq=False)
class Work:
    """A batch that was taken up. `open`: messages whose outcome is not written down; `dry`: nothing more to begin;
    `lost`: not ours any more; `returned`: left to other channels. `place`: how this channel stood to it at `placed_at`.
    """

    claim: Claim
    writer: Writer
    basis: str
    place: Place = field(default_factory=lambda: Place(True, False))
    placed_at: float = -math.inf
    open: int = 0
    dry: bool = False
    slices: int = 0
    begun: int = 0  # messages
    lost: bool = False
    returned: bool = False

    @property
    def urgent(self) -> bool:
        return self.claim.lane == Lane.URGENT

    def leave(self) -> None:
        """Begin no more of it: when what is under way is written down, it is anybody's."""
        self.dry = self.returned = True

    @property
    def over(self) -> bool:
        return self.dry and not self.open


@dataclass(frozen=True, slots=True)
class Begun:
    """A slice that is `submitting`. `picked` None: the batch is not ours any more. `wait_s`: the pace has none yet."""

    picked: Sequence[Picked] | None
    wait_s: float = 0.0


@dataclass
class Desk:
    """Runs a function of this module in a thread, inside the application's context."""

    app: Flask
    gateway: uuid.UUID = field(default_factory=uuid.uuid4)
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(THREADS, "desk"))

    async def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        def inside() -> T:
            with self.app.app_context():
                return function(*args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self.pool, inside)


def bound(stall_s: int) -> None:
    """From now on a transaction of this process that stands still for so long loses its session, and the rows it locked
    are free."""
    bind = select(func.set_config("idle_in_transaction_session_timeout", f"{stall_s}s", True))

    def begun(_session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
        connection.execute(bind)

    event.listen(db.session, "after_begin", begun)


def failed(what: str, error: Exception, **more: object) -> None:
    """Into the log: of the database's errors only the class, for their text holds what was written; of bugs, all."""
    known = isinstance(error, DBAPIError)
    log.error(what, error=type(error).__qualname__, exc_info=None if known else error, **more)


def keep(gateway: uuid.UUID, kinds: Collection[str]) -> Share:
    """Say that we live, and which channels are ours now."""
    with scopes.platform(Reason.DISPATCH):
        routing.leases.beat(gateway)
    with scopes.platform(Reason.DISPATCH):
        db.session.execute(_HURRY)
        share = routing.leases.keep(gateway, kinds)
        if share.taken:
            handing.revoke(share.taken)
    return share


def release(gateway: uuid.UUID, channel_id: int) -> None:
    with scopes.platform(Reason.DISPATCH):
        routing.leases.release(gateway, channel_id)


def leave(gateway: uuid.UUID) -> None:
    with scopes.platform(Reason.DISPATCH):
        routing.leases.leave(gateway)


def tell(gateway: uuid.UUID, lines: Sequence[Line]) -> None:
    with scopes.platform(Reason.DISPATCH):
        routing.leases.tell(gateway, lines)


def renew(claims: Collection[Claim]) -> set[uuid.UUID]:
    with scopes.platform(Reason.DISPATCH):
        return handing.renew(claims)


def return_handed(channel_id: int) -> None:
    """The channel takes nothing more: what waits for it is anybody's."""
    with scopes.platform(Reason.DISPATCH):
        handing.return_handed(channel_id)


def alone(channel_id: int, reason: str) -> None:
    """The channel has no link: its breaker says so, and what waits for it is anybody's."""
    with scopes.platform(Reason.DISPATCH):
        routing.unlinked(channel_id, reason)
        handing.return_handed(channel_id)


def called(channel_id: int, failure: str) -> bool:
    """Tell the breaker what a set of answers came to; whether the channel is to be left alone now."""
    with scopes.platform(Reason.DISPATCH):
        left_alone = routing.called(channel_id, failure)
        if left_alone:
            handing.return_handed(channel_id)
    return left_alone


def end_probe(channel_id: int) -> None:
    """Nothing came of a probe: it never left."""
    with scopes.platform(Reason.DISPATCH):
        routing.end_probe(channel_id)


def take_up(channel_id: int, limit: int) -> list[Work]:
    """Batches that were handed to a channel, ready to be begun."""
    with scopes.platform(Reason.DISPATCH):
        claims = handing.take_up(channel_id, limit)
    found = []
    for claim in claims:
        with scopes.tenant(claim.tenant_id):
            basis = db.session.scalars(select(Tenant.basis).where(Tenant.id == claim.tenant_id)).one()
            if claim.overdue:
                messages.expire(claim.campaign_id, claim.batch_no, basis)
            else:
                found.append(Work(claim, messages.writer(claim.campaign_id, vault()), basis))
    return found


def begin(work: Work, kept: Kept, want: int) -> Begun:
    """Commit a slice as `submitting`."""
    grant = _granted(work, kept, want)
    if not grant.parts:
        return Begun((), grant.wait_s)
    picked = _picked(work, kept, grant.parts)
    if work.place.most is not None:
        work.leave()
    unused = grant.parts - sum(each.segments for each in picked or ())
    in_vain = work.place.probe and not picked
    if in_vain or (grant.bounded and unused):
        with scopes.platform(Reason.DISPATCH):
            if grant.bounded:
                routing.give_back(kept.channel_id, unused)
            if in_vain:
                routing.end_probe(kept.channel_id)
    return Begun(picked)


def _granted(work: Work, kept: Kept, want: int) -> Grant:
    """How much of a batch may leave now; whether it may at all is asked anew when that is long ago."""
    known = now() - work.placed_at <= PLACE_S
    if known and work.place.takes and not kept.tps:
        return unlimited(min(want, work.place.most or want))
    with scopes.platform(Reason.DISPATCH):
        if not known:
            ready = messages.filed(work.claim, work.writer)
            work.place = routing.place(kept.channel_id, messages.group_of(work.claim), ready=ready)
            work.placed_at = now()
        if not work.place.takes:
            work.leave()
            return unlimited(0)
        parts = min(want, work.place.most or want)
        return routing.take(kept.channel_id, parts) if kept.tps else unlimited(parts)


def _picked(work: Work, kept: Kept, parts: int) -> Sequence[Picked] | None:
    claim = work.claim
    key = f"slice:{claim.lease.hex}:{work.slices}"
    work.slices += 1
    with scopes.tenant(claim.tenant_id):
        picked = messages.begin_slice(
            claim, kept.channel_id, parts, work.writer.signature_id, key, fence=kept.fence, others=work.place.others
        )
        crash.point("during_submitting")
    crash.point("after_submitting")
    return picked


def record(
    channel_id: int, tenant_id: int, basis: str, results: Sequence[Result], key: str, back: Collection[Claim],
    others: bool,
) -> None:  # fmt: skip
    """Write down what became of messages of one business. `back`: batches some of them go back to; `others`: other
    channels take them too."""
    with scopes.tenant(tenant_id):
        # Whoever has such a batch now may have done with it, and would never look for them.
        for campaign_id in handing.taken_from_us(back) if back else ():
            agenda.put(Job.RETRY_MESSAGES, campaign_id)
        messages.record(results, channel_id=channel_id, basis=basis, key=key, index_refs=True, others=others)
        crash.point("before_recorded")
    crash.point("after_recorded")


def give_back(claim: Claim) -> None:
    """Nothing of a batch is under way any more: end its lease, and ring for what waits behind it."""
    with scopes.tenant(claim.tenant_id):
        messages.give_back(claim)
    _ring(claim)


def _ring(claim: Claim) -> None:
    jobs.ring(Job.SEND_URGENT if claim.lane == Lane.URGENT else Job.SEND_BATCH, claim.lane)


def store(channel_id: int, receipts: Sequence[Incoming], replies: Sequence[Inbound]) -> None:
    """Keep news in the inbox; the carrier is answered after this."""
    with scopes.platform(Reason.RECEIPTS):
        if receipts:
            messages.store(channel_id, receipts, _secret())
        if replies:
            inbound.keep(channel_id, replies)
    crash.point("after_stored")


def _secret() -> str:
    found: str = current_app.config["SETTINGS"].qunfa_secret
    return found


def opened(kept: Kept) -> dict[str, Any]:
    """A channel's settings, secrets included."""
    return settings.opened(kept.channel_id, kept.settings, kept.secrets)
