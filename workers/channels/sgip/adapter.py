"""Pure: SGIP 1.2, China Unicom's protocol.

There is no message id: the twelve bytes of a request's sequence name the message. Receipts and replies come over
connections the carrier opens to us, so the channel has a listener beside its links.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, ClassVar, Final

from workers.channels import linking
from workers.channels.base import Accepted, Field, Outgoing, Receipt, SendResult, Settings
from workers.channels.links import Line, Said
from workers.channels.mainland import e164
from workers.channels.meaning import verdict
from workers.channels.sgip.codes import CAUSES, DOUBTS, FAILED, REFUSALS, WORDS
from workers.protocols.sgip import long, pdus
from workers.protocols.sgip.codec import node_id
from workers.protocols.sgip.session import FROM_CARRIER, FROM_PROVIDER, NODE_BUSY, Session
from workers.protocols.states import CLIENT, SERVER
from workers.protocols.text import chinese

SOURCE_OCTETS_MAX: Final = 21
NOT_CAUSED_BY_A_REPLY: Final = 2  # MorelatetoMTFlag
BAD_LOGIN, BAD_LOGIN_TYPE = 1, 4


class SgipAdapter:
    """Links that only send, and one place where the carrier calls."""

    kind: ClassVar[str] = "sgip"
    echoes_reference: ClassVar[bool] = False
    fields: ClassVar[tuple[Field, ...]] = (
        linking.HOST,
        linking.port(8801),
        linking.account(16),
        linking.secret(16),
        Field("area_code", "number", "Area code", low=0, high=9_999, help="Part of the node number"),
        Field("enterprise_code", "number", "Enterprise code", low=0, high=99_999, help="Part of the node number"),
        Field("listen_host", "text", "Listen on", default="0.0.0.0"),  # nosec B104  # the carrier calls
        Field("listen_port", "number", "Listen on port", default=8802, high=65_535, help="Where the carrier calls us"),
        Field("listen_account", "text", "Carrier's login name", required=False, octets_max=16, help="Empty: ours"),
        Field("listen_secret", "text", "Carrier's login password", required=False, secret=True, octets_max=16,
              help="Empty: ours"),
        linking.SOURCE,
        linking.LINKS,
        linking.WINDOW,
        linking.TEXT,
        linking.LONG,
        Field("corp_id", "text", "Enterprise number", required=False, octets_max=5, help="CorpId"),
        Field("service_type", "text", "Service type", required=False, octets_max=10),
        Field("fee_type", "number", "Type of fee", default=1, low=0, high=255, help="FeeType"),
        Field("fee_value", "text", "Fee code", default="0", octets_max=6, help="FeeValue"),
        Field("given_value", "text", "Given credit", default="0", octets_max=6, help="GivenValue"),
        linking.VALIDITY,
        linking.RESPONSE,
        Field("idle_s", "number", "Seconds of silence before a link is left", default=30, high=600),
    )  # fmt: skip

    def lines(self, settings: Settings) -> tuple[Line, ...]:
        links = settings.number("links")
        host, port = settings.text("listen_host"), settings.number("listen_port")
        return (*linking.lines(settings, 0, links), Line(links, host, port, sends=False, listens=True))

    def session(self, settings: Settings, line: Line, now: float, first_sequence: int) -> Session:
        node = node_id(settings.number("area_code"), settings.number("enterprise_code"))
        role, window = SERVER if line.listens else CLIENT, settings.number("window")
        timers = linking.timers(settings)
        return Session(role, now, node=node, timers=timers, window=window, first_sequence=first_sequence)

    def login(self, settings: Settings, line: Line, now: float) -> Any:
        return None if line.listens else pdus.Bind(FROM_PROVIDER, settings.text("account"), settings.text("secret"))

    def submits(self, settings: Settings, message: Outgoing, reference: int, now: float) -> Sequence[Any]:
        coding, body = linking.chinese_text(settings, message.text)
        source = linking.sender(settings, message, SOURCE_OCTETS_MAX)
        template = _template(settings, source, linking.gives_up_at(settings, now))
        wide, to = settings.text("long") == linking.WIDE, (message.number.removeprefix("+"),)
        return long.submits(template, body, coding, reference, wide=wide, recipients=to)

    def result(self, settings: Settings, answer: Any, sequence: Any) -> SendResult:
        if answer.result:
            return verdict(str(answer.result), REFUSALS, DOUBTS)
        return Accepted(sequence.hex())

    def late(self, settings: Settings, pdu: Any) -> bool:
        return isinstance(pdu, pdus.SubmitResp)

    def news(self, settings: Settings, pdu: Any, now: float) -> Receipt | Said | None:
        match pdu:
            case pdus.Deliver():
                with linking.readable():
                    part = long.read(pdu)
                return Said(e164(pdu.user_number), pdu.sp_number, part, chinese(pdu.message_coding))
            case pdus.Report(report_type=0):  # of a submit
                code = WORDS.get(pdu.state) or f"{FAILED}:{pdu.error_code}"
                return linking.receipt(
                    pdu.submit_sequence.hex(), code, CAUSES, linking.instant(now), linking.whom(pdu.user_number)
                )
        return None

    def thanks(self, settings: Settings, pdu: Any, *, stored: bool) -> Any:
        result = 0 if stored else NODE_BUSY
        match pdu:
            case pdus.Bind():
                return pdus.BindResp(_login_fault(settings, pdu))
            case pdus.Deliver():
                return pdus.DeliverResp(result)
            case pdus.Report():
                return pdus.ReportResp(result)
            case pdus.UserRpt():
                return pdus.UserRptResp(result)
            case pdus.Unbind():
                return pdus.UnbindResp()
        return None


def _login_fault(settings: Settings, login: pdus.Bind) -> int:
    """What is wrong with the login of somebody who called us; 0 when he is the carrier."""
    if login.login_type != FROM_CARRIER:
        return BAD_LOGIN_TYPE
    account = settings.text("listen_account") or settings.text("account")
    secret = settings.text("listen_secret") or settings.text("secret")
    known = hmac.compare_digest(login.login_name.encode(), account.encode())
    genuine = hmac.compare_digest(login.login_password.encode(), secret.encode())
    return 0 if known and genuine else BAD_LOGIN


@lru_cache(linking.TEMPLATES_MAX)
def _template(settings: Settings, source: str, valid_until: str) -> pdus.Submit:
    """What the messages of a channel and a sender have in common at this moment."""
    return pdus.Submit(
        sp_number=source,
        corp_id=settings.text("corp_id"),
        service_type=settings.text("service_type"),
        fee_type=settings.number("fee_type"),
        fee_value=settings.text("fee_value"),
        given_value=settings.text("given_value"),
        more_late_to_mt_flag=NOT_CAUSED_BY_A_REPLY,
        expire_time=valid_until,
    )
