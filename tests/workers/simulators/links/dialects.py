"""What a customer says and hears, by protocol: logins, submits, ids of answers, receipts, replies, thanks."""

from __future__ import annotations

from typing import Any, NamedTuple

from workers.protocols import long
from workers.protocols.cmpp import auth as cmpp_auth
from workers.protocols.cmpp import long as cmpp_long
from workers.protocols.cmpp import pdus as cmpp
from workers.protocols.cmpp import receipts as cmpp_receipts
from workers.protocols.cmpp import session as cmpp_session
from workers.protocols.session import Session
from workers.protocols.sgip import long as sgip_long
from workers.protocols.sgip import pdus as sgip
from workers.protocols.sgip import session as sgip_session
from workers.protocols.sgip.codec import node_id
from workers.protocols.smgp import auth as smgp_auth
from workers.protocols.smgp import long as smgp_long
from workers.protocols.smgp import pdus as smgp
from workers.protocols.smgp import receipts as smgp_receipts
from workers.protocols.smgp import session as smgp_session
from workers.protocols.smpp import long as smpp_long
from workers.protocols.smpp import pdus as smpp
from workers.protocols.smpp import receipts as smpp_receipts
from workers.protocols.smpp import session as smpp_session
from workers.protocols.smpp.long import Way
from workers.protocols.stamps import stamp
from workers.protocols.states import Role
from workers.protocols.text import ASCII, GSM, UCS2, Coding, chinese, first_fit
from workers.protocols.text import smpp as smpp_coding

PROTOCOLS = ["cmpp2", "cmpp3", "smpp", "sgip", "smgp"]
ACCOUNT, SECRET, SENDER = "900001", "secret", "10690001"
NODE = node_id(250, 1)
RESULTS = {  # what each protocol says of a refusal
    "cmpp2": {"bad_secret": 3, "too_fast": 8, "bad_number": 13, "too_long": 6},
    "cmpp3": {"bad_secret": 3, "too_fast": 8, "bad_number": 13, "too_long": 6},
    "smpp": {"bad_secret": 0xE, "too_fast": 0x58, "bad_number": 0xB, "too_long": 1},
    "sgip": {"bad_secret": 1, "too_fast": 11, "bad_number": 6, "too_long": 8},
    "smgp": {"bad_secret": 21, "too_fast": 1, "bad_number": 47, "too_long": 36},
}


class Heard(NamedTuple):
    """A receipt as the customer understands it; `id` as in the carrier's journal."""

    id: str
    number: str
    stat: str


def session(name: str, role: Role, now: float, **options: Any) -> Session:
    match name:
        case "cmpp2" | "cmpp3":
            return cmpp_session.Session(role, now, version=0x30 if name == "cmpp3" else 0x20, **options)
        case "smpp":
            return smpp_session.Session(role, now, **options)
        case "sgip":
            return sgip_session.Session(role, now, node=NODE, **options)
    return smgp_session.Session(role, now, **options)


def login(name: str, now: float, account: str = ACCOUNT, secret: str = SECRET) -> Any:
    match name:
        case "cmpp2" | "cmpp3":
            return cmpp_auth.connect(account, secret, stamp(now), 0x30 if name == "cmpp3" else 0x20)
        case "smpp":
            return smpp.BindTransceiver(account, secret)
        case "sgip":
            return sgip.Bind(1, account, secret)
    return smgp_auth.login(account, secret, stamp(now))


def submits(name: str, number: str, text: str, reference: int = 1, way: Way = Way.UDH_8) -> list[Any]:
    """The requests of one message, as many as it has parts."""
    coding, body = first_fit(text, GSM if name == "smpp" else ASCII, UCS2)
    wide = way is Way.UDH_16
    match name:
        case "cmpp2" | "cmpp3":
            plain = cmpp.Submit(msg_src=ACCOUNT, src_id=SENDER, recipients=(number,))
            return list(cmpp_long.submits(plain, body, coding, reference, wide=wide))
        case "smpp":
            bare = smpp.SubmitSm(source_addr=SENDER, destination_addr=number, registered_delivery=1)
            return list(smpp_long.submits(bare, body, coding, reference, way))
        case "sgip":
            empty = sgip.Submit(sp_number=SENDER, recipients=(number,))
            return list(sgip_long.submits(empty, body, coding, reference, wide=wide))
    blank = smgp.Submit(src_term_id=SENDER, recipients=(number,))
    return list(smgp_long.submits(blank, body, coding, reference, wide=wide))


def result(answer: Any) -> int:
    """The status or result of any answer."""
    found: int = answer.status if hasattr(answer, "status") else answer.result
    return found


def told_id(answer: Any, sequence: Any) -> str:
    """The carrier's name for a message, from its answer."""
    match answer:
        case cmpp.SubmitResp():
            return str(answer.msg_id)
        case smpp.SubmitSmResp():
            return answer.message_id
        case sgip.SubmitResp():
            return str(sequence.hex())
    return str(answer.msg_id.hex())


def receipt(pdu: Any) -> Heard | None:
    match pdu:
        case cmpp.Deliver(registered_delivery=1):
            report = cmpp_receipts.parse(pdu.content)
            return Heard(str(report.msg_id), report.number, report.stat)
        case smpp.DeliverSm():
            found = smpp_receipts.parse(pdu)
            return Heard(found.id, pdu.source_addr, found.stat) if found else None
        case sgip.Report():
            stat = {0: "DELIVRD", 1: "ACCEPTD"}.get(pdu.state, "UNDELIV")
            return Heard(pdu.submit_sequence.hex(), pdu.user_number, stat)
        case smgp.Deliver(is_report=1):
            text = smgp_receipts.parse(pdu.content)
            return Heard(text.id, pdu.src_term_id, text.stat)
    return None


def reply(pdu: Any) -> tuple[str, str, long.Part, Coding]:
    """Who wrote to whom, and a part of what."""
    match pdu:
        case cmpp.Deliver():
            return pdu.src_terminal_id, pdu.dest_id, cmpp_long.read(pdu), chinese(pdu.msg_fmt)
        case smpp.DeliverSm():
            return pdu.source_addr, pdu.destination_addr, smpp_long.read(pdu), smpp_coding(pdu.data_coding)
        case sgip.Deliver():
            return pdu.user_number, pdu.sp_number, sgip_long.read(pdu), chinese(pdu.message_coding)
    return pdu.src_term_id, pdu.dest_term_id, smgp_long.read(pdu), chinese(pdu.msg_format)


def thanks(pdu: Any, taken: bool = True) -> Any:
    """The customer's answer to whatever the carrier asked; None: it has none."""
    match pdu:
        case cmpp.Deliver():
            return cmpp.DeliverResp(pdu.msg_id, 0 if taken else 9)
        case smpp.DeliverSm():
            return smpp.DeliverSmResp(status=0 if taken else 0x64)
        case sgip.Report():
            return sgip.ReportResp(0 if taken else 11)
        case sgip.Deliver():
            return sgip.DeliverResp(0 if taken else 11)
        case smgp.Deliver():
            return smgp.DeliverResp(pdu.msg_id, 0 if taken else 1)
    return FAREWELLS.get(type(pdu))


FAREWELLS: dict[type[Any], Any] = {
    cmpp.Terminate: cmpp.TerminateResp(),
    smpp.Unbind: smpp.UnbindResp(),
    sgip.Unbind: sgip.UnbindResp(),
    sgip.Bind: sgip.BindResp(),
    smgp.Exit: smgp.ExitResp(),
}
