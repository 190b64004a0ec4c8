"""RCS that nobody receives in time, against the simulators as processes: taken back, sent as SMS, and never twice."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from tenants import campaigns, ledger, messages
from tenants.accounts.vaults import vault
from tenants.core import crash, scopes
from tenants.core.db import db
from tenants.core.jobs import Job
from tenants.core.scopes import Reason
from tenants.core.settings import Settings
from tenants.messages.models import Batch, Capability, Message, Receipt
from tenants.routing.models import Channel
from tests import pipeline
from tests.tenants.campaigns import arrange
from tests.tenants.messages.test_fallback import CARD, RCS_MICRO, SMS_MICRO, rich_ready
from tests.workers.jobs import test_rich
from tests.workers.jobs.test_rich import NAME, SECRET, provider
from tests.workers.simulators.processes import RunningCarrier, carrier, wait_for
from workers.jobs import receipts, revoking, sweeps

pem = test_rich.pem
NEVER = "925"  # the ending of numbers whose receipt never comes
REACHED, LOST = 2, 3
WAIT_S = 40.0


@dataclass(frozen=True)
class Scene:
    """A campaign of RCS on its way: some numbers are reached, of the others nobody hears."""

    ready: arrange.Ready
    rcs: RunningCarrier
    sms: RunningCarrier

    def sent(self) -> None:
        """All are with the carrier of RCS, and it told of those it could."""
        self.ready.launch()
        progress = self.ready.progress
        pipeline.until(lambda: progress().accepted == LOST and progress().delivered == REACHED)

    def patience_over(self) -> None:
        """Time passes, and the clock looks."""
        with scopes.tenant(self.ready.tenant_id):
            db.session.execute(update(Message).where(Message.due_at.is_not(None)).values(due_at=func.now()))
            db.session.execute(update(Batch).where(Batch.revoke_at.is_not(None)).values(revoke_at=func.now()))
        sweeps.ring_taking_back()

    def finished(self) -> None:
        pipeline.until(lambda: self.ready.state() == "finished")

    def taken_back(self) -> int:
        return len(self.rcs.entries("revoked"))

    def texts(self) -> Counter[str]:
        """How often which number got an SMS."""
        return Counter(entry["to"] for entry in self.sms.entries("submit"))


@contextmanager
def scene(app: Flask, folder: Path, pem: str) -> Iterator[Scene]:
    ready = rich_ready(CARD, people=REACHED)
    with scopes.tenant(ready.tenant_id):
        draft = campaigns.get(ready.campaign_id)
        draft.audience = {"source": "lists", "list_ids": [ready.list_id, arrange.contact_list(LOST, NEVER)]}
    own = {
        "settings": {"url": "{url}", "token_url": "{url}/token", "agent_id": "hemu", "email": NAME},
        "secrets": {"private_key": pem, "client_token": SECRET},
    }
    with (
        pipeline.served(app) as address,
        carrier(folder, "--plain") as sms,
        provider("rcs", address, folder, "rcs", "rcs_google", **own) as rcs,
    ):
        line = pipeline.add_channel(sms, address, {})
        try:
            yield Scene(ready, rcs, sms)
        finally:
            with scopes.platform(Reason.SWEEPS):
                db.session.execute(delete(Channel).where(Channel.id == line))
                db.session.execute(delete(Capability))


def test_what_nobody_received_goes_as_sms_once_and_a_carrier_without_an_answer_is_asked_again(
    app: Flask, tmp_path: Path, pem: str
) -> None:
    with scene(app, tmp_path, pem) as it:
        it.sent()
        sweeps.ring_taking_back()
        pipeline.work_off()
        assert it.taken_back() == 0, "their time has not come"
        it.rcs.control(down=True)
        it.patience_over()
        pipeline.work_off()
        assert (it.ready.progress().accepted, it.texts()) == (LOST, Counter()), "it answers 503"
        it.rcs.control(down=False)
        sweeps.ring_taking_back()
        pipeline.work_off()
        assert it.taken_back() == 0, "it is not asked again at once"
        it.patience_over()
        it.finished()
        assert it.taken_back() == LOST
        assert sorted(it.texts().values()) == [1] * LOST
        assert {number[-3:] for number in it.texts()} == {NEVER}
        it.patience_over()
        pipeline.work_off()
        assert sorted(it.texts().values()) == [1] * LOST
    assert it.ready.progress().delivered == REACHED + LOST
    spent = REACHED * RCS_MICRO + LOST * 2 * SMS_MICRO
    assert it.ready.balance() == ledger.Balance(arrange.CREDIT_MICRO - spent, 0)
    with scopes.tenant(it.ready.tenant_id):
        assert set(db.session.scalars(select(Batch.revoke_at))) == {None}
        id = db.session.scalars(select(Message.id).where(Message.attempt == 2).limit(1)).one()
        told = [each for each in messages.story(id, vault()).events if each.what == "receipt"]
    assert [(each.values["code"], each.values["effect"]) for each in told] == [
        ("taken_back", "taken_back"),
        ("", "final"),
    ]


def test_what_was_delivered_just_before_is_no_sms(
    app: Flask, tmp_path: Path, pem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scene(app, tmp_path, pem) as it:
        it.ready.launch()
        with monkeypatch.context() as unsettled:
            unsettled.setattr(receipts, "settle_receipts", lambda: None)
            pipeline.until(lambda: it.ready.progress().accepted == REACHED + LOST)
            wait_for(lambda: inbox() == REACHED)
            it.patience_over()
            pipeline.work_off()
        assert (it.taken_back(), inbox()) == (LOST, REACHED + LOST)
        it.finished()
        assert {number[-3:] for number in it.texts()} == {NEVER}
        assert len(it.texts()) == LOST
    assert it.ready.progress().delivered == REACHED + LOST


def in_one_batch(ready: arrange.Ready) -> tuple[int, int, int]:
    """Move all there is into one batch, so that a job that dies leaves all of it in the middle."""
    batch = rcs_batches()[0]
    with scopes.tenant(ready.tenant_id):
        db.session.execute(update(Message).values(batch_no=batch[2]))
    return batch


def test_receipts_that_a_killed_job_had_kept_count_once(app: Flask, ground: Settings, tmp_path: Path, pem: str) -> None:
    with scene(app, tmp_path, pem) as it:
        it.sent()
        in_one_batch(it.ready)
        it.patience_over()
        worker = pipeline.worker(ground, "chores", QUNFA_CRASH_AT="after_taken_back")
        try:
            assert worker.wait(WAIT_S) == -signal.SIGKILL
        finally:
            worker.kill()
        assert it.taken_back() == LOST
        it.patience_over()
        it.finished()
        it.patience_over()
        pipeline.work_off()
        assert sorted(it.texts().values()) == [1] * LOST
        assert it.taken_back() == LOST


def test_what_was_taken_back_unheard_of_is_in_doubt_and_not_sent_again(
    app: Flask, tmp_path: Path, pem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(name: str) -> None:
        if name == "after_asked_back":
            raise KeyboardInterrupt

    with scene(app, tmp_path, pem) as it:
        it.sent()
        batch = in_one_batch(it.ready)
        with scopes.tenant(it.ready.tenant_id):
            db.session.execute(update(Message).where(Message.due_at.is_not(None)).values(due_at=func.now()))
        with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
            killed.setattr(crash, "point", die)
            revoking.take_back(*batch)
        assert it.taken_back() == LOST
        for _ in range(2):
            it.patience_over()
            pipeline.work_off()
        assert (it.taken_back(), it.texts(), it.ready.progress().accepted) == (LOST, Counter(), LOST)


def test_the_clock_rings_no_more_than_the_queue_has_room_for(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    room: list[int] = []

    def note(limit: int) -> list[tuple[int, int, int]]:
        room.append(limit)
        return []

    monkeypatch.setattr(messages.revoking, "batches_due", note)
    sweeps.ring_taking_back()
    for _ in range(sweeps.BELLS_MAX):
        sweeps.jobs.ring(Job.TAKE_BACK, 1, 1, 1)
    sweeps.ring_taking_back()
    assert room == [sweeps.BELLS_MAX]


def inbox() -> int:
    """Receipts that came and were not settled."""
    with scopes.platform(Reason.RECEIPTS):
        return db.session.scalar(select(func.count()).where(Receipt.state.in_(("new", "matched")))) or 0


def rcs_batches() -> list[tuple[int, int, int]]:
    with scopes.platform(Reason.SWEEPS):
        rows = db.session.execute(
            select(Batch.tenant_id, Batch.campaign_id, Batch.batch_no).where(Batch.product == "rcs").order_by(Batch.id)
        )
        return [(row[0], row[1], row[2]) for row in rows]
