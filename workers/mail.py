"""Sending mail by SMTP (smtp://user:password@host:587, or smtps:// for TLS from the start)."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

TIMEOUT_S = 15.0


class MailRefused(RuntimeError):
    """The mail server did not take it; the message says why."""


def send(smtp_url: str, *, sender: str, recipient: str, subject: str, body: str) -> None:
    """Hand one plain mail to the server; MailRefused when it cannot be."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, recipient, subject
    message.set_content(body)
    url = urlsplit(smtp_url)
    kind = smtplib.SMTP_SSL if url.scheme == "smtps" else smtplib.SMTP
    try:
        with kind(url.hostname or "localhost", url.port or 0, timeout=TIMEOUT_S) as server:
            if url.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls()
            if url.username:
                server.login(unquote(url.username), unquote(url.password or ""))
            server.send_message(message)
    except (smtplib.SMTPException, OSError) as error:
        raise MailRefused(type(error).__name__) from error
