"""What happens to a number on a link: the table of the carrier over HTTP, as far as links can do it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.workers.simulators.links import dialects
from tests.workers.simulators.links.arrange import Scene, play, scene
from tests.workers.simulators.links.dialects import PROTOCOLS
from workers.protocols.events import Closed, Reason
from workers.simulators.carrier.scripts import SCRIPTS

OK, REFUSED, NOTHING, SILENCE = "ok", "refused", "nothing", "silence"


class Case(NamedTuple):
    """How the request ends for the customer, whether the carrier has it, what receipts say."""

    ends: object
    taken: bool = True
    stats: tuple[str, ...] = ("DELIVRD",)


CASES = {
    "901": Case(OK, stats=("UNDELIV",)),
    "902": Case(REFUSED, taken=False, stats=()),
    "903": Case(REFUSED, taken=False, stats=()),
    "904": Case(OK, stats=("UNDELIV",)),
    "905": Case(OK, stats=("EXPIRED",)),
    "906": Case(OK, stats=("REJECTD",)),
    "907": Case(REFUSED, taken=False, stats=()),
    "908": Case(REFUSED, taken=False, stats=()),
    "911": Case(SILENCE),
    "912": Case(SILENCE, stats=()),
    "913": Case(Reason.LOST, taken=False, stats=()),
    "914": Case(Reason.LOST),
    "915": Case(Reason.LOST),
    "916": Case(SILENCE, taken=False, stats=()),
    "917": Case(OK),
    "918": Case(OK),
    "921": Case(OK),
    "922": Case(OK, stats=("DELIVRD", "DELIVRD")),
    "923": Case(OK, stats=("UNDELIV", "DELIVRD")),
    "924": Case(OK),
    "925": Case(OK, stats=()),
    "926": Case(OK),
    "927": Case(OK, stats=("DELIVRD", "ACCEPTD")),
    "928": Case(OK),
    "929": Case(OK, stats=("DELIVRD", "UNDELIV")),
    "931": Case(REFUSED),
    "932": Case(Reason.VIOLATION),
    "933": Case(OK),
    "934": Case(Reason.VIOLATION),
    "935": Case(OK),
    "936": Case(REFUSED, taken=False, stats=()),
    "937": Case(REFUSED, stats=()),
}


def test_every_script_has_its_case() -> None:
    assert set(CASES) == set(SCRIPTS)


def request(name: str, script: str) -> Any:
    (pdu,) = dialects.submits(name, f"861380000{script}", f"script {script}")
    return pdu


async def break_link(now: Scene, script: str) -> Reason:
    """Submits on a link of its own; why that ended."""
    now.customer.close()
    await now.customer.connect(now.port)
    await now.customer.log_in()
    await now.customer.submit([(script, request(now.customer.name, script))])
    closed: Closed = await now.customer.until(lambda: now.customer.closed)
    return closed.reason


def ends(now: Scene, script: str) -> object:
    if script not in now.customer.answers:
        return SILENCE
    return REFUSED if now.customer.result(script) else OK


def wanted(name: str, case: Case) -> list[str]:
    """SGIP knows only that it failed."""
    return ["UNDELIV" if name == "sgip" and stat in ("EXPIRED", "REJECTD") else stat for stat in case.stats]


@pytest.mark.parametrize("name", PROTOCOLS)
def test_numbers_do_what_the_table_says(name: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(name, tmp_path, window=len(CASES), slow_s=0.1, late_s=0.1) as now:
            customer = now.customer
            assert customer.link is not None
            quiet = [script for script, case in CASES.items() if not isinstance(case.ends, Reason)]
            for script in quiet:
                customer.link.send(request(name, script), token=script)
            answered = {script for script in quiet if CASES[script].ends is not SILENCE}
            await customer.until(lambda: answered <= set(customer.answers))
            assert {script: ends(now, script) for script in quiet} == {script: CASES[script].ends for script in quiet}
            rude = [script for script in CASES if script not in quiet]
            reasons = {script: await break_link(now, script) for script in rude}
            assert reasons == {script: CASES[script].ends for script in rude}
            await customer.connect(now.port)
            await customer.log_in()
            count = sum(len(case.stats) for case in CASES.values())
            await customer.until(lambda: len(customer.receipts) >= count)
            for script, case in CASES.items():
                submitted = [entry for entry in now.entries("submit") if entry["to"].endswith(script)]
                assert (script, [("id" in entry) for entry in submitted]) == (script, [case.taken])
                stats = [heard.stat for heard in customer.receipts if heard.number.endswith(script)]
                assert (script, stats) == (script, wanted(name, case))

    play(story)


@pytest.mark.parametrize("name", ["cmpp2", "smpp", "smgp"])
def test_an_answer_can_carry_the_id_of_another_message_or_none(name: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(name, tmp_path) as now:
            (first,) = await now.customer.say(1, "8613800000000", "first")
            (other,) = await now.customer.say(2, "8613800000935", "other")
            (empty,) = await now.customer.say(3, "8613800000933", "empty")
            own = [entry["id"] for entry in now.entries("submit")]
            assert (first, other) == (own[0], own[0])
            assert empty.strip("0") == ""
            assert len(set(own)) == 3

    play(story)


@pytest.mark.parametrize("name", PROTOCOLS)
def test_an_early_receipt_comes_before_the_answer(name: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(name, tmp_path) as now:
            await now.customer.say("first", "8613800000000", "opens the way back")
            await now.customer.until(lambda: now.customer.receipts)
            (own_id,) = await now.customer.say("early", "8613800000921", "early")
            assert now.customer.order.index(own_id) < now.customer.order.index(("early", 0))

    play(story)
