"""Pure: a CMPP link, as customer (client) or as carrier (server)."""

from __future__ import annotations

from typing import Any, ClassVar

from workers.protocols import session
from workers.protocols.cmpp import pdus
from workers.protocols.cmpp.codec import V2, Codec
from workers.protocols.states import CLIENT, SERVER, Exchange, Kind, Role
from workers.protocols.wire import Pdu

FLOW_CONTROL = 8


class Session(session.Session):
    """`version` is a wish: a server follows the client's login, a client the server's answer."""

    exchanges: ClassVar[tuple[Exchange, ...]] = (
        Exchange(pdus.Connect, pdus.ConnectResp, Kind.LOGIN, (CLIENT,)),
        Exchange(pdus.Submit, pdus.SubmitResp, Kind.WORK, (CLIENT,)),
        Exchange(pdus.Query, pdus.QueryResp, Kind.WORK, (CLIENT,)),
        Exchange(pdus.Cancel, pdus.CancelResp, Kind.WORK, (CLIENT,)),
        Exchange(pdus.Deliver, pdus.DeliverResp, Kind.WORK, (SERVER,)),
        Exchange(pdus.ActiveTest, pdus.ActiveTestResp, Kind.PROBE),
        Exchange(pdus.Terminate, pdus.TerminateResp, Kind.LEAVE),
    )
    throttle: ClassVar[dict[type[Pdu], Pdu]] = {
        pdus.Submit: pdus.SubmitResp(result=FLOW_CONTROL),
        pdus.Deliver: pdus.DeliverResp(result=FLOW_CONTROL),
        pdus.Cancel: pdus.CancelResp(success_id=1),
    }

    def __init__(self, role: Role, now: float, *, version: int = V2, **options: Any) -> None:
        self._cmpp = Codec(version)
        super().__init__(role, self._cmpp, now, **options)

    @property
    def version(self) -> int:
        """V2 or V3, settled by the login."""
        return self._cmpp.version

    def accepts(self, answer: Any) -> bool:
        return bool(answer.status == 0)

    def throttled(self, request: Any) -> Pdu | None:
        return self.throttle.get(type(request))

    def probe(self) -> Pdu:
        return pdus.ActiveTest()

    def leave(self) -> Pdu:
        return pdus.Terminate()
