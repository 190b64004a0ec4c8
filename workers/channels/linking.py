"""Pure: what the adapters of links share: the settings every carrier asks for, numbers, senders, texts and times."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from workers.channels import mainland
from workers.channels.base import BadReceipt, Field, Outcome, Outgoing, Receipt, Settings
from workers.channels.links import Line
from workers.channels.meaning import Causes, cause
from workers.channels.tls import Tls
from workers.protocols.errors import LocalProtocolError, RemoteProtocolError
from workers.protocols.receipts import Receipt as Told
from workers.protocols.session import Timers
from workers.protocols.stamps import CHINA
from workers.protocols.text import ASCII, GB18030, UCS2, Coding, first_fit

LINKS_MAX: Final = 64
WINDOW_MAX: Final = 1_000
VALIDITY_S_MAX: Final = 30 * 86_400
LOGIN_S: Final = 30.0
FORMS: Final = ("international", "plus", "national")
TEXTS: Final = ("8", "15", "auto")
NARROW, WIDE = "udh8", "udh16"
GBK_OCTETS: Final = 2
TEMPLATES_MAX: Final = 256  # of channels, senders and moments
MINUTE: Final = timedelta(seconds=59)  # what a time to the minute leaves out at most

HOST: Final = Field("host", "text", "Host", help="A name or an address")
SOURCE: Final = Field("source", "text", "Access number", octets_max=20, help="A message's extension is added to it")
LINKS: Final = Field("links", "number", "Links", default=1, high=LINKS_MAX, help="As many as the carrier allows")
RECEIVERS: Final = Field(
    "receivers", "number", "Receivers", default=1, high=LINKS_MAX, help="Beside the links that only send"
)
WINDOW: Final = Field("window", "number", "Window", default=16, high=WINDOW_MAX, help="Unanswered submits on one link")
RESPONSE: Final = Field("response_s", "number", "Seconds to wait for an answer", default=60, high=600)
IDLE: Final = Field("idle_s", "number", "Seconds of silence before a probe", default=30, high=600)
VALIDITY: Final = Field(
    "validity_s", "number", "Validity in seconds", required=False, low=60, high=VALIDITY_S_MAX,
    help="After this the carrier gives a message up; empty: its own limit",
)  # fmt: skip
NUMBERS: Final = Field("number_form", "choice", "Form of numbers", default="national", choices=FORMS)
TEXT: Final = Field(
    "text", "choice", "Coding of texts", default="8", choices=TEXTS, help="Msg_Fmt; auto: 0 where ASCII is enough"
)
LONG: Final = Field(
    "long", "choice", "Long messages", default=NARROW, choices=(NARROW, WIDE), help="Width of their reference"
)


def port(default: int) -> Field:
    return Field("port", "number", "Port", default=default, high=65_535)


def account(octets_max: int) -> Field:
    return Field("account", "text", "Login name", octets_max=octets_max)


def secret(octets_max: int) -> Field:
    return Field("secret", "text", "Login password", secret=True, octets_max=octets_max)


def lines(
    settings: Settings, first: int, count: int, *, tls: Tls | None = None, sends: bool = True
) -> tuple[Line, ...]:
    """So many connections to the carrier, numbered from `first`."""
    host, port = settings.text("host"), settings.number("port")
    return tuple(Line(number, host, port, tls, sends) for number in range(first, first + count))


def timers(settings: Settings) -> Timers:
    return Timers(LOGIN_S, float(settings.number("response_s")), float(settings.number("idle_s")))


def sender(settings: Settings, message: Outgoing, octets_max: int) -> str:
    """The access number with the message's extension; a name has none."""
    source = settings.text("source")
    whole = source + (message.extension or "") if source.isdigit() else source
    if len(whole) > octets_max:
        raise LocalProtocolError(f"a sender of {len(whole)} characters, {octets_max} at most")
    return whole


def number(settings: Settings, e164: str) -> str:
    """A recipient as the carrier writes numbers."""
    match settings.text("number_form"):
        case "plus":
            return e164
        case "international":
            return e164.removeprefix("+")
    return mainland.local(e164)


def chinese_text(settings: Settings, text: str) -> tuple[Coding, bytes]:
    """A text for the protocols of the mainland. GB18030 only as far as two bytes go: phones read no more of it."""
    wanted = settings.text("text")
    if wanted == "auto":
        return first_fit(text, ASCII, UCS2)
    short = wanted == "15" and all(len(GB18030.encode(each)) <= GBK_OCTETS for each in text)
    coding = GB18030 if short else UCS2
    return coding, coding.encode(text)


def gives_up_at(settings: Settings, now: float) -> str:
    """Validity as the protocols of the mainland write it, by the clocks of China; empty when none is set."""
    if not settings.text("validity_s"):
        return ""
    end = datetime.fromtimestamp(now + settings.number("validity_s"), CHINA)
    return f"{end:%y%m%d%H%M%S}032+"


def instant(now: float) -> datetime:
    return datetime.fromtimestamp(now, UTC)


def done_at(told: str, now: float) -> datetime:
    """The end of the minute a receipt of the mainland names, or now when that is earlier or it names none."""
    arrived = instant(now)
    if not re.fullmatch(r"\d{10}", told, re.ASCII):
        return arrived
    try:
        done = datetime.strptime(told, "%y%m%d%H%M").replace(tzinfo=CHINA).astimezone(UTC)
    except ValueError:
        return arrived
    return min(arrived, done + MINUTE)


def worded(told: Told) -> str:
    """The code of a receipt in text: its state, and the carrier's own error where there is one."""
    return f"{told.stat}:{told.error}" if told.stat and told.error.strip("0") else told.stat


def receipt(provider_ref: str, carrier_code: str, causes: Causes, at: datetime, number: str) -> Receipt:
    """What a carrier says of one message, by its code; `number`: to whom it went, E.164."""
    if not provider_ref or not carrier_code:
        raise BadReceipt("malformed")
    outcome, code = cause(carrier_code, causes)
    shown = "" if outcome in (Outcome.DELIVERED, Outcome.ACCEPTED) else carrier_code
    return Receipt(provider_ref, None, outcome, code, at, shown, number)


def whom(number: str) -> str:
    """The E.164 of a number of the mainland as a receipt names it; nothing when it names none."""
    return mainland.e164(number) if number else ""


@contextmanager
def readable() -> Iterator[None]:
    """What breaks the protocol in here is an unreadable call; the link may go on."""
    try:
        yield
    except RemoteProtocolError as error:
        raise BadReceipt("malformed") from error
