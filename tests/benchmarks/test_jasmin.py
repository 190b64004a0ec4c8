"""Jasmin, which the benchmark of SMPP is shown beside: set up as ours is, and reached by nobody else."""

from __future__ import annotations

import os
from configparser import RawConfigParser
from multiprocessing import forkserver
from pathlib import Path

import pytest

from benchmarks import jasmin, links_jasmin
from tests.interop.software import free_ports, listening

COUNT = 200
PORT, LINKS = 2775, 4


def test_it_listens_on_loopback_only_each_part_on_a_port_of_its_own() -> None:
    found = RawConfigParser()
    found.read_string(jasmin.configuration({name: number for number, name in enumerate(jasmin.PORTS, 4_001)}))
    places = [found[name].get("bind") or found[name].get("host") for name in found.sections()]
    ports = [found[name].getint("port") for name in found.sections()]
    assert set(places) == {"127.0.0.1"}
    assert len(set(ports)) == len(ports)


def test_it_has_as_many_links_as_wanted_no_pace_and_a_way_over_all_of_them() -> None:
    orders = [order for order in jasmin.orders(PORT, "900001", "secret", LINKS) if order[0] == "smppccm -a"]
    assert len(orders) == LINKS
    assert all({f"port {PORT}", "username 900001", "submit_throughput 0"} <= set(order) for order in orders)
    names = [order[1].removeprefix("cid ") for order in orders]
    (way,) = [order for order in jasmin.orders(PORT, "900001", "secret", LINKS) if order[0] == "mtrouter -a"]
    assert "connectors " + ";".join(f"smppc({name})" for name in names) in way


def test_what_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(jasmin, "PROGRAM", tmp_path / "jasmind.py")
    monkeypatch.setattr(jasmin, "BROKERS", str(tmp_path))
    assert jasmin.lacking()[:2] == ["Jasmin", "RabbitMQ"]


def test_a_server_that_ends_at_once_says_why(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    server = listening(["sh", "-c", "echo no such luck"], tmp_path, port)
    with pytest.raises(AssertionError, match="no such luck"), server:
        raise RuntimeError("it never listened")


@pytest.mark.soak
@pytest.mark.skipif(bool(jasmin.lacking()), reason="Jasmin is not installed: ./run bench --peers")
def test_it_carries_some_messages_and_leaves_nothing_running() -> None:
    forkserver.ensure_running()  # it stays for other tests, see tests/processes.py
    before = _children()
    assert links_jasmin.figure(COUNT) > 0
    assert _children() == before


def _children() -> str:
    return Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text()
