"""What the links of single protocols have of their own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.workers.protocols.pipe import SECRET, SESSIONS, STAMP, bound_pair, login, session, submit, welcome
from workers.protocols.errors import LocalProtocolError
from workers.protocols.events import Answered, Received, Stray, Write
from workers.protocols.sgip import pdus as sgip
from workers.protocols.sgip.codec import read_sequence
from workers.protocols.sgip.session import Session as SgipSession
from workers.protocols.smgp import auth as smgp_auth
from workers.protocols.smgp import pdus as smgp
from workers.protocols.smpp import pdus as smpp
from workers.protocols.states import Role, State

C, S = Role.CLIENT, Role.SERVER
WITH_PROBES = ["cmpp2", "cmpp3", "smpp", "smgp"]
every = pytest.mark.parametrize("name", SESSIONS)


def refuse(state: str) -> Any:
    return pytest.raises(LocalProtocolError, match=state)


def test_an_smpp_bind_says_which_way_messages_go() -> None:
    ways: list[tuple[Any, Role, Any]] = [
        (smpp.BindReceiver(), C, smpp.SubmitSm()),
        (smpp.BindReceiver(), C, smpp.DataSm()),
        (smpp.BindTransmitter(), S, smpp.DeliverSm()),
        (smpp.BindTransmitter(), S, smpp.DataSm()),
    ]
    for request, by, blocked in ways:
        client, server = session("smpp", C), session("smpp", S)
        (got,) = server.receive_data(client.send(request, 0.0), 0.0)
        assert isinstance(got, Received)
        client.receive_data(server.send(welcome(got.pdu), 0.0, reply_to=got.sequence), 0.0)
        with refuse("may not"):
            (client if by is C else server).send(blocked, 0.0)
        if isinstance(blocked, smpp.DataSm):
            assert (server if by is C else client).send(blocked, 0.0)


def test_an_smgp_login_says_which_way_messages_go() -> None:
    for mode, blocked in ((1, smgp.Submit()), (0, smgp.Deliver())):
        client, server = session("smgp", C), session("smgp", S)
        (got,) = server.receive_data(client.send(smgp_auth.login("qunfa", SECRET, STAMP, mode), 0.0), 0.0)
        assert isinstance(got, Received)
        client.receive_data(server.send(welcome(got.pdu), 0.0, reply_to=got.sequence), 0.0)
        with refuse("may not"):
            (client if mode else server).send(blocked, 0.0)


def test_in_sgip_the_carrier_connects_to_bring_reports() -> None:
    carrier, ours = session("sgip", C, now=0.0), session("sgip", S)
    (got,) = ours.receive_data(carrier.send(sgip.Bind(2, "carrier", SECRET), 0.0), 0.0)
    assert isinstance(got, Received)
    carrier.receive_data(ours.send(sgip.BindResp(), 0.0, reply_to=got.sequence), 0.0)
    (report,) = ours.receive_data(carrier.send(sgip.Report(bytes(range(12))), 0.0), 0.0)
    assert isinstance(report, Received)
    assert report.pdu.submit_sequence == bytes(range(12))
    with refuse("may not"):
        carrier.send(sgip.Submit(), 0.0)


def test_an_sgip_sequence_is_node_time_and_counter() -> None:
    at = 1795355822.0  # 2026-11-22 13:57:02 in China
    client = SgipSession(C, at, node=3025000001, first_sequence=7)
    frame = client.send(sgip.Bind(), at)
    assert read_sequence(frame[8:20]) == (3025000001, 1122215702, 7)


def test_an_unknown_smpp_command_is_nacked_and_the_link_stays() -> None:
    pair = bound_pair("smpp")
    written, stray = pair.server.receive_data(bytes.fromhex("0000001000000abc0000000000000005"), 0.0)
    assert isinstance(written, Write)
    assert written.data == bytes.fromhex("00000010800000000000000300000005")
    assert isinstance(stray, Stray)
    (only,) = pair.server.receive_data(bytes.fromhex("0000001080000abc0000000000000005"), 0.0)
    assert isinstance(only, Stray)
    assert pair.server.state is State.BOUND


def test_a_nack_answers_whatever_was_asked() -> None:
    pair = bound_pair("smpp")
    pair.send(C, submit("smpp"), token="x")
    (got,) = pair.take(S)
    assert isinstance(got, Received)
    pair.send(S, smpp.GenericNack(status=2), reply_to=got.sequence)
    (answered,) = pair.take(C)
    assert isinstance(answered, Answered)
    assert (answered.token, answered.answer) == ("x", smpp.GenericNack(status=2))


def test_smpp_sequences_wrap_before_the_sign_bit() -> None:
    client = session("smpp", C, first_sequence=0x7FFFFFFF)
    assert client.send(login("smpp"), 0.0)[12:16].hex() == "7fffffff"
    assert client._next_sequence(0.0) == 1


def test_a_carrier_may_invite_and_notify() -> None:
    client, server = session("smpp", C), session("smpp", S)
    (invited,) = client.receive_data(server.send(smpp.Outbind("smsc", "pw"), 0.0), 0.0)
    assert isinstance(invited, Received)
    pair = bound_pair("smpp")
    pair.send(S, smpp.AlertNotification(source_addr="1"))
    (notice,) = pair.take(C)
    assert isinstance(notice, Received)
    with refuse("no request"):
        pair.client.send(smpp.GenericNack(), 0.0, reply_to=notice.sequence)
