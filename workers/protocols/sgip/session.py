"""Pure: an SGIP link. The client is whoever connects: we to submit, the carrier to bring receipts and replies.

There is no keep-alive: a link idle for `idle_s` is left, and opened again when there is work. Sequences are node, time
and counter; links of one node that are open together need distinct `first_sequence`s, far apart.
"""

from __future__ import annotations

from typing import Any, ClassVar

from workers.protocols import session
from workers.protocols.session import Timers
from workers.protocols.sgip import pdus
from workers.protocols.sgip.codec import CODEC, sequence
from workers.protocols.stamps import stamp
from workers.protocols.states import CLIENT, Exchange, Kind, Role
from workers.protocols.wire import Pdu

NODE_BUSY = 11
FROM_PROVIDER, FROM_CARRIER = 1, 2
IDLE = Timers(idle_s=30.0)


class Session(session.Session):
    exchanges: ClassVar[tuple[Exchange, ...]] = (
        Exchange(pdus.Bind, pdus.BindResp, Kind.LOGIN, (CLIENT,)),
        Exchange(pdus.Submit, pdus.SubmitResp, Kind.WORK, (CLIENT,)),
        Exchange(pdus.Deliver, pdus.DeliverResp, Kind.WORK, (CLIENT,)),
        Exchange(pdus.Report, pdus.ReportResp, Kind.WORK, (CLIENT,)),
        Exchange(pdus.UserRpt, pdus.UserRptResp, Kind.WORK, (CLIENT,)),
        Exchange(pdus.Unbind, pdus.UnbindResp, Kind.LEAVE),
    )

    def __init__(self, role: Role, now: float, *, node: int, timers: Timers | None = None, **options: Any) -> None:
        super().__init__(role, CODEC, now, timers=timers or IDLE, **options)
        self.node, self.login_type = node, FROM_PROVIDER

    def met(self, login: Any) -> None:
        self.login_type = login.login_type

    def permits(self, actor: Role, request: type[Any]) -> bool:
        if self._requests[request].kind is not Kind.WORK:
            return super().permits(actor, request)
        submits = request is pdus.Submit
        return super().permits(actor, request) and submits == (self.login_type != FROM_CARRIER)

    def accepts(self, answer: Any) -> bool:
        return bool(answer.result == 0)

    def throttled(self, request: Any) -> Pdu:
        answer = self._requests[type(request)].answer
        assert answer is not None
        busy: Pdu = answer(NODE_BUSY)
        return busy

    def probe(self) -> None:
        return None

    def leave(self) -> Pdu:
        return pdus.Unbind()

    def _next_sequence(self, now: float) -> bytes:
        counter = super()._next_sequence(now)
        assert isinstance(counter, int)
        return sequence(self.node, stamp(now), counter)
