"""Every protocol, the same story: log in, submit in a window, long texts, receipts, replies, pace, broken links."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tests.workers.simulators.links import dialects
from tests.workers.simulators.links.arrange import play, scene
from tests.workers.simulators.links.client import Customer
from tests.workers.simulators.links.dialects import PROTOCOLS, RESULTS, SENDER
from workers.protocols.events import Reason
from workers.protocols.session import Timers
from workers.protocols.smpp.long import Way
from workers.protocols.states import Role

every = pytest.mark.parametrize("name", PROTOCOLS)
LONG = "【群发】亲爱的用户,您的包裹已到达驿站,请凭取件码领取。" * 6 + "🎉🚀🧧" * 20
NUMBER = "8613800138000"


def one(name: str, index: int, tail: str = "000") -> object:
    (pdu,) = dialects.submits(name, f"86138{index:05d}{tail}", f"message {index}")
    return pdu


@every
def test_two_hundred_messages_pass_a_window_of_sixteen_and_all_are_receipted(name: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(name, tmp_path) as now:
            await now.customer.submit((index, one(name, index)) for index in range(200))
            ids = {now.customer.told_id(index) for index in range(200)}
            await now.customer.until(lambda: len(now.customer.receipts) == 200)
            assert len(ids) == 200
            assert {heard.id for heard in now.customer.receipts} == ids
            assert {heard.stat for heard in now.customer.receipts} == {"DELIVRD"}
            assert [entry["id"] for entry in now.entries("submit")] == [now.customer.told_id(at) for at in range(200)]
            assert [entry["text"] for entry in now.entries("message")] == [f"message {at}" for at in range(200)]
            await now.customer.until(lambda: len(now.entries("taken")) == 200)

    play(story)


@every
def test_a_long_chinese_text_with_emoji_arrives_identical(name: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(name, tmp_path) as now:
            ids = await now.customer.say("long", NUMBER, LONG)
            (message,) = now.entries("message")
            assert len(ids) > 3
            assert (message["text"], message["to"], message["from"], message["ids"]) == (LONG, NUMBER, SENDER, ids)
            await now.customer.until(lambda: len(now.customer.receipts) == len(ids))

    play(story)


@pytest.mark.parametrize("way", Way)
def test_smpp_reads_a_long_text_however_it_was_cut(way: Way, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene("smpp", tmp_path) as now:
            await now.customer.say("long", NUMBER, LONG, way=way, reference=300)
            await now.customer.say("gsm", NUMBER, "a {curly} tale of €uros, " * 20, way=way, reference=301)
            assert [entry["text"] for entry in now.entries("message")] == [LONG, "a {curly} tale of €uros, " * 20]

    play(story)


@every
def test_a_reply_arrives_identical_however_long(name: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(name, tmp_path) as now:
            now.carrier.reply(NUMBER, SENDER, "退订")
            now.carrier.reply(NUMBER, SENDER, LONG)
            await now.customer.until(lambda: len(now.customer.replies) == 2)
            assert now.customer.replies == [(NUMBER, SENDER, "退订"), (NUMBER, SENDER, LONG)]

    play(story)


@every
def test_a_wrong_secret_is_refused_and_the_link_ended(name: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(name, tmp_path, log_in=False) as now:
            answer = await now.customer.log_in(secret="wrong")
            assert dialects.result(answer) == RESULTS[name]["bad_secret"]
            closed = await now.customer.until(lambda: now.customer.closed)
            assert closed.reason is Reason.REFUSED
            assert now.entries("link")[0]["what"] == "refused"
            await now.customer.connect(now.port)
            assert dialects.result(await now.customer.log_in(account="900002")) != 0

    play(story)


@every
def test_over_its_pace_it_says_slow_down_and_keeps_nothing(name: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(name, tmp_path, tps=10) as now:
            await now.customer.submit((index, one(name, index)) for index in range(40))
            results = Counter(now.customer.result(index) for index in range(40))
            assert set(results) == {0, RESULTS[name]["too_fast"]}
            assert 1 <= results[0] <= 12
            assert [entry["refused"] for entry in now.entries("submit") if "id" not in entry] == ["too_fast"] * (
                40 - results[0]
            )
            assert len(now.entries("message")) == results[0]

    play(story)


@every
def test_more_than_the_agreed_window_is_told_to_slow_down(name: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(name, tmp_path, window=8, answer_s=0.1) as now:
            now.change(window=4)
            await now.customer.submit((index, one(name, index)) for index in range(8))
            results = [now.customer.result(index) for index in range(8)]
            assert sorted(results) == [0] * 4 + [RESULTS[name]["too_fast"]] * 4

    play(story)


@every
def test_a_reset_in_the_window_leaves_exactly_the_unanswered(name: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(name, tmp_path, answer_s=0.05) as now:
            tails = {20: "914"}
            await now.customer.submit((at, one(name, at, tails.get(at, "000"))) for at in range(40))
            customer = now.customer
            assert customer.closed and customer.closed.reason is Reason.LOST
            answered = {token for token in customer.answers if token != "login"}
            assert answered.isdisjoint(customer.unanswered)
            assert 20 in customer.unanswered and 1 < len(customer.unanswered) <= 16
            assert answered | set(customer.unanswered) == set(range(len(answered) + len(customer.unanswered)))
            assert {customer.told_id(token) for token in answered} <= {entry["id"] for entry in now.entries("submit")}

    play(story)


@every
def test_receipts_wait_for_a_link_and_for_a_yes(name: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(name, tmp_path) as now:
            customer = now.customer
            customer.takes = False
            (own_id,) = await customer.say(1, NUMBER, "hello")
            await customer.until(lambda: len(customer.receipts) == 1)
            assert not now.entries("taken")
            customer.takes = True
            await customer.until(lambda: now.entries("taken"))
            assert [heard.id for heard in customer.receipts] == [own_id, own_id]
            now.change(delay_s=0.1)
            (late_id,) = await customer.say(2, NUMBER, "again")
            for link in list(now.carrier.links.values()):
                link.reset()
            await customer.until(lambda: customer.closed)
            await asyncio.sleep(0.15)
            assert late_id not in customer.order or name == "sgip"
            await customer.connect(now.port)
            await customer.log_in()
            await customer.until(lambda: late_id in customer.order)

    play(story)


@every
def test_numbers_and_lengths_that_cannot_be_are_refused(name: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(name, tmp_path) as now:
            (wrong,) = dialects.submits(name, "86one", "hello")
            (fits,) = dialects.submits(name, NUMBER, "好" * 70)
            content = "short_message" if name == "smpp" else "content"
            grown = replace(fits, **{content: getattr(fits, content) + b"\x59\x7d"})
            await now.customer.submit([("number", wrong), ("length", grown), ("fits", fits)])
            assert now.customer.result("number") == RESULTS[name]["bad_number"]
            assert now.customer.result("length") == RESULTS[name]["too_long"]
            assert now.customer.result("fits") == 0

    play(story)


def test_receipts_come_out_of_order_and_on_any_link_of_the_account(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene("cmpp2", tmp_path, jitter_s=0.3) as now:
            second = Customer("cmpp2")
            await second.connect(now.port)
            await second.log_in()
            await now.customer.submit((index, one("cmpp2", index)) for index in range(40))
            first = now.customer
            await first.until(lambda: len(first.receipts) + len(second.receipts) == 40)
            ids = [first.told_id(index) for index in range(40)]
            assert first.receipts and second.receipts
            assert [heard.id for heard in first.receipts] != [one for one in ids if one in first.order]
            second.close()

    play(story)


@pytest.mark.parametrize("name", [name for name in PROTOCOLS if name != "sgip"])
@pytest.mark.parametrize("fault", ["deaf", "mute"])
def test_a_carrier_that_falls_silent_is_noticed_and_what_it_holds_is_in_doubt(
    name: str, fault: str, tmp_path: Path
) -> None:
    async def story() -> None:
        async with scene(name, tmp_path, log_in=False) as now:
            customer = now.customer
            customer.timers = Timers(idle_s=0.15, response_s=0.15, probes_max=2)
            await customer.connect(now.port)
            await customer.log_in()
            now.change(**{fault: True})
            await customer.submit([(1, one(name, 1))])
            closed = await customer.until(lambda: customer.closed)
            assert closed.reason is Reason.SILENT
            assert customer.unanswered == [1]
            assert len(now.entries("submit")) == (fault == "mute")
            now.change(**{fault: False})
            await customer.until(lambda: now.entries("submit"))  # a stalled carrier works off what it had

    play(story)


@pytest.mark.parametrize("name", [name for name in PROTOCOLS if name != "sgip"])
def test_the_carrier_probes_an_idle_customer(name: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(name, tmp_path, timers=Timers(idle_s=0.05, response_s=0.1, probes_max=2)) as now:
            await asyncio.sleep(0.3)
            assert now.customer.closed is None
            assert now.customer.link is not None
            now.customer.link.stall(True)
            await now.customer.until(lambda: now.entries("link")[1:])
            assert now.entries("link")[-1]["reason"] == "silent"

    play(story)


def test_a_carrier_of_cmpp_2_refuses_a_login_of_3(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene("cmpp3", tmp_path, log_in=False) as now:
            now.carrier.tongue.version = "2.0"
            assert dialects.result(await now.customer.log_in()) == 4

    play(story)


@every
def test_a_login_with_garbage_behind_it_ends_that_link_only(name: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(name, tmp_path, log_in=False) as now:
            rude = await asyncio.open_connection("127.0.0.1", now.port)
            session = dialects.session(name, Role.CLIENT, 0.0)
            rude[1].write(session.send(dialects.login(name, 0.0), 0.0) + b"\xff" * 64)
            await asyncio.wait_for(rude[0].read(), 5)
            rude[1].close()
            assert dialects.result(await now.customer.log_in()) == 0
            assert now.entries("link")[1]["reason"] == "violation"

    play(story)


@pytest.mark.parametrize("fields", [True, False])
def test_smpp_ids_are_hex_in_one_place_and_decimal_in_the_other(fields: bool, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene("smpp", tmp_path, answer_ids="hex", receipt_ids="decimal", receipt_fields=fields) as now:
            (own_id,) = await now.customer.say(1, NUMBER, "hello")
            (heard,) = await now.customer.until(lambda: now.customer.receipts)
            (entry,) = now.entries("submit")
            assert int(own_id, 16) == int(entry["id"])
            assert heard.id == (own_id if fields else entry["id"])

    play(story)


@every
def test_down_turns_everybody_away(name: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(name, tmp_path) as now:
            now.change(down=True)
            await now.customer.until(lambda: now.customer.closed)
            await now.customer.connect(now.port)
            await now.customer.until(lambda: now.customer.closed)
            now.change(down=False)
            await now.customer.connect(now.port)
            await now.customer.log_in()

    play(story)
