"""The carrier's HTTP side: takes messages, answers as the scripts say, and lets /control read and change it."""

from __future__ import annotations

import asyncio
import hmac
import itertools
import json
import secrets
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any, Final

from aiohttp import web

from workers.simulators.carrier.journal import Journal
from workers.simulators.carrier.profile import Pace, Profile
from workers.simulators.carrier.receipts import CALL_RECEIPTS_MAX, Callbacks, Counters, Waiting, Written, in_json
from workers.simulators.carrier.scripts import DELIVERED, Answer, Naming, Script, Step

BATCH_MAX: Final = 500
BODY_BYTES_MAX: Final = 4 << 20
TEXT_CHARACTERS_MAX: Final = 1_000
TRICKLE_S: Final = 0.5  # between two single bytes
RETRY_AFTER_S: Final = 1
BUSY: Final = {"code": "busy", "reason": "try later"}
LINGER_NONE: Final = struct.pack("ii", 1, 0)  # closing sends RST instead of FIN

Handling = Callable[[web.Request], Awaitable[web.StreamResponse]]
Content = dict[str, Any] | str  # what leaves as JSON, or XML as it stands

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


@dataclass(frozen=True, slots=True)
class Taken:
    """What was decided about one message, before anybody is told."""

    script: Script
    answer: dict[str, Any]
    own_id: str = ""
    early: tuple[Waiting, ...] = ()


@dataclass(slots=True)
class Carrier:
    """One carrier. Everything it knows dies with it, but for the journal. `written` makes calls of another form."""

    key: str
    secret: str
    callback: str
    journal: Journal
    profile: Profile
    written: Written | None = None
    call_receipts_max: int = CALL_RECEIPTS_MAX
    counters: Counters = field(default_factory=Counters)
    pace: Pace = field(default_factory=Pace)
    callbacks: Callbacks = field(init=False)
    last_id: str = ""
    _run: str = field(default_factory=lambda: secrets.token_hex(4))  # ids of two runs never meet
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.callbacks = Callbacks(
            self.written or partial(in_json, self.secret),
            self.journal,
            self.counters,
            self.call_receipts_max,
            gather_s=self.profile.gather_s,
        )

    async def messages(self, request: web.Request) -> web.StreamResponse:
        """POST /v1/messages: one message."""
        content, refusal = await self._content(request)
        if refusal:
            return refusal
        taken = self.take([content], str(content.get("callback") or self.callback))
        answer = taken[0].answer
        status = 200 if "id" in answer else 429 if answer["code"] == "too_fast" else 422
        return await self.reply(request, taken, answer, status)

    async def batch(self, request: web.Request) -> web.StreamResponse:
        """POST /v1/batch: up to 500; each has its own result, but the transport fails or stands for all."""
        content, refusal = await self._content(request)
        if refusal:
            return refusal
        messages = content.get("messages")
        if not isinstance(messages, list) or not 0 < len(messages) <= BATCH_MAX:
            return told(400, {"code": "bad_request", "reason": f"messages must be a list of 1 to {BATCH_MAX}"})
        taken = self.take(messages, str(content.get("callback") or self.callback))
        return await self.reply(request, taken, {"results": [each.answer for each in taken]}, 200)

    async def _content(self, request: web.Request) -> tuple[dict[str, Any], web.Response | None]:
        if self.profile.down:
            return {}, web.Response(status=503, text="<html><body>Service Unavailable</body></html>")
        sent = request.headers.get("Authorization", "")
        if not hmac.compare_digest(sent.encode(), b"Bearer " + self.key.encode()):
            return {}, told(401, {"code": "bad_key", "reason": "the key is not ours"})
        try:
            content = json.loads(await request.read())
        except (ValueError, RecursionError):
            content = None
        if not isinstance(content, dict):
            return {}, told(400, {"code": "bad_request", "reason": "the body must be a JSON object"})
        return content, None

    def take(self, messages: list[Any], callback: str, *, together: bool = False) -> list[Taken]:
        """Decides about every message, writes the journal and plans the receipts. Nothing is answered yet.

        Messages taken `together` share one id, and one that is refused takes the others with it.
        """
        scripts = [self._script(message) for message in messages]
        if any(not script.takes and not script.refusal for script in scripts):  # fails before anything was taken
            taken = [Taken(script, {"code": "request_lost"}) for script in scripts]
        else:
            refusals = self._refusals(messages, scripts)
            if together:
                refusals = [next((refusal for refusal in refusals if refusal), "")] * len(messages)
            shared_id = self._id() if together else ""
            taken = [
                Taken(DELIVERED, {"code": refusal, "reason": refusal.replace("_", " ")})
                if refusal
                else self._accept(message, script, callback, shared_id or self._id())
                for message, script, refusal in zip(messages, scripts, refusals, strict=True)
            ]
        self._note(messages, taken)
        return taken

    def _script(self, message: Any) -> Script:
        return self.profile.script(str(message.get("to", "")) if isinstance(message, dict) else "")

    def _refusals(self, messages: list[Any], scripts: list[Script]) -> list[str]:
        may_pass = 0 if self.callbacks.full() else self.pace.take(len(messages), self.profile.tps)
        return [
            _fault(message) or (script.refusal if index < may_pass else "too_fast")
            for index, (message, script) in enumerate(zip(messages, scripts, strict=True))
        ]

    def _id(self) -> str:
        return f"{self._run}{next(self._ids):010x}"

    def _accept(self, message: dict[str, Any], script: Script, callback: str, own_id: str) -> Taken:
        early = self._plan(script, own_id, message, callback) if callback else ()
        shown_id = (self.last_id or own_id) if script.answer is Answer.OTHER_ID else own_id
        self.last_id = own_id
        return Taken(script, {"id": shown_id}, own_id, early)

    def _plan(self, script: Script, own_id: str, message: dict[str, Any], callback: str) -> tuple[Waiting, ...]:
        early: list[Waiting] = []
        wait_s = self.profile.wait_s()
        for step in script.receipts:
            receipt = Waiting(callback, message["to"], self._shown(step, own_id, message.get("reference")))
            if step.early:
                early.append(receipt)
            elif not self.profile.silent:
                late_s = self.profile.late_s if step.late else 0.0
                self.callbacks.push(receipt, wait_s + step.after_s + late_s)
        return tuple(early)

    def _shown(self, step: Step, own_id: str, reference: Any) -> dict[str, Any]:
        if step.naming is Naming.STRANGER:
            own_id, reference = secrets.token_hex(9), secrets.token_hex(9)
        shown = {"id": own_id, "status": step.status, "code": step.code}
        if self.profile.echo and step.naming is not Naming.NO_REFERENCE and reference is not None:
            shown["reference"] = reference
        return shown

    def _note(self, messages: list[Any], taken: list[Taken]) -> None:
        accepted = sum(1 for each in taken if each.own_id)
        self.counters.submitted += len(taken)
        self.counters.accepted += accepted
        self.counters.refused += len(taken) - accepted
        self.journal.write(_line(message, each) for message, each in zip(messages, taken, strict=True))

    async def reply(
        self, request: web.Request, taken: list[Taken], content: Content, status: int, busy: Any = BUSY
    ) -> web.StreamResponse:
        """Answers as the scripts want; `busy` says "try later" in the carrier's own words."""
        early = [receipt for each in taken for receipt in each.early]
        if early:
            await self.callbacks.call(early)
        answered = [each.script.answer for each in taken if each.own_id or not each.script.takes]
        odd = next((answer for answer in answered if answer not in (Answer.PLAIN, Answer.OTHER_ID)), None)
        if odd is None:
            return told(status, content)
        if odd is Answer.BUSY:
            return told(503, busy)
        return await misbehave(odd, request, content, status, self.profile)

    async def control(self, request: web.Request) -> web.Response:
        """GET shows counters and profile; POST changes fields of the profile first."""
        if request.method == "POST":
            try:
                self.profile = self.profile.changed(json.loads(await request.read()))
                self.callbacks.gather_s = self.profile.gather_s
            except (ValueError, TypeError, AttributeError) as error:
                return told(400, {"code": "bad_request", "reason": str(error)})
        shown = {"profile": asdict(self.profile), "counters": asdict(self.counters), "waiting": self.callbacks.waiting}
        return told(200, shown)


def _fault(message: Any) -> str:
    if not isinstance(message, dict):
        return "bad_request"
    number, text = message.get("to"), message.get("text")
    if message.get("fault"):  # found by the provider's own form
        return str(message["fault"])
    if not isinstance(number, str) or not number.startswith("+") or not number[1:].isdigit() or len(number) > 16:
        return "bad_number"
    if not isinstance(text, str) or not 0 < len(text) <= TEXT_CHARACTERS_MAX:
        return "bad_content"
    extension = message.get("extension", "")
    return "" if isinstance(extension, str) and (not extension or extension.isdigit()) else "bad_extension"


def _line(message: Any, taken: Taken) -> dict[str, Any]:
    told = {"id": taken.own_id} if taken.own_id else {"refused": taken.answer["code"]}
    if not isinstance(message, dict):
        return {"kind": "submit", **told}
    seen = {name: message.get(name) for name in ("reference", "to", "text", "extension")}
    seen |= {name: message[name] for name in ("files", "template", "values") if name in message}
    return {"kind": "submit", **seen, **told}


def told(status: int, content: Content) -> web.Response:
    headers = {"Retry-After": str(RETRY_AFTER_S)} if status == 429 else None
    text, kind = _said(content)
    return web.Response(status=status, text=text, content_type=kind, headers=headers)


def _said(content: Content) -> tuple[str, str]:
    return (content, "text/xml") if isinstance(content, str) else (_encode(content), "application/json")


async def misbehave(
    answer: Answer, request: web.Request, content: Content, status: int, profile: Profile
) -> web.StreamResponse:
    """Ends a request in one of the ways real carriers do."""
    match answer:
        case Answer.SLOW:
            await asyncio.sleep(profile.slow_s)
            return told(status, content)
        case Answer.ERROR:
            return web.Response(status=500, text="<html><body>Internal Server Error</body></html>")
        case Answer.GARBAGE:
            return web.Response(status=200, body=b'{"id": "\xff\xfe', content_type="application/json")
        case Answer.EMPTY:
            return web.Response(status=200)
        case Answer.PAGE:
            return web.Response(status=200, text="<html><body>Welcome</body></html>", content_type="text/html")
        case Answer.HALF | Answer.TRICKLE:
            text, kind = _said(content)
            return await _in_pieces(answer, request, text.encode(), status, kind)
        case Answer.HANG:
            await asyncio.sleep(profile.hang_s)
        case _:
            _reset(request)
    _reset(request)
    return web.Response(status=500)


async def _in_pieces(answer: Answer, request: web.Request, body: bytes, status: int, kind: str) -> web.StreamResponse:
    response = web.StreamResponse(status=status, headers={"Content-Type": kind})
    response.content_length = len(body)
    await response.prepare(request)
    if answer is Answer.HALF:
        await response.write(body[: len(body) // 2])
        _reset(request)
        return response
    with suppress(ConnectionError):  # few callers wait for the end
        for index in range(len(body)):
            await response.write(body[index : index + 1])
            await asyncio.sleep(TRICKLE_S)
    return response


def _reset(request: web.Request) -> None:
    transport = request.transport
    if transport is None:
        return
    own = transport.get_extra_info("socket")
    if own is not None:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NONE)
    transport.abort()


def application(carrier: Carrier) -> web.Application:
    """The carrier in its own wire form."""
    return served(carrier, {"/v1/messages": carrier.messages, "/v1/batch": carrier.batch})


def served(carrier: Carrier, posts: Mapping[str, Handling]) -> web.Application:
    """The routes that take messages, the control page, and the task that sends receipts while the server runs."""
    app = web.Application(client_max_size=BODY_BYTES_MAX)
    for path, take in posts.items():
        app.router.add_post(path, take)
    app.router.add_route("*", "/control", carrier.control)

    async def sending(_: web.Application) -> Any:
        task = asyncio.create_task(carrier.callbacks.run())
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        carrier.journal.close()

    app.cleanup_ctx.append(sending)
    return app
