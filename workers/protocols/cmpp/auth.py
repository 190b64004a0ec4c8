"""Pure: the login of CMPP: both sides show that they know a shared secret, in MD5 as the standard demands.

Peers differ in two ways. Accounts shorter than six characters are hashed padded by some and unpadded by others: as a
server we accept both. The carrier's own hash has a status of one or four bytes: as a client we drop no link over it.
"""

from __future__ import annotations

import hashlib
import hmac

from workers.protocols.cmpp.codec import V2, V3
from workers.protocols.cmpp.pdus import Connect, ConnectResp
from workers.protocols.stamps import digits

ACCOUNT_WIDTH = 6


def source(account: str, secret: str, timestamp: int) -> bytes:
    """AuthenticatorSource; `account` as it is to be hashed, padded or not."""
    return _md5(account.encode("latin-1", "replace") + bytes(9) + secret.encode() + digits(timestamp))


def ismg(status: int, source: bytes, secret: str, version: int) -> bytes:
    """AuthenticatorISMG; 2.0 hashes one byte of status, 3.0 four."""
    return _md5(status.to_bytes(4 if version >= V3 else 1) + source + secret.encode())


def connect(account: str, secret: str, timestamp: int, version: int = V2) -> Connect:
    return Connect(account, source(account, secret, timestamp), version, timestamp)


def knows_secret(login: Connect, secret: str) -> bool:
    """Whether the client that sent this login knows the secret."""
    account = login.source_addr
    hashes = [source(form, secret, login.timestamp) for form in {account, account.ljust(ACCOUNT_WIDTH, "\0")}]
    return any(hmac.compare_digest(login.authenticator, one) for one in hashes)


def answer(login: Connect, secret: str, status: int = 0) -> ConnectResp:
    """The answer in the version the client asked for."""
    version = V3 if login.version >= V3 else V2
    return ConnectResp(status, ismg(status, login.authenticator, secret, version), version)


def is_genuine(reply: ConnectResp, login: Connect, secret: str) -> bool:
    """Whether the carrier knows the secret too, in any of the known ways to hash. For the log only."""
    versions = {ismg(reply.status, login.authenticator, secret, version) for version in (V2, V3)}
    return reply.authenticator in versions


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()
