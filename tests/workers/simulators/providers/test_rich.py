"""What is more than a text, through the real processes: pictures, cards, answers, and whom RCS reaches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from tenants.message_templates.rich import Act, Card, Frame, Medium, Mms, Rcs, Suggestion
from tests.workers.simulators.processes import Receiver, RunningCarrier, ask, receiver, wait_for
from tests.workers.simulators.providers.test_providers import NAME, SECRET, channel, message, provider, read
from workers import channels
from workers.channels import Accepted, Code, Doubtful, Inbound, Outcome, Outgoing, Receipt, Refused, registry
from workers.channels.rcs_google.adapter import RcsGoogleAdapter

PHOTO = Medium(7, "a.jpg", "image/jpeg", b"\xff\xd8\r\n--photo", "https://files.example/7")
SHOWN = Mms("题", (Frame("你好", 7), Frame("再见", 7)))
CARDS = Rcs(cards=(Card("题", "文", 7), Card("二", suggestions=(Suggestion(Act.REPLY, "好", "yes"),))))
ENDS = {"000": Outcome.DELIVERED, "901": Outcome.EXPIRED, "905": Outcome.EXPIRED, "922": Outcome.DELIVERED}


def rich(script: str, what: Mms | Rcs) -> Outgoing:
    return replace(message(script), rich=what, media=(PHOTO,))


def replies(kind: str, settings: dict[str, object], received: Receiver) -> list[Inbound]:
    return [
        reply
        for call in list(received.calls)
        for reply in channels.parse_inbound(kind, settings, call.headers, call.body, call.path.partition("?")[2])
    ]


def write_back(running: RunningCarrier, **others: str) -> None:
    told = ask(running.url + "/control/mo", {"from": "+8613800138000", "to": "1069", "text": "退订", **others})
    assert told["status"] == 200


@pytest.mark.parametrize("encoding", ["binary", "base64"])
def test_an_mms_arrives_with_its_files_and_several_share_one_request(encoding: str, tmp_path: Path) -> None:
    with receiver() as received, provider("mm7", tmp_path, received) as running:
        kind, settings = channel("mm7", running.url, received.url)
        settings |= {"encoding": encoding, "batch": 10, "connections": 1}
        pair = [rich("000", SHOWN), replace(rich("001", SHOWN), reference="ref-001")]
        results = channels.send(kind, settings, [*pair, message("002")])
        lines = running.entries("submit")
        assert [(line["text"], line["files"]) for line in lines] == [
            ("你好\n再见", [f"image/jpeg {len(PHOTO.content)}"]),
            ("你好\n再见", [f"image/jpeg {len(PHOTO.content)}"]),
            ("【禾木】你好", []),
        ]
        assert lines[0]["id"] == lines[1]["id"] != lines[2]["id"]
        receipts = wait_for(lambda: found if len(found := read(kind, settings, received)) >= 3 else None)
    refs = [result.provider_ref for result in results if isinstance(result, Accepted)]
    assert len(set(refs)) == 3 and sorted(each.provider_ref for each in receipts) == sorted(refs)


def test_a_relay_brings_what_subscribers_write(tmp_path: Path) -> None:
    with receiver() as received, provider("mm7", tmp_path, received) as running:
        kind, settings = channel("mm7", running.url, received.url)
        write_back(running)
        told = replies(kind, settings, received)
    assert [(each.number, each.text, each.extension) for each in told] == [("+8613800138000", "退订", "1069")]


@pytest.mark.parametrize("form", ["json", "xml"])
def test_cards_arrive_on_a_platform_of_5g_messages_in_either_form(form: str, tmp_path: Path) -> None:
    with receiver() as received, provider("maap", tmp_path, received) as running:
        kind, settings = channel("maap", running.url, received.url)
        settings |= {"form": form}
        results = channels.send(kind, settings, [rich("000", CARDS), message("901"), message("902"), message("907")])
        assert [type(result) for result in results] == [Accepted, Accepted, Refused, Refused]
        line = running.entries("submit")[0]
        assert (line["text"], line["files"]) == ("题\n文\n二", ["image/jpeg https://files.example/7"])
        receipts = wait_for(lambda: found if len(found := read(kind, settings, received)) >= 2 else None)
        write_back(running, text="好", postback="yes")
        told = replies(kind, settings, received)
        wrong = channels.send(kind, settings | {"app_key": "another"}, [message("000")])[0]
    refs = {result.provider_ref: result for result in results if isinstance(result, Accepted)}
    assert {receipt.provider_ref for receipt in receipts} == set(refs)
    assert [(each.text, each.postback) for each in told] == [("好", "yes")]
    assert isinstance(wrong, Refused) and wrong.code is Code.CONFIG


def test_twilio_takes_media_and_content_templates(tmp_path: Path) -> None:
    with receiver() as received, provider("twilio", tmp_path, received) as running:
        kind, settings = channel("twilio", running.url, received.url)
        filled = replace(message("001"), template="HX1", values=(("1", "你好"),))
        results = channels.send(kind, settings | {"connections": 1}, [rich("000", SHOWN), filled])
        lines = running.entries("submit")
    assert all(isinstance(result, Accepted) for result in results)
    assert [(line["text"], line.get("files")) for line in lines] == [
        ("题\n你好\n再见", ["https://files.example/7"]),
        ("你好", None),
    ]


KEY = generate_private_key(65537, 2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
PUBLIC = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


@contextmanager
def platform(folder: Path, received: Receiver, *arguments: str) -> Iterator[tuple[RunningCarrier, dict[str, object]]]:
    """RCS Business Messaging, and the settings of a channel to it."""
    adapter = registry.adapter("rcs_google")
    assert isinstance(adapter, RcsGoogleAdapter)
    adapter.tokens.clear()
    (folder / "public.pem").write_bytes(PUBLIC)
    with provider("rcs", folder, received, "--public-key", str(folder / "public.pem"), *arguments) as running:
        settings: dict[str, object] = {
            "url": running.url,
            "token_url": running.url + "/token",
            "agent_id": "agent",
            "email": NAME,
            "private_key": PEM,
            "client_token": SECRET,
            "connections": 40,
            "timeout_s": 1,
        }
        yield running, settings


def test_what_a_channel_believes_is_what_the_rcs_platform_did(tmp_path: Path) -> None:
    taken, refused = ("000", "901", "905", "917", "921", "922"), ("902", "903", "907", "908")
    mended, doubted = ("911", "914", "931", "932", "933", "934"), ("913", "916")
    scripts = (*taken, *refused, *mended, *doubted)
    with receiver() as received, platform(tmp_path, received) as (running, settings):
        results = dict(
            zip(scripts, channels.send("rcs_google", settings, [message(each) for each in scripts]), strict=True)
        )
        lines = {line["to"]: line for line in running.entries("submit") if "id" in line}
        assert len(lines) == len([line for line in running.entries("submit") if "id" in line]), "none is taken twice"
        expected = len(lines) + 1  # 922 comes twice
        receipts = wait_for(lambda: found if len(found := read("rcs_google", settings, received)) >= expected else None)
    for script in (*taken, *refused, *mended, *doubted):
        told = dict.fromkeys(taken, Accepted) | dict.fromkeys(refused, Refused)
        # An id that is known is not taken again: what was lost is answered the second time.
        told |= dict.fromkeys(mended, Accepted) | dict.fromkeys(doubted, Doubtful)
        assert type(results[script]) is told[script], (script, results[script])
        assert (message(script).number in lines) == (script in (*taken, *mended)), script
    outcomes = {receipt.provider_ref: receipt for receipt in receipts}
    for script, outcome in ENDS.items():
        result: Any = results[script]
        found = outcomes[result.provider_ref]
        assert (found.outcome, found.code) == (outcome, None if outcome is Outcome.DELIVERED else Code.UNREACHABLE)


def test_cards_arrive_and_answers_come_back_from_the_rcs_platform(tmp_path: Path) -> None:
    with receiver() as received, platform(tmp_path, received) as (running, settings):
        result = channels.send("rcs_google", settings, [rich("000", CARDS)])[0]
        write_back(running, text="好", postback="yes")
        write_back(running, to="agent", text="TD")
        line = running.entries("submit")[0]
        wait_for(lambda: read("rcs_google", settings, received))
        told = replies("rcs_google", settings, received)
    assert isinstance(result, Accepted) and line["reference"] == result.provider_ref
    assert (line["text"], line["files"]) == ("题\n文\n二", ["https://files.example/7"])
    assert [(each.text, each.postback) for each in told] == [("好", "yes"), ("TD", "")]


def test_whom_rcs_reaches_is_told_one_by_one_or_in_a_list(tmp_path: Path) -> None:
    with receiver() as received, platform(tmp_path, received) as (_, settings):
        few = ["+8613800138000", "+8613800138902"]
        assert channels.capabilities("rcs_google", settings, few) == {few[0]: True, few[1]: False}
        many = [f"+86138{index:08d}" for index in range(2_000)]
        found = channels.capabilities("rcs_google", settings, many)
        assert [number for number, reached in found.items() if not reached] == ["+8613800000902", "+8613800001902"]


def test_only_what_is_not_delivered_can_be_taken_back(tmp_path: Path) -> None:
    with receiver() as received, platform(tmp_path, received) as (running, settings):
        first, never = channels.send("rcs_google", settings, [message("000"), message("925")])
        assert isinstance(first, Accepted) and isinstance(never, Accepted)
        wait_for(lambda: read("rcs_google", settings, received))
        numbers = [message("000").number, message("925").number]
        assert channels.revoke("rcs_google", settings, [(numbers[0], first.provider_ref)]) == [None]
        assert channels.revoke("rcs_google", settings, [(numbers[0], never.provider_ref)]) == [None], (
            "of another number"
        )
        told = channels.revoke("rcs_google", settings, [(numbers[1], never.provider_ref)])[0]
        assert isinstance(told, Receipt) and (told.outcome, told.code) == (Outcome.EXPIRED, Code.TAKEN_BACK)
        assert channels.revoke("rcs_google", settings, [(numbers[1], never.provider_ref)]) == [None], "only once"
        assert [line["reference"] for line in running.entries("revoked")] == [never.provider_ref]


def test_taking_back_in_time_withdraws_the_delivery(tmp_path: Path) -> None:
    with receiver() as received, platform(tmp_path, received, "--delay", "0.4") as (_, settings):
        sent = channels.send("rcs_google", settings, [message("000"), message("001")])
        refs = [result.provider_ref for result in sent if isinstance(result, Accepted)]
        assert channels.revoke("rcs_google", settings, [(message("000").number, refs[0])]) != [None]
        receipts = wait_for(lambda: read("rcs_google", settings, received))
        assert [receipt.provider_ref for receipt in receipts] == [refs[1]]


def test_a_claim_of_another_key_gets_no_token(tmp_path: Path) -> None:
    other = generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with receiver() as received, platform(tmp_path, received) as (running, settings):
        for change in ({"private_key": other.decode()}, {"email": "another"}):
            result = channels.send("rcs_google", settings | change, [message("000")])[0]
            assert isinstance(result, Refused) and result.carrier_code == "invalid_grant"
        assert running.entries("submit") == []
