"""python -m workers.simulators.providers --kind aliyun --port 8095 --journal provider.jsonl --callback http://…"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

from workers.simulators.carrier.__main__ import parser, profile
from workers.simulators.carrier.journal import Journal
from workers.simulators.providers.forms import Keys, templates
from workers.simulators.providers.gate import Gate
from workers.simulators.providers.server import KINDS, application
from workers.simulators.serving import serve


def serving(arguments: Sequence[str] | None = None) -> Coroutine[Any, Any, None]:
    """The provider of a command line, this process's own if none is given."""
    wanted = parser("workers.simulators.providers")
    wanted.add_argument("--kind", required=True, choices=sorted(KINDS), help="whose wire form it speaks")
    wanted.add_argument("--name", default="provider-demo", help="the account, or the name of its key")
    wanted.add_argument(
        "--templates", type=templates, default={}, metavar="CODE[=VARIABLE+…],…",
        help="the only ones aliyun and tencent send, with their variables; any when left out",
    )  # fmt: skip
    wanted.add_argument(
        "--digest", type=float, default=0.0, metavar="S", help="mm7 asks for Digest, each nonce good for so long"
    )
    wanted.add_argument("--public-key", type=Path, help="a PEM file: proves claims for access tokens")
    given = wanted.parse_args(arguments)
    public_key = given.public_key.read_text() if given.public_key else ""
    gate = Gate(given.name, given.secret, given.digest) if given.digest else None
    keys = Keys(given.name, given.secret, public_key, given.templates, gate)
    app = application(given.kind, keys, given.callback, Journal(given.journal), profile(given))
    return serve(app, given.host, given.port, given.kind)


if __name__ == "__main__":
    asyncio.run(serving())
