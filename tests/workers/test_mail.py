"""Mail over a real socket: what arrives, and what is not given away."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from workers import mail
from workers.mail import MailRefused


class Postbox(socketserver.ThreadingTCPServer):
    """A mail server of a few lines. `offers` are its extensions; it takes anything that does not go to `refused@`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.offers: list[str] = []
        self.letters: list[EmailMessage] = []
        self.said: list[str] = []

    @property
    def url(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class Conversation(socketserver.StreamRequestHandler):
    server: Postbox

    def handle(self) -> None:
        self._say("220 ready")
        while line := self.rfile.readline().decode().strip():
            self.server.said.append(line)
            verb = line.split()[0].upper()
            if verb == "EHLO":
                names = ["here", *self.server.offers]
                for name in names[:-1]:
                    self._say(f"250-{name}")
                self._say(f"250 {names[-1]}")
            elif verb == "RCPT" and "refused@" in line:
                self._say("550 nobody of that name")
            elif verb == "DATA":
                self._take()
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _take(self) -> None:
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        letter = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.server.letters.append(letter)
        self._say("250 taken")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    server = Postbox()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def send(url: str, **changes: str) -> None:
    letter = {
        "sender": "Qunfa <no-reply@example.com>",
        "recipient": "ada@example.com",
        "subject": "确认邮箱",
        "body": "你好：\n链接",
    }
    mail.send(url, **(letter | changes))


def test_a_letter_arrives_as_it_was_written(postbox: Postbox) -> None:
    send(f"smtp://{postbox.url}")
    letter = postbox.letters[0]
    assert (letter["To"], letter["From"], letter["Subject"]) == (
        "ada@example.com", "Qunfa <no-reply@example.com>", "确认邮箱",
    )  # fmt: skip
    assert letter.get_content().split() == ["你好：", "链接"]


def test_a_refusal_and_an_absent_server_are_told_alike(postbox: Postbox) -> None:
    with pytest.raises(MailRefused, match="nobody of that name"):
        send(f"smtp://{postbox.url}", recipient="refused@example.com")
    with pytest.raises(MailRefused, match="refused"):
        send("smtp://127.0.0.1:1")


def test_a_password_is_not_given_to_a_server_without_encryption(postbox: Postbox) -> None:
    postbox.offers = ["AUTH PLAIN LOGIN"]
    with pytest.raises(MailRefused, match="not given the password"):
        send(f"smtp://ada:secret@{postbox.url}")
    assert not [line for line in postbox.said if line.startswith("AUTH")]
    assert postbox.letters == []


def test_encryption_that_is_offered_is_used(postbox: Postbox) -> None:
    postbox.offers = ["STARTTLS"]
    with pytest.raises(MailRefused):
        send(f"smtp://{postbox.url}")  # it cannot in fact
    assert "STARTTLS" in postbox.said


def test_nobody_writes_headers_through_a_field(postbox: Postbox) -> None:
    with pytest.raises((ValueError, MailRefused)):
        send(f"smtp://{postbox.url}", subject="Hello\r\nBcc: eve@example.com")
    assert postbox.letters == []
