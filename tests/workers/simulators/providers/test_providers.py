"""Every provider as a process: the channel of its kind sends, the journal is the oracle, the receipts are read back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.workers.simulators.processes import Receiver, RunningCarrier, process, receiver, wait_for
from workers import channels
from workers.channels import Accepted, Code, Doubtful, Outcome, Outgoing, Receipt, Refused
from workers.channels.generic_http.presets import PRESETS
from workers.channels.mainland import local
from workers.simulators.providers.server import WIRES

NAME, SECRET, TOKEN = "account-1", "provider-test-secret", "token-never-told"
TEMPLATE = {"signature": "青禾", "template": "T1", "variable": "content"}
PATHS = {
    "huawei": "/sms/batchSendSms/v1",
    "vonage": "/sms/json",
    "sinch": "/xms/v1/plan-1/batches",
    "infobip": "/sms/2/text/advanced",
}
TAKEN = ("000", "901", "905", "906", "917", "921", "922")
REFUSED = ("902", "903", "907", "908")
DOUBTED = ("911", "913", "914", "916", "931", "932", "933", "934")
ENDS = {"901": Outcome.UNDELIVERED, "906": Outcome.REJECTED}
ONE_END = {"901": Outcome.UNDELIVERED, "906": Outcome.UNDELIVERED}  # platforms of 5G messages know one failure


def channel(kind: str, url: str, callback: str) -> tuple[str, dict[str, object]]:
    """The kind of channel that speaks to a provider, and its settings."""
    common: dict[str, object] = {"url": url, "timeout_s": 1, "connections": 40}
    with_token = {**common, "token": TOKEN, **TEMPLATE, "batch": 1}
    if kind == "aliyun":
        return kind, {**with_token, "access_key_id": NAME, "access_key_secret": SECRET}
    if kind == "tencent":
        del with_token["variable"]
        return kind, {**with_token, "secret_id": NAME, "secret_key": SECRET, "app_id": "1"}
    if kind == "twilio":
        return kind, {**common, "account_sid": NAME, "auth_token": SECRET, "sender": "+1", "callback": callback}
    if kind == "mm7":
        own = {"url": url + "/mm7", "user": NAME, "secret": SECRET, "vasp_id": "9200", "source": "1069"}
        return kind, {**common, **own, "token": TOKEN}
    if kind == "maap":
        return kind, {**common, "app_id": NAME, "app_key": SECRET, "chatbot": "sip:1069@bot.example", "token": TOKEN}
    own = {"url": url + PATHS[kind], "user": NAME, "secret": SECRET, "sender": "1069", "proof_secret": TOKEN}
    return "generic_http", {**PRESETS[kind], **common, **TEMPLATE, **own, "callback": callback, "batch": 1}


@contextmanager
def provider(kind: str, folder: Path, received: Receiver, *arguments: str) -> Iterator[RunningCarrier]:
    path = folder / f"{kind}.jsonl"
    callback = f"{received.url}?token={TOKEN}"
    known = ("--kind", kind, "--name", NAME, "--secret", SECRET, "--journal", str(path), "--callback", callback)
    pace = ("--delay", "0", "--jitter", "0", "--hang", "2", "--slow", "0.2")
    with process("workers.simulators.providers", *known, *pace, *arguments) as url:
        yield RunningCarrier(url, path)


def message(script: str) -> Outgoing:
    return Outgoing(f"ref-{script}", f"+8613800138{script}", "【禾木】你好")


def read(kind: str, settings: dict[str, object], received: Receiver) -> list[Receipt]:
    return [
        receipt
        for call in list(received.calls)
        for receipt in channels.parse_receipts(kind, settings, call.headers, call.body, call.path.partition("?")[2])
    ]


@pytest.mark.parametrize("name", WIRES)
def test_what_a_channel_believes_is_what_the_provider_did(name: str, tmp_path: Path) -> None:
    scripts = (*TAKEN, *REFUSED, *DOUBTED, "936")
    with receiver() as received, provider(name, tmp_path, received) as running:
        kind, settings = channel(name, running.url, received.url)
        results = dict(
            zip(scripts, channels.send(kind, settings, [message(script) for script in scripts]), strict=True)
        )
        lines = {line["to"]: line for line in running.entries("submit")}
        for script in TAKEN:
            assert isinstance(results[script], Accepted), (script, results[script])
        for script in REFUSED:
            assert isinstance(results[script], Refused), (script, results[script])
        for script in DOUBTED:
            assert isinstance(results[script], Doubtful), (script, results[script])
        for script, result in results.items():
            line = lines[message(script).number]
            assert "你好" in line["text"] and line["reference"] == f"ref-{script}"
            if not isinstance(result, Doubtful):
                assert ("id" in line) == isinstance(result, Accepted), script
        expected = sum(1 for line in lines.values() if "id" in line) + 1  # 922 comes twice
        receipts = wait_for(lambda: found if len(found := read(kind, settings, received)) >= expected else None)
    by_ref: dict[str, list[Receipt]] = {}
    for receipt in receipts:
        by_ref.setdefault(receipt.provider_ref, []).append(receipt)
    for script in TAKEN:
        mine = by_ref[results[script].provider_ref]  # type: ignore[union-attr]
        assert len(mine) == (2 if script == "922" else 1)
        ends = ONE_END if name == "maap" else ENDS
        assert mine[0].outcome is ends.get(script, mine[0].outcome)
        if script not in ("901", "905", "906"):
            assert (mine[0].outcome, mine[0].code) == (Outcome.DELIVERED, None)
    if name not in ("tencent", "mm7"):  # whose receipts hold nothing of ours
        lost = {receipt.reference for receipt in receipts}
        assert {"ref-911", "ref-914", "ref-931"} <= lost, "a lost answer is mended by its receipt"


@pytest.mark.parametrize("name", WIRES)
def test_a_wrong_secret_takes_nothing(name: str, tmp_path: Path) -> None:
    with receiver() as received, provider(name, tmp_path, received, "--secret", "another") as running:
        kind, settings = channel(name, running.url, received.url)
        result = channels.send(kind, settings, [message("000")])[0]
        assert isinstance(result, Refused) and result.code is Code.CONFIG
        assert running.entries("submit") == []


def test_the_old_signature_is_checked_too(tmp_path: Path) -> None:
    with receiver() as received, provider("aliyun", tmp_path, received) as running:
        kind, settings = channel("aliyun", running.url, received.url)
        good = channels.send(kind, settings | {"signing": "HMAC-SHA1"}, [message("000")])[0]
        bad = channels.send(kind, settings | {"signing": "HMAC-SHA1", "access_key_secret": "x"}, [message("000")])[0]
    assert isinstance(good, Accepted)
    assert isinstance(bad, Refused) and bad.carrier_code == "SignatureDoesNotMatch"


def test_a_batch_of_one_template_is_one_request_and_its_receipts_are_told_apart(tmp_path: Path) -> None:
    messages = [Outgoing(f"r{index}", f"+86138{index:05d}000", f"【禾木】第{index}条") for index in range(250)]
    with receiver() as received, provider("aliyun", tmp_path, received) as running:
        kind, settings = channel("aliyun", running.url, received.url)
        results = channels.send(kind, settings | {"batch": 100, "timeout_s": 10}, messages)
        refs = [result.provider_ref for result in results if isinstance(result, Accepted)]
        assert len(set(refs)) == 250
        lines = running.entries("submit")
        assert len({line["id"] for line in lines}) == 3
        assert [line["text"] for line in lines] == [each.text for each in messages]
        receipts = wait_for(lambda: found if len(found := read(kind, settings, received)) >= 250 else None)
    assert sorted(receipt.provider_ref for receipt in receipts) == sorted(refs)


@pytest.mark.parametrize(
    ("kind", "unknown", "short"),
    [
        ("aliyun", "isv.SMS_TEMPLATE_ILLEGAL", "isv.TEMPLATE_MISSING_PARAMETERS"),
        (
            "tencent",
            "FailedOperation.TemplateIncorrectOrUnapproved",
            "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
        ),
    ],
)
def test_templates_the_provider_does_not_know_or_that_lack_a_value_are_refused_in_its_words(
    kind: str, unknown: str, short: str, tmp_path: Path
) -> None:
    def of(code: str, *values: tuple[str, str]) -> Outgoing:
        return Outgoing(f"ref-{code}", "+8613800138000", "…", signature="禾木", template=code, values=values)

    name, points = ("name", "陈晨"), ("points", "7")
    with receiver() as received, provider(kind, tmp_path, received, "--templates", "1=name+points,2") as running:
        wire, settings = channel(kind, running.url, received.url)
        good, missing, free, strange = channels.send(
            wire, settings, [of("1", name, points), of("1", name), of("2", name), of("3", name, points)]
        )
        lines = running.entries("submit")
    assert isinstance(good, Accepted) and isinstance(free, Accepted)
    for result, word in ((missing, short), (strange, unknown)):
        assert isinstance(result, Refused)
        assert (result.code, result.retryable, result.carrier_code) == (Code.TEMPLATE, True, word)
    shown = {"name": "陈晨", "points": "7"} if kind == "aliyun" else {"1": "陈晨", "2": "7"}
    told = {(line["template"], len(line["values"])): line for line in lines}
    assert told["1", 2]["values"] == shown
    assert (told["1", 1]["refused"], told["3", 2]["refused"]) == ("bad_values", "bad_template")


def test_a_batch_stands_or_falls_whole_at_aliyun_and_by_number_at_tencent(tmp_path: Path) -> None:
    pair: list[Any] = [message("000"), message("902")]
    with receiver() as received:
        with provider("aliyun", tmp_path, received) as running:
            kind, settings = channel("aliyun", running.url, received.url)
            results = channels.send(kind, settings | {"batch": 100}, pair)
            assert [type(result) for result in results] == [Refused, Refused]
            assert not [line for line in running.entries("submit") if "id" in line]
        with provider("tencent", tmp_path, received) as running:
            kind, settings = channel("tencent", running.url, received.url)
            results = channels.send(kind, settings | {"batch": 200}, pair)
            assert [type(result) for result in results] == [Accepted, Refused]
            taken = [line for line in running.entries("submit") if "id" in line]
            assert [local(line["to"]) for line in taken] == ["13800138000"]
