"""python -m workers.simulators.links --protocol cmpp --port 7890 --journal links.jsonl"""

from __future__ import annotations

import argparse
import asyncio
import ssl
from collections.abc import Coroutine, Sequence
from dataclasses import asdict
from typing import Any, Final

from workers.protocols.session import Timers
from workers.simulators.carrier import __main__ as http
from workers.simulators.carrier.journal import Journal
from workers.simulators.links.carrier import Carrier
from workers.simulators.links.cmpp import Cmpp
from workers.simulators.links.control import run
from workers.simulators.links.profile import ID_FORMS, LinkProfile
from workers.simulators.links.sgip import Sgip
from workers.simulators.links.smgp import Smgp
from workers.simulators.links.smpp import Smpp
from workers.simulators.links.tongue import Tongue

TONGUES: Final[dict[str, type[Tongue]]] = {"cmpp": Cmpp, "smpp": Smpp, "sgip": Sgip, "smgp": Smgp}


def parser() -> argparse.ArgumentParser:
    wanted = http.parser("workers.simulators.links")
    wanted.set_defaults(port=None, secret="secret")  # SMPP's are at most 8 characters
    wanted.add_argument("--protocol", required=True, choices=TONGUES)
    wanted.add_argument("--version", default="", help="the highest it speaks; CMPP knows 2.0 and 3.0")
    wanted.add_argument("--account", default="900001")
    wanted.add_argument("--control-port", type=int, default=0)
    wanted.add_argument("--idle", type=float, default=60.0, metavar="S", help="silence before it probes or leaves")
    wanted.add_argument("--answer", type=float, default=0.0, metavar="S", help="how long every answer takes")
    wanted.add_argument("--window", type=int, default=0, help="unanswered submits a link may have, 0 is unlimited")
    wanted.add_argument("--tls", default="", metavar="FILE", help="its certificate and key in PEM: links are in TLS")
    wanted.add_argument("--tls-ca", default="", metavar="FILE", help="whose certificates it asks customers for")
    wanted.add_argument("--answer-ids", default=ID_FORMS[0], choices=ID_FORMS, help="SMPP: ids in answers")
    wanted.add_argument("--receipt-ids", default=ID_FORMS[0], choices=ID_FORMS, help="SMPP: ids in receipts")
    wanted.add_argument("--no-receipt-fields", action="store_true", help="SMPP: receipts are mere text")
    return wanted


def profile(given: argparse.Namespace) -> LinkProfile:
    return LinkProfile(
        **asdict(http.profile(given)),
        answer_s=given.answer,
        window=given.window,
        answer_ids=given.answer_ids,
        receipt_ids=given.receipt_ids,
        receipt_fields=not given.no_receipt_fields,
    )


def context(own: str, authorities: str) -> ssl.SSLContext | None:
    """How links are secured; None: not at all."""
    if not own:
        return None
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.load_cert_chain(own)
    if authorities:
        made.load_verify_locations(authorities)
        made.verify_mode = ssl.CERT_REQUIRED
    return made


def serving(arguments: Sequence[str] | None = None) -> Coroutine[Any, Any, None]:
    """The carrier of a command line, this process's own if none is given."""
    wanted = parser()
    given = wanted.parse_args(arguments)
    kind = TONGUES[given.protocol]
    if given.version and given.version not in kind.versions:
        wanted.error(f"{given.protocol} is spoken in {' and '.join(kind.versions)}")
    tongue = kind(given.account, given.secret, given.version, Timers(idle_s=given.idle))
    carrier = Carrier(tongue, Journal(given.journal), profile(given), given.callback)
    port = kind.port if given.port is None else given.port
    return run(carrier, given.host, port, given.control_port, given.protocol, context(given.tls, given.tls_ca))


if __name__ == "__main__":
    asyncio.run(serving())
