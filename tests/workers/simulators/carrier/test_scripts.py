"""Every script of the carrier, seen from the channel that sends to it and from the receipts that come back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.workers.simulators.processes import Receiver, RunningCarrier, carrier, receiver, wait_for
from workers import channels
from workers.channels import Accepted, Code, Doubtful, Outcome, Outgoing, Receipt, Refused, SendResult
from workers.simulators.carrier.scripts import SCRIPTS, script_of

A, U, E, R = Outcome.DELIVERED, Outcome.UNDELIVERED, Outcome.EXPIRED, Outcome.REJECTED

EXPECTED: dict[str, tuple[type[SendResult], Code | bool | None, list[Outcome]]] = {
    # script: how it ends for the sender, its code, whether the carrier has it (journal), the receipts that come
    "000": (Accepted, None, [A]),
    "901": (Accepted, None, [U]),
    "902": (Refused, Code.NUMBER_INVALID, []),
    "903": (Refused, Code.BUSY, []),
    "904": (Accepted, None, [U]),
    "905": (Accepted, None, [E]),
    "906": (Accepted, None, [R]),
    "907": (Refused, Code.CONTENT, []),
    "908": (Refused, Code.THROTTLED, []),
    "911": (Doubtful, True, [A]),
    "912": (Doubtful, True, []),
    "913": (Doubtful, False, []),
    "914": (Doubtful, True, [A]),
    "915": (Doubtful, True, [A]),
    "916": (Doubtful, False, []),
    "917": (Accepted, None, [A]),
    "918": (Doubtful, True, [A]),
    "921": (Accepted, None, [A]),
    "922": (Accepted, None, [A, A]),
    "923": (Accepted, None, [U, A]),
    "924": (Accepted, None, [A]),
    "925": (Accepted, None, []),
    "926": (Accepted, None, [A]),
    "927": (Accepted, None, [A, Outcome.ACCEPTED]),
    "928": (Accepted, None, [A]),
    "929": (Accepted, None, [A, U]),
    "931": (Doubtful, True, [A]),
    "932": (Doubtful, True, [A]),
    "933": (Doubtful, True, [A]),
    "934": (Doubtful, True, [A]),
    "935": (Accepted, None, [A]),
    "936": (Refused, Code.BUSY, []),
    "937": (Doubtful, True, []),
}


@dataclass
class Played:
    """What one run over all scripts brought."""

    running: RunningCarrier
    received: Receiver
    results: dict[str, SendResult]
    receipts: list[Receipt]


def number_of(script: str) -> str:
    return f"+8613800138{script}"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    with receiver() as received, carrier(tmp_path_factory.mktemp("scripts"), "--callback", received.url) as running:
        running.control(hang_s=3, slow_s=0.2, late_s=0.5)
        messages = [Outgoing(f"ref-{script}", number_of(script), "你好") for script in EXPECTED]
        settings = running.settings(timeout_s=1, connections=40)
        results = channels.send("simulator", settings, messages)
        expected = sum(len(receipts) for _, _, receipts in EXPECTED.values())
        wait_for(lambda: len(received.items()) >= expected, limit_s=5)
        receipts = [
            receipt
            for call in received.calls
            for receipt in channels.parse_receipts("simulator", settings, call.headers, call.body)
        ]
        yield Played(running, received, dict(zip(EXPECTED, results, strict=True)), receipts)


def test_every_script_has_an_expectation() -> None:
    assert set(EXPECTED) == {"000", *SCRIPTS}


@pytest.mark.parametrize("script", EXPECTED)
def test_a_script_ends_for_the_sender_as_the_table_says(played: Played, script: str) -> None:
    kind, code, _ = EXPECTED[script]
    result = played.results[script]
    assert isinstance(result, kind), result
    if isinstance(result, Refused):
        assert result.code == code
        assert result.retryable == (code in (Code.BUSY, Code.THROTTLED))


@pytest.mark.parametrize("script", EXPECTED)
def test_the_journal_knows_what_the_carrier_really_has(played: Played, script: str) -> None:
    kind, has_it, _ = EXPECTED[script]
    lines = [line for line in played.running.entries("submit") if line["to"] == number_of(script)]
    assert len(lines) == 1
    assert ("id" in lines[0]) == (kind is Accepted or has_it is True) == script_of(number_of(script)).takes
    assert lines[0]["text"] == "你好" and lines[0]["reference"] == f"ref-{script}"


@pytest.mark.parametrize("script", [script for script in EXPECTED if script not in ("926", "928")])
def test_the_receipts_of_a_script_come_as_the_table_says(played: Played, script: str) -> None:
    mine = [receipt.outcome for receipt in played.receipts if receipt.reference == f"ref-{script}"]
    assert mine == EXPECTED[script][2]


def test_accepted_messages_and_their_receipts_share_the_carriers_id(played: Played) -> None:
    by_reference = {receipt.reference: receipt.provider_ref for receipt in played.receipts}
    for script in ("000", "901", "921", "922", "923"):
        result = played.results[script]
        assert isinstance(result, Accepted)
        assert by_reference[f"ref-{script}"] == result.provider_ref


def test_a_receipt_can_come_for_a_stranger_or_without_our_reference(played: Played) -> None:
    known = {line.get("id") for line in played.running.entries("submit")}
    stranger = [receipt for receipt in played.receipts if receipt.provider_ref not in known]
    assert len(stranger) == 1
    nameless = [receipt for receipt in played.receipts if receipt.reference is None]
    assert [receipt.provider_ref for receipt in nameless] == [getattr(played.results["928"], "provider_ref", None)]


def test_an_answer_can_carry_the_id_of_another_message(played: Played) -> None:
    result = played.results["935"]
    true_id = next(line["id"] for line in played.running.entries("submit") if line["to"] == number_of("935"))
    assert isinstance(result, Accepted)
    assert result.provider_ref != true_id


def test_every_receipt_is_in_the_journal_with_the_call_that_carried_it(played: Played) -> None:
    lines = played.running.entries("receipt")
    assert sorted(line["id"] for line in lines) == sorted(item["id"] for item in played.received.items())
    answered = {line["call"] for line in played.running.entries("call") if line["status"] == 200}
    assert {line["call"] for line in lines} == answered


def test_the_scripts_stand_in_the_documentation() -> None:
    text = (Path(__file__).parents[4] / "docs" / "channels.md").read_text(encoding="utf-8")
    for script, row in SCRIPTS.items():
        assert f"| …{script} | {row.says} |" in text
