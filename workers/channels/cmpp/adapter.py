"""Pure: CMPP 2.0 and 3.0, China Mobile's protocol. One recipient a request, so Msg_Id alone names a message."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, ClassVar, Final

from workers.channels import linking
from workers.channels.base import Accepted, Doubtful, Field, Outgoing, Receipt, SendResult, Settings
from workers.channels.cmpp.codes import CAUSES, DOUBTS, REFUSALS
from workers.channels.links import Line, Said
from workers.channels.mainland import e164
from workers.channels.meaning import verdict
from workers.protocols.cmpp import auth, long, pdus, receipts
from workers.protocols.cmpp.codec import V2, V3
from workers.protocols.cmpp.session import Session
from workers.protocols.stamps import stamp
from workers.protocols.states import CLIENT
from workers.protocols.text import chinese

VERSIONS: Final = {"2.0": V2, "3.0": V3}
SOURCE_OCTETS_MAX: Final = 21
PAYERS: Final = 3  # by Fee_UserType: recipient, sender, provider, Fee_terminal_Id
NOT_NOW: Final = 9


class CmppAdapter:
    """Every link sends and hears."""

    kind: ClassVar[str] = "cmpp"
    echoes_reference: ClassVar[bool] = False
    fields: ClassVar[tuple[Field, ...]] = (
        linking.HOST,
        linking.port(7890),
        Field("version", "choice", "Version of the protocol", default="2.0", choices=tuple(VERSIONS)),
        linking.account(6),
        linking.secret(64),
        linking.SOURCE,
        linking.LINKS,
        linking.WINDOW,
        linking.NUMBERS,
        linking.TEXT,
        linking.LONG,
        Field("service_id", "text", "Service code", required=False, octets_max=10, help="Service_Id"),
        Field("msg_src", "text", "Enterprise code", required=False, octets_max=6, help="Empty: the login name"),
        Field("fee_user_type", "number", "Who pays", default=2, low=0, high=PAYERS, help="Fee_UserType; 2: the sender"),
        Field("fee_terminal_id", "text", "Number that pays", required=False, octets_max=21, help="Fee_terminal_Id"),
        Field("fee_type", "text", "Type of fee", default="01", octets_max=2, help="FeeType"),
        Field("fee_code", "text", "Fee code", default="000000", octets_max=6, help="FeeCode"),
        linking.VALIDITY,
        linking.RESPONSE,
        linking.IDLE,
    )

    def lines(self, settings: Settings) -> tuple[Line, ...]:
        return linking.lines(settings, 0, settings.number("links"))

    def session(self, settings: Settings, line: Line, now: float, first_sequence: int) -> Session:
        version, window = VERSIONS[settings.text("version")], settings.number("window")
        timers = linking.timers(settings)
        return Session(CLIENT, now, version=version, timers=timers, window=window, first_sequence=first_sequence)

    def login(self, settings: Settings, line: Line, now: float) -> Any:
        version = VERSIONS[settings.text("version")]
        return auth.connect(settings.text("account"), settings.text("secret"), stamp(now), version)

    def submits(self, settings: Settings, message: Outgoing, reference: int, now: float) -> Sequence[Any]:
        coding, body = linking.chinese_text(settings, message.text)
        source = linking.sender(settings, message, SOURCE_OCTETS_MAX)
        template = _template(settings, source, linking.gives_up_at(settings, now))
        wide, to = settings.text("long") == linking.WIDE, (linking.number(settings, message.number),)
        return long.submits(template, body, coding, reference, wide=wide, recipients=to)

    def result(self, settings: Settings, answer: Any, sequence: Any) -> SendResult:
        if answer.result:
            return verdict(str(answer.result), REFUSALS, DOUBTS)
        return Accepted(str(answer.msg_id)) if answer.msg_id else Doubtful("the answer has no id")

    def late(self, settings: Settings, pdu: Any) -> bool:
        return isinstance(pdu, pdus.SubmitResp)

    def news(self, settings: Settings, pdu: Any, now: float) -> Receipt | Said | None:
        if not isinstance(pdu, pdus.Deliver):
            return None
        with linking.readable():
            if not pdu.registered_delivery:
                number, coding = e164(pdu.src_terminal_id), chinese(pdu.msg_fmt)
                return Said(number, pdu.dest_id, long.read(pdu), coding, str(pdu.msg_id))
            told = receipts.parse(pdu.content)
        ref = str(told.msg_id) if told.msg_id else ""
        return linking.receipt(ref, told.stat, CAUSES, linking.done_at(told.done_time, now), linking.whom(told.number))

    def thanks(self, settings: Settings, pdu: Any, *, stored: bool) -> Any:
        match pdu:
            case pdus.Deliver():
                return pdus.DeliverResp(pdu.msg_id, 0 if stored else NOT_NOW)
            case pdus.Terminate():
                return pdus.TerminateResp()
        return None


@lru_cache(linking.TEMPLATES_MAX)
def _template(settings: Settings, source: str, valid_until: str) -> pdus.Submit:
    """What the messages of a channel and a sender have in common at this moment."""
    return pdus.Submit(
        service_id=settings.text("service_id"),
        fee_user_type=settings.number("fee_user_type"),
        fee_terminal_id=settings.text("fee_terminal_id"),
        msg_src=settings.text("msg_src") or settings.text("account"),
        fee_type=settings.text("fee_type"),
        fee_code=settings.text("fee_code"),
        valid_time=valid_until,
        src_id=source,
    )
