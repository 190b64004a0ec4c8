"""The usual way over a link: a job for each message submits it and waits for its answer, on a link its worker keeps."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from benchmarks import naive
from workers import channels
from workers.channels import Accepted, Outgoing, Settings
from workers.protocols.events import Answered, Write

READ_BYTES = 65_536
REPLY_S = 30.0


class Link:
    """One blocking connection that asks for no receipts."""

    def __init__(self, protocol: str, settings: Mapping[str, Any]) -> None:
        self.adapter = channels.link_adapter(protocol)
        self.settings = Settings(self.adapter.fields, settings)
        line = self.adapter.lines(self.settings)[0]
        self.socket = socket.create_connection((line.host, line.port), timeout=REPLY_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.session = self.adapter.session(self.settings, line, time.time(), 1)
        self._ask(self.adapter.login(self.settings, line, time.time()))

    def submit(self, number: str, text: str) -> str:
        """The carrier's name of the last part."""
        ref = ""
        for pdu in self.adapter.submits(self.settings, Outgoing("", number, text), 1, time.time()):
            answered = self._ask(replace(pdu, registered_delivery=0))
            result = self.adapter.result(self.settings, answered.answer, answered.sequence)
            assert isinstance(result, Accepted), result
            ref = result.provider_ref
        return ref

    def _ask(self, pdu: Any) -> Answered:
        self.socket.sendall(self.session.send(pdu, time.time()))
        while True:
            for event in self.session.receive_data(self.socket.recv(READ_BYTES), time.time()):
                if isinstance(event, Write):
                    self.socket.sendall(event.data)
                elif isinstance(event, Answered):
                    return event


@cache
def _link(protocol: str, settings: str) -> Link:
    return Link(protocol, json.loads(settings))


def send_one(tenant_id: int, message_id: int, protocol: str, settings: dict[str, Any], body: str) -> None:
    """The whole job of one message."""
    link = _link(protocol, json.dumps(settings))
    naive.carry(tenant_id, message_id, body, link.submit)
