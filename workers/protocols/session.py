"""Pure: one link, in either role. Bytes in, events out; what to send in, bytes out; time comes in as a number.

What is allowed stands in `states.STEPS` and in the protocol's own table of exchanges; nothing below asks which protocol
it is. A protocol's `session.py` adds its table and a few answers.

`now` is Unix seconds from a clock that never steps (wall time at start plus monotonic time since).

A request in doubt is never sent again from here: after `response_s` it is reported `Unanswered`, its place in the
window is free, and its owner decides. A broken peer ends the link with `Closed`, which lists what was not answered; a
mistake of ours raises LocalProtocolError and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any, ClassVar

from workers.protocols.codec import Codec, Packet, Sequence, Unknown
from workers.protocols.errors import LocalProtocolError, ProtocolError, RemoteProtocolError
from workers.protocols.events import Answered, Closed, Event, Reason, Received, Stray, Unanswered, Write
from workers.protocols.states import ANSWER_KINDS, STEPS, Exchange, Kind, Role, State
from workers.protocols.wire import Pdu


@dataclass(frozen=True, slots=True)
class Timers:
    """`response_s` is the standards' T, `idle_s` their C, `probes_max` their N."""

    login_s: float = 30.0
    response_s: float = 60.0
    idle_s: float = 60.0
    probes_max: int = 3


@dataclass(slots=True)
class _Asked:
    request: Any
    exchange: Exchange
    sent_at: float
    token: Any


class Session:
    """One link. `window`: how many of our requests may wait for an answer; `owed_max`: how many of the peer's."""

    exchanges: ClassVar[tuple[Exchange, ...]]
    nack: ClassVar[type[Any] | None] = None  # an answer that fits any request
    sequence_max: ClassVar[int] = 0xFFFFFFFF

    def __init__(
        self,
        role: Role,
        codec: Codec,
        now: float,
        *,
        timers: Timers | None = None,
        window: int = 16,
        owed_max: int = 256,
        first_sequence: int = 1,
    ) -> None:
        self.role, self.state, self.window, self.owed_max = role, State.OPEN, window, owed_max
        self.timers = timers or Timers()
        self._codec, self._reader = codec, codec.reader()
        self._requests = {exchange.request: exchange for exchange in self.exchanges}
        self._sequence = first_sequence
        self._asked: dict[Sequence, _Asked] = {}  # oldest first
        self._owed: dict[Sequence, Pdu] = {}
        self._in_window = 0
        self._opened_at = self._heard_at = self._probed_at = now
        self._probes = 0
        self._end, self._told = Reason.LOST, False

    # What a protocol adds.

    def accepts(self, answer: Any) -> bool:
        """Whether this answer to a login lets the client in."""
        raise NotImplementedError

    def throttled(self, request: Any) -> Pdu | None:
        """The answer to a request beyond `owed_max`: slow down, send it again later. None: it cannot be said."""
        raise NotImplementedError

    def permits(self, actor: Role, request: type[Any]) -> bool:
        """Whether the login allows this side to start this exchange."""
        return actor in self._requests[request].by

    def met(self, login: Any) -> None:
        """A login was sent or received."""

    def probe(self) -> Pdu | None:
        """The keep-alive request; None: this protocol has none, an idle link is left."""
        raise NotImplementedError

    def leave(self) -> Pdu:
        """The goodbye."""
        raise NotImplementedError

    def unknown(self, pdu: Unknown) -> Pdu | None:
        """The answer to a command nobody knows, if there is one."""
        return None

    def _next_sequence(self, now: float) -> Sequence:
        sequence = self._sequence
        self._sequence = sequence + 1 if sequence < self.sequence_max else 1
        return sequence

    # What an owner calls.

    @property
    def room(self) -> int:
        """How many requests may be sent now."""
        return max(self.window - self._in_window, 0) if self.state is State.BOUND else 0

    @property
    def is_closed(self) -> bool:
        """Nothing more may be sent; write what `send` gave last, then close the connection."""
        return self.state is State.CLOSED

    def receive_data(self, data: bytes, now: float) -> list[Event]:
        """Bytes of the peer, cut anywhere. Never raises for what the peer did: see `Closed`."""
        events: list[Event] = []
        if self.is_closed:
            return events
        try:
            for frame in self._reader.feed(data):
                self._heard_at, self._probes = now, 0
                self._take(self._codec.decode(frame), now, events)
                if self.is_closed:
                    break
        except RemoteProtocolError as error:
            self._close(Reason.VIOLATION, events, error)
        return events

    def send(self, pdu: Any, now: float, *, token: Any = None, reply_to: Any = None) -> bytes:
        """The bytes of a request of ours, or of our answer to the request with sequence `reply_to`."""
        exchange = self._requests.get(type(pdu))
        if exchange is None:
            return self._answer(pdu, reply_to)
        self._may_ask(exchange)
        state = self._step(self.role, exchange.kind, LocalProtocolError)
        sequence = self._next_sequence(now)
        data = self._codec.encode(pdu, sequence)
        if exchange.answer is not None:
            self._asked[sequence] = _Asked(pdu, exchange, now, token)
            self._in_window += exchange.kind is Kind.WORK
        if exchange.kind is Kind.LOGIN:
            self.met(pdu)
        self.state = state
        return data

    def tick(self, now: float) -> list[Event]:
        """What time alone brings; call it at `wake_at`, or more often."""
        events: list[Event] = []
        if self.is_closed:
            return events
        self._expire(now, events)
        if self.state is State.OPEN and now >= self._opened_at + self.timers.login_s:
            self._close(Reason.TIMEOUT, events)
        if self.state is State.BOUND and now >= self._idle_at():
            self._idle(now, events)
        return events

    @property
    def wake_at(self) -> float | None:
        """When `tick` next has something to do; None: never."""
        found = [asked.sent_at + self.timers.response_s for asked in islice(self._asked.values(), 1)]
        if self.state is State.OPEN:
            found.append(self._opened_at + self.timers.login_s)
        if self.state is State.BOUND:
            found.append(self._idle_at())
        return None if self.is_closed else min(found, default=None)

    def connection_lost(self) -> list[Event]:
        """The connection is gone. The last event of the link, unless it was told already."""
        events: list[Event] = []
        self._close(self._end, events)
        return events

    # The inside.

    def _step(self, actor: Role, kind: Kind, error: type[ProtocolError]) -> State:
        state = STEPS[self.state].get((actor, kind))
        if state is None:
            raise error(f"{kind.name} by the {actor.name} in {self.state.name}")
        return state

    def _may_ask(self, exchange: Exchange) -> None:
        if not self.permits(self.role, exchange.request):
            raise LocalProtocolError(f"the {self.role.name} may not send {exchange.request.__name__}")
        if exchange.kind is Kind.WORK and self.room < 1:
            raise LocalProtocolError(f"no room: {self._in_window} of {self.window} unanswered in {self.state.name}")

    def _answer(self, pdu: Any, reply_to: Any) -> bytes:
        request = self._owed.get(reply_to)
        if request is None:
            raise LocalProtocolError(f"{type(pdu).__name__} answers nothing: no request {reply_to!r} is open")
        exchange = self._requests[type(request)]
        if type(pdu) not in (exchange.answer, self.nack):
            raise LocalProtocolError(f"{type(pdu).__name__} does not answer {type(request).__name__}")
        state = self._step(self.role, self._answer_kind(exchange, pdu), LocalProtocolError)
        data = self._codec.encode(pdu, reply_to)
        del self._owed[reply_to]
        if exchange.kind is Kind.LEAVE:
            # Our farewell ends the link once the peer, who asked for it, has it.
            self.state, self._end = State.CLOSED, Reason.LEFT
        else:
            self.state, self._end = state, Reason.REFUSED if state is State.CLOSED else self._end
        return data

    def _answer_kind(self, exchange: Exchange, answer: Any) -> Kind:
        if exchange.kind is not Kind.LOGIN:
            return ANSWER_KINDS[exchange.kind]
        return Kind.ACCEPT if type(answer) is exchange.answer and self.accepts(answer) else Kind.REFUSE

    def _take(self, packet: Packet, now: float, events: list[Event]) -> None:
        pdu, sequence = packet
        if isinstance(pdu, Unknown):
            reply = self.unknown(pdu)
            if reply is not None:
                events.append(Write(self._codec.encode(reply, sequence)))
            events.append(Stray(pdu, sequence))
        elif type(pdu) in self._requests:
            self._take_request(self._requests[type(pdu)], pdu, sequence, events)
        else:
            self._take_answer(pdu, sequence, events)

    def _take_request(self, exchange: Exchange, pdu: Any, sequence: Any, events: list[Event]) -> None:
        peer = self.role.other
        state = self._step(peer, exchange.kind, RemoteProtocolError)
        if exchange.kind is Kind.LOGIN:
            self.met(pdu)
        if not self.permits(peer, exchange.request):
            raise RemoteProtocolError(f"the {peer.name} may not send {exchange.request.__name__}")
        if exchange.kind is Kind.PROBE:
            assert exchange.answer is not None
            events.append(Write(self._codec.encode(exchange.answer(), sequence)))
            return
        if exchange.answer is not None and not self._owe(pdu, sequence, events):
            return
        self.state = state
        events.append(Received(pdu, sequence))

    def _owe(self, pdu: Any, sequence: Any, events: list[Event]) -> bool:
        """Remembers that the peer waits for our answer; False when it must not reach the owner."""
        held = self._owed.get(sequence)
        if held is not None:
            if held != pdu:
                raise RemoteProtocolError(f"sequence {sequence!r} used again before it was answered")
            return False  # the peer repeats itself while we work on it: one answer will do
        if len(self._owed) >= self.owed_max and self._requests[type(pdu)].kind is Kind.WORK:
            slow_down = self.throttled(pdu)
            if slow_down is None:
                raise RemoteProtocolError(f"more than {self.owed_max} requests before we answered")
            events.append(Write(self._codec.encode(slow_down, sequence)))
            return False
        self._owed[sequence] = pdu
        return True

    def _take_answer(self, pdu: Any, sequence: Any, events: list[Event]) -> None:
        asked = self._asked.get(sequence)
        if asked is None or type(pdu) not in (asked.exchange.answer, self.nack):
            self._step(self.role.other, Kind.ANSWER, RemoteProtocolError)
            events.append(Stray(pdu, sequence))
            return
        kind = self._answer_kind(asked.exchange, pdu)
        state = self._step(self.role.other, kind, RemoteProtocolError)
        self._forget(sequence)
        if kind is not Kind.ECHO:
            events.append(Answered(asked.request, pdu, sequence, asked.token))
        self.state = state
        if state is State.CLOSED:
            self._close(Reason.REFUSED if kind is Kind.REFUSE else Reason.LEFT, events)

    def _forget(self, sequence: Sequence) -> _Asked:
        asked = self._asked.pop(sequence)
        self._in_window -= asked.exchange.kind is Kind.WORK
        return asked

    def _expire(self, now: float, events: list[Event]) -> None:
        late = []
        for sequence, asked in self._asked.items():
            if asked.sent_at + self.timers.response_s > now:
                break
            late.append(sequence)
        for sequence in late:
            asked = self._forget(sequence)
            if asked.exchange.kind is Kind.WORK:
                events.append(Unanswered(asked.request, sequence, asked.token))
            elif asked.exchange.kind in (Kind.LOGIN, Kind.LEAVE):
                self._close(Reason.TIMEOUT, events)
                return

    def _idle_at(self) -> float:
        """Silence for `idle_s` asks for a probe; after it, `response_s` of silence for the next one."""
        if self._probes:
            return self._probed_at + self.timers.response_s
        return self._heard_at + self.timers.idle_s

    def _idle(self, now: float, events: list[Event]) -> None:
        if self._probes >= self.timers.probes_max:
            self._close(Reason.SILENT, events)
            return
        probe = self.probe()
        if probe is not None:
            self._probes, self._probed_at = self._probes + 1, now
            events.append(Write(self.send(probe, now)))
        elif self._asked or self._owed:
            self._heard_at = now  # not idle: something is under way, and it has its own time limit
        else:
            events.append(Write(self.send(self.leave(), now)))

    def _close(self, reason: Reason, events: list[Event], error: RemoteProtocolError | None = None) -> None:
        self.state = State.CLOSED
        if self._told:
            return
        self._told = True
        unanswered = tuple(
            Unanswered(asked.request, sequence, asked.token)
            for sequence, asked in self._asked.items()
            if asked.exchange.kind is Kind.WORK
        )
        self._asked.clear()
        self._owed.clear()
        events.append(Closed(reason, unanswered, error))
