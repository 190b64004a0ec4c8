"""What every call of a carrier has in common: the channel it is for, its settings, a refusal in place of a fault."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from flask import Response, request

from tenants import routing
from tenants.core import scopes
from tenants.core.errors import NotFound
from tenants.core.scopes import Reason
from workers import channels
from workers.channels import BadReceipt, SendError
from workers.channels.links import LinkAdapter
from workers.channels.settings import opened

log = structlog.get_logger()

BODY_BYTES_MAX = 2 * 1024 * 1024
NOT_THEIRS = frozenset({"signature", "stale"})


@dataclass(frozen=True)
class Call:
    """One call, as an adapter reads it."""

    channel_id: int
    kind: str
    settings: dict[str, Any]
    headers: Mapping[str, str]
    body: bytes
    query: str

    def read_by(self, parse: Callable[..., Any]) -> Any:
        return parse(self.kind, self.settings, self.headers, self.body, self.query)


def taken(channel_id: int, keep: Callable[[Call], None]) -> Response:
    """Let `keep` read and store a call; what it stored is committed before the carrier is answered.

    A channel that cannot read calls now answers 503, so that the carrier brings the news again once that is mended.
    """
    request.max_content_length = BODY_BYTES_MAX
    with scopes.platform(Reason.RECEIPTS):
        try:
            channel = routing.tending.get(channel_id)
        except NotFound:
            return _refused("unknown", 404)
        if channel.kind not in channels.KINDS or isinstance(channels.adapter(channel.kind), LinkAdapter):
            log.error("hook.unsupported", channel=channel_id, kind=channel.kind)
            return _refused("unsupported", 503)
        settings = opened(channel.id, channel.settings, channel.secrets)
        query = request.query_string.decode("latin-1")
        call = Call(channel.id, channel.kind, settings, dict(request.headers), request.get_data(), query)
        try:
            keep(call)
        except BadReceipt as error:
            return _refused(error.code, 401 if error.code in NOT_THEIRS else 400)
        except SendError as error:
            log.error("hook.misconfigured", channel=channel_id, kind=channel.kind, reason=error.reason)
            return _refused("misconfigured", 503)
    answer = channels.acknowledgement(call.kind, settings, call.body)
    return Response(answer.text, mimetype=answer.content_type)


def _refused(word: str, status: int) -> Response:
    return Response(f"{word}\n", status=status, mimetype="text/plain")
