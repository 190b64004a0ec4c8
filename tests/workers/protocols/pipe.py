"""Two sessions and the wire between them, in memory: what one writes the other reads, cut into pieces on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from workers.protocols.cmpp import auth as cmpp_auth
from workers.protocols.cmpp import pdus as cmpp
from workers.protocols.cmpp import session as cmpp_session
from workers.protocols.events import Event, Received, Write
from workers.protocols.session import Session
from workers.protocols.sgip import pdus as sgip
from workers.protocols.sgip import session as sgip_session
from workers.protocols.smgp import auth as smgp_auth
from workers.protocols.smgp import pdus as smgp
from workers.protocols.smgp import session as smgp_session
from workers.protocols.smpp import pdus as smpp
from workers.protocols.smpp import session as smpp_session
from workers.protocols.states import Role

SESSIONS = ["cmpp2", "cmpp3", "smpp", "sgip", "smgp"]
SECRET = "secret"
STAMP = 1122135702


def session(name: str, role: Role, now: float = 0.0, **options: Any) -> Session:
    match name:
        case "cmpp2" | "cmpp3":
            return cmpp_session.Session(role, now, version=0x30 if name == "cmpp3" else 0x20, **options)
        case "smpp":
            return smpp_session.Session(role, now, **options)
        case "sgip":
            return sgip_session.Session(role, now, node=3025000001, **options)
    return smgp_session.Session(role, now, **options)


def login(name: str) -> Any:
    """A good login."""
    match name:
        case "cmpp2" | "cmpp3":
            return cmpp_auth.connect("900020", SECRET, STAMP, 0x30 if name == "cmpp3" else 0x20)
        case "smpp":
            return smpp.BindTransceiver("qunfa", SECRET)
        case "sgip":
            return sgip.Bind(1, "qunfa", SECRET)
    return smgp_auth.login("qunfa", SECRET, STAMP)


def welcome(request: Any, good: bool = True) -> Any:
    """The answer to a login."""
    match request:
        case cmpp.Connect():
            return cmpp_auth.answer(request, SECRET, 0 if good else 3)
        case smpp.BindTransmitter():
            return smpp.BindTransmitterResp("smsc", status=0 if good else 0xE)
        case smpp.BindReceiver():
            return smpp.BindReceiverResp("smsc", status=0 if good else 0xE)
        case smpp.BindTransceiver():
            return smpp.BindTransceiverResp("smsc", status=0 if good else 0xE)
        case sgip.Bind():
            return sgip.BindResp(0 if good else 1)
    return smgp_auth.answer(request, SECRET, 0 if good else 21)


def submit(name: str, number: int = 0) -> Any:
    phone, content = f"138{number:08}", b"message %d" % number
    match name:
        case "cmpp2" | "cmpp3":
            return cmpp.Submit(msg_src="900020", recipients=(phone,), content=content)
        case "smpp":
            return smpp.SubmitSm(destination_addr=phone, registered_delivery=1, short_message=content)
        case "sgip":
            return sgip.Submit(recipients=(phone,), content=content)
    return smgp.Submit(recipients=(phone,), content=content)


def taken(request: Any, number: int = 1) -> Any:
    """The good answer to a submit, with a message id where the protocol has one."""
    match request:
        case cmpp.Submit():
            return cmpp.SubmitResp(number)
        case smpp.SubmitSm():
            return smpp.SubmitSmResp(str(number))
        case sgip.Submit():
            return sgip.SubmitResp()
    return smgp.SubmitResp(bytes.fromhex(f"{number:020}"))


@dataclass
class Pair:
    """A client, a server, and what happened to each that the other side must act on."""

    client: Session
    server: Session
    step: int = 1 << 20
    now: float = 0.0
    seen: dict[Role, list[Event]] = field(default_factory=lambda: {Role.CLIENT: [], Role.SERVER: []})

    def side(self, role: Role) -> Session:
        return self.client if role is Role.CLIENT else self.server

    def carry(self, to: Role, data: bytes) -> None:
        """Brings bytes to one side; what it writes by itself goes back at once."""
        for at in range(0, len(data), self.step):
            self.happened(to, self.side(to).receive_data(data[at : at + self.step], self.now))

    def happened(self, to: Role, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Write):
                self.carry(to.other, event.data)
            else:
                self.seen[to].append(event)

    def send(self, by: Role, pdu: Any, **more: Any) -> None:
        self.carry(by.other, self.side(by).send(pdu, self.now, **more))

    def tick(self, now: float) -> None:
        self.now = now
        for role in Role:
            self.happened(role, self.side(role).tick(now))

    def take(self, role: Role) -> list[Event]:
        found, self.seen[role] = self.seen[role], []
        return found


def bound_pair(name: str, step: int = 1 << 20, **options: Any) -> Pair:
    """Two sides that have logged in."""
    pair = Pair(session(name, Role.CLIENT, **options), session(name, Role.SERVER, **options), step)
    pair.send(Role.CLIENT, login(name))
    (asked,) = pair.take(Role.SERVER)
    assert isinstance(asked, Received)
    pair.send(Role.SERVER, welcome(asked.pdu), reply_to=asked.sequence)
    pair.take(Role.CLIENT)
    return pair
