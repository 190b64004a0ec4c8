"""Channels: how messages leave and how carriers report back. One folder per kind; docs/channels.md says how to add one.

channels.send("simulator", settings, messages)             results, one per message, from synchronous code
channels.parse_receipts("simulator", settings, headers, body, query)
channels.parse_inbound("aliyun", settings, headers, body, query)
channels.acknowledgement("aliyun", settings, body)         what the carrier is answered
channels.capabilities("rcs_google", settings, numbers)     which numbers are reached, as far as the carrier says
channels.patience_s("rcs_google", settings)               how long its messages are waited for before that is asked
channels.revoke("rcs_google", settings, [(number, ref)])   takes back what is not delivered: receipts, None, SendErrors
channels.fields("simulator")                               what a staff form asks for
channels.by_code("aliyun", settings)                       whether it sends nothing but the provider's templates

Kinds in `LINK_KINDS` leave over lasting connections instead, which the gateway owns:

channels.link_adapter("smpp")                              a LinkAdapter (`workers/channels/links.py`)
channels.try_out("smpp", settings, message)                one message for staff; links have a connection of its own
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import structlog

from workers.channels import http, registry, revoking, trying
from workers.channels.base import (
    Accepted,
    Acknowledgement,
    Acknowledges,
    Adapter,
    BadReceipt,
    Checks,
    Code,
    Doubtful,
    Field,
    Hears,
    Inbound,
    NamesTemplates,
    Outcome,
    Outgoing,
    Reads,
    Receipt,
    Refused,
    Revokes,
    SendError,
    SendResult,
    Settings,
    faults,
)
from workers.channels.links import LinkAdapter

__all__ = [
    "KINDS",
    "LINK_KINDS",
    "SEND_S_MAX",
    "Accepted",
    "Acknowledgement",
    "Adapter",
    "BadReceipt",
    "Code",
    "Doubtful",
    "Field",
    "Inbound",
    "LinkAdapter",
    "Outcome",
    "Outgoing",
    "Receipt",
    "Refused",
    "SendError",
    "SendResult",
    "Settings",
    "acknowledgement",
    "adapter",
    "by_code",
    "capabilities",
    "check",
    "faults",
    "fields",
    "link_adapter",
    "parse_inbound",
    "parse_receipts",
    "patience_s",
    "revoke",
    "send",
    "try_out",
]

KINDS: Final = tuple(registry.KINDS)
LINK_KINDS: Final = frozenset(registry.LINKS)
SEND_S_MAX: Final = http.START_S_MAX + http.REQUEST_S_MAX  # a lease must be longer than this

NOT_HERE: Final = Refused(Code.NOT_TRIED, True, "messages of this kind leave through the gateway")

adapter = registry.adapter
link_adapter = registry.link_adapter
log = structlog.get_logger()


def fields(kind: str) -> tuple[Field, ...]:
    """The settings a channel of this kind asks for."""
    return adapter(kind).fields


def check(kind: str, settings: Mapping[str, object]) -> dict[str, str]:
    """Field → code of what is wrong in settings: by their types, then as the kind itself reads them."""
    chosen = adapter(kind)
    wrong = faults(chosen.fields, settings)
    return wrong or (chosen.check(Settings(chosen.fields, settings)) if isinstance(chosen, Reads) else {})


def by_code(kind: str, settings: Mapping[str, object]) -> bool:
    """Whether a channel set like this can send nothing but templates its provider has given a code."""
    chosen = adapter(kind)
    return isinstance(chosen, NamesTemplates) and chosen.by_code(Settings(chosen.fields, settings))


def send(kind: str, settings: Mapping[str, object], messages: Sequence[Outgoing]) -> list[SendResult]:
    """Sends a slice and waits; always one result per message, whatever happens, within SEND_S_MAX seconds."""
    chosen = adapter(kind)
    if isinstance(chosen, LinkAdapter):
        return [NOT_HERE] * len(messages)
    try:
        results = http.run(chosen.send(Settings(chosen.fields, settings), messages, http.session()))
    except SendError as error:
        log.warning("channel refused a whole call", kind=kind, blame=error.blame, reason=error.reason)
        return [error.as_result()] * len(messages)
    except Exception as error:  # noqa: BLE001 - one broken adapter must not lose the news that its messages are in doubt
        # Only the class: the text or the traceback of a stranger's exception may hold a number or a key.
        log.error("channel adapter broke", kind=kind, error=type(error).__qualname__)
        return [Doubtful(f"adapter broke: {type(error).__qualname__}")] * len(messages)
    assert len(results) == len(messages), f"{kind} answered {len(results)} results for {len(messages)} messages"
    return results


def try_out(kind: str, settings: Mapping[str, object], message: Outgoing) -> SendResult:
    """What becomes of one message staff send by a channel, whatever its gateway does meanwhile."""
    chosen = adapter(kind)
    if not isinstance(chosen, LinkAdapter):
        return send(kind, settings, [message])[0]
    try:
        return trying.attempt(chosen, Settings(chosen.fields, settings), message)
    except SendError as error:
        return error.as_result()


def parse_receipts(
    kind: str, settings: Mapping[str, object], headers: Mapping[str, str], body: bytes, query: str = ""
) -> list[Receipt]:
    """What a carrier's call says; BadReceipt when it is not the carrier's or cannot be read."""
    chosen = adapter(kind)
    if isinstance(chosen, LinkAdapter):
        raise BadReceipt("unsupported")
    return chosen.parse_receipts(Settings(chosen.fields, settings), headers, body, query)


def parse_inbound(
    kind: str, settings: Mapping[str, object], headers: Mapping[str, str], body: bytes, query: str = ""
) -> list[Inbound]:
    """The replies a carrier's call brings; BadReceipt as above, or when this kind hears none."""
    chosen = adapter(kind)
    if not isinstance(chosen, Hears):
        raise BadReceipt("unsupported")
    return chosen.parse_inbound(Settings(chosen.fields, settings), headers, body, query)


def acknowledgement(kind: str, settings: Mapping[str, object], body: bytes = b"") -> Acknowledgement:
    """How to answer a carrier's call once what it told us is stored."""
    chosen = adapter(kind)
    if not isinstance(chosen, Acknowledges):
        return Acknowledgement()
    return chosen.acknowledgement(Settings(chosen.fields, settings), body)


def capabilities(kind: str, settings: Mapping[str, object], numbers: Sequence[str]) -> dict[str, bool]:
    """Which of the numbers this channel reaches. What nobody knows is left out: some kinds cannot tell at all."""
    chosen = adapter(kind)
    if not isinstance(chosen, Checks):
        return {}
    try:
        return http.run(chosen.capabilities(Settings(chosen.fields, settings), numbers, http.session()))
    except SendError as error:
        log.warning("channel cannot tell whom it reaches", kind=kind, blame=error.blame, reason=error.reason)
        return {}


def patience_s(kind: str, settings: Mapping[str, object]) -> float | None:
    """How long a channel's messages may be on their way before they are taken back; None: it takes nothing back."""
    chosen = adapter(kind)
    if not isinstance(chosen, Revokes) or faults(chosen.fields, settings):
        return None
    return chosen.patience_s(Settings(chosen.fields, settings))


def revoke(
    kind: str, settings: Mapping[str, object], wanted: Sequence[tuple[str, str]]
) -> list[Receipt | SendError | None]:
    """Takes messages back, by (number, provider_ref), within SEND_S_MAX seconds; one answer for each, in order.

    None: it was not taken back, and only what the carrier reports counts. A SendError: it may be asked again.
    """
    chosen = adapter(kind)
    if not isinstance(chosen, Revokes):
        return [None] * len(wanted)
    try:
        return revoking.revoke(chosen, Settings(chosen.fields, settings), wanted)
    except SendError as error:
        return [error] * len(wanted)
