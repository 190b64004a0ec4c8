"""Pure: what providers of the mainland have in common: report words of the carriers behind them, the form of numbers,
Beijing time, signatures in brackets, and filling a filed template.

Report words: CMPP 3.0, 5.4 (Stat), as China Mobile and the providers' own lists repeat them, for example
https://support.huaweicloud.com/api-msgsms/sms_05_0003.html and https://mysubmail.com/documents/1XQAE4
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from workers.channels.base import Code, Outcome, Outgoing, Refused
from workers.channels.meaning import Causes

BEIJING: Final = timezone(timedelta(hours=8))
HOME: Final = re.compile(r"(?:\+|00)?(?:86)?(1\d{10})")
SIGNED: Final = re.compile(r"【([^【】]{1,30})】")

WORDS: Final[Causes] = {
    "DELIVRD": (Outcome.DELIVERED, None),
    "ACCEPTD": (Outcome.ACCEPTED, None),
    "EXPIRED": (Outcome.EXPIRED, Code.EXPIRED),
    "UNDELIV": (Outcome.UNDELIVERED, Code.ABSENT),
    "DELETED": (Outcome.UNDELIVERED, Code.UNKNOWN),
    "UNKNOWN": (Outcome.UNDELIVERED, Code.UNKNOWN),
    "REJECTD": (Outcome.REJECTED, Code.BLOCKED),
    "MK": (Outcome.UNDELIVERED, Code.ABSENT),  # unassigned, switched off, out of reach
    "MN": (Outcome.UNDELIVERED, Code.ABSENT),
    "MI": (Outcome.UNDELIVERED, Code.ABSENT),
    "LT": (Outcome.UNDELIVERED, Code.ABSENT),
    "ID:0076": (Outcome.REJECTED, Code.CONTENT),  # a word of the carrier's list
    "DJ:0255": (Outcome.REJECTED, Code.CONTENT),
}


@dataclass(frozen=True, slots=True)
class Filled:
    """A message as a filed template."""

    signature: str
    template: str
    values: tuple[tuple[str, str], ...]


def fill(message: Outgoing, *, signature: str, template: str, variable: str) -> Filled | Refused:
    """The message's own template, or the channel's, one of whose variables then takes the whole text.

    The signature is the message's own, the one in brackets before its text, or the channel's.
    """
    begins = SIGNED.match(message.text)
    signed = message.signature or (begins[1] if begins else signature)
    if message.template:
        return Filled(signed, message.template, message.values)
    if not template or not variable:
        return Refused(Code.TEMPLATE, True, "the message has no template of this provider")
    return Filled(signed, template, ((variable, message.text[begins.end() :] if begins else message.text),))


def local(number: str) -> str:
    """A number as providers write it: eleven digits at home, country code and number abroad."""
    home = HOME.fullmatch(number)
    return home[1] if home else number.removeprefix("+").removeprefix("00")


def e164(number: str) -> str:
    home = HOME.fullmatch(number)
    return f"+86{home[1]}" if home else "+" + number.removeprefix("+").removeprefix("00")


def moment(text: object) -> datetime:
    """`2017-01-01 00:00:00` or `20170101000000`, by the clocks of Beijing; ValueError for anything else."""
    form = "%Y%m%d%H%M%S" if str(text).isdigit() else "%Y-%m-%d %H:%M:%S"
    return datetime.strptime(str(text), form).replace(tzinfo=BEIJING).astimezone(UTC)
