"""A carrier that speaks SMPP 3.4."""

from __future__ import annotations

import hmac
import itertools
import secrets
from typing import Any, ClassVar, Final

from workers.protocols.receipts import Receipt
from workers.protocols.session import Timers
from workers.protocols.smpp import long, pdus, receipts
from workers.protocols.smpp.session import RTHROTTLED, Session
from workers.protocols.states import Role
from workers.protocols.text import GSM, smpp, smpp_number
from workers.simulators.links.profile import LinkProfile
from workers.simulators.links.tongue import Reply, Submitted, Told, Tongue, Wish, minute, parts, too_long

RINVPASWD, RINVSYSID = 0xE, 0xF
VERSION_FIELD: Final = ((pdus.SC_INTERFACE_VERSION, b"\x34"),)
REFUSALS: Final = {
    "bad_number": 0xB,
    "bad_content": 0x45,
    "too_long": 0x1,
    "too_fast": RTHROTTLED,
    "busy": 0x14,
    "error": 0x8,
    "shut": 0x15,
}
NUMBERS_OF_STATES: Final = {state: number for number, state in receipts.STATES.items()}
WISHES: Final = (Wish.NONE, Wish.ALL, Wish.FAILURES, Wish.NONE)

_BIND_ANSWERS: Final[dict[type[Any], type[Any]]] = {
    pdus.BindTransceiver: pdus.BindTransceiverResp,
    pdus.BindTransmitter: pdus.BindTransmitterResp,
    pdus.BindReceiver: pdus.BindReceiverResp,
}
_SUBMIT_ANSWERS: Final[dict[type[Any], type[Any]]] = {
    pdus.SubmitSm: pdus.SubmitSmResp,
    pdus.SubmitMulti: pdus.SubmitMultiResp,
    pdus.DataSm: pdus.DataSmResp,
}
_OTHERS: Final[dict[type[Any], Any]] = {
    pdus.Unbind: pdus.UnbindResp(),
    pdus.QuerySm: pdus.QuerySmResp(status=0x67),
    pdus.CancelSm: pdus.CancelSmResp(status=0x11),
    pdus.ReplaceSm: pdus.ReplaceSmResp(status=0x13),
}


class Smpp(Tongue):
    logins: ClassVar[tuple[type[Any], ...]] = tuple(_BIND_ANSWERS)
    submits: ClassVar[tuple[type[Any], ...]] = tuple(_SUBMIT_ANSWERS)
    way_back: ClassVar[type[Any]] = pdus.DeliverSm
    port: ClassVar[int] = 2775
    versions: ClassVar[tuple[str, ...]] = ("3.4",)

    def __init__(self, account: str, secret: str, version: str = "", timers: Timers | None = None) -> None:
        super().__init__(account, secret, version, timers)
        self._ids = itertools.count(secrets.randbits(30) << 24)  # ids of two runs never meet
        self._profile = LinkProfile()

    def follow(self, profile: LinkProfile) -> None:
        self._profile = profile

    def session(self, role: Role, now: float) -> Session:
        return Session(role, now, **self.options)

    def login(self, pdu: Any) -> Any:
        status = 0 if hmac.compare_digest(pdu.password.encode(), self.secret.encode()) else RINVPASWD
        status = status if pdu.system_id == self.account else RINVSYSID
        if status:
            return _BIND_ANSWERS[type(pdu)](status=status)
        return _BIND_ANSWERS[type(pdu)]("carrier", VERSION_FIELD)

    def new_id(self, sequence: Any, now: float) -> str:
        return str(next(self._ids))

    def read(self, pdu: Any) -> Submitted:
        part, coding = long.read(pdu), smpp(pdu.data_coding)
        content = b"" if isinstance(pdu, pdus.DataSm) else pdu.short_message
        found = [one.address for one in pdu.recipients] if isinstance(pdu, pdus.SubmitMulti) else [pdu.destination_addr]
        wish = WISHES[pdu.registered_delivery & 3]
        return Submitted(
            pdu.source_addr, tuple(found), part, coding, wish, bool(content) and too_long(part, content, coding)
        )

    def taken(self, pdu: Any, own_id: str) -> Any:
        return _SUBMIT_ANSWERS[type(pdu)](message_id=written(own_id, self._profile.answer_ids))

    def refused(self, pdu: Any, code: str) -> Any:
        return _SUBMIT_ANSWERS[type(pdu)](status=REFUSALS[code])

    def other(self, pdu: Any) -> Any:
        return _OTHERS.get(type(pdu))

    def receipt(self, told: Told, session: Any) -> Any:
        shown = written(told.id, self._profile.receipt_ids)
        text = Receipt(shown, told.status, told.code, minute(told.submitted_at), minute(told.done_at))
        return pdus.DeliverSm(
            source_addr_ton=1,
            source_addr_npi=1,
            source_addr=told.number,
            destination_addr=told.sender,
            esm_class=receipts.RECEIPT,
            short_message=receipts.write(text),
            tlvs=self._fields(told) if self._profile.receipt_fields else (),
        )

    def _fields(self, told: Told) -> tuple[tuple[int, bytes], ...]:
        own_id = written(told.id, self._profile.answer_ids).encode() + b"\0"
        state = bytes((NUMBERS_OF_STATES[told.status],))
        return (pdus.RECEIPTED_MESSAGE_ID, own_id), (pdus.MESSAGE_STATE, state)

    def replies(self, reply: Reply) -> list[Any]:
        coding, found = parts(reply, GSM)
        return [
            pdus.DeliverSm(
                source_addr_ton=1,
                source_addr_npi=1,
                source_addr=reply.sender,
                destination_addr=reply.number,
                esm_class=long.UDHI if part.has_header else 0,
                data_coding=smpp_number(coding),
                short_message=part.content,
            )
            for part in found
        ]

    def acknowledged(self, answer: Any) -> bool:
        return bool(answer.status == 0)


def written(own_id: str, form: str) -> str:
    """An id as this carrier writes it."""
    return f"{int(own_id):X}" if own_id and form == "hex" else own_id
