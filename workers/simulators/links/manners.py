"""How an answer leaves, and what else may happen to a link."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Any, Final

from workers.simulators.carrier.scripts import Answer
from workers.simulators.links.link import Link, now
from workers.simulators.links.profile import LinkProfile

NOISE: Final = b"\xff\xfe\x00\x01no protocol of ours\r\n\r\n" * 2
PAGE: Final = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<html><body>Bad Request</body></html>"


class Fault(StrEnum):
    """What /control can do to links that stand."""

    RESET = "reset"
    HALF = "half"
    GARBAGE = "garbage"
    LEAVE = "leave"


def answer(link: Link, pdu: Any, sequence: Any, manner: Answer, profile: LinkProfile, wait_s: float = 0.0) -> None:
    """Answers one request as its script wants."""
    if link.session.is_closed:
        return
    match manner:
        case Answer.HANG:
            return
        case Answer.RESET:
            link.reset()
        case Answer.GARBAGE:
            link.write(NOISE)
        case Answer.PAGE:
            link.write(PAGE)
        case Answer.HALF:
            _half(link, link.session.send(pdu, now(), reply_to=sequence))
        case Answer.TRICKLE:
            link.trickle(link.session.send(pdu, now(), reply_to=sequence))
        case _:
            slow_s = profile.slow_s if manner is Answer.SLOW else 0.0
            _later(link, pdu, sequence, profile.answer_s + slow_s + wait_s)


def _later(link: Link, pdu: Any, sequence: Any, wait_s: float) -> None:
    def due() -> None:
        link.working -= 1
        link.answer(pdu, sequence)

    link.working += 1
    if wait_s:
        asyncio.get_running_loop().call_later(wait_s, due)
    else:
        due()


def harm(link: Link, fault: Fault) -> None:
    """Does this to a link."""
    match fault:
        case Fault.RESET:
            link.reset()
        case Fault.GARBAGE:
            link.write(NOISE)
        case Fault.HALF if link.bound:
            _half(link, link.session.send(link.session.leave(), now()))
        case Fault.LEAVE if link.bound:
            link.send(link.session.leave())


def _half(link: Link, data: bytes) -> None:
    link.write(data[: len(data) // 2])
    link.reset()
