"""Batches handed to the gateway of a channel, taken up by it, or returned."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, text, update

from tenants import messages, routing
from tenants.core import jobs, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.jobs import Lane
from tenants.core.scopes import Reason
from tenants.messages import Claim, handing
from tenants.messages.models import Batch
from tenants.routing import leases
from tenants.routing.choose import UNLINKED_S
from tenants.routing.models import Channel, ChannelLease, Gateway, LinkState
from tests.tenants.messages import arrange

GATEWAY = uuid.UUID(int=1)


@pytest.fixture
def channel(app: Flask) -> Iterator[int]:
    """A channel with one link up, kept by a gateway that lives."""
    with scopes.platform(Reason.SWEEPS):
        made = db.session.scalars(
            insert(Channel).values(name="links", kind="smpp", created_at=now()).returning(Channel.id)
        ).one()
    keep(GATEWAY, made)
    yield made
    with scopes.platform(Reason.SWEEPS):
        for table in (ChannelLease, LinkState, Gateway):
            db.session.execute(delete(table))
        db.session.execute(delete(Channel).where(Channel.id == made))


def keep(gateway: uuid.UUID, channel_id: int) -> leases.Share:
    with scopes.platform(Reason.DISPATCH):
        leases.beat(gateway)
        share = leases.keep(gateway, {"smpp"})
        handing.revoke(share.taken)
        leases.tell(gateway, [leases.Line(channel_id, 0, "bound", now(), 1, 16, 0, 0.0, 0, 0, 0, 0, "")])
    return share


def claimed(count: int = 1) -> list[Claim]:
    with scopes.platform(Reason.DISPATCH):
        return [claim for _ in range(count) if (claim := messages.claim("bulk"))]


def states() -> list[str]:
    with scopes.platform(Reason.SWEEPS):
        return sorted(db.session.scalars(select(Batch.state)))


def hand(claim: Claim, channel_id: int) -> bool:
    with scopes.platform(Reason.DISPATCH):
        return handing.hand(claim, channel_id)


def take_up(channel_id: int) -> list[Claim]:
    with scopes.platform(Reason.DISPATCH):
        return list(handing.take_up(channel_id, 10))


def test_a_batch_that_is_handed_over_is_taken_up_once(channel: int) -> None:
    arrange.run(["000"] * 3)
    (claim,) = claimed()
    assert hand(claim, channel)
    assert states() == ["handed"]
    (taken,) = take_up(channel)
    assert (taken.id, taken.left) == (claim.id, 3) and taken.lease != claim.lease
    assert take_up(channel) == []


def test_a_channel_has_only_so_many_batches_at_a_time(channel: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handing, "HANDED_MAX", {Lane.BULK: 2, Lane.URGENT: 2})
    for _ in range(3):
        arrange.run(["000"])
    assert [hand(claim, channel) for claim in claimed(3)] == [True, True, False]
    assert len(take_up(channel)) == 2


def test_nothing_is_handed_to_a_channel_without_a_link(channel: int) -> None:
    arrange.run(["000"])
    (claim,) = claimed()
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(update(LinkState).values(links=0))
    assert not hand(claim, channel)
    group = routing.Group(claim.tenant_id, "CN", "mobile", "notice")
    with scopes.platform(Reason.DISPATCH):
        assert routing.choose(group, 1) == UNLINKED_S


def test_what_a_dead_gateway_was_handed_is_ready_again(channel: int) -> None:
    arrange.run(["000"])
    (claim,) = claimed()
    assert hand(claim, channel)
    with scopes.platform(Reason.SWEEPS):
        assert handing.return_forgotten() == 0
        db.session.execute(update(Gateway).values(heartbeat_at=text("now() - interval '1 minute'")))
        assert handing.return_forgotten() == 1
    assert states() == ["ready"]


def test_what_is_not_taken_up_in_time_is_ready_again(channel: int) -> None:
    arrange.run(["000"])
    (claim,) = claimed()
    assert hand(claim, channel)
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(update(Batch).values(ready_at=text("now() - interval '1 minute'")))
        assert handing.return_forgotten() == 1


def test_who_lost_the_channel_commits_nothing(channel: int) -> None:
    run = arrange.run(["000"] * 3)
    (claim,) = claimed()
    assert hand(claim, channel)
    (taken,) = take_up(channel)
    with scopes.tenant(run.tenant_id):
        assert messages.begin_slice(taken, channel, 1, 1, "first", fence=1)
        assert messages.begin_slice(taken, channel, 1, 1, "stale", fence=0) is None, "an older fence"
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(update(Gateway).values(heartbeat_at=text("now() - interval '1 minute'")))
    share = keep(uuid.UUID(int=2), channel)
    assert [each.fence for each in share.kept] == [2]
    with scopes.tenant(run.tenant_id):
        assert messages.begin_slice(taken, channel, 1, 1, "second", fence=1) is None
        assert messages.begin_slice(taken, channel, 1, 1, "third") is None, "the batch is not theirs any more either"
        waiting = [job.args for job in jobs.queue(Lane.CHORES).jobs]
        assert ["recover_batch", run.tenant_id, run.campaign_id, 0] in waiting
        messages.recover(run.campaign_id, 0)
    assert run.states() == {"in_doubt": 1, "queued": 2}


def test_leases_are_renewed_while_they_are_ours(channel: int) -> None:
    arrange.run(["000"])
    (claim,) = claimed()
    assert hand(claim, channel)
    (taken,) = take_up(channel)
    with scopes.platform(Reason.DISPATCH):
        assert handing.renew([taken]) == {taken.lease}
        handing.revoke([channel])
        assert handing.renew([taken]) == set()
