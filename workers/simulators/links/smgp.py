"""A carrier that speaks SMGP 3.0."""

from __future__ import annotations

import itertools
import secrets
from datetime import datetime
from typing import Any, ClassVar, Final

from workers.protocols.receipts import Receipt
from workers.protocols.session import Timers
from workers.protocols.smgp import auth, long, pdus, receipts
from workers.protocols.smgp.msgid import MsgId
from workers.protocols.smgp.session import BUSY, Session
from workers.protocols.stamps import CHINA
from workers.protocols.states import Role
from workers.protocols.text import chinese, chinese_number
from workers.simulators.links.tongue import Reply, Submitted, Told, Tongue, Wish, minute, parts, too_long

BAD_SECRET: Final = 21
REFUSALS: Final = {
    "bad_number": 47,
    "bad_content": 43,
    "too_long": 36,
    "too_fast": BUSY,
    "busy": BUSY,
    "error": 39,
    "shut": 76,
}


class Smgp(Tongue):
    logins: ClassVar[tuple[type[Any], ...]] = (pdus.Login,)
    submits: ClassVar[tuple[type[Any], ...]] = (pdus.Submit,)
    way_back: ClassVar[type[Any]] = pdus.Deliver
    port: ClassVar[int] = 8890
    versions: ClassVar[tuple[str, ...]] = ("3.0",)

    def __init__(self, account: str, secret: str, version: str = "", timers: Timers | None = None) -> None:
        super().__init__(account, secret, version, timers)
        self._gateway = secrets.randbelow(1_000_000)  # ids of two runs never meet
        self._sequences = itertools.count()

    def session(self, role: Role, now: float) -> Session:
        return Session(role, now, **self.options)

    def login(self, pdu: pdus.Login) -> pdus.LoginResp:
        genuine = pdu.client_id == self.account and auth.knows_secret(pdu, self.secret)
        return auth.answer(pdu, self.secret, 0 if genuine else BAD_SECRET)

    def new_id(self, sequence: Any, now: float) -> str:
        at = datetime.fromtimestamp(now, CHINA).strftime("%m%d%H%M")
        return bytes(MsgId(self._gateway, at, next(self._sequences) % 1_000_000)).hex()

    def read(self, pdu: pdus.Submit) -> Submitted:
        part, coding = long.read(pdu), chinese(pdu.msg_format)
        wish = Wish.ALL if pdu.need_report == 1 else Wish.NONE
        return Submitted(pdu.src_term_id, pdu.recipients, part, coding, wish, too_long(part, pdu.content, coding))

    def taken(self, pdu: Any, own_id: str) -> pdus.SubmitResp:
        return pdus.SubmitResp(bytes.fromhex(own_id) or bytes(10))

    def refused(self, pdu: Any, code: str) -> pdus.SubmitResp:
        return pdus.SubmitResp(bytes(10), REFUSALS[code])

    def other(self, pdu: Any) -> Any:
        return pdus.ExitResp() if isinstance(pdu, pdus.Exit) else None

    def receipt(self, told: Told, session: Any) -> pdus.Deliver:
        text = Receipt(told.id, told.status, told.code, minute(told.submitted_at), minute(told.done_at))
        return self._deliver(told.number, told.sender, is_report=1, content=receipts.write(text))

    def replies(self, reply: Reply) -> list[Any]:
        coding, found = parts(reply)
        return [
            self._deliver(
                reply.sender,
                reply.number,
                msg_format=chinese_number(coding),
                content=part.content,
                tlvs=((pdus.TP_UDHI, b"\1"),) if part.has_header else (),
            )
            for part in found
        ]

    def _deliver(self, sender: str, number: str, **more: Any) -> pdus.Deliver:
        at = datetime.now(CHINA)
        return pdus.Deliver(
            msg_id=bytes.fromhex(self.new_id(None, at.timestamp())),
            recv_time=at.strftime("%Y%m%d%H%M%S"),
            src_term_id=sender,
            dest_term_id=number,
            **more,
        )

    def acknowledged(self, answer: pdus.DeliverResp) -> bool:
        return answer.status == 0
