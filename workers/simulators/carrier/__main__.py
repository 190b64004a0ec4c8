"""python -m workers.simulators.carrier --port 8090 --journal carrier.jsonl --callback http://…"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

from workers.simulators.carrier.journal import Journal
from workers.simulators.carrier.profile import Profile
from workers.simulators.carrier.scripts import SCRIPTS
from workers.simulators.carrier.server import Carrier, application
from workers.simulators.serving import serve


def parser(prog: str) -> argparse.ArgumentParser:
    """What every simulated carrier can be told, whatever its wire form."""
    parser = argparse.ArgumentParser(prog=prog, description="A carrier on loopback.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8090, help="0 picks a free one and says which")
    parser.add_argument("--journal", type=Path, help="file that gets a line for every message and receipt")
    parser.add_argument(
        "--secret", default="carrier-demo-secret", help="signs receipts, or requests where they are signed"
    )
    parser.add_argument("--callback", default="", help="where receipts go when a request names no address")
    parser.add_argument("--tps", type=float, default=0.0, help="messages a second, 0 is unlimited")
    parser.add_argument("--delay", type=float, default=0.5, metavar="S", help="least wait before a receipt")
    parser.add_argument("--jitter", type=float, default=1.0, metavar="S", help="drawn on top of it")
    parser.add_argument("--hang", type=float, default=60.0, metavar="S", help="how long a hanging request hangs")
    parser.add_argument("--slow", type=float, default=2.0, metavar="S", help="how long a slow answer takes")
    parser.add_argument("--late", type=float, default=60.0, metavar="S", help="how late a late receipt is")
    parser.add_argument(
        "--gather", type=float, default=0.0, metavar="S", help="receipts gather for this long: larger calls"
    )
    parser.add_argument("--undelivered", type=float, default=0.0, metavar="PERCENT", help="of otherwise good numbers")
    parser.add_argument("--default", default="", choices=["", *SCRIPTS], help="script of numbers without their own")
    parser.add_argument("--plain", action="store_true", help="every number is delivered at once")
    parser.add_argument("--no-echo", action="store_true", help="receipts name only the carrier's id")
    return parser


def profile(given: argparse.Namespace) -> Profile:
    return Profile(
        tps=given.tps,
        delay_s=given.delay,
        jitter_s=given.jitter,
        hang_s=given.hang,
        slow_s=given.slow,
        late_s=given.late,
        gather_s=given.gather,
        undelivered_percent=given.undelivered,
        default=given.default,
        plain=given.plain,
        echo=not given.no_echo,
    )


def serving(arguments: Sequence[str] | None = None) -> Coroutine[Any, Any, None]:
    """The carrier of a command line, this process's own if none is given."""
    wanted = parser("workers.simulators.carrier")
    wanted.add_argument("--key", default="carrier-demo-key", help="bearer key callers must show")
    given = wanted.parse_args(arguments)
    carrier = Carrier(given.key, given.secret, given.callback, Journal(given.journal), profile(given))
    return serve(application(carrier), given.host, given.port, "carrier")


if __name__ == "__main__":
    asyncio.run(serving())
