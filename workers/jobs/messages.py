"""Sending: one batch a job. Claim it, then slice by slice: choose a channel, commit `submitting`, send with no
transaction open, write the answers down; give back what the pace did not allow, and ring for the next. What leaves over
links is handed to the gateway instead.
"""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Mapping, Sequence

import structlog
from sqlalchemy import select

from tenants import messages, routing
from tenants.accounts.models import Tenant
from tenants.accounts.vaults import vault
from tenants.core import crash, jobs, scopes
from tenants.core.db import db
from tenants.core.jobs import Job, Lane
from tenants.core.scopes import Reason
from tenants.messages import Answer, Claim, Picked, Result, Writer, handing
from workers import channels
from workers.channels import Accepted, Code, Refused, SendResult
from workers.channels.settings import opened
from workers.jobs import revoking, rich, stopping, strides

log = structlog.get_logger()

# A job begins no slice later than this even when its batch is not empty, so that others get their turn: a small run
# launched behind big ones waits for a job to end.
JOB_S = 2.0
SLICES_MAX = 50
# No channel serves the group: staff must add one; ask again this often.
NO_CHANNEL_S = 30.0
# The shortest time before channels are asked again that had nothing to give.
AGAIN_S = 0.05
# A channel with links has as many batches as it may: a gateway that ends one rings for the next.
FULL_S = 0.25


def send_batch(lane: str = str(Lane.BULK)) -> None:
    """Send the next ready batch of a lane, and ring again when there was one."""
    with scopes.platform(Reason.DISPATCH):
        claim = messages.claim(lane)
    if claim is None:
        return
    crash.point("after_claim")
    jobs.ring(Job.SEND_BATCH if lane == Lane.BULK else Job.SEND_URGENT, lane)
    if claim.overdue:
        with scopes.tenant(claim.tenant_id):
            messages.expire(claim.campaign_id, claim.batch_no, _basis(claim.tenant_id))
        return
    _send(claim)


def send_urgent(lane: str = str(Lane.URGENT)) -> None:
    send_batch(lane)


def recover_batch(tenant_id: int, campaign_id: int, batch_no: int) -> None:
    """A lease ran out."""
    with scopes.tenant(tenant_id):
        messages.recover(campaign_id, batch_no)


def expire_batch(tenant_id: int, campaign_id: int, batch_no: int) -> None:
    """Receipts that never came, or messages that waited too long."""
    with scopes.tenant(tenant_id):
        messages.expire(campaign_id, batch_no, _basis(tenant_id))


def retry_messages(tenant_id: int, campaign_id: int) -> None:
    """Receipts put messages of this campaign back to leave by another channel."""
    with scopes.tenant(tenant_id):
        messages.retry(campaign_id)


def _send(claim: Claim) -> None:
    with scopes.tenant(claim.tenant_id):
        writer, basis = messages.writer(claim.campaign_id, vault()), _basis(claim.tenant_id)
    group, ready = messages.group_of(claim), messages.filed(claim, writer)
    stop_at = time.monotonic() + JOB_S
    wait_s, taken, parts = 0.0, 0, 0
    # Channels that failed all that is left: it is the others' turn.
    passed: set[int] = set()
    # Channels whose pace is used up, and when to ask again. While a slice is out the pace grows on: asked at once, it
    # would give a part at a time for ever.
    spent: dict[int, float] = {}
    for number in range(SLICES_MAX):
        with scopes.platform(Reason.DISPATCH):
            want = _want(claim.left - taken, parts / taken if taken else 1.0)
            way = routing.choose(group, want, without=passed, spent=spent, ready=ready)
        if not isinstance(way, routing.Way):
            wait_s = _pause_s(way, spent, passed)
            break
        if way.kind in channels.LINK_KINDS:
            if not _has_for(claim, way):
                _return_unused(way, ())
                passed.add(way.channel_id)
                continue
            if _hand(claim, way):
                return
            wait_s = FULL_S
            break
        patience_s = revoking.patience_s(claim, way)
        rich.sort_out(claim, way, writer)
        key = f"slice:{claim.lease.hex}:{number}"
        picked = _begin(claim, way, writer, key)
        if picked is None:
            return
        _return_unused(way, picked)
        if not picked:
            if not way.others:
                break
            passed.add(way.channel_id)
            continue
        if way.grant.wait_s and _parts(picked) >= way.grant.parts:
            spent[way.channel_id] = time.monotonic() + way.grant.wait_s
        taken, parts = taken + len(picked), parts + _parts(picked)
        results = _leave(claim, way, writer, picked)
        over = time.monotonic() > stop_at or stopping.asked()
        last = over or taken >= claim.left or number == SLICES_MAX - 1
        with scopes.tenant(claim.tenant_id):
            revoke_at = messages.revoking.plan(claim, patience_s) if patience_s else None
            messages.record(
                results, channel_id=way.channel_id, basis=basis, key=f"{key}:answers", index_refs=not _echoes(way),
                others=way.others, revoke_at=revoke_at,
            )  # fmt: skip
            if last:
                messages.give_back(claim)
            crash.point("before_recorded")
        crash.point("after_recorded")
        _tell_breaker(way, results)
        if last:
            return
    with scopes.tenant(claim.tenant_id):
        messages.give_back(claim, wait_s=wait_s)


def _want(left: int, parts: float) -> int:
    """How many parts to ask for, so that no pace is kept from other batches that this one has no use for.

    `left` messages of so many `parts` each, as far as is known: the first slice tells.
    """
    return min(messages.SLICE_MAX, max(1, math.ceil(left * parts)))


def _pause_s(again_s: float | None, spent: Mapping[int, float], passed: Collection[int]) -> float:
    """How long to leave a batch alone that no channel takes now: until the first of them may be asked again."""
    waits = [until - time.monotonic() for until in spent.values()]
    if again_s is not None:
        waits.append(again_s)
    if not waits:
        return 0.0 if passed else NO_CHANNEL_S
    return max(AGAIN_S, min(waits))


def _has_for(claim: Claim, way: routing.Way) -> bool:
    """Whether a channel with links would find anything in the batch; where there is no other, its gateway will see."""
    if not way.others:
        return True
    with scopes.tenant(claim.tenant_id):
        return messages.has_for(claim, way.channel_id, others=True)


def _hand(claim: Claim, way: routing.Way) -> bool:
    """Leave the batch to the gateway that keeps the channel's links; False when it has enough to do."""
    with scopes.platform(Reason.DISPATCH):
        if way.grant.bounded:
            routing.give_back(way.channel_id, way.grant.parts)
        handed = handing.hand(claim, way.channel_id)
        if way.probe and not handed:
            routing.end_probe(way.channel_id)
    if handed:
        handing.ring(way.channel_id)
    return handed


def _return_unused(way: routing.Way, picked: Sequence[Picked]) -> None:
    used = _parts(picked)
    if way.grant.bounded and used != way.grant.parts:
        with scopes.platform(Reason.DISPATCH):
            routing.give_back(way.channel_id, way.grant.parts - used)
    if way.probe and not picked:
        with scopes.platform(Reason.DISPATCH):
            routing.end_probe(way.channel_id)


def _parts(picked: Sequence[Picked]) -> int:
    return sum(each.segments for each in picked)


def _tell_breaker(way: routing.Way, results: Sequence[Result]) -> None:
    """What the call says of the channel. A call that went well on a channel in order need not be told."""
    failure = messages.verdict(results) or ""
    if failure or way.failures or way.probe:
        with scopes.platform(Reason.DISPATCH):
            routing.called(way.channel_id, failure)


def _begin(claim: Claim, way: routing.Way, writer: Writer, key: str) -> list[Picked] | None:
    parts = min(way.grant.parts, strides.most(way.channel_id))
    with scopes.tenant(claim.tenant_id):
        picked = messages.begin_slice(claim, way.channel_id, parts, writer.signature_id, key, others=way.others)
    crash.point("after_submitting")
    return picked


def _leave(claim: Claim, way: routing.Way, writer: Writer, picked: Sequence[Picked]) -> list[Result]:
    """Hand a slice to the carrier; what it said."""
    outgoing = rich.outgoing(claim, way, writer, picked)
    # No transaction is open here: a slow carrier holds nothing of the database.
    answers = channels.send(way.kind, opened(way.channel_id, way.settings, way.secrets), outgoing)
    crash.point("after_sent")
    untried = [each for each, answer in zip(picked, answers, strict=True) if _untried(answer)]
    strides.learn(way.channel_id, _parts(picked), _parts(untried))
    return [_result(each, answer) for each, answer in zip(picked, answers, strict=True)]


def _echoes(way: routing.Way) -> bool:
    """Whether receipts of this channel carry our reference; a setting says so for a carrier that could and does not."""
    return channels.adapter(way.kind).echoes_reference and not way.settings.get("no_echo")


def _untried(answer: SendResult) -> bool:
    return isinstance(answer, Refused) and answer.code == Code.NOT_TRIED


def _result(picked: Picked, answer: SendResult) -> Result:
    if isinstance(answer, Accepted):
        return Result(picked.id, picked.attempt, Answer.ACCEPTED, provider_ref=answer.provider_ref)
    if _untried(answer):
        return Result(picked.id, picked.attempt, Answer.LATER)
    if isinstance(answer, Refused):
        patient = routing.blame(answer.code) is routing.Blame.PACE
        verdict = Answer.REFUSED if not answer.retryable else Answer.LATER if patient else Answer.AGAIN
        return Result(picked.id, picked.attempt, verdict, code=answer.code)
    return Result(picked.id, picked.attempt, Answer.DOUBT, code="answer_lost")


def _basis(tenant_id: int) -> str:
    return db.session.scalars(select(Tenant.basis).where(Tenant.id == tenant_id)).one()
