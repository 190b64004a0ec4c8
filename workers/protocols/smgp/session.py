"""Pure: an SMGP link, as customer (client) or as carrier (server). The login says which way messages may go."""

from __future__ import annotations

from typing import Any, ClassVar

from workers.protocols import session
from workers.protocols.smgp import pdus
from workers.protocols.smgp.codec import CODEC
from workers.protocols.states import CLIENT, SERVER, Exchange, Kind, Role
from workers.protocols.wire import Pdu

BUSY = 1
SEND, RECEIVE, BOTH_WAYS = 0, 1, 2


class Session(session.Session):
    exchanges: ClassVar[tuple[Exchange, ...]] = (
        Exchange(pdus.Login, pdus.LoginResp, Kind.LOGIN, (CLIENT,)),
        Exchange(pdus.Submit, pdus.SubmitResp, Kind.WORK, (CLIENT,)),
        Exchange(pdus.Deliver, pdus.DeliverResp, Kind.WORK, (SERVER,)),
        Exchange(pdus.ActiveTest, pdus.ActiveTestResp, Kind.PROBE),
        Exchange(pdus.Exit, pdus.ExitResp, Kind.LEAVE),
    )

    def __init__(self, role: Role, now: float, **options: Any) -> None:
        super().__init__(role, CODEC, now, **options)
        self.mode = BOTH_WAYS

    def met(self, login: Any) -> None:
        self.mode = login.login_mode

    def permits(self, actor: Role, request: type[Any]) -> bool:
        closed = {RECEIVE: pdus.Submit, SEND: pdus.Deliver}.get(self.mode)
        return super().permits(actor, request) and request is not closed

    def accepts(self, answer: Any) -> bool:
        return bool(answer.status == 0)

    def throttled(self, request: Any) -> Pdu:
        return pdus.SubmitResp(status=BUSY) if isinstance(request, pdus.Submit) else pdus.DeliverResp(status=BUSY)

    def probe(self) -> Pdu:
        return pdus.ActiveTest()

    def leave(self) -> Pdu:
        return pdus.Exit()
