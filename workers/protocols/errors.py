"""Pure: what may go wrong on a link. Who broke the rules decides the class: us or the peer."""

from __future__ import annotations


class ProtocolError(Exception):
    """A rule of the protocol was broken."""


class LocalProtocolError(ProtocolError):
    """We were asked to send something the protocol does not allow. Nothing was sent, the state is unchanged."""


class RemoteProtocolError(ProtocolError):
    """The peer sent bytes that are truncated, oversized or not allowed now. The link cannot be trusted any more."""
