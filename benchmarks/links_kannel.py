"""The same messages through Kannel: handed to it by HTTP, sent over SMPP, its delivery reports called back."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from benchmarks import arranging, calls, links_ours
from tests.interop.kannel import CONFIGURATION, boxes, kannel
from tests.workers.simulators.processes import ask

# As many links and as wide a window as ours: its group of the carrier as often as there are links.
HEAD, _, REST = CONFIGURATION.replace("msg-id-type = 1\n", "").partition("group = smsc\n")
CARRIER, _, TAIL = REST.partition("group = smsbox\n")
TUNED: Final = (
    HEAD
    + f"group = smsc\nmax-pending-submits = {links_ours.WINDOW}\n{CARRIER}" * links_ours.LINKS
    + f"group = smsbox\n{TAIL}"
)
WARM: Final = 200


# Receipts that come late enough for it, which loses those that come with the answer.
MANNER: Final = ("--delay", "0.3")
SCRIPTED: Final = 900  # numbers that end higher than this are for trouble


def lacking() -> list[str]:
    """What of it is not installed."""
    return [] if boxes() else ["Kannel"]


def figure(count: int) -> float:
    """Messages a second, reports included."""
    with (
        tempfile.TemporaryDirectory() as folder,
        links_ours.carrier("smpp", *MANNER) as peer,
        kannel(Path(folder), peer.port, TUNED) as theirs,
    ):
        arranging.until(lambda: len(ask(peer.control + "/control")["links"]) == links_ours.LINKS, links_ours.BOUND_S)
        return count / calls.campaign(theirs.send_port, count, _path, WARM)


def text(at: int) -> str:
    """What gateways are given to send, each message a little different, as ours are."""
    return f"【{arranging.TEXT['signature']}】Dear Ada, your order {at:06} has left our house."


def number(at: int) -> str:
    return f"8613{at // SCRIPTED:06}{at % SCRIPTED:03}"


def _path(told_port: int, at: int) -> str:
    about = f"http://127.0.0.1:{told_port}/receipt?kind=%d"
    fields = {"username": "user", "password": "user", "from": links_ours.SOURCE, "to": number(at)}
    fields |= {"coding": "2", "charset": "UTF-8", "text": text(at), "dlr-mask": "3", "dlr-url": about}
    return "/cgi-bin/sendsms?" + urlencode(fields)
