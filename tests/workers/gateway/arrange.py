"""A gateway process, simulated carriers on links, and channels that lead to them."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, text, update

from tenants import routing
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.core.settings import Settings
from tenants.routing.models import Channel, ChannelLease, Gateway, LinkState
from tests.pipeline import environment
from tests.processes import Process
from tests.tenants.messages.arrange import Arranged
from tests.workers.simulators.processes import RunningCarrier, ask, process, wait_for
from workers.channels.settings import seal

START_S, END_S = 30.0, 20.0
TEST_S = 150  # no test of the gateway takes longer, whatever it waits for
PROTOCOLS = ("smpp", "cmpp", "sgip", "smgp")
# What each kind asks for beside host, port, account and secret.
MORE: dict[str, dict[str, Any]] = {
    "smpp": {},
    "cmpp": {"source": "10690001"},
    "sgip": {"source": "10690001", "area_code": 10, "enterprise_code": 1, "listen_host": "127.0.0.1"},
    "smgp": {"source": "10690001"},
}


@pytest.fixture
def within() -> Iterator[None]:
    """A test that hangs fails, even where it waits for a lock of the database."""

    def over(_number: int, _frame: object) -> None:
        raise TimeoutError("this test hangs")

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(TEST_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@dataclass
class Wire:
    """A channel with links and the carrier at their other end."""

    channel_id: int
    carrier: RunningCarrier

    def taken(self) -> list[tuple[str, str]]:
        """(number, text) of every part the carrier took, as often as it took it."""
        return [(_plain(entry["to"]), entry["text"]) for entry in self.carrier.entries("submit") if "id" in entry]

    def numbers(self) -> Counter[str]:
        """How often each number was reached by a whole message."""
        whole = [entry for entry in self.carrier.entries("message") if not entry.get("missing")]
        return Counter(_plain(entry["to"]) for entry in whole)

    def harm(self, what: str) -> None:
        ask(self.carrier.url + "/control/links", {"do": what})

    def links(self) -> list[LinkState]:
        with scopes.platform(Reason.SWEEPS):
            return list(routing.links_of(self.channel_id))


def _plain(number: str) -> str:
    digits = number.removeprefix("+")
    return digits.removeprefix("86") if len(digits) > 11 else digits


@contextmanager
def wire(folder: Path, protocol: str, *arguments: str, **columns: Any) -> Iterator[Wire]:
    """A running carrier of a protocol and an active channel that leads there."""
    with (
        carrier(folder, protocol, *arguments) as (running, ports),
        channel_to(running, protocol, ports, **columns) as it,
    ):
        yield it


@contextmanager
def wires(folder: Path, protocols: Sequence[str], each: Sequence[dict[str, Any]]) -> Iterator[list[Wire]]:
    """The same for several, started side by side; `each` has the columns of their channels."""
    with ExitStack() as stack:
        with ThreadPoolExecutor() as pool:
            found = list(pool.map(lambda protocol: stack.enter_context(carrier(folder, protocol)), protocols))
        yield [
            stack.enter_context(channel_to(running, protocol, ports, **columns))
            for protocol, (running, ports), columns in zip(protocols, found, each, strict=True)
        ]


@contextmanager
def carrier(folder: Path, protocol: str, *arguments: str) -> Iterator[tuple[RunningCarrier, dict[str, Any]]]:
    """The process, and the ports of a channel that leads there."""
    path, ports = folder / f"{protocol}-{time.monotonic_ns()}.jsonl", {}
    known = ["--protocol", protocol, "--journal", str(path), "--delay", "0", "--jitter", "0"]
    if protocol == "sgip":
        ports["listen_port"] = free_port()
        known += ["--callback", f"127.0.0.1:{ports['listen_port']}"]
    with process("workers.simulators.links", *known, *arguments) as url:
        yield RunningCarrier(url, path), {"port": ask(url + "/control")["port"], **ports}


@contextmanager
def channel_to(
    running: RunningCarrier, protocol: str, ports: dict[str, Any], *, settings: dict[str, Any] | None = None,
    **columns: Any,
) -> Iterator[Wire]:  # fmt: skip
    channel_id = add_channel(protocol, {**ports, **(settings or {})}, **columns)
    try:
        yield Wire(channel_id, running)
    finally:
        with scopes.platform(Reason.SWEEPS):
            db.session.execute(delete(Channel).where(Channel.id == channel_id))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def add_channel(kind: str, settings: dict[str, Any], **columns: Any) -> int:
    secrets = {"secret": "secret", **columns.pop("secrets", {})}
    clear = {"host": "127.0.0.1", "account": "900001", "window": 32, **MORE[kind], **settings}
    with scopes.platform(Reason.SWEEPS):
        channel_id: int = db.session.scalars(
            insert(Channel)
            .values(name=f"{kind} {time.monotonic_ns()}", kind=kind, settings=clear, created_at=now(), **columns)
            .returning(Channel.id)
        ).one()
        sealed = seal(channel_id, secrets)
        db.session.execute(update(Channel).where(Channel.id == channel_id).values(secrets=sealed))
    return channel_id


def change(channel_id: int, **columns: Any) -> None:
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(update(Channel).where(Channel.id == channel_id).values(**columns))


def start(settings: Settings, **more: str) -> Process:
    """A real gateway process."""
    return Process("workers.gateway", environment=environment(settings, **more))


def end(child: Process) -> int:
    """Ask it to end; its exit code."""
    child.terminate()
    try:
        return child.wait(END_S)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait(END_S)


def end_all(children: Sequence[Process]) -> None:
    """The same for several, side by side."""
    for child in children:
        child.terminate()
    for child in children:
        end(child)


def stands_still(child: Process) -> bool:
    """Whether a process was stopped."""
    status = Path(f"/proc/{child.pid}/stat").read_text()
    return status.rpartition(")")[2].split()[0] == "T"


@contextmanager
def gateways(settings: Settings, count: int = 1, **more: str) -> Iterator[list[Process]]:
    """Gateways, from the start to their end in good order."""
    with ExitStack() as stack:
        stack.callback(forget)
        children = [start(settings, **more) for _ in range(count)]
        stack.callback(end_all, children)
        yield children


def forget() -> None:
    """Whoever was killed keeps nothing: the next test need not wait for its lease to end."""
    with scopes.platform(Reason.SWEEPS):
        for table in (ChannelLease, LinkState, Gateway):
            db.session.execute(delete(table))


def dead() -> None:
    """Gateways that were killed are believed to be dead at once."""
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(update(Gateway).values(heartbeat_at=text("now() - interval '1 minute'")))


def linked(*wires: Wire) -> None:
    """Until every channel has a link messages may leave on."""
    wait_for(lambda: all(any(line.links for line in wire.links()) for wire in wires), START_S)


def sent_once(run: Arranged, count: int, *wires: Wire) -> None:
    """Nothing lost, nothing twice, and what is in doubt says so."""
    progress, reached = run.progress(), Counter[str]()
    for each in wires:
        reached += each.numbers()
    assert progress.total == count
    assert [number for number, times in reached.items() if times > 1] == [], "taken twice"
    assert progress.queued == progress.submitting == 0
    assert progress.delivered <= len(reached) <= progress.delivered + progress.accepted + progress.in_doubt
