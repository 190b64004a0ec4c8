"""A carrier that speaks CMPP 2.0 and 3.0, as each customer asks for."""

from __future__ import annotations

import itertools
import secrets
from datetime import datetime
from typing import Any, ClassVar, Final

from workers.protocols.cmpp import auth, long, pdus, receipts
from workers.protocols.cmpp.codec import V2, V3
from workers.protocols.cmpp.msgid import MsgId
from workers.protocols.cmpp.session import FLOW_CONTROL, Session
from workers.protocols.session import Timers
from workers.protocols.stamps import CHINA
from workers.protocols.states import Role
from workers.protocols.text import chinese, chinese_number
from workers.simulators.links.tongue import Reply, Submitted, Told, Tongue, Wish, minute, parts, too_long

BAD_SECRET, VERSION_TOO_HIGH, NOT_CANCELLED = 3, 4, 1
REFUSALS: Final = {
    "bad_number": 13,
    "bad_content": 9,
    "too_long": 6,
    "too_fast": FLOW_CONTROL,
    "busy": FLOW_CONTROL,
    "error": 9,
    "shut": 7,
}


class Cmpp(Tongue):
    logins: ClassVar[tuple[type[Any], ...]] = (pdus.Connect,)
    submits: ClassVar[tuple[type[Any], ...]] = (pdus.Submit,)
    way_back: ClassVar[type[Any]] = pdus.Deliver
    port: ClassVar[int] = 7890
    versions: ClassVar[tuple[str, ...]] = ("2.0", "3.0")

    def __init__(self, account: str, secret: str, version: str = "", timers: Timers | None = None) -> None:
        super().__init__(account, secret, version, timers)
        self._gateway = secrets.randbits(22)  # ids of two runs never meet
        self._sequences = itertools.count()

    def session(self, role: Role, now: float) -> Session:
        return Session(role, now, version=V3 if self.version == "3.0" else V2, **self.options)

    def login(self, pdu: pdus.Connect) -> pdus.ConnectResp:
        if pdu.version >= V3 and self.version != "3.0":
            return auth.answer(pdu, self.secret, VERSION_TOO_HIGH)
        genuine = pdu.source_addr == self.account and auth.knows_secret(pdu, self.secret)
        return auth.answer(pdu, self.secret, 0 if genuine else BAD_SECRET)

    def new_id(self, sequence: Any, now: float) -> str:
        at = datetime.fromtimestamp(now, CHINA)
        number = next(self._sequences) & 0xFFFF
        return str(int(MsgId(at.month, at.day, at.hour, at.minute, at.second, self._gateway, number)))

    def read(self, pdu: pdus.Submit) -> Submitted:
        part, coding = long.read(pdu), chinese(pdu.msg_fmt)
        wish = Wish.ALL if pdu.registered_delivery == 1 else Wish.NONE
        return Submitted(pdu.src_id, pdu.recipients, part, coding, wish, too_long(part, pdu.content, coding))

    def taken(self, pdu: Any, own_id: str) -> pdus.SubmitResp:
        return pdus.SubmitResp(int(own_id or 0))

    def refused(self, pdu: Any, code: str) -> pdus.SubmitResp:
        return pdus.SubmitResp(0, REFUSALS[code])

    def other(self, pdu: Any) -> Any:
        match pdu:
            case pdus.Terminate():
                return pdus.TerminateResp()
            case pdus.Query():
                return pdus.QueryResp(pdu.time, pdu.query_type, pdu.query_code)
        return pdus.CancelResp(NOT_CANCELLED)

    def receipt(self, told: Told, session: Any) -> pdus.Deliver:
        report = receipts.Report(
            int(told.id), told.status, minute(told.submitted_at), minute(told.done_at), told.number, int(told.code)
        )
        return pdus.Deliver(
            msg_id=int(self.new_id(None, told.done_at)),
            dest_id=told.sender,
            src_terminal_id=told.number,
            registered_delivery=1,
            content=receipts.write(report, session.version),
        )

    def replies(self, reply: Reply) -> list[Any]:
        coding, found = parts(reply)
        at = datetime.now(CHINA).timestamp()
        return [
            pdus.Deliver(
                msg_id=int(self.new_id(None, at)),
                dest_id=reply.number,
                tp_udhi=int(part.has_header),
                msg_fmt=chinese_number(coding),
                src_terminal_id=reply.sender,
                content=part.content,
            )
            for part in found
        ]

    def acknowledged(self, answer: pdus.DeliverResp) -> bool:
        return answer.result == 0
