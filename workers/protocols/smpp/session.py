"""Pure: an SMPP link, as customer (ESME, client) or as carrier (SMSC, server). The bind says which way messages go."""

from __future__ import annotations

from typing import Any, ClassVar

from workers.protocols import session
from workers.protocols.codec import Unknown
from workers.protocols.smpp import pdus
from workers.protocols.smpp.codec import CODEC, SEQUENCE_MAX
from workers.protocols.states import CLIENT, SERVER, Exchange, Kind, Role
from workers.protocols.wire import Pdu

RINVCMDID, RTHROTTLED = 0x3, 0x58

_TO_CARRIER = {pdus.SubmitSm, pdus.SubmitMulti, pdus.QuerySm, pdus.CancelSm, pdus.ReplaceSm}
_TO_CUSTOMER = {pdus.DeliverSm, pdus.AlertNotification}


class Session(session.Session):
    exchanges: ClassVar[tuple[Exchange, ...]] = (
        Exchange(pdus.Outbind, None, Kind.INVITE, (SERVER,)),
        Exchange(pdus.BindTransceiver, pdus.BindTransceiverResp, Kind.LOGIN, (CLIENT,)),
        Exchange(pdus.BindTransmitter, pdus.BindTransmitterResp, Kind.LOGIN, (CLIENT,)),
        Exchange(pdus.BindReceiver, pdus.BindReceiverResp, Kind.LOGIN, (CLIENT,)),
        Exchange(pdus.SubmitSm, pdus.SubmitSmResp, Kind.WORK, (CLIENT,)),
        Exchange(pdus.SubmitMulti, pdus.SubmitMultiResp, Kind.WORK, (CLIENT,)),
        Exchange(pdus.QuerySm, pdus.QuerySmResp, Kind.WORK, (CLIENT,)),
        Exchange(pdus.CancelSm, pdus.CancelSmResp, Kind.WORK, (CLIENT,)),
        Exchange(pdus.ReplaceSm, pdus.ReplaceSmResp, Kind.WORK, (CLIENT,)),
        Exchange(pdus.DeliverSm, pdus.DeliverSmResp, Kind.WORK, (SERVER,)),
        Exchange(pdus.DataSm, pdus.DataSmResp, Kind.WORK),
        Exchange(pdus.AlertNotification, None, Kind.NOTICE, (SERVER,)),
        Exchange(pdus.EnquireLink, pdus.EnquireLinkResp, Kind.PROBE),
        Exchange(pdus.Unbind, pdus.UnbindResp, Kind.LEAVE),
    )
    nack: ClassVar[type[Any] | None] = pdus.GenericNack
    sequence_max: ClassVar[int] = SEQUENCE_MAX

    def __init__(self, role: Role, now: float, **options: Any) -> None:
        super().__init__(role, CODEC, now, **options)
        self.bind: type[Any] = pdus.BindTransceiver

    def met(self, login: Any) -> None:
        self.bind = type(login)

    def permits(self, actor: Role, request: type[Any]) -> bool:
        if self.bind is pdus.BindTransmitter:
            blocked = request in _TO_CUSTOMER or (request is pdus.DataSm and actor is SERVER)
        else:
            to_carrier = request in _TO_CARRIER or (request is pdus.DataSm and actor is CLIENT)
            blocked = self.bind is pdus.BindReceiver and to_carrier
        return super().permits(actor, request) and not blocked

    def accepts(self, answer: Any) -> bool:
        return bool(answer.status == 0)

    def throttled(self, request: Any) -> Pdu:
        answer = self._requests[type(request)].answer
        assert answer is not None
        slow_down: Pdu = answer(status=RTHROTTLED)
        return slow_down

    def probe(self) -> Pdu:
        return pdus.EnquireLink()

    def leave(self) -> Pdu:
        return pdus.Unbind()

    def unknown(self, pdu: Unknown) -> Pdu | None:
        # An unknown answer is never answered: two peers could go on forever.
        return pdus.GenericNack(status=RINVCMDID) if pdu.command_id < 0x80000000 else None
