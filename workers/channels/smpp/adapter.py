"""Pure: SMPP 3.4, the protocol of carriers and aggregators abroad.

What its carriers disagree about is a setting: the alphabet behind data_coding 0, the form of numbers and of ids, the
way of long messages. An id is kept in one spelling: 2F in an answer and 47 in a receipt are the same message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, ClassVar, Final

from workers.channels import linking, tls
from workers.channels.base import Accepted, Doubtful, Field, Outgoing, Receipt, SendResult, Settings
from workers.channels.links import Line, Said
from workers.channels.mainland import e164
from workers.channels.meaning import verdict
from workers.channels.smpp.codes import CAUSES, DOUBTS, REFUSALS
from workers.protocols.smpp import long, pdus, receipts
from workers.protocols.smpp.long import Way
from workers.protocols.smpp.receipts import IdForm, canonical
from workers.protocols.smpp.session import Session
from workers.protocols.states import CLIENT
from workers.protocols.text import ASCII, GSM, GSM_PACKED, LATIN1, UCS2, Coding, first_fit, smpp
from workers.protocols.wire import changed, tlv

TRANSCEIVER, SEPARATE = "transceiver", "separate"
ALPHABETS: Final = {"gsm": GSM, "packed": GSM_PACKED, "latin1": LATIN1, "ascii": ASCII}
ID_FORMS: Final = tuple(IdForm)
FINAL_RECEIPT: Final = 1
SOURCE_OCTETS_MAX: Final = 20
LATER: Final = 0x64  # ESME_RX_T_APPN
SHORT_DIGITS_MAX: Final = 8
# Type and plan of a sender: a name, a short number, any other number.
NAME, SHORT, LONG = (5, 0), (0, 0), (1, 1)


class SmppAdapter:
    """Transceivers, or transmitters with receivers beside them."""

    kind: ClassVar[str] = "smpp"
    echoes_reference: ClassVar[bool] = False
    fields: ClassVar[tuple[Field, ...]] = (
        linking.HOST,
        linking.port(2775),
        linking.account(15),
        linking.secret(8),
        Field("system_type", "text", "System type", required=False, octets_max=12),
        Field("bind", "choice", "Bind mode", default=TRANSCEIVER, choices=(TRANSCEIVER, SEPARATE)),
        linking.LINKS,
        linking.RECEIVERS,
        linking.WINDOW,
        Field("source", "text", "Sender", required=False, octets_max=SOURCE_OCTETS_MAX, help="A number or a name"),
        Field("source_ton", "number", "Sender's TON", required=False, low=0, high=6, help="Empty: as it looks"),
        Field("source_npi", "number", "Sender's NPI", required=False, low=0, high=18, help="Empty: as it looks"),
        Field("dest_ton", "number", "Recipient's TON", default=1, low=0, high=6),
        Field("dest_npi", "number", "Recipient's NPI", default=1, low=0, high=18),
        replace(linking.NUMBERS, default="international"),
        Field("service_type", "text", "Service type", required=False, octets_max=5),
        Field("alphabet", "choice", "Default alphabet", default="gsm", choices=tuple(ALPHABETS), help="data_coding 0"),
        Field("long", "choice", "Long messages", default=Way.UDH_8, choices=tuple(Way)),
        Field("answer_ids", "choice", "Ids in answers", default=IdForm.TEXT, choices=ID_FORMS),
        Field("receipt_ids", "choice", "Ids in receipts", default=IdForm.TEXT, choices=ID_FORMS),
        linking.VALIDITY,
        linking.RESPONSE,
        linking.IDLE,
        *tls.FIELDS,
    )

    def lines(self, settings: Settings) -> tuple[Line, ...]:
        links, secured = settings.number("links"), tls.wanted(settings)
        senders = linking.lines(settings, 0, links, tls=secured)
        if settings.text("bind") == TRANSCEIVER:
            return senders
        return senders + linking.lines(settings, links, settings.number("receivers"), tls=secured, sends=False)

    def check(self, settings: Settings) -> dict[str, str]:
        return tls.check(settings)

    def session(self, settings: Settings, line: Line, now: float, first_sequence: int) -> Session:
        window = settings.number("window")
        return Session(CLIENT, now, timers=linking.timers(settings), window=window, first_sequence=first_sequence)

    def login(self, settings: Settings, line: Line, now: float) -> Any:
        bind: type[pdus.Bind] = pdus.BindTransceiver
        if settings.text("bind") == SEPARATE:
            bind = pdus.BindTransmitter if line.sends else pdus.BindReceiver
        return bind(settings.text("account"), settings.text("secret"), settings.text("system_type"))

    def submits(self, settings: Settings, message: Outgoing, reference: int, now: float) -> Sequence[Any]:
        coding, body = _said(settings, message.text)
        template = _template(settings, linking.sender(settings, message, SOURCE_OCTETS_MAX))
        way, to = Way(settings.text("long")), linking.number(settings, message.number)
        made = long.submits(template, body, coding, reference, way, destination_addr=to)
        # An alphabet with a number of its own that the carrier takes for its default.
        return [changed(each, data_coding=0) for each in made] if coding in (LATIN1, ASCII) else made

    def result(self, settings: Settings, answer: Any, sequence: Any) -> SendResult:
        if answer.status:
            return verdict(f"0x{answer.status:02X}", REFUSALS, DOUBTS)
        if not isinstance(answer, pdus.SubmitSmResp) or not answer.message_id.strip():
            return Doubtful("the answer has no id")
        return Accepted(canonical(answer.message_id, IdForm(settings.text("answer_ids"))))

    def late(self, settings: Settings, pdu: Any) -> bool:
        return isinstance(pdu, pdus.SubmitSmResp)

    def news(self, settings: Settings, pdu: Any, now: float) -> Receipt | Said | None:
        if not isinstance(pdu, pdus.DeliverSm | pdus.DataSm):
            return None
        with linking.readable():
            told = receipts.parse(pdu)
            if told is None:
                return _reply(settings, pdu)
        # The optional field repeats the id of the answer; the text of the receipt may spell it otherwise.
        exact = tlv(pdu.tlvs, pdus.RECEIPTED_MESSAGE_ID) is not None
        form = IdForm(settings.text("answer_ids" if exact else "receipt_ids"))
        # Carriers tell the time of wherever they are, so the time of arrival is the better one.
        ref, at = canonical(told.id, form), linking.instant(now)
        return linking.receipt(ref, linking.worded(told), CAUSES, at, _from(settings, pdu))

    def thanks(self, settings: Settings, pdu: Any, *, stored: bool) -> Any:
        match pdu:
            case pdus.DeliverSm():
                return pdus.DeliverSmResp(status=0 if stored else LATER)
            case pdus.DataSm():
                return pdus.DataSmResp(status=0 if stored else LATER)
            case pdus.Unbind():
                return pdus.UnbindResp()
        return None


@lru_cache(linking.TEMPLATES_MAX)
def _template(settings: Settings, source: str) -> pdus.SubmitSm:
    """What the messages of a channel and a sender have in common."""
    ton, npi = _type(settings, source)
    return pdus.SubmitSm(
        service_type=settings.text("service_type"),
        source_addr_ton=ton,
        source_addr_npi=npi,
        source_addr=source,
        dest_addr_ton=settings.number("dest_ton"),
        dest_addr_npi=settings.number("dest_npi"),
        validity_period=_validity(settings),
        registered_delivery=FINAL_RECEIPT,
    )


def _said(settings: Settings, text: str) -> tuple[Coding, bytes]:
    """In the carrier's default alphabet when that can say it, in UCS-2 otherwise."""
    default = ALPHABETS[settings.text("alphabet")]
    coding, body = first_fit(text, default, UCS2)
    if coding is GSM_PACKED and len(body) > coding.single:  # packed septets have no parts
        return UCS2, UCS2.encode(text)
    return coding, body


def _type(settings: Settings, source: str) -> tuple[int, int]:
    ton, npi = NAME if not source.lstrip("+").isdigit() else SHORT if len(source) <= SHORT_DIGITS_MAX else LONG
    ton, npi = (ton, npi) if source else (0, 0)
    return int(settings.text("source_ton") or ton), int(settings.text("source_npi") or npi)


def _validity(settings: Settings) -> str:
    """A period of time, which needs no agreement on clocks."""
    if not settings.text("validity_s"):
        return ""
    minutes, seconds = divmod(settings.number("validity_s"), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return f"0000{days:02}{hours:02}{minutes:02}{seconds:02}000R"


def _reply(settings: Settings, pdu: pdus.DeliverSm | pdus.DataSm) -> Said:
    part = long.read(pdu)
    coding = smpp(pdu.data_coding, ALPHABETS[settings.text("alphabet")])
    return Said(_from(settings, pdu), pdu.destination_addr, part, coding)


def _from(settings: Settings, pdu: pdus.DeliverSm | pdus.DataSm) -> str:
    """Whose telephone it is about, E.164; nothing when it names none."""
    digits = pdu.source_addr.removeprefix("+")
    home = settings.text("number_form") == "national" and pdu.source_addr_ton != 1
    return e164(digits) if home else f"+{digits}" if digits else ""
