"""The carrier itself: who may log in, what becomes of each message, which receipts follow. Everything it decides is in
the journal before anybody is told.

    {"kind": "link", "link", "what": bound, refused or closed, "reason", "unanswered"}
    {"kind": "submit", "link", "from", "to", "text", "part", "id" or "refused"}   one for each part and recipient
    {"kind": "message", "from", "to", "text", "ids", "missing"}                   parts put together, or given up
    {"kind": "receipt", "link", "id", "to", "status", "code"}                     before it leaves
    {"kind": "mo", "link", "from", "to", "text", "part"}                          a part of a reply, before it leaves
    {"kind": "taken" or "given_up", "what", "id", "to"}                           what became of those two
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, cast

from workers.protocols.errors import RemoteProtocolError
from workers.protocols.events import Answered, Closed, Event, Received, Unanswered
from workers.protocols.long import Assembler, Gathered
from workers.protocols.states import Role
from workers.simulators.carrier.journal import Journal
from workers.simulators.carrier.profile import Pace
from workers.simulators.carrier.scripts import DELIVERED, SOON_S, Answer, Naming, Script, Step
from workers.simulators.links import manners
from workers.simulators.links.link import Link, now
from workers.simulators.links.profile import LinkProfile
from workers.simulators.links.tongue import Reply, Submitted, Told, Tongue
from workers.simulators.links.way_back import Counters, Parcel, WayBack

LINKS_MAX: Final = 256
DIAL_S: Final = 5.0
REDIAL_S: Final = 0.2
NUMBER_DIGITS_MAX: Final = 20


class _TurnedAway(asyncio.Protocol):
    """A connection nobody answers."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.abort()


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided about one request; without an id it was refused."""

    scripts: list[Script]
    manner: Answer
    own_id: str = ""
    refusal: str = ""

    @property
    def early(self) -> bool:
        return any(step.early for script in self.scripts for step in script.receipts)


@dataclass(slots=True)
class Carrier:
    """One carrier with one account. `callback` (host:port) is where a protocol that dials brings receipts."""

    tongue: Tongue
    journal: Journal
    profile: LinkProfile
    callback: str = ""
    links: dict[int, Link] = field(default_factory=dict)
    counters: Counters = field(default_factory=Counters)
    pace: Pace = field(default_factory=Pace)
    assembler: Assembler = field(default_factory=Assembler)
    way_back: WayBack = field(init=False)
    last_id: str = ""
    _turn: int = 0
    _dialling: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self.way_back = WayBack(self._ready, self.journal, self.counters)
        self.tongue.follow(self.profile)

    # Links.

    def accept(self) -> asyncio.Protocol:
        """What answers a new connection."""
        if self.profile.down or len(self.links) >= LINKS_MAX:
            return _TurnedAway()
        return self._link(Role.SERVER)

    def follow(self, profile: LinkProfile) -> None:
        """Behaves like this from now on."""
        self.profile = profile
        self.tongue.follow(profile)
        for link in list(self.links.values()):
            link.mute = profile.mute
            link.stall(profile.deaf)
            if profile.down:
                link.reset()

    def _link(self, role: Role) -> Link:
        link = Link(self.tongue.session(role, now()), self.happened, mute=self.profile.mute, stalled=self.profile.deaf)
        self.links[link.number] = link
        return link

    def _ready(self) -> Link | None:
        """Links take turns, so a receipt may well come on another than its message."""
        found = [
            link
            for link in self.links.values()
            if link.ready and link.session.permits(link.session.role, self.tongue.way_back)
        ]
        if not found:
            self._dial()
            return None
        self._turn += 1
        return found[self._turn % len(found)]

    def _dial(self) -> None:
        dialled = any(link.session.role is Role.CLIENT for link in self.links.values())
        if self.tongue.dials and self.callback and not dialled and not self._dialling:
            self._dialling = asyncio.create_task(self._dialled())

    async def _dialled(self) -> None:
        host, _, port = self.callback.rpartition(":")
        link = self._link(Role.CLIENT)
        try:
            async with asyncio.timeout(DIAL_S):
                await asyncio.get_running_loop().create_connection(lambda: link, host, int(port))
            link.send(self.tongue.own_login())
        except (OSError, TimeoutError):
            self.links.pop(link.number, None)
        finally:
            await asyncio.sleep(REDIAL_S)
            self._dialling = None

    def close(self) -> None:
        if self._dialling:
            self._dialling.cancel()
        for link in list(self.links.values()):
            link.close()

    # What happens on them.

    def happened(self, link: Link, event: Event) -> None:
        match event:
            case Received(pdu, sequence) if isinstance(pdu, self.tongue.submits):
                self._submitted(link, pdu, sequence)
            case Received(pdu, sequence) if isinstance(pdu, self.tongue.logins):
                self._logged_in(link, self.tongue.login(pdu), sequence)
            case Received(pdu, sequence):
                other = self.tongue.other(pdu)
                if other is not None:
                    link.answer(other, sequence)
            case Answered(_, answer, _, Parcel() as parcel):
                self.way_back.answered(parcel, self.tongue.acknowledged(answer))
            case Unanswered(_, _, Parcel() as parcel):
                self.way_back.answered(parcel, False)
            case Closed():
                self._closed(link, event)

    def _logged_in(self, link: Link, answer: Any, sequence: Any) -> None:
        fits = link.session.accepts(answer)
        self.counters.links += fits
        self.counters.refused_links += not fits
        self.journal.write([{"kind": "link", "link": link.number, "what": "bound" if fits else "refused"}])
        link.answer(answer, sequence)

    def _closed(self, link: Link, event: Closed) -> None:
        self.links.pop(link.number, None)
        lost = [one.token for one in event.unanswered]
        note = {"kind": "link", "link": link.number, "what": "closed", "reason": event.reason, "unanswered": len(lost)}
        self.journal.write([note])
        for parcel in lost:
            self.way_back.answered(parcel, False)

    # Messages.

    def _submitted(self, link: Link, pdu: Any, sequence: Any) -> None:
        try:
            got = self.tongue.read(pdu)
        except RemoteProtocolError:
            self.journal.write([{"kind": "submit", "link": link.number, "refused": "bad_content"}])
            manners.answer(link, self.tongue.refused(pdu, "bad_content"), sequence, Answer.PLAIN, self.profile)
            return
        decided, at = self._decide(link, got, sequence), now()
        self._note(link, got, decided, at)
        if decided.own_id:
            self._plan(got, decided, at)
        if decided.early:
            self.way_back.flush()
        answer = self._answer(pdu, decided)
        manners.answer(link, answer, sequence, decided.manner, self.profile, SOON_S if decided.early else 0.0)

    def _decide(self, link: Link, got: Submitted, sequence: Any) -> Decided:
        scripts = [self.profile.script(number) for number in got.recipients] or [DELIVERED]
        odd = next((script for script in scripts if script.answer is not Answer.PLAIN), scripts[0])
        if not odd.takes and not odd.refusal:
            return Decided([], odd.answer, refusal="request_lost")
        refusal = self._fault(link, got) or next((script.refusal for script in scripts if script.refusal), "")
        if refusal:
            return Decided([], Answer.PLAIN, refusal=refusal)
        return Decided(scripts, odd.answer, self.tongue.new_id(sequence, now()))

    def _fault(self, link: Link, got: Submitted) -> str:
        wanted = len(got.recipients)
        if not wanted or not all(_is_number(number) for number in got.recipients):
            return "bad_number"
        if got.too_long:
            return "too_long"
        if self.profile.shut:
            return "shut"
        if self.way_back.full() or (self.profile.window and link.working >= self.profile.window):
            return "too_fast"
        given = self.pace.take(wanted, self.profile.tps)
        if given < wanted:
            self.pace.tokens += given
            return "too_fast"
        return ""

    def _answer(self, pdu: Any, decided: Decided) -> Any:
        if not decided.own_id:
            return self.tongue.refused(pdu, "busy" if decided.refusal == "request_lost" else decided.refusal)
        shown = {Answer.EMPTY: "", Answer.OTHER_ID: self.last_id or decided.own_id}
        self.last_id = decided.own_id
        if decided.manner is Answer.ERROR:
            return self.tongue.refused(pdu, "error")
        return self.tongue.taken(pdu, shown.get(decided.manner, decided.own_id))

    def _note(self, link: Link, got: Submitted, decided: Decided, at: float) -> None:
        told = {"id": decided.own_id} if decided.own_id else {"refused": decided.refusal}
        concat, text = got.part.concat, got.coding.decode(got.part.body)
        part = [concat.number, concat.total] if concat else [1, 1]
        seen = {"kind": "submit", "link": link.number, "from": got.sender, "part": part, "text": text}
        lines = [{**seen, "to": number, **told} for number in got.recipients]
        self.counters.submitted += len(lines)
        if decided.own_id:
            self.counters.accepted += len(lines)
            key, token = (got.sender, got.recipients), (decided.own_id, got.coding)
            lines += [line for whole in self.assembler.add(key, got.part, at, token) for line in _messages(whole)]
        else:
            self.counters.refused += len(lines)
        self.counters.messages += sum(1 for line in lines if line["kind"] == "message")
        self.journal.write(lines)

    def _plan(self, got: Submitted, decided: Decided, at: float) -> None:
        wait_s = self.profile.wait_s()
        for number, script in zip(got.recipients, decided.scripts, strict=True):
            for step in script.receipts:
                if self.profile.silent or not got.wish.covers(step.status):
                    continue
                own_wait_s = 0.0 if step.early else wait_s + step.after_s + (self.profile.late_s if step.late else 0.0)
                told_id = self._named(step, decided.own_id, at)
                told = Told(told_id, got.sender, number, step.status, step.code, at, at + own_wait_s)
                note = {"kind": "receipt", "id": told_id, "to": number, "status": step.status, "code": step.code}
                self.way_back.push(Parcel(note, partial(self.tongue.receipt, told)), own_wait_s)

    def _named(self, step: Step, own_id: str, at: float) -> str:
        return self.tongue.new_id(None, at) if step.naming is Naming.STRANGER else own_id

    def reply(self, sender: str, number: str, text: str) -> None:
        """A subscriber writes to this number; ValueError when one of the two is none."""
        if not _is_number(sender) or not _is_number(number):
            raise ValueError("from and to must be numbers")
        pdus = self.tongue.replies(Reply(sender, number, text, secrets.randbelow(256)))
        for index, pdu in enumerate(pdus, 1):
            note = {"kind": "mo", "from": sender, "to": number, "text": text, "part": [index, len(pdus)]}
            self.way_back.push(Parcel(note, partial(_as_it_is, pdu)), 0.0)


def _as_it_is(pdu: Any, session: Any) -> Any:
    return pdu


def _is_number(number: str) -> bool:
    digits = number.removeprefix("+")
    return digits.isdigit() and digits.isascii() and len(number) <= NUMBER_DIGITS_MAX


def _messages(whole: Gathered) -> list[dict[str, Any]]:
    (sender, recipients), coding = cast("tuple[str, tuple[str, ...]]", whole.key), whole.tokens[0][1]
    ids, text = [own_id for own_id, _ in whole.tokens], coding.decode(whole.body)
    missing = {"missing": list(whole.missing)} if whole.missing else {}
    seen = {"kind": "message", "from": sender, "text": text, "ids": ids, **missing}
    return [{**seen, "to": number} for number in recipients]
