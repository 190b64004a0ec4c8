"""Sending mail by SMTP (smtp://user:password@host:587, or smtps:// for TLS from the start)."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import SplitResult, unquote, urlsplit

TIMEOUT_S = 15.0
REASON_MAX = 200


class MailRefused(RuntimeError):
    """The mail server did not take it; the message says why."""


def send(smtp_url: str, *, sender: str, recipient: str, subject: str, body: str) -> None:
    """Hand one plain mail to the server; MailRefused when it cannot be."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, recipient, subject
    message.set_content(body)
    try:
        with _connected(urlsplit(smtp_url)) as server:
            server.send_message(message)
    except (smtplib.SMTPException, OSError) as error:
        raise MailRefused(f"{type(error).__name__}: {error}"[:REASON_MAX]) from error


def _connected(url: SplitResult) -> smtplib.SMTP:
    """A connection to the server, encrypted where it can be; a password is given to an encrypted one only."""
    host, port, tls = url.hostname or "localhost", url.port or 0, ssl.create_default_context()
    if url.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=tls)
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT_S)
    server.ehlo()
    if url.scheme == "smtp" and server.has_extn("starttls"):
        server.starttls(context=tls)
    if url.username:
        if not isinstance(server.sock, ssl.SSLSocket):
            raise smtplib.SMTPNotSupportedError("the server offers no encryption, so it is not given the password")
        server.login(unquote(url.username), unquote(url.password or ""))
    return server
