"""Pure: the login of SMGP. Like CMPP's, but the account is hashed as it is, before seven zero bytes."""

from __future__ import annotations

import hashlib
import hmac

from workers.protocols.smgp.pdus import Login, LoginResp
from workers.protocols.stamps import digits


def client(account: str, secret: str, timestamp: int) -> bytes:
    """AuthenticatorClient."""
    return _md5(account.encode("latin-1", "replace") + bytes(7) + secret.encode() + digits(timestamp))


def server(status: int, client: bytes, secret: str) -> bytes:
    """AuthenticatorServer. Some carriers compute it otherwise: never drop a link over it."""
    return _md5(status.to_bytes(4) + client + secret.encode())


def login(account: str, secret: str, timestamp: int, mode: int = 2, version: int = 0x30) -> Login:
    """`mode`: 0 to send, 1 to receive, 2 for both."""
    return Login(account, client(account, secret, timestamp), mode, timestamp, version)


def knows_secret(login: Login, secret: str) -> bool:
    return hmac.compare_digest(login.authenticator, client(login.client_id, secret, login.timestamp))


def answer(login: Login, secret: str, status: int = 0) -> LoginResp:
    return LoginResp(status, server(status, login.authenticator, secret), login.version)


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()
