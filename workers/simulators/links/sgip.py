"""A carrier that speaks SGIP 1.2: receipts and replies go to the customer's own listener."""

from __future__ import annotations

import hmac
import secrets
from typing import Any, ClassVar, Final

from workers.protocols.sgip import long, pdus
from workers.protocols.sgip.codec import node_id
from workers.protocols.sgip.session import FROM_CARRIER, FROM_PROVIDER, NODE_BUSY, Session
from workers.protocols.states import Role
from workers.protocols.text import chinese, chinese_number
from workers.simulators.links.tongue import Reply, Submitted, Told, Tongue, Wish, parts, too_long

NODE: Final = node_id(10, 99)
BAD_LOGIN, BAD_LOGIN_TYPE = 1, 4
REFUSALS: Final = {
    "bad_number": 6,
    "bad_content": 30,
    "too_long": 8,
    "too_fast": NODE_BUSY,
    "busy": 33,
    "error": 32,
    "shut": 21,
}
WISHES: Final = {0: Wish.FAILURES, 1: Wish.ALL, 2: Wish.NONE}
STATES: Final = {"DELIVRD": 0, "ACCEPTD": 1}
FAILED: Final = 2
CAUSES: Final = {"101": 25, "201": 29, "202": 30, "301": 21}  # code of the scripts → ErrorCode


class Sgip(Tongue):
    logins: ClassVar[tuple[type[Any], ...]] = (pdus.Bind,)
    submits: ClassVar[tuple[type[Any], ...]] = (pdus.Submit,)
    way_back: ClassVar[type[Any]] = pdus.Report
    dials: ClassVar[bool] = True
    port: ClassVar[int] = 8801
    versions: ClassVar[tuple[str, ...]] = ("1.2",)

    def session(self, role: Role, now: float) -> Session:
        return Session(role, now, node=NODE, first_sequence=secrets.randbits(31), **self.options)

    def login(self, pdu: pdus.Bind) -> pdus.BindResp:
        if pdu.login_type != FROM_PROVIDER:
            return pdus.BindResp(BAD_LOGIN_TYPE)
        known = pdu.login_name == self.account
        genuine = known and hmac.compare_digest(pdu.login_password.encode(), self.secret.encode())
        return pdus.BindResp(0 if genuine else BAD_LOGIN)

    def own_login(self) -> pdus.Bind:
        return pdus.Bind(FROM_CARRIER, self.account, self.secret)

    def new_id(self, sequence: Any, now: float) -> str:
        return str(sequence.hex()) if isinstance(sequence, bytes) else secrets.token_hex(12)

    def read(self, pdu: pdus.Submit) -> Submitted:
        part, coding = long.read(pdu), chinese(pdu.message_coding)
        wish = WISHES.get(pdu.report_flag, Wish.NONE)
        return Submitted(pdu.sp_number, pdu.recipients, part, coding, wish, too_long(part, pdu.content, coding))

    def taken(self, pdu: Any, own_id: str) -> pdus.SubmitResp:
        return pdus.SubmitResp()

    def refused(self, pdu: Any, code: str) -> pdus.SubmitResp:
        return pdus.SubmitResp(REFUSALS[code])

    def other(self, pdu: Any) -> Any:
        return pdus.UnbindResp() if isinstance(pdu, pdus.Unbind) else None

    def receipt(self, told: Told, session: Any) -> pdus.Report:
        return pdus.Report(
            submit_sequence=bytes.fromhex(told.id),
            user_number=told.number,
            state=STATES.get(told.status, FAILED),
            error_code=CAUSES.get(told.code, 0),
        )

    def replies(self, reply: Reply) -> list[Any]:
        coding, found = parts(reply)
        return [
            pdus.Deliver(
                user_number=reply.sender,
                sp_number=reply.number,
                tp_udhi=int(part.has_header),
                message_coding=chinese_number(coding),
                content=part.content,
            )
            for part in found
        ]

    def acknowledged(self, answer: Any) -> bool:
        return bool(answer.result == 0)
