"""A gateway and carriers on real links, end to end."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path

from flask import Flask
from sqlalchemy import delete, func, select, update

from tenants import messages
from tenants.accounts import vault
from tenants.core import scopes
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.core.settings import Settings
from tenants.messages.inbound import Reply
from tenants.messages.models import Batch, Message, Submission
from tenants.routing.models import Channel
from tests import pipeline
from tests.tenants.messages import arrange
from tests.workers.gateway.arrange import PROTOCOLS, change, end, gateways, linked, sent_once, start, wire
from tests.workers.simulators.processes import ask, wait_for
from workers.jobs.messages import send_batch

COUNT = 500
LONG = "春暖花开，" * 38  # three parts of UCS-2
LIMIT_S = 30.0


def test_campaigns_leave_over_links_of_every_protocol_and_every_receipt_comes_home(
    app: Flask, ground: Settings, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        runs = [arrange.run(["000"] * COUNT, open_=False) for _ in PROTOCOLS]
        wires = [
            stack.enter_context(wire(tmp_path, protocol, tenant_ids=[run.tenant_id]))
            for protocol, run in zip(PROTOCOLS, runs, strict=True)
        ]
        stack.enter_context(gateways(ground))
        linked(*wires)
        for run in runs:
            with scopes.tenant(run.tenant_id):
                messages.let_go(run.campaign_id)
        pipeline.until(lambda: all(run.progress().open == 0 for run in runs), limit_s=LIMIT_S)
        for run, line in zip(runs, wires, strict=True):
            assert run.states() == {"delivered": COUNT}
            assert len(line.taken()) == COUNT
            sent_once(run, COUNT, line)


def test_a_long_message_is_delivered_when_all_its_parts_are(app: Flask, ground: Settings, tmp_path: Path) -> None:
    with wire(tmp_path, "smpp", settings={"links": 2}) as line, gateways(ground):
        run = arrange.run(["000"] * 20 + ["901"] * 3, segments=3, body=LONG)
        linked(line)
        pipeline.until(lambda: run.progress().open == 0, limit_s=LIMIT_S)
        assert run.states() == {"delivered": 20, "undelivered": 3}
        texts = {entry["text"] for entry in line.carrier.entries("message")}
        assert len(texts) == 1 and LONG in texts.pop()
        with scopes.platform(Reason.SWEEPS):
            parts = sorted(db.session.scalars(select(Submission.part)).all())
        assert parts == sorted([1, 2, 3] * 23), "every part's reference is kept"


def test_throttling_slows_a_link_down_and_uses_up_no_attempt(app: Flask, ground: Settings, tmp_path: Path) -> None:
    with wire(tmp_path, "cmpp", "--tps", "60") as line, gateways(ground):
        run = arrange.run(["000"] * 200)
        linked(line)
        pipeline.until(lambda: run.progress().open == 0, limit_s=LIMIT_S)
        assert run.states() == {"delivered": 200}
        with scopes.tenant(run.tenant_id):
            assert set(db.session.scalars(select(Message.attempt))) == {1}
        refused = [entry for entry in line.carrier.entries("submit") if "refused" in entry]
        assert refused, "the carrier never throttled"
        assert len(refused) < 200, "the link did not slow down"
        wait_for(lambda: sum(each.throttled for each in line.links()) == len(refused), 5)


def test_no_more_is_committed_than_the_links_keep_up_with(app: Flask, ground: Settings, tmp_path: Path) -> None:
    """Whatever was agreed: what is committed when a gateway dies is in doubt."""
    slow = ("--answer", "0.2", "--delay", "3")
    with wire(tmp_path, "smpp", *slow, settings={"window": 8}, tps=2_000) as line, gateways(ground):
        linked(line)
        run = arrange.run(["000"] * COUNT)
        pipeline.work_off()
        wait_for(lambda: len(line.taken()) >= 80)
        assert 8 <= run.progress().submitting < COUNT / 2
        ask(line.carrier.url + "/control", {"answer_s": 0, "delay_s": 0})
        pipeline.until(lambda: run.progress().open == 0, limit_s=LIMIT_S)
        sent_once(run, COUNT, line)


def test_what_was_refused_is_told_as_by_any_channel(app: Flask, ground: Settings, tmp_path: Path) -> None:
    with wire(tmp_path, "smpp") as line, gateways(ground):
        run = arrange.run(["000", "902", "901", "905"])
        linked(line)
        pipeline.until(lambda: run.progress().open == 0, limit_s=LIMIT_S)
        assert run.states() == {"delivered": 1, "rejected": 1, "undelivered": 2}


def test_a_message_nobody_can_read_is_refused_and_its_link_goes_on(
    app: Flask, ground: Settings, tmp_path: Path
) -> None:
    with wire(tmp_path, "smpp") as line, gateways(ground):
        run = arrange.run(["000"] * 5)
        with scopes.tenant(run.tenant_id):
            first = select(func.min(Message.id)).scalar_subquery()
            db.session.execute(update(Message).where(Message.id == first).values(sealed=bytes(40)))
        linked(line)
        pipeline.until(lambda: run.progress().open == 0, limit_s=LIMIT_S)
        assert run.states() == {"delivered": 4, "rejected": 1}
        assert [entry["what"] for entry in line.carrier.entries("link")].count("bound") == 1


def test_changed_settings_and_a_pause_hold_within_seconds(app: Flask, ground: Settings, tmp_path: Path) -> None:
    with wire(tmp_path, "smpp") as one, wire(tmp_path, "smpp", state="paused") as two:
        with scopes.platform(Reason.SWEEPS):
            db.session.execute(delete(Channel).where(Channel.id == two.channel_id))
        with gateways(ground):
            linked(one)
            port = ask(two.carrier.url + "/control")["port"]
            change(one.channel_id, settings={"host": "127.0.0.1", "port": port, "account": "900001", "window": 8})
            wait_for(lambda: not ask(one.carrier.url + "/control")["links"], 6)
            run = arrange.run(["000"] * 20)
            pipeline.until(lambda: run.progress().open == 0, limit_s=LIMIT_S)
            assert (len(one.taken()), len(two.taken())) == (0, 20)
            change(one.channel_id, state="paused")
            held = arrange.run(["000"] * 20)
            wait_for(lambda: any(each.window_size == 8 for each in one.links()), 5)
            pipeline.work_off()
            assert held.progress().queued == 20
            assert ask(two.carrier.url + "/control")["links"], "a paused channel still hears receipts"
            change(one.channel_id, state="draining")
            wait_for(lambda: not ask(two.carrier.url + "/control")["links"], 15)


def test_a_gateway_told_to_end_waits_for_answers_and_gives_the_rest_back(
    app: Flask, ground: Settings, tmp_path: Path
) -> None:
    with wire(tmp_path, "cmpp", "--answer", "0.3", settings={"window": 4}, tps=40) as line:
        child = start(ground)
        try:
            run = arrange.run(["000"] * 200)
            linked(line)
            pipeline.until(lambda: len(line.taken()) >= 20, limit_s=LIMIT_S)
        finally:
            assert end(child) == 0
        pipeline.until(lambda: run.progress().accepted == 0, limit_s=LIMIT_S)
        progress = run.progress()
        assert progress.submitting == progress.in_doubt == 0
        assert progress.delivered == len(line.taken()) and progress.queued == 200 - progress.delivered > 0
        with scopes.platform(Reason.SWEEPS):
            assert set(db.session.scalars(select(Batch.state))) <= {"ready", "sent"}
        ends = [entry["reason"] for entry in line.carrier.entries("link") if entry["what"] == "closed"]
        assert ends == ["left"], "it said goodbye"
        with gateways(ground):
            linked(line)
            change(line.channel_id, tps=0)
            ask(line.carrier.url + "/control", {"answer_s": 0})
            pipeline.until(lambda: run.progress().open == 0, limit_s=LIMIT_S)
        sent_once(run, 200, line)


def test_urgent_messages_pass_bulk(app: Flask, ground: Settings, tmp_path: Path) -> None:
    with wire(tmp_path, "smpp", "--answer", "0.1", settings={"window": 4}) as line, gateways(ground):
        linked(line)
        arrange.run(["000"] * 300)
        send_batch("bulk")
        wait_for(lambda: len(line.taken()) >= 20)
        code = arrange.run(["000"], open_=False)
        with scopes.platform(Reason.SWEEPS):
            db.session.execute(update(Batch).where(Batch.tenant_id == code.tenant_id).values(lane="urgent"))
        with scopes.tenant(code.tenant_id):
            messages.let_go(code.campaign_id)
            number, _ = messages.writer(code.campaign_id, vault()).write(
                *db.session.execute(select(Message.id, Message.sealed)).one()
            )
        send_batch("urgent")
        wait_for(lambda: number[3:] in [taken for taken, _ in line.taken()])
        assert len(line.taken()) < 200, "it did not wait for the bulk before it"


def test_replies_are_kept_whole(app: Flask, ground: Settings, tmp_path: Path) -> None:
    with wire(tmp_path, "smpp") as line, gateways(ground):
        linked(line)
        for text in ("T", "长" * 100):
            ask(line.carrier.url + "/control/mo", {"from": "8613800138000", "to": "10690001", "text": text})
        wait_for(lambda: len(line.carrier.entries("taken")) == 3)
        with scopes.platform(Reason.SWEEPS):
            assert len(db.session.scalars(select(Reply).where(Reply.channel_id == line.channel_id)).all()) == 2


def test_a_channel_that_cannot_work_says_why(app: Flask, ground: Settings, tmp_path: Path) -> None:
    with (
        wire(tmp_path, "smpp", settings={"account": "somebody"}) as one,
        wire(tmp_path, "smpp", settings={"port": 1}) as two,
        wire(tmp_path, "smpp", settings={"host": ""}) as three,
        gateways(ground),
    ):

        def told() -> list[str]:
            return [each.state for line in (one, two, three) for each in line.links()]

        wait_for(lambda: told() == ["refused", "unreachable", "misconfigured"])
        time.sleep(1.0)
        refused = [each for each in one.carrier.entries("link") if each["what"] == "refused"]
        assert len(refused) == 1, "a refused login is not repeated at once"
