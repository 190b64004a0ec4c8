"""The demo's channels are led to simulators that know them, all of which run in one process."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from tenants.core import scopes
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.routing.models import Channel
from tests.workers.channels.linked import Meeting, opened
from workers import channels
from workers.channels import Accepted, Outgoing
from workers.channels.settings import opened as settings_of
from workers.demo_channels import STANDS, prepare
from workers.simulators.links.link import now

KEY, RECEIPTS = "0123456789abcdef" * 3, "fedcba9876543210" * 3
HELLO = Outgoing("msg_1-1", "+8613000130000", "【禾木咖啡】你好", template="T1", values=(("content", "你好"),))
LINE_S, STOP_S = 30, 5
AT_WORK = {"Demo North", "Demo South", "Demo World", "Demo CMPP", "Demo SMPP"}


@pytest.fixture
def rows(app: Flask) -> Iterator[None]:
    yield
    with scopes.platform(Reason.SWEEPS):
        db.session.execute(delete(Channel))


def found() -> dict[str, Channel]:
    with scopes.platform(Reason.SWEEPS):
        return {each.name: each for each in db.session.scalars(select(Channel))}


@pytest.mark.usefixtures("rows")
def test_every_channel_of_the_demo_reaches_its_simulator(tmp_path: Path) -> None:
    command = prepare(tmp_path, "http://localhost:9", KEY, RECEIPTS).split()
    child = subprocess.Popen([sys.executable, *command[1:]], stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        for _ in {stand.simulator for stand in STANDS}:
            assert "listens on" in child.stdout.readline()
        for stand in STANDS:
            channel = found()[stand.name]
            given = settings_of(channel.id, channel.settings, channel.secrets)
            assert channels.faults(channels.fields(stand.kind), given) == {}, stand.name
            if stand.kind in channels.LINK_KINDS:
                asyncio.run(asyncio.wait_for(_logs_in(stand.kind, given), LINE_S))
            else:
                result = channels.send(stand.kind, given, [HELLO])[0]
                assert isinstance(result, Accepted), (stand.name, result)
    finally:
        child.terminate()
        assert child.wait(STOP_S) == 0


async def _logs_in(kind: str, given: Mapping[str, Any]) -> None:
    met = Meeting(*opened(kind, given))
    line = met.senders()[0]
    link = met.link(line)
    await asyncio.get_running_loop().create_connection(lambda: link, line.host, line.port)
    link.send(met.adapter.login(met.settings, line, now()))
    while not (link.bound or met.closed):
        await asyncio.sleep(0.01)
    assert link.bound, kind
    link.close()


@pytest.mark.usefixtures("rows")
def test_a_few_are_at_work_and_what_staff_did_to_one_stays(tmp_path: Path) -> None:
    prepare(tmp_path, "http://localhost:9", KEY, RECEIPTS)
    assert {name for name, channel in found().items() if channel.state == "active"} == AT_WORK
    with scopes.platform(Reason.SWEEPS):
        channel = db.session.scalars(select(Channel).where(Channel.name == "Demo SGIP")).one()
        channel.state, channel.tps = "active", 7
    before = found()["Demo SGIP"]
    prepare(tmp_path, "http://localhost:10", KEY, RECEIPTS)
    after = found()["Demo SGIP"]
    assert (after.id, after.state, after.tps) == (before.id, "active", 7)
    assert after.settings["port"] != before.settings["port"]
    assert len(found()) == len(STANDS)


@pytest.mark.usefixtures("rows")
def test_the_file_of_simulators_is_nobody_elses(tmp_path: Path) -> None:
    prepare(tmp_path, "http://localhost:9", KEY, RECEIPTS)
    path = tmp_path / "secrets" / "carriers"
    assert path.stat().st_mode & 0o077 == 0 and KEY in path.read_text()
