"""What the benchmarks of sending stand on: businesses, runs of any size, a plain carrier, a deployment's processes."""

from __future__ import annotations

import itertools
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import insert, select, update

from tenants import ledger, messages
from tenants.accounts.vaults import vault
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.core.settings import Settings
from tenants.messages import Incoming, Planned, Progress
from tenants.messages.models import Message
from tenants.routing.models import Channel
from tests import factories, pipeline
from tests.workers.simulators.processes import KEY, SECRET, process
from workers import channels
from workers.channels import Accepted, Outgoing, SendResult
from workers.channels.settings import seal
from workers.jobs.messages import send_batch
from workers.jobs.receipts import settle_receipts

PRICE_MICRO = 45_000
CREDIT_MICRO = 10**15
CHUNK = 50_000
OPERATORS = ("mobile", "unicom", "telecom")
TEXT = {"signature": "Acme", "body": "Dear {name}, your order {order} has left our house.", "kind": "notice"}
CONNECTIONS = 64
A_CALL = 500
LOOK_S = 0.05
LIMIT_S = 1_800.0
STOP_S = 30.0
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Sent:
    """A run of a tenant."""

    tenant_id: int
    campaign_id: int

    def progress(self) -> Progress:
        with scopes.tenant(self.tenant_id):
            return messages.progress(self.campaign_id)


def settings() -> Settings:
    found: Settings = current_app.config["SETTINGS"]
    return found


def business() -> int:
    """A tenant with money enough."""
    return factories.business(credit_micro=CREDIT_MICRO).id


def run(tenant_id: int, count: int, *, operators: int = len(OPERATORS)) -> Sent:
    """A run of `count` messages to numbers of some operators, filled chunk by chunk as planning does it, and let go."""
    campaign_id = next(_numbers)
    with scopes.tenant(tenant_id):
        messages.open_run(campaign_id, kind="notice", signature_id=1, text=TEXT, vault=vault())
    batch_no = 0
    for start in range(0, count, CHUNK):
        people = _people(tenant_id, min(CHUNK, count - start), operators)
        with scopes.tenant(tenant_id):
            hold_id = ledger.hold(
                f"plan:{tenant_id}:{campaign_id}:{start}", tenant_id, PRICE_MICRO * len(people),
                ref=("campaign", campaign_id),
            )  # fmt: skip
            batch_no = messages.fill(
                campaign_id, people, first_batch=batch_no, lane="bulk", kind="notice", hold_id=hold_id,
                valid_until=messages.lifetime(86_400), vault=vault(),
            )  # fmt: skip
    with scopes.tenant(tenant_id):
        messages.let_go(campaign_id)
    return Sent(tenant_id, campaign_id)


def _people(tenant_id: int, count: int, operators: int) -> list[Planned]:
    with scopes.tenant(tenant_id):
        index = vault().index
        numbers = [f"+8613{next(_numbers):09d}" for _ in range(count)]
        return [
            Planned(
                index(number),
                number,
                {"name": "Ada", "order": number[-6:]},
                "CN",
                OPERATORS[at % operators],
                1,
                PRICE_MICRO,
                1,
            )
            for at, number in enumerate(numbers)
        ]


def channel(**columns: Any) -> int:
    """A channel of the simulated kind; its address is set by `connected`."""
    with scopes.platform(Reason.SWEEPS):
        return db.session.scalars(
            insert(Channel)
            .values(name=f"channel {next(_numbers)}", kind="simulator", settings={}, created_at=now(), **columns)
            .returning(Channel.id)
        ).one()


@contextmanager
def connected(channel_id: int) -> Iterator[str]:
    """A carrier behind the channel, and the pages of the app to take its receipts; the carrier's address."""
    with carrier() as url, served() as pages:
        clear = {"url": url, "connections": CONNECTIONS, "callback": f"{pages}/hooks/receipts/{channel_id}"}
        sealed = seal(channel_id, {"key": KEY, "secret": SECRET})
        with scopes.platform(Reason.SWEEPS):
            db.session.execute(update(Channel).where(Channel.id == channel_id).values(settings=clear, secrets=sealed))
        yield url


@contextmanager
def carrier() -> Iterator[str]:
    """A carrier that takes everything, delivers it at once and reports it some hundred receipts a call; its address."""
    with process("benchmarks.sink", "--key", KEY, "--secret", SECRET) as url:
        yield url


@contextmanager
def served() -> Iterator[str]:
    """The app behind gunicorn, as the Procfile starts it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--workers", "2", "--threads", "8",
        "--bind", f"127.0.0.1:{port}", "--log-level", "warning", "wsgi:app",
    ]  # fmt: skip
    with processes(command):
        until(lambda: _listens(port))
        yield f"http://127.0.0.1:{port}"


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def module(*arguments: str) -> list[str]:
    return [sys.executable, "-m", *arguments]


@contextmanager
def processes(*commands: list[str]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes of the product on the present servers, ended in the end."""
    log = Path(settings().qunfa_home) / "processes.log"
    with log.open("ab") as sink:
        running = [
            subprocess.Popen(command, env=pipeline.environment(settings()), stdout=sink, stderr=sink)
            for command in commands
        ]
    try:
        yield running
    finally:
        for child in running:
            child.terminate()
        for child in running:
            try:
                child.wait(STOP_S)
            except subprocess.TimeoutExpired:
                child.kill()


def until(condition: Callable[[], Any], limit_s: float = LIMIT_S, *, look_s: float = LOOK_S) -> float:
    """Look until something is true; the seconds it took."""
    began = time.perf_counter()
    while not condition():
        took_s = time.perf_counter() - began
        assert took_s < limit_s, "waited in vain"
        time.sleep(look_s)
    return time.perf_counter() - began


@contextmanager
def instant_carrier() -> Iterator[None]:
    """Whatever is sent is accepted at once, without a network: what is measured is all the rest."""

    def send(kind: str, settings: Mapping[str, object], messages: Sequence[Outgoing]) -> list[SendResult]:
        return [Accepted(f"{next(_numbers):016x}") for _ in messages]

    real, channels.send = channels.send, send
    try:
        yield
    finally:
        channels.send = real


def hand_over(*runs: Sent) -> None:
    """Send all of the runs in this process."""
    with instant_carrier():
        while any(each.progress().queued for each in runs):
            send_batch()


def report(sent: Sent, channel_id: int) -> int:
    """Put a receipt for every message of the run into the inbox; how many."""
    with scopes.tenant(sent.tenant_id):
        own = Message.campaign_id == sent.campaign_id
        rows = db.session.execute(select(Message.id, Message.attempt, Message.provider_ref).where(own)).all()
    secret, at = settings().qunfa_secret, now()
    incoming = [
        Incoming(row.provider_ref, messages.reference(secret, sent.tenant_id, row.id, row.attempt), "delivered", "", at)
        for row in rows
    ]
    for start in range(0, len(incoming), A_CALL):
        with scopes.platform(Reason.RECEIPTS):
            messages.store(channel_id, incoming[start : start + A_CALL], secret)
    return len(incoming)


def settle(*runs: Sent) -> None:
    """Settle in this process until the runs are at their end."""
    while any(each.progress().open for each in runs):
        settle_receipts()
