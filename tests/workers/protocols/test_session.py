"""The rules of a link: who may send what when, windows, time limits, violations."""

from __future__ import annotations

from typing import Any

import pytest

from tests.workers.protocols.pipe import SESSIONS, bound_pair, login, session, submit, taken, welcome
from tests.workers.protocols.vectors import codec
from workers.protocols.cmpp import pdus as cmpp
from workers.protocols.errors import LocalProtocolError
from workers.protocols.events import Answered, Closed, Reason, Received, Stray, Unanswered, Write
from workers.protocols.session import Timers
from workers.protocols.sgip import pdus as sgip
from workers.protocols.smpp import pdus as smpp
from workers.protocols.states import STEPS, Kind, Role, State

C, S = Role.CLIENT, Role.SERVER
WITH_PROBES = ["cmpp2", "cmpp3", "smpp", "smgp"]
every = pytest.mark.parametrize("name", SESSIONS)


def closing(events: list[Any]) -> Closed:
    """The one Closed of these events, which must be their last."""
    assert [type(event) for event in events].count(Closed) == 1
    assert isinstance(events[-1], Closed)
    return events[-1]


def refuse(state: str) -> Any:
    return pytest.raises(LocalProtocolError, match=state)


@every
def test_a_login_binds_both_sides(name: str) -> None:
    pair = bound_pair(name)
    assert pair.client.state is pair.server.state is State.BOUND
    assert pair.client.room == 16


@every
def test_a_refused_login_ends_the_link(name: str) -> None:
    pair = bound_pair(name)
    pair.client, pair.server = session(name, C), session(name, S)
    pair.send(C, login(name))
    (asked,) = pair.take(S)
    assert isinstance(asked, Received)
    pair.send(S, welcome(asked.pdu, good=False), reply_to=asked.sequence)
    answered, closed = pair.take(C)
    assert isinstance(answered, Answered)
    assert closed == Closed(Reason.REFUSED)
    assert pair.server.is_closed
    assert pair.server.connection_lost() == [Closed(Reason.REFUSED)]


@every
def test_nothing_may_come_before_the_login(name: str) -> None:
    client = session(name, C)
    with refuse("OPEN"):
        client.send(submit(name), 0.0)
    server, pair = session(name, S), bound_pair(name)
    closed = closing(server.receive_data(pair.client.send(submit(name), 0.0), 0.0))
    assert closed.reason is Reason.VIOLATION
    assert "OPEN" in str(closed.error)


@every
def test_an_answer_to_nothing_before_the_login_is_a_violation(name: str) -> None:
    pair = bound_pair(name)
    pair.send(C, submit(name))
    (got,) = pair.take(S)
    assert isinstance(got, Received)
    answer = pair.server.send(taken(got.pdu), 0.0, reply_to=got.sequence)
    assert closing(session(name, C).receive_data(answer, 0.0)).reason is Reason.VIOLATION


@pytest.mark.parametrize("name", WITH_PROBES)
def test_an_unanswered_probe_is_not_a_message_in_doubt(name: str) -> None:
    pair = bound_pair(name, timers=Timers(idle_s=30))
    assert len(pair.client.tick(30.0)) == 1
    assert pair.client.connection_lost() == [Closed(Reason.LOST)]


@every
def test_a_link_logs_in_once(name: str) -> None:
    pair = bound_pair(name)
    with refuse("BOUND"):
        pair.client.send(login(name), 0.0)
    again = session(name, C).send(login(name), 0.0)
    assert closing(pair.server.receive_data(again, 0.0)).reason is Reason.VIOLATION


@every
def test_only_the_client_logs_in(name: str) -> None:
    with refuse("may not|SERVER"):
        session(name, S).send(login(name), 0.0)


@every
def test_the_window_bounds_what_waits_for_an_answer(name: str) -> None:
    pair = bound_pair(name, window=2)
    for number in range(2):
        pair.send(C, submit(name, number), token=number)
    assert pair.client.room == 0
    with refuse("no room"):
        pair.client.send(submit(name, 2), 0.0)
    first = pair.take(S)[0]
    assert isinstance(first, Received)
    pair.send(S, taken(first.pdu), reply_to=first.sequence)
    (answered,) = pair.take(C)
    assert isinstance(answered, Answered)
    assert (answered.token, answered.request) == (0, submit(name, 0))
    assert pair.client.room == 1


@every
def test_an_answer_needs_its_question(name: str) -> None:
    pair = bound_pair(name)
    with refuse("no request"):
        pair.server.send(taken(submit(name)), 0.0, reply_to=99)
    pair.send(C, submit(name))
    (got,) = pair.take(S)
    assert isinstance(got, Received)
    with refuse("does not answer"):
        pair.server.send(welcome(login(name)), 0.0, reply_to=got.sequence)
    pair.send(S, taken(got.pdu), reply_to=got.sequence)
    with refuse("no request"):
        pair.server.send(taken(got.pdu), 0.0, reply_to=got.sequence)


@every
def test_an_unanswered_request_is_in_doubt_and_never_sent_again(name: str) -> None:
    pair = bound_pair(name, timers=Timers(response_s=60, idle_s=1000))
    data = pair.client.send(submit(name), 0.0, token="a")
    assert pair.client.wake_at == 60
    assert pair.client.tick(59.9) == []
    (late,) = pair.client.tick(60.0)
    assert isinstance(late, Unanswered)
    assert late.token == "a"
    assert pair.client.room == 16
    assert pair.client.tick(500.0) == []
    # The answer comes after all: it can still settle the doubt.
    pair.carry(S, data)
    (got,) = pair.take(S)
    assert isinstance(got, Received)
    pair.send(S, taken(got.pdu), reply_to=got.sequence)
    (stray,) = pair.take(C)
    assert isinstance(stray, Stray)
    assert stray.sequence == late.sequence


@every
def test_a_lost_connection_leaves_exactly_the_unanswered_in_doubt(name: str) -> None:
    pair = bound_pair(name)
    for number in range(5):
        pair.send(C, submit(name, number), token=number)
    for got in pair.take(S)[:3]:
        assert isinstance(got, Received)
        pair.send(S, taken(got.pdu), reply_to=got.sequence)
    closed = closing(pair.client.connection_lost())
    assert closed.reason is Reason.LOST
    assert [one.token for one in closed.unanswered] == [3, 4]
    assert pair.client.connection_lost() == []
    with refuse("CLOSED"):
        pair.client.send(submit(name), 0.0)


@every
def test_a_goodbye_waits_for_the_answers_still_owed(name: str) -> None:
    pair = bound_pair(name)
    pair.send(C, submit(name), token="last")
    pair.send(C, pair.client.leave())
    work, goodbye = pair.take(S)
    assert isinstance(work, Received)
    assert isinstance(goodbye, Received)
    with refuse("CLIENT_LEAVES"):
        pair.client.send(submit(name), 0.0)
    pair.send(S, taken(work.pdu), reply_to=work.sequence)
    farewell = pair.server._requests[type(goodbye.pdu)].answer
    assert farewell is not None
    pair.send(S, farewell(), reply_to=goodbye.sequence)
    answered, left, closed = pair.take(C)
    assert isinstance(answered, Answered)
    assert isinstance(left, Answered)
    assert closed == Closed(Reason.LEFT)
    assert pair.server.is_closed
    assert pair.server.connection_lost() == [Closed(Reason.LEFT)]


def test_goodbyes_may_cross() -> None:
    pair = bound_pair("smpp")
    from_client, from_server = pair.client.send(smpp.Unbind(), 0.0), pair.server.send(smpp.Unbind(), 0.0)
    (at_client,) = pair.client.receive_data(from_server, 0.0)
    (at_server,) = pair.server.receive_data(from_client, 0.0)
    assert isinstance(at_client, Received)
    assert isinstance(at_server, Received)
    answer = pair.client.send(smpp.UnbindResp(), 0.0, reply_to=at_client.sequence)
    assert closing(pair.server.receive_data(answer, 0.0)).reason is Reason.LEFT


@pytest.mark.parametrize("name", WITH_PROBES)
def test_an_idle_link_is_probed_and_stays(name: str) -> None:
    pair = bound_pair(name, timers=Timers(idle_s=30))
    for now in range(30, 1000, 10):
        pair.tick(float(now))
    assert pair.client.state is pair.server.state is State.BOUND
    assert pair.take(C) == pair.take(S) == []


@pytest.mark.parametrize("name", WITH_PROBES)
def test_a_silent_peer_is_given_up_after_its_probes(name: str) -> None:
    pair = bound_pair(name, timers=Timers(response_s=20, idle_s=30, probes_max=3))
    pair.client.send(submit(name), 0.0, token="doubt")
    told: list[Any] = []
    woken = []
    while not pair.client.is_closed:
        now = pair.client.wake_at
        assert now is not None
        woken.append(now)
        told += pair.client.tick(now)
    assert [type(event) for event in told].count(Write) == 3
    assert woken[-1] == 30 + 3 * 20
    assert [event.token for event in told if isinstance(event, Unanswered)] == ["doubt"]
    assert closing(told).reason is Reason.SILENT
    assert pair.client.wake_at is None


def test_any_sign_of_life_stops_the_probing() -> None:
    pair = bound_pair("cmpp2", timers=Timers(response_s=20, idle_s=30))
    assert len(pair.client.tick(30.0)) == 1
    pair.now = 45.0
    pair.send(S, cmpp.Deliver(), token=1)
    assert pair.client.tick(60.0) == []
    assert pair.client.wake_at == 75


def test_an_idle_link_without_probes_is_left() -> None:
    pair = bound_pair("sgip")
    assert pair.client.tick(29.0) == []
    (written,) = pair.client.tick(30.0)
    assert isinstance(written, Write)
    (goodbye,) = pair.server.receive_data(written.data, 30.0)
    assert isinstance(goodbye, Received)
    assert goodbye.pdu == sgip.Unbind()


@every
def test_a_link_that_is_being_left_is_not_probed(name: str) -> None:
    pair = bound_pair(name, timers=Timers(idle_s=5, response_s=60))
    pair.client.send(pair.client.leave(), 0.0)
    assert pair.client.tick(30.0) == []
    assert pair.client.wake_at == 60


def test_a_link_with_work_under_way_is_not_idle() -> None:
    pair = bound_pair("sgip")
    pair.send(C, submit("sgip"))
    assert pair.client.tick(31.0) == []
    assert pair.client.state is State.BOUND


@every
def test_a_peer_that_never_logs_in_is_dropped(name: str) -> None:
    server = session(name, S, timers=Timers(login_s=10))
    assert server.wake_at == 10
    assert server.tick(9.0) == []
    assert server.tick(10.0) == [Closed(Reason.TIMEOUT)]


@every
def test_a_login_or_goodbye_without_answer_ends_the_link(name: str) -> None:
    client = session(name, C, timers=Timers(response_s=5))
    client.send(login(name), 0.0)
    assert client.tick(5.0) == [Closed(Reason.TIMEOUT)]
    pair = bound_pair(name, timers=Timers(response_s=5, idle_s=1000))
    pair.client.send(pair.client.leave(), 0.0)
    assert pair.client.tick(5.0) == [Closed(Reason.TIMEOUT)]


@every
def test_too_many_requests_are_asked_to_slow_down(name: str) -> None:
    pair = bound_pair(name, owed_max=2)
    for number in range(3):
        pair.send(C, submit(name, number), token=number)
    assert len(pair.take(S)) == 2
    (answered,) = pair.take(C)
    assert isinstance(answered, Answered)
    assert answered.token == 2
    code = answered.answer.result if name in ("cmpp2", "cmpp3", "sgip") else answered.answer.status
    assert code == {"cmpp2": 8, "cmpp3": 8, "smpp": 0x58, "sgip": 11, "smgp": 1}[name]


@every
def test_a_repeated_request_is_answered_once_and_a_reused_sequence_is_a_violation(name: str) -> None:
    pair = bound_pair(name)
    frame = pair.client.send(submit(name), 0.0)
    (got,) = pair.server.receive_data(frame + frame, 0.0)
    assert isinstance(got, Received)
    kind = name.removesuffix("2").removesuffix("3")
    other = codec(kind, 0x30 if name == "cmpp3" else 0x20).encode(submit(name, 5), got.sequence)
    assert closing(pair.server.receive_data(other, 0.0)).reason is Reason.VIOLATION


@every
def test_the_wrong_side_may_not_submit(name: str) -> None:
    pair = bound_pair(name)
    with refuse("may not"):
        pair.server.send(submit(name), 0.0)
    # The same bytes from a peer that ignores its role.
    frame = bound_pair(name).client.send(submit(name), 0.0)
    closed = closing(pair.client.receive_data(frame, 0.0))
    assert closed.reason is Reason.VIOLATION


def test_a_mistake_of_ours_changes_nothing() -> None:
    pair = bound_pair("cmpp2")
    with pytest.raises(LocalProtocolError):
        pair.client.send(cmpp.Submit(src_id="1" * 30), 0.0)
    assert pair.client.room == 16
    pair.send(C, submit("cmpp2"))
    assert len(pair.take(S)) == 1


def test_every_state_has_its_steps() -> None:
    assert set(STEPS) == set(State)
    assert STEPS[State.CLOSED] == {}
    assert {kind for steps in STEPS.values() for _, kind in steps} == set(Kind)
