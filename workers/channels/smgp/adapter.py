"""Pure: SMGP 3.0, China Telecom's protocol. A message id is ten bytes, told in hexadecimal digits."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, ClassVar, Final

from workers.channels import linking
from workers.channels.base import Accepted, Doubtful, Field, Outgoing, Receipt, SendResult, Settings
from workers.channels.links import Line, Said
from workers.channels.mainland import e164
from workers.channels.meaning import verdict
from workers.channels.smgp.codes import CAUSES, DOUBTS, REFUSALS
from workers.protocols.smgp import auth, long, pdus, receipts
from workers.protocols.smgp.session import BOTH_WAYS, BUSY, RECEIVE, SEND, Session
from workers.protocols.stamps import stamp
from workers.protocols.states import CLIENT
from workers.protocols.text import chinese

BOTH, SEPARATE = "both", "separate"
SOURCE_OCTETS_MAX: Final = 21


class SmgpAdapter:
    """Links that send and hear, or links that send with others beside them that hear."""

    kind: ClassVar[str] = "smgp"
    echoes_reference: ClassVar[bool] = False
    fields: ClassVar[tuple[Field, ...]] = (
        linking.HOST,
        linking.port(8890),
        linking.account(8),
        linking.secret(64),
        linking.SOURCE,
        Field("mode", "choice", "Bind mode", default=BOTH, choices=(BOTH, SEPARATE)),
        linking.LINKS,
        linking.RECEIVERS,
        linking.WINDOW,
        linking.NUMBERS,
        linking.TEXT,
        linking.LONG,
        Field("service_id", "text", "Service code", required=False, octets_max=10, help="ServiceID"),
        Field("msg_src", "text", "Enterprise code", required=False, octets_max=8, help="MsgSrc; empty: it is left out"),
        Field("fee_type", "text", "Type of fee", default="00", octets_max=2, help="FeeType"),
        Field("fee_code", "text", "Fee code", default="000000", octets_max=6, help="FeeCode"),
        Field("fixed_fee", "text", "Fixed fee", default="000000", octets_max=6, help="FixedFee"),
        linking.VALIDITY,
        linking.RESPONSE,
        linking.IDLE,
    )

    def lines(self, settings: Settings) -> tuple[Line, ...]:
        links = settings.number("links")
        senders = linking.lines(settings, 0, links)
        if settings.text("mode") == BOTH:
            return senders
        return senders + linking.lines(settings, links, settings.number("receivers"), sends=False)

    def session(self, settings: Settings, line: Line, now: float, first_sequence: int) -> Session:
        window = settings.number("window")
        return Session(CLIENT, now, timers=linking.timers(settings), window=window, first_sequence=first_sequence)

    def login(self, settings: Settings, line: Line, now: float) -> Any:
        mode = BOTH_WAYS if settings.text("mode") == BOTH else SEND if line.sends else RECEIVE
        return auth.login(settings.text("account"), settings.text("secret"), stamp(now), mode)

    def submits(self, settings: Settings, message: Outgoing, reference: int, now: float) -> Sequence[Any]:
        coding, body = linking.chinese_text(settings, message.text)
        source = linking.sender(settings, message, SOURCE_OCTETS_MAX)
        template = _template(settings, source, linking.gives_up_at(settings, now))
        wide, to = settings.text("long") == linking.WIDE, (linking.number(settings, message.number),)
        return long.submits(template, body, coding, reference, wide=wide, recipients=to)

    def result(self, settings: Settings, answer: Any, sequence: Any) -> SendResult:
        if answer.status:
            return verdict(str(answer.status), REFUSALS, DOUBTS)
        return Accepted(answer.msg_id.hex()) if any(answer.msg_id) else Doubtful("the answer has no id")

    def late(self, settings: Settings, pdu: Any) -> bool:
        return isinstance(pdu, pdus.SubmitResp)

    def news(self, settings: Settings, pdu: Any, now: float) -> Receipt | Said | None:
        if not isinstance(pdu, pdus.Deliver):
            return None
        with linking.readable():
            if not pdu.is_report:
                number, coding = e164(pdu.src_term_id), chinese(pdu.msg_format)
                return Said(number, pdu.dest_term_id, long.read(pdu), coding, pdu.msg_id.hex())
            told = receipts.parse(pdu.content)
        at, whom = linking.done_at(told.done, now), linking.whom(pdu.src_term_id)
        return linking.receipt(told.id, linking.worded(told), CAUSES, at, whom)

    def thanks(self, settings: Settings, pdu: Any, *, stored: bool) -> Any:
        match pdu:
            case pdus.Deliver():
                return pdus.DeliverResp(pdu.msg_id, 0 if stored else BUSY)
            case pdus.Exit():
                return pdus.ExitResp()
        return None


@lru_cache(linking.TEMPLATES_MAX)
def _template(settings: Settings, source: str, valid_until: str) -> pdus.Submit:
    """What the messages of a channel and a sender have in common at this moment."""
    enterprise = settings.text("msg_src").encode()
    return pdus.Submit(
        service_id=settings.text("service_id"),
        fee_type=settings.text("fee_type"),
        fee_code=settings.text("fee_code"),
        fixed_fee=settings.text("fixed_fee"),
        valid_time=valid_until,
        src_term_id=source,
        tlvs=((pdus.MSG_SRC, enterprise.ljust(8, b"\0")),) if enterprise else (),
    )
