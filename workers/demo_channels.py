"""The demo's channels: one of each kind there is a simulator for, led to simulated carriers in one process. Those over
HTTP, one of CMPP and one of SMPP are at work; the others are paused, ready to be taken up on the page of channels.
"""

from __future__ import annotations

import os
import shlex
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import insert, select, update

from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.routing.models import Channel
from workers import channels
from workers.channels.generic_http.presets import PRESETS
from workers.channels.settings import seal

RECEIPTS: Final = "--delay 1 --jitter 4 --undelivered 2"
ACCOUNT: Final = "900001"
SHORT: Final = 8  # characters a secret may have on a link
CARRIER: Final = "carrier"
NORTH, SOUTH = ("mobile", "broadnet"), ("unicom", "telecom")
HTTP: Final = {"url": "{address}", "callback": "{hook}", "key": "{key}", "secret": "{receipts}", "connections": 32}
LINK: Final = {"host": "127.0.0.1", "port": "{port}", "account": ACCOUNT, "secret": "{short}", "source": "10690001"}
TEMPLATE: Final = {"signature": "禾木咖啡", "template": "T1"}
PROVIDER: Final = {"user": ACCOUNT, "secret": "{key}", "sender": "1069", "callback": "{hook}", **TEMPLATE}
CLOUD: Final = {"url": "{address}", "token": "{receipts}", **TEMPLATE}


@dataclass(frozen=True)
class Stand:
    """A channel and the simulator behind it: `simulator` is its command line, `path` ends its address.

    In the settings braces name what is known only when the demo starts: address, port, listener (a port of ours), hook
    (where receipts go), key, receipts (a secret), short (the beginning of the key), private_key.
    """

    name: str
    kind: str
    simulator: str
    settings: Mapping[str, Any]
    operators: tuple[str, ...] = ()
    tps: int = 100
    active: bool = False
    path: str = ""
    preset: str = ""
    products: tuple[str, ...] = ("sms",)

    def filled(self, facts: Mapping[str, object]) -> dict[str, str]:
        known = {**facts, "address": f"http://127.0.0.1:{facts['port']}{self.path}"}
        own = {name: str(value).format(**known) for name, value in self.settings.items()}
        return {name: str(value) for name, value in PRESETS.get(self.preset, {}).items()} | own


def _preset(name: str, preset: str, path: str, **more: str) -> Stand:
    settings = {"url": "{address}", "variable": "content", "proof_secret": "{receipts}", **PROVIDER, **more}
    return Stand(name, "generic_http", f"providers --kind {preset}", settings, path=path, preset=preset)


# Paces slow enough to watch ten thousand messages go, fast enough not to wait.
STANDS: Final = (
    Stand("Demo North", "simulator", CARRIER, HTTP, NORTH, 300, active=True),
    Stand("Demo South", "simulator", CARRIER, HTTP, SOUTH, 200, active=True),
    Stand("Demo World", "simulator", CARRIER, HTTP, (), 50, active=True),
    Stand("Demo CMPP", "cmpp", "links --protocol cmpp", LINK, NORTH, 200, active=True),
    Stand("Demo SMPP", "smpp", "links --protocol smpp", LINK, SOUTH, 200, active=True),
    Stand("Demo SGIP", "sgip", "links --protocol sgip --callback 127.0.0.1:{listener}", {
        **LINK, "area_code": 571, "enterprise_code": 1, "listen_host": "127.0.0.1", "listen_port": "{listener}",
    }, ("unicom",)),
    Stand("Demo SMGP", "smgp", "links --protocol smgp", LINK, ("telecom",)),
    Stand("Demo Alibaba Cloud", "aliyun", "providers --kind aliyun", {
        **CLOUD, "access_key_id": ACCOUNT, "access_key_secret": "{key}", "variable": "content",
    }),
    Stand("Demo Tencent Cloud", "tencent", "providers --kind tencent", {
        **CLOUD, "secret_id": ACCOUNT, "secret_key": "{key}", "app_id": "1400006666",
    }),
    Stand("Demo Twilio", "twilio", "providers --kind twilio", {
        "url": "{address}", "account_sid": ACCOUNT, "auth_token": "{key}", "sender": "+15005550006",
        "callback": "{hook}",
    }),
    Stand("Demo MM7", "mm7", "providers --kind mm7", {
        "url": "{address}", "user": ACCOUNT, "secret": "{key}", "vasp_id": ACCOUNT, "source": "10690001",
        "token": "{receipts}",
    }, path="/mm7", products=("mms",)),
    Stand("Demo 5G messages", "maap", "providers --kind maap", {
        "url": "{address}", "app_id": ACCOUNT, "app_key": "{key}", "chatbot": "sip:10690001@botplatform.example",
        "token": "{receipts}",
    }, products=("rcs",)),
    Stand("Demo RCS", "rcs_google", "providers --kind rcs", {
        "url": "{address}", "token_url": "{address}/token", "agent_id": "demo_agent", "email": ACCOUNT,
        "private_key": "{private_key}", "client_token": "{key}",
    }, products=("rcs",)),
    _preset("Demo Huawei Cloud", "huawei", "/sms/batchSendSms/v1"),
    _preset("Demo Vonage", "vonage", "/sms/json"),
    _preset("Demo Sinch", "sinch", "/xms/v1/plan-1/batches"),
    _preset("Demo Infobip", "infobip", "/sms/2/text/advanced"),
)  # fmt: skip


@dataclass
class Carriers:
    """The simulators of one start: a port for each command line, and the lines of the file they are started from."""

    home: Path
    url: str
    key: str
    receipts: str
    ports: dict[str, int] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def facts(self, stand: Stand, channel_id: int) -> dict[str, object]:
        """What a channel's settings may name."""
        return {
            "port": self.ports.setdefault(stand.simulator, free_port()),
            "listener": self.ports.setdefault(f"{stand.simulator} listener", free_port()),
            "hook": f"{self.url}/hooks/receipts/{channel_id}",
            "key": self.key,
            "receipts": self.receipts,
            "short": self.key[:SHORT],
            "private_key": private_key(),
        }

    def add(self, stand: Stand, facts: Mapping[str, object]) -> None:
        """The simulator of a channel, once for all that share it."""
        name = stand.simulator.split(" --callback")[0].rpartition(" ")[2]
        line = f"{stand.simulator.format(**facts)} --port {facts['port']} {RECEIPTS}"
        line += f" --journal {shlex.quote(str(self.home / f'{name}.jsonl'))}"
        if stand.simulator == CARRIER:
            line += f" --key {self.key} --secret {self.receipts}"
        elif stand.kind in channels.LINK_KINDS:
            line += f" --account {ACCOUNT} --secret {facts['short']}"
        else:
            line += f" --name {ACCOUNT} --secret {self.key} --callback {facts['hook']}?token={self.receipts}"
        if line not in self.lines:
            self.lines.append(line)

    def written(self) -> Path:
        """The file `workers.simulators.together` reads; it holds secrets."""
        path = self.home / "secrets" / "carriers"
        path.parent.mkdir(exist_ok=True, mode=0o700)
        path.touch(0o600)
        path.write_text("\n".join(self.lines))
        return path


def prepare(home: Path, url: str, key: str, receipts: str) -> str:
    """Channels led to where their simulators listen this time; the command that starts these."""
    carriers = Carriers(home, url, key, receipts)
    with scopes.platform(Reason.DEMO):
        for stand in STANDS:
            channel_id = db.session.scalar(select(Channel.id).where(Channel.name == stand.name)) or _made(stand)
            facts = carriers.facts(stand, channel_id)
            carriers.add(stand, facts)
            _lead(stand, channel_id, stand.filled(facts))
    return f"python -m workers.simulators.together {shlex.quote(str(carriers.written()))}"


def _made(stand: Stand) -> int:
    state = "active" if stand.active else "paused"
    columns = {"name": stand.name, "kind": stand.kind, "operators": list(stand.operators), "tps": _pace(stand.tps),
               "products": list(stand.products)}  # fmt: skip
    return db.session.scalars(
        insert(Channel).values(**columns, state=state, created_at=now()).returning(Channel.id)
    ).one()


def _lead(stand: Stand, channel_id: int, settings: Mapping[str, str]) -> None:
    clear: dict[str, str | int] = {}
    secret: dict[str, str] = {}
    for each in channels.fields(stand.kind):
        if each.name in settings:
            value = settings[each.name]
            if each.secret:
                secret[each.name] = value
            else:
                clear[each.name] = int(value) if each.type == "number" else value
    row = update(Channel).where(Channel.id == channel_id)
    db.session.execute(row.values(settings=clear, secrets=seal(channel_id, secret)))


def _pace(tps: int) -> int:
    """QUNFA_DEMO_TPS sets one pace for all of the demo's channels, 0 for none: for tests that will not wait."""
    return int(os.environ.get("QUNFA_DEMO_TPS", tps))


@cache
def private_key() -> str:
    """A key nobody checks: the simulated platform is not given the public one."""
    made = rsa.generate_private_key(65537, 2048)
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
