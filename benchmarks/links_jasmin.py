"""The same messages through Jasmin: handed to it by HTTP, sent over SMPP, until the carrier has taken the last one.

No reports are asked for: Jasmin 0.11.1 loses them (its issue 1236), so it is spared that part of the work.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from benchmarks import arranging, calls, jasmin, links_kannel, links_ours
from tests.workers.simulators.processes import ask

UCS2: Final = "8"


def figure(count: int) -> float:
    """Messages a second."""
    account, secret, links = links_ours.ACCOUNT, links_ours.SECRET, links_ours.LINKS
    with (
        tempfile.TemporaryDirectory() as folder,
        links_ours.carrier("smpp") as peer,
        jasmin.jasmin(Path(folder), peer.port, account, secret, links) as port,
    ):

        def shown() -> dict[str, Any]:
            return ask(peer.control + "/control")

        def taken() -> int:
            return int(shown()["counters"]["accepted"])

        arranging.until(lambda: len(shown()["links"]) == links, links_ours.BOUND_S)
        return count / calls.campaign(port, count, _path, links_kannel.WARM, taken)


def _path(_: int, at: int) -> str:
    fields = {"username": jasmin.USER, "password": jasmin.USER, "from": links_ours.SOURCE}
    fields |= {"to": links_kannel.number(at), "coding": UCS2}
    return "/send?" + urlencode(fields | {"hex-content": links_kannel.text(at).encode("utf-16-be").hex()})
