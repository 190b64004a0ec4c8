"""Both roles talk to each other, in any pieces: login, a thousand messages, receipts, silence, goodbye."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest

from tests.workers.protocols.pipe import SESSIONS, Pair, bound_pair, session, submit, taken
from workers.protocols.cmpp import pdus as cmpp
from workers.protocols.cmpp import receipts as cmpp_receipts
from workers.protocols.events import Answered, Closed, Reason, Received
from workers.protocols.receipts import Receipt
from workers.protocols.session import Timers
from workers.protocols.sgip import pdus as sgip
from workers.protocols.smgp import pdus as smgp
from workers.protocols.smgp import receipts as smgp_receipts
from workers.protocols.smpp import pdus as smpp
from workers.protocols.smpp import receipts as smpp_receipts
from workers.protocols.states import Role, State

MESSAGES, WINDOW = 1000, 32
C, S = Role.CLIENT, Role.SERVER
RECEIPT = Receipt("", "DELIVRD", "000", "2611221357", "2611221358")


def report(name: str, number: int) -> Any:
    """The carrier's receipt for the message it gave this number."""
    match name:
        case "cmpp2" | "cmpp3":
            told = cmpp_receipts.Report(number, "DELIVRD", "2611221357", "2611221358", "13800138000")
            content = cmpp_receipts.write(told, 0x30 if name == "cmpp3" else 0x20)
            return cmpp.Deliver(registered_delivery=1, content=content)
        case "smpp":
            text = smpp_receipts.write(Receipt(str(number), "DELIVRD", done="2611221358"))
            return smpp.DeliverSm(esm_class=4, short_message=text)
    raw = f"{number:020}"
    return smgp.Deliver(
        is_report=1, content=smgp_receipts.write(Receipt(raw, "DELIVRD", "", "2611221357", "2611221358"))
    )


def told_id(pdu: Any) -> int:
    match pdu:
        case cmpp.Deliver():
            return cmpp_receipts.parse(pdu.content).msg_id
        case smpp.DeliverSm():
            found = smpp_receipts.parse(pdu)
            assert found is not None
            return int(found.id)
    return int(smgp_receipts.parse(pdu.content).id)


def acknowledge(pdu: Any) -> Any:
    match pdu:
        case cmpp.Deliver():
            return cmpp.DeliverResp(pdu.msg_id)
        case smpp.DeliverSm():
            return smpp.DeliverSmResp()
        case sgip.Report():
            return sgip.ReportResp()
    return smgp.DeliverResp(pdu.msg_id)


def submit_all(pair: Pair, name: str) -> dict[int, Any]:
    """Sends every message as fast as the window allows, answers in random order; token → answer and sequence."""
    dice, sent = random.Random(7), 0
    answers: dict[int, Any] = {}
    waiting: list[Any] = []
    while len(answers) < MESSAGES:
        while sent < MESSAGES and pair.client.room:
            pair.send(C, submit(name, sent), token=sent)
            sent += 1
        waiting += pair.take(S)
        dice.shuffle(waiting)
        for got in waiting[: dice.randint(1, WINDOW)]:
            waiting.remove(got)
            number = int(got.pdu.content.split()[1] if name != "smpp" else got.pdu.short_message.split()[1])
            pair.send(S, taken(got.pdu, number + 1), reply_to=got.sequence)
        for event in pair.take(C):
            assert isinstance(event, Answered)
            answers[event.token] = (event.answer, event.sequence)
    return answers


def bring_reports(pair: Pair, name: str, reports: list[Any]) -> list[Any]:
    """The carrier's side sends these, the customer's acknowledges each; what arrived, in order."""
    carrier, customer = (C, S) if name == "sgip" else (S, C)
    arrived = []
    while reports or pair.seen[customer]:
        while reports and pair.side(carrier).room:
            pair.send(carrier, reports.pop(0))
        for event in pair.take(customer):
            assert isinstance(event, Received)
            arrived.append(event.pdu)
            pair.send(customer, acknowledge(event.pdu), reply_to=event.sequence)
        assert all(isinstance(event, Answered) for event in pair.take(carrier))
    return arrived


def carrier_link() -> Pair:
    """The carrier's own connection to an SGIP customer."""
    pair = Pair(session("sgip", C, window=WINDOW), session("sgip", S, window=WINDOW))
    pair.send(C, sgip.Bind(2, "carrier", "secret"))
    (asked,) = pair.take(S)
    assert isinstance(asked, Received)
    pair.send(S, sgip.BindResp(), reply_to=asked.sequence)
    pair.take(C)
    return pair


@pytest.mark.parametrize("step", [1 << 20, 61])
@pytest.mark.parametrize("name", SESSIONS)
def test_a_thousand_messages_and_their_receipts(name: str, step: int) -> None:
    pair = bound_pair(name, step, window=WINDOW, timers=Timers(idle_s=30, response_s=20))
    answers = submit_all(pair, name)
    assert sorted(answers) == list(range(MESSAGES))
    assert pair.client.room == WINDOW
    if name == "sgip":
        sequences = [sequence for _, sequence in answers.values()]
        assert len(set(sequences)) == MESSAGES
        arrived = bring_reports(carrier_link(), name, [sgip.Report(sequence) for sequence in sequences])
        assert {pdu.submit_sequence for pdu in arrived} == set(sequences)
    else:
        ids = [number + 1 for number in range(MESSAGES)]
        arrived = bring_reports(pair, name, [report(name, number) for number in ids])
        assert [told_id(pdu) for pdu in arrived] == ids
    say_goodbye(pair, name)


def say_goodbye(pair: Pair, name: str) -> None:
    pair.send(C, pair.client.leave())
    (goodbye,) = pair.take(S)
    assert isinstance(goodbye, Received)
    farewell: Any = {
        "smpp": smpp.UnbindResp, "sgip": sgip.UnbindResp, "smgp": smgp.ExitResp,
    }.get(name, cmpp.TerminateResp)  # fmt: skip
    pair.send(S, farewell(), reply_to=goodbye.sequence)
    assert pair.take(C)[-1] == Closed(Reason.LEFT)


@pytest.mark.parametrize("name", [name for name in SESSIONS if name != "sgip"])
def test_a_link_cut_in_the_middle_is_noticed_by_its_silence(name: str) -> None:
    pair = bound_pair(name, window=WINDOW, timers=Timers(idle_s=30, response_s=200, probes_max=3))
    for number in range(WINDOW):
        data = pair.client.send(submit(name, number), 0.0, token=number)
        if number < 10:
            pair.carry(S, data)
    for got in pair.take(S):
        assert isinstance(got, Received)
        pair.send(S, taken(got.pdu), reply_to=got.sequence)
    pair.take(C)
    now, told = 0.0, []
    while not pair.client.is_closed:  # nothing gets through any more
        now += 10
        told += pair.client.tick(now)
    doubtful = {event.token for event in told if hasattr(event, "token")}
    assert isinstance(told[-1], Closed)
    doubtful |= {one.token for one in told[-1].unanswered}
    assert doubtful == set(range(10, WINDOW))
    assert pair.server.state is State.BOUND


def test_encoding_and_decoding_keep_up() -> None:
    """A floor far below the real speed, to notice a tenfold loss."""
    pair = bound_pair("cmpp2")
    link, pdu = pair.client._codec, submit("cmpp2")
    frame = link.encode(pdu, 1)
    began = time.perf_counter()
    for _ in range(5000):
        link.encode(pdu, 1)
        link.decode(frame)
    assert 5000 / (time.perf_counter() - began) > 5000
