"""Pure: what every channel promises. A channel kind is one folder with an adapter; this is the whole surface between it
and the sending pipeline.

    messages → Adapter.send → one SendResult per message, in order
    a carrier's call → Adapter.parse_receipts → Receipts, or BadReceipt
                     → Adapter.parse_inbound  → Inbounds, for a kind that hears replies (`Hears`)

What is expected is a value (`Accepted`, `Refused`, `Doubtful`); what holds for a whole request is a `SendError`:

    SendError          retryable, blame, carrier_code, submitted
    ├── NotReached     no byte of the request left: refused connection, DNS, TLS          submitted no
    ├── Throttled      the carrier asks us to wait; nothing was taken                     submitted no
    ├── Misconfigured  our settings cannot work: key refused, field missing               submitted no
    ├── RequestRefused the carrier understood the request and will not take it            submitted no
    └── AnswerLost     bytes left and no answer we can read came back                     submitted unknown
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from ipaddress import ip_address
from typing import TYPE_CHECKING, ClassVar, Final, Literal, Protocol, runtime_checkable
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from tenants.message_templates.rich import Medium, Rich
    from workers.channels.http import Http

REASON_CHARACTERS_MAX: Final = 200

Blame = Literal["carrier", "config", "message"]
Submitted = Literal["no", "yes", "unknown"]


class Code(StrEnum):
    """Why a message was not delivered, in our own terms; every carrier's codes map to these, and words hang on them."""

    ABSENT = "absent"
    NUMBER_INVALID = "number_invalid"
    BLOCKED = "blocked"
    CONTENT = "content_rejected"
    SENDER = "sender_rejected"
    TEMPLATE = "template_rejected"
    EXPIRED = "validity_expired"
    THROTTLED = "throttled"
    TOO_OFTEN = "too_often"
    BUSY = "carrier_busy"
    CREDIT = "carrier_credit"
    UNREACHABLE = "carrier_unreachable"
    TAKEN_BACK = "taken_back"
    CONFIG = "channel_misconfigured"
    NOT_TRIED = "not_tried"
    UNKNOWN = "unknown_failure"


class Outcome(StrEnum):
    """What a receipt says. Only `accepted` is not final."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    EXPIRED = "expired"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message ready to leave; `number` is E.164, `reference` is ours and comes back where the carrier allows.

    Providers that send nothing but filed templates get `signature`, `template` (their own name of it) and `values`, in
    the order of the template's variables. `text` is always the whole message, and all that other carriers look at.
    `rich` with the `media` it names is what MMS and RCS channels send, its variables filled in.
    """

    reference: str
    number: str
    text: str
    extension: str | None = None
    signature: str = ""
    template: str = ""
    values: tuple[tuple[str, str], ...] = ()
    rich: Rich | None = None
    media: tuple[Medium, ...] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """The carrier has it under `provider_ref`."""

    provider_ref: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Proof that the carrier does not have it; `retryable` says whether another attempt or another channel may help."""

    code: Code
    retryable: bool
    reason: str = ""
    carrier_code: str = ""


@dataclass(frozen=True, slots=True)
class Doubtful:
    """The carrier may or may not have it. Never sent again by itself."""

    reason: str


SendResult = Accepted | Refused | Doubtful


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message; at least one of the two references is there. `code` is empty for good news. `number` is
    E.164, where a carrier knows no reference of ours: it names a message whose answer was lost."""

    provider_ref: str
    reference: str | None
    outcome: Outcome
    code: Code | None
    at: datetime
    carrier_code: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Inbound:
    """A text somebody sent to us. `number` is E.164, `extension` the number it was sent to, as far as we are told.
    `postback`: what stood behind the suggestion that was chosen; the text is then its label."""

    number: str
    text: str
    at: datetime
    extension: str = ""
    provider_ref: str = ""
    postback: str = ""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What a carrier wants to read once what it told us is stored."""

    text: str = "ok\n"
    content_type: str = "text/plain"


class BadReceipt(Exception):
    """A call that is not the carrier's, or unreadable. `code`: signature, stale, malformed, too_many or unsupported."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class SendError(Exception):
    """A whole request came to nothing, or we do not know what it came to."""

    retryable: bool = True
    blame: Blame = "carrier"
    submitted: Submitted = "no"
    code: Code = Code.UNKNOWN

    def __init__(self, reason: str, *, carrier_code: str = "", retry_after_s: float | None = None) -> None:
        self.reason = reason[:REASON_CHARACTERS_MAX]
        self.carrier_code = carrier_code
        self.retry_after_s = retry_after_s
        super().__init__(self.reason)

    def as_result(self) -> SendResult:
        """The same news for one message: only what surely did not leave may be sent again."""
        if self.submitted == "no":
            return Refused(self.code, self.retryable, self.reason, self.carrier_code)
        return Doubtful(self.reason)


class NotReached(SendError):
    code = Code.UNREACHABLE


class Throttled(SendError):
    code = Code.THROTTLED


class Misconfigured(SendError):
    retryable = True  # by another channel, or here once the settings are mended
    blame: Blame = "config"
    code = Code.CONFIG


class RequestRefused(SendError):
    retryable = False
    blame: Blame = "message"

    def __init__(self, code: Code, reason: str, *, carrier_code: str = "", retryable: bool = False) -> None:
        super().__init__(reason, carrier_code=carrier_code)
        self.code = code
        self.retryable = retryable
        self.blame = "carrier" if retryable else "message"


class AnswerLost(SendError):
    retryable = False
    submitted: Submitted = "unknown"


@dataclass(frozen=True, slots=True)
class Field:
    """One setting of a channel; the staff form is made from these. `label` and `help` are msgids.

    `lines` is a text of several lines, `choice` one of `choices`. A `public` address must be https and lead out of our
    own network; this machine itself is allowed, so that simulators can stand in. `octets_max`: the carrier has room for
    so many bytes of ASCII; 0 is unlimited.
    """

    name: str
    type: Literal["text", "lines", "url", "number", "choice"]
    label: str
    required: bool = True
    secret: bool = False
    help: str = ""
    default: str | int | None = None
    low: int = 1
    high: int = 1_000_000
    choices: tuple[str, ...] = ()
    public: bool = False
    octets_max: int = 0


class Settings:
    """Checked settings of one channel. Its repr hides every secret, so a log line or traceback cannot show one."""

    __slots__ = ("_fields", "_values")

    def __init__(self, fields: Sequence[Field], raw: Mapping[str, object]) -> None:
        wrong = faults(fields, raw)
        if wrong:
            raise Misconfigured("settings: " + ", ".join(f"{name} {fault}" for name, fault in wrong.items()))
        self._fields = {field.name: field for field in fields}
        self._values = {name: given(field, raw) for name, field in self._fields.items()}

    def text(self, name: str) -> str:
        value = self._values[name]
        return "" if value is None else str(value)

    def number(self, name: str) -> int:
        value = self._values[name]
        assert value is not None, f"{name} has neither a value nor a default"
        return int(value)

    def __repr__(self) -> str:
        shown = {name: "***" if self._fields[name].secret else value for name, value in self._values.items()}
        return f"Settings({shown})"


def given(field: Field, raw: Mapping[str, object]) -> str | int | None:
    """What was typed for a field, or its default when nothing was."""
    value = raw.get(field.name)
    if value is None or value == "":
        return field.default
    return value if isinstance(value, int) else str(value).strip()


def faults(fields: Sequence[Field], raw: Mapping[str, object]) -> dict[str, str]:
    """Field name → code of what is wrong: required, not_a_number, out_of_range, not_a_url, not_public, not_a_choice,
    not_ascii, too_many_octets."""
    wrong = {field.name: fault(field, given(field, raw)) for field in fields}
    return {name: code for name, code in wrong.items() if code}


def fault(field: Field, value: str | int | None) -> str:
    if value is None:
        return "required" if field.required else ""
    if field.type == "url":
        if not str(value).startswith(("http://", "https://")):
            return "not_a_url"
        return "not_public" if field.public and not _public(str(value)) else ""
    if field.type == "choice":
        return "" if value in field.choices else "not_a_choice"
    if field.octets_max and (not str(value).isascii() or len(str(value)) > field.octets_max):
        return "too_many_octets" if str(value).isascii() else "not_ascii"
    if field.type != "number":
        return ""
    if not str(value).isascii() or not str(value).isdigit():
        return "not_a_number"
    return "" if field.low <= int(value) <= field.high else "out_of_range"


def _public(url: str) -> bool:
    """Whether an address may be called with our keys. A name that leads inside fails at TLS: no certificate fits it."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost" or (parts.scheme == "https" and "." in host and "{" not in host)
    return address.is_loopback or (parts.scheme == "https" and address.is_global)


class Adapter(Protocol):
    """One kind of channel. Stateless: everything it needs comes with the call."""

    kind: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]]
    batch_max: ClassVar[int]  # messages the carrier takes in one request
    echoes_reference: ClassVar[bool]  # receipts may name our reference, so a lost answer can still be resolved

    async def send(self, settings: Settings, messages: Sequence[Outgoing], http: Http) -> list[SendResult]:
        """One result per message, in order. A SendError means: it holds for every message of this call."""

    def parse_receipts(
        self, settings: Settings, headers: Mapping[str, str], body: bytes, query: str = ""
    ) -> list[Receipt]:
        """The receipts of one call of the carrier, or BadReceipt. `query` is what followed the address, undecoded."""


@runtime_checkable
class Hears(Protocol):
    """An adapter that is told of replies."""

    def parse_inbound(
        self, settings: Settings, headers: Mapping[str, str], body: bytes, query: str = ""
    ) -> list[Inbound]:
        """The texts of one call of the carrier, or BadReceipt."""


@runtime_checkable
class Reads(Protocol):
    """An adapter that reads more of its settings than their types say."""

    def check(self, settings: Settings) -> dict[str, str]:
        """Field → code of what is wrong, asked before they are kept."""


@runtime_checkable
class NamesTemplates(Protocol):
    """An adapter whose provider sends templates by codes of its own."""

    def by_code(self, settings: Settings) -> bool:
        """Whether, set like this, nothing leaves without the provider's code of its template."""


@runtime_checkable
class Acknowledges(Protocol):
    """An adapter whose carrier wants an answer of its own form."""

    def acknowledgement(self, settings: Settings, body: bytes) -> Acknowledgement:
        """The answer to a call that was stored."""


@runtime_checkable
class Checks(Protocol):
    """An adapter that can ask which numbers its product reaches."""

    async def capabilities(self, settings: Settings, numbers: Sequence[str], http: Http) -> dict[str, bool]:
        """Whether each number is reached; one the carrier says nothing of is left out. SendError: it says nothing."""


@runtime_checkable
class Revokes(Protocol):
    """An adapter that can take back what is not delivered yet."""

    def patience_s(self, settings: Settings) -> float | None:
        """How long a message may be on its way before it is taken back; None: for ever."""

    async def revoke(self, settings: Settings, number: str, provider_ref: str, http: Http) -> Receipt | None:
        """An EXPIRED receipt with Code.TAKEN_BACK: it will not be delivered. None: it was not taken back, or only a
        receipt will say. SendError: the carrier may be asked again."""
