"""CMPP's login hashes, against those seen on the wire."""

from __future__ import annotations

import pytest

from tests.workers.protocols.vectors import codec, hexed
from workers.protocols.cmpp import auth
from workers.protocols.cmpp.codec import V2, V3
from workers.protocols.cmpp.pdus import Connect, ConnectResp


def read(name: str) -> Connect | ConnectResp:
    found: Connect | ConnectResp = codec("cmpp", V2).decode(hexed(f"cmpp/{name}.hex")).pdu
    return found


@pytest.mark.parametrize(
    ("name", "secret"), [("v2_connect", "888888"), ("recorded_v2_connect", "secret"), ("recorded_v3_connect", "secret")]
)
def test_recorded_logins_are_recognised(name: str, secret: str) -> None:
    login = read(name)
    assert isinstance(login, Connect)
    assert auth.connect(login.source_addr, secret, login.timestamp, login.version) == login
    assert auth.knows_secret(login, secret)
    assert not auth.knows_secret(login, secret + "x")


def test_the_timestamp_is_hashed_with_its_leading_zero() -> None:
    assert auth.connect("900001", "888888", 102150405).timestamp == 102150405
    expected = auth._md5(b"900001" + bytes(9) + b"888888" + b"0102150405")
    assert auth.source("900001", "888888", 102150405) == expected


@pytest.mark.parametrize("hashed", ["901", "901\0\0\0"])
def test_a_short_account_may_be_hashed_padded_or_not(hashed: str) -> None:
    login = Connect("901", auth.source(hashed, "secret", 1122135702), V2, 1122135702)
    assert auth.knows_secret(login, "secret")
    assert not auth.knows_secret(login, "Secret")


@pytest.mark.parametrize("name", ["recorded_v2", "recorded_v3"])
def test_recorded_answers_are_genuine(name: str) -> None:
    login, answer = read(f"{name}_connect"), read(f"{name}_connect_resp")
    assert isinstance(login, Connect)
    assert isinstance(answer, ConnectResp)
    assert auth.is_genuine(answer, login, "secret")
    assert not auth.is_genuine(answer, login, "other")


def test_our_answer_hashes_the_status_as_wide_as_the_version_has_it() -> None:
    for version in (V2, V3):
        login = auth.connect("900020", "secret", 1122135702, version)
        answer = auth.answer(login, "secret", 3)
        assert (answer.version, answer.status) == (version, 3)
        status = (3).to_bytes(4 if version == V3 else 1)
        assert answer.authenticator == auth._md5(status + login.authenticator + b"secret")
