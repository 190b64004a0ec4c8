"""The carrier as a process: pace, keys, batches, receipts that insist, the control page, the journal."""

from __future__ import annotations

import json
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.processes import Process
from tests.workers.simulators.processes import KEY, Receiver, RunningCarrier, ask, carrier, receiver, wait_for
from workers import channels
from workers.channels import Accepted, Outgoing


@pytest.fixture
def received() -> Iterator[Receiver]:
    with receiver() as kept:
        yield kept


@pytest.fixture
def running(tmp_path: Path, received: Receiver) -> Iterator[RunningCarrier]:
    with carrier(tmp_path, "--callback", received.url) as started:
        yield started


def post(url: str, content: Any, key: str = KEY) -> tuple[int, dict[str, Any], Any]:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    request = urllib.request.Request(url, data=body, headers={"Authorization": f"Bearer {key}"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.loads(answer.read()), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read()), error.headers


def message(index: int = 0, **others: Any) -> dict[str, Any]:
    return {"to": f"+8613{index:06d}000", "text": "你好", "reference": f"r{index}", **others}


def test_a_batch_has_one_result_per_message_in_order(running: RunningCarrier) -> None:
    bad = [message(to="12"), message(text=""), message(extension="x1"), "nonsense"]
    status, answer, _ = post(running.url + "/v1/batch", {"messages": [message(1), *bad, message(2)]})
    assert status == 200
    codes = [result.get("code", "accepted") for result in answer["results"]]
    assert codes == ["accepted", "bad_number", "bad_content", "bad_extension", "bad_request", "accepted"]


@pytest.mark.parametrize(
    ("content", "code"),
    [({"messages": []}, "bad_request"), ({"messages": [message()] * 501}, "bad_request"), (b"{", "bad_request")],
)
def test_a_batch_that_is_none_is_refused_whole(running: RunningCarrier, content: Any, code: str) -> None:
    status, answer, _ = post(running.url + "/v1/batch", content)
    assert (status, answer["code"]) == (400, code)
    assert running.entries("submit") == []


def test_a_wrong_key_takes_nothing(running: RunningCarrier) -> None:
    status, answer, _ = post(running.url + "/v1/messages", message(), key="wrong")
    assert (status, answer["code"]) == (401, "bad_key")
    assert running.entries("submit") == []


def test_over_its_pace_it_answers_429_and_when_to_come_again(running: RunningCarrier) -> None:
    running.control(tps=10)
    answers = [post(running.url + "/v1/messages", message(index)) for index in range(14)]
    refused = [(answer["code"], headers["Retry-After"]) for status, answer, headers in answers if status == 429]
    assert 2 <= len(refused) <= 13
    assert set(refused) == {("too_fast", "1")}
    assert running.control()["counters"]["accepted"] == 14 - len(refused)


def test_a_batch_over_the_pace_is_taken_as_far_as_it_goes(running: RunningCarrier) -> None:
    running.control(tps=20)
    time.sleep(0.3)
    _, answer, _ = post(running.url + "/v1/batch", {"messages": [message(index) for index in range(100)]})
    accepted = [index for index, result in enumerate(answer["results"]) if "id" in result]
    assert 1 <= len(accepted) <= 21
    assert accepted == list(range(len(accepted)))


def test_receipts_insist_until_they_are_taken(running: RunningCarrier, received: Receiver) -> None:
    received.answers = [500, 503]
    post(running.url + "/v1/messages", message(7))
    calls = wait_for(lambda: running.entries("call")[2:])
    assert calls[0]["status"] == 200
    assert [call.body for call in received.calls] == [received.calls[0].body] * 3


def test_receipts_come_in_calls_of_at_most_500(running: RunningCarrier, received: Receiver) -> None:
    for start in range(0, 1500, 500):
        post(running.url + "/v1/batch", {"messages": [message(start + index) for index in range(500)]})
    wait_for(lambda: len(received.items()) == 1500)
    assert max(len(call.json) for call in received.calls) <= 500
    assert len(received.calls) <= 12
    assert {item["reference"] for item in received.items()} == {f"r{index}" for index in range(1500)}


def test_a_request_can_name_its_own_receipt_address(running: RunningCarrier, received: Receiver) -> None:
    with receiver() as other:
        post(running.url + "/v1/messages", message(1, callback=other.url))
        wait_for(lambda: other.calls)
    assert received.calls == []


def test_without_echo_only_the_carriers_id_comes_back(tmp_path: Path, received: Receiver) -> None:
    with carrier(tmp_path, "--callback", received.url, "--no-echo") as silent:
        _, answer, _ = post(silent.url + "/v1/messages", message(3))
        wait_for(lambda: received.calls)
    assert received.items()[0]["id"] == answer["id"]
    assert "reference" not in received.items()[0]


def test_plain_delivers_even_the_numbers_that_have_a_script(tmp_path: Path, received: Receiver) -> None:
    with carrier(tmp_path, "--callback", received.url, "--plain") as plain:
        status, _, _ = post(plain.url + "/v1/messages", message(to="+8613800138902"))
        wait_for(lambda: received.calls)
    assert status == 200
    assert received.items()[0]["status"] == "DELIVRD"


def test_the_profile_is_changed_while_it_runs(running: RunningCarrier, received: Receiver) -> None:
    running.control(default="901", delay_s=0.3)
    began = time.monotonic()
    post(running.url + "/v1/messages", message(1))
    wait_for(lambda: received.calls)
    assert time.monotonic() - began >= 0.3
    assert received.items()[0]["status"] == "UNDELIV"
    running.control(undelivered_percent=100, default="", delay_s=0)
    post(running.url + "/v1/messages", message(2))
    assert wait_for(lambda: received.items()[1:])[0]["status"] == "UNDELIV"
    running.control(silent=True)
    post(running.url + "/v1/messages", message(3))
    assert running.control()["waiting"] == 0


@pytest.mark.parametrize("wish", [{"tps": -1}, {"tps": True}, {"colour": 1}, {"down": 1}, {"default": "123"}])
def test_a_wrong_wish_is_refused_and_changes_nothing(running: RunningCarrier, wish: dict[str, Any]) -> None:
    before = running.control()["profile"]
    status, answer, _ = post(running.url + "/control", wish)
    assert (status, answer["code"]) == (400, "bad_request")
    assert ask(running.url + "/control")["profile"] == before


def test_down_takes_nothing_and_answers_like_a_proxy(running: RunningCarrier) -> None:
    running.control(down=True)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(urllib.request.Request(running.url + "/v1/messages", data=b"{}"), timeout=10)
    assert caught.value.code == 503
    running.control(down=False)
    assert post(running.url + "/v1/messages", message())[0] == 200


@pytest.mark.soak
def test_one_channel_sends_over_2000_a_second_with_one_message_a_request(tmp_path: Path) -> None:
    with carrier(tmp_path, "--plain") as plain:
        messages = [Outgoing(f"r{index}", f"+8613{index:09d}", "你好") for index in range(8_000)]
        channels.send("simulator", plain.settings(connections=32), messages[:100])
        began = time.monotonic()
        results = channels.send("simulator", plain.settings(connections=32), messages)
        assert len(results) / (time.monotonic() - began) > 2_000
    assert all(isinstance(result, Accepted) for result in results)


def test_whoever_was_answered_is_in_the_journal_even_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "killed.jsonl"
    known = ("--port", "0", "--key", KEY, "--journal", str(path))
    child = Process("workers.simulators.carrier", *known, heard=True)
    url = child.stdout.readline().split()[-1]
    ids = [post(url + "/v1/messages", message(index))[1]["id"] for index in range(20)]
    child.send_signal(signal.SIGKILL)
    child.wait(timeout=5)
    assert [line["id"] for line in RunningCarrier(url, path).entries("submit")] == ids
