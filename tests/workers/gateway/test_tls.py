"""Links in TLS: whom we trust, what name we expect, and who we say we are."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete

from tenants import routing
from tenants.core import scopes
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.core.settings import Settings
from tenants.routing.models import Channel
from tests import pipeline
from tests.certificates import LOOPBACK, Authority
from tests.tenants.messages import arrange
from tests.workers.gateway.arrange import add_channel, gateways, linked, sent_once, wire
from tests.workers.simulators.processes import ask, wait_for
from workers.channels import securing
from workers.channels.tls import Tls
from workers.simulators.links.__main__ import context

NAME = "smsc.carrier.example"
COUNT = 20
LIMIT_S = 20.0
UNTRUSTED, REFUSED, CUT = "SSLCertVerificationError", "SSLError", "lost"


@contextmanager
def channel(settings: dict[str, Any], **columns: Any) -> Iterator[int]:
    channel_id = add_channel("smpp", settings, **columns)
    try:
        yield channel_id
    finally:
        with scopes.platform(Reason.SWEEPS):
            db.session.execute(delete(Channel).where(Channel.id == channel_id))


def fault(channel_id: int) -> str:
    with scopes.platform(Reason.SWEEPS):
        return next((line.error for line in routing.links_of(channel_id)), "")


def test_a_link_in_tls_needs_the_right_authority_the_right_name_and_our_certificate(
    app: Flask, ground: Settings, tmp_path: Path
) -> None:
    authority, stranger = Authority(), Authority("Another")
    carrier, ours, false = authority.issue(NAME), authority.issue("one.example"), stranger.issue("one.example")
    (tmp_path / "own.pem").write_text(carrier.certificate + carrier.key)
    (tmp_path / "ca.pem").write_text(authority.certificate)
    well = {
        "tls": "yes", "tls_name": NAME, "tls_ca": authority.certificate, "tls_certificate": ours.certificate,
        "links": 2,
    }  # fmt: skip
    key = {"tls_key": ours.key}
    wished = ("--tls", str(tmp_path / "own.pem"), "--tls-ca", str(tmp_path / "ca.pem"))
    with ExitStack() as stack:
        line = stack.enter_context(wire(tmp_path, "smpp", *wished, settings=well, secrets=key))
        there = well | {"port": ask(line.carrier.url + "/control")["port"], "links": 1}
        bad = {
            "any authority of this machine": ({"tls_ca": ""}, key, UNTRUSTED),
            "another authority": ({"tls_ca": stranger.certificate}, key, UNTRUSTED),
            "the host's name": ({"tls_name": ""}, key, UNTRUSTED),
            "no certificate of ours": ({"tls_certificate": ""}, {}, CUT),
            "one of another authority": ({"tls_certificate": false.certificate}, {"tls_key": false.key}, CUT),
            "a key of another certificate": ({}, {"tls_key": false.key}, REFUSED),
        }
        wrong = {
            name: stack.enter_context(channel(there | changed, secrets=secret, tenant_ids=[-1]))
            for name, (changed, secret, _) in bad.items()
        }
        stack.enter_context(gateways(ground))
        run = arrange.run(["000"] * COUNT)
        linked(line)
        pipeline.until(lambda: run.progress().open == 0, limit_s=LIMIT_S)
        sent_once(run, COUNT, line)
        for name, (_, _, why) in bad.items():
            assert wait_for(lambda name=name: fault(wrong[name])) == why, name
        bound = [entry for entry in line.carrier.entries("link") if entry["what"] == "bound"]
        assert len(bound) == 2, "nobody else logged in"


def test_a_carrier_that_says_why_it_does_not_take_us_is_quoted(app: Flask, ground: Settings, tmp_path: Path) -> None:
    authority = Authority()
    paper = authority.issue(LOOPBACK)
    (tmp_path / "own.pem").write_text(paper.certificate + paper.key)
    (tmp_path / "ca.pem").write_text(authority.certificate)
    server = context(str(tmp_path / "own.pem"), str(tmp_path / "ca.pem"))
    assert server is not None
    with socket.create_server((LOOPBACK, 0)) as listening:
        threading.Thread(target=turn_away, args=(listening, server), daemon=True).start()
        settings = {"tls": "yes", "tls_ca": authority.certificate, "port": listening.getsockname()[1]}
        with channel(settings) as channel_id, gateways(ground):
            assert wait_for(lambda: fault(channel_id), LIMIT_S) == REFUSED


def turn_away(listening: socket.socket, server: ssl.SSLContext) -> None:
    """Answer a handshake without a certificate as OpenSSL does, until nobody listens any more."""
    with suppress(OSError):
        while True:
            connection, _ = listening.accept()
            with server.wrap_socket(connection, server_side=True, do_handshake_on_connect=False) as secured:
                with suppress(ssl.SSLError):
                    secured.do_handshake()
                time.sleep(0.1)  # a connection that is closed with something unread forgets what it had to say


def test_a_carrier_in_the_clear_is_no_carrier_in_tls(app: Flask, ground: Settings, tmp_path: Path) -> None:
    """Nothing of the login is said."""
    with wire(tmp_path, "smpp", settings={"tls": "yes"}) as line, gateways(ground):
        assert wait_for(lambda: fault(line.channel_id), LIMIT_S) in (REFUSED, "ConnectionResetError")
        assert {entry["what"] for entry in line.carrier.entries("link")} <= {"closed"}


def test_a_key_comes_by_a_pipe_and_neither_asks_for_a_password_nor_waits() -> None:
    paper = Authority().issue(LOOPBACK)
    assert securing.context(Tls("", "", paper.certificate, paper.key)).verify_mode is ssl.CERT_REQUIRED
    with pytest.raises(ssl.SSLError):
        securing.context(Tls("", "", paper.certificate, Authority().issue(LOOPBACK).key))
    assert paper.key not in repr(Tls("", "", paper.certificate, paper.key))
