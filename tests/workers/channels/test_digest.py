"""HTTP Digest: the examples of its RFCs, challenges as servers write them, and the relay that asks for it."""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.workers.channels.engine import Canned, Got, asked
from tests.workers.channels.test_mm7 import SETTINGS, TEXT, rsp
from tests.workers.simulators.processes import RunningCarrier, process
from workers import channels
from workers.channels import Accepted, Code, Outgoing, Refused, digest
from workers.channels.digest import Challenge, Dialogue, challenged
from workers.simulators.providers.gate import REALM, Gate

NEW = Challenge("http-auth@example.org", "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "SHA-256", "auth")
OLD = Challenge("testrealm@host.com", "dcd98b7102dd2f0e8b11d0f600bfb0c093", "MD5", "auth")
NEW_NONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
NONCE = re.compile(r'nonce="(\w+)"')


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    digest._kept.clear()
    yield
    digest._kept.clear()


@pytest.mark.parametrize(
    ("asked_for", "secret", "own", "response"),
    [
        (OLD, "Circle Of Life", "0a4f113b", "6629fae49393a05397450978507c4ef1"),
        (replace(OLD, qop=""), "Circle Of Life", "", "670fd8c2df070c60b045671b8b24ff02"),
        (replace(NEW, algorithm="MD5"), "Circle of Life", NEW_NONCE, "8ca523f5e9506fed4657c9700eebdbec"),
        (NEW, "Circle of Life", NEW_NONCE, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_proofs_are_those_of_the_standards(asked_for: Challenge, secret: str, own: str, response: str) -> None:
    shown = asked_for.response("Mufasa", secret, "00000001", own, "GET", "/dir/index.html", b"")
    assert shown == response


def test_sessions_and_bodies_are_in_the_proof() -> None:
    def md5(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    asked_for = Challenge("r", "n", "MD5-sess", "auth-int")
    proven, about = md5(f"{md5('u:r:s')}:n:own"), md5(f"POST:/mm7:{md5('body')}")
    shown = asked_for.response("u", "s", "0000000a", "own", "POST", "/mm7", b"body")
    assert shown == md5(f"{proven}:n:0000000a:own:auth-int:{about}")


def test_of_several_challenges_the_strongest_we_can_answer_is_taken() -> None:
    wide = r'Basic realm="a, Digest nonce=\"b\"", Digest realm = "c\"d", nonce=n1, qop="auth-int, auth", stale=TRUE'
    found = challenged([wide, 'Digest realm="q", nonce="n2", algorithm=SHA-256, qop=auth-int, opaque="o"'])
    assert found == Challenge("q", "n2", "SHA-256", "auth-int", "o")
    assert challenged([wide]) == Challenge('c"d', "n1", "MD5", "auth", stale=True)
    assert challenged(['Digest realm="q", nonce="n"']) == Challenge("q", "n")
    for hopeless in ("", "Negotiate", "Digest", 'Digest realm="q"', 'Digest nonce="n", algorithm=SHA-7',
                     'Digest nonce="n", qop="auth-later"', "a" * 100_000, 'x="' * 50_000):  # fmt: skip
        assert challenged([hopeless]) is None


def test_names_and_sessions_are_proven_without_being_told() -> None:
    hidden = Dialogue(Challenge('r"q', "n", "SHA-256-sess", "auth-int", userhash=True))
    first, second = (hidden.header("Jäsøn", "s", "POST", "/mm7", b"body") for _ in range(2))
    assert "Jäsøn" not in first and "userhash=true" in first and r'realm="r\"q"' in first
    assert ("nc=00000001" in first, "nc=00000002" in second) == (True, True)
    assert first != Dialogue(hidden.challenge).header("Jäsøn", "s", "POST", "/mm7", b"body"), "our nonce is new"


def demand(nonce: str = "n1", **others: str) -> Canned:
    extra = "".join(f", {name}={value}" for name, value in others.items())
    return Canned(401, b"<html>", {"WWW-Authenticate": f'Digest realm="r", qop="auth", nonce="{nonce}"{extra}'})


def said(answers: list[Canned], n: int = 1, **others: object) -> tuple[list[Any], list[Got]]:
    """What becomes of `n` messages, one call each, at a relay of these answers."""
    settings = {**SETTINGS, "proof": "digest", **others}

    def work(chosen: dict[str, object]) -> list[Any]:
        return [channels.send("mm7", chosen, [TEXT])[0] for _ in range(n)]

    return asked("mm7", settings, answers, work, path="/mm7?line=2")


def test_only_the_first_request_goes_out_twice_and_the_password_never() -> None:
    results, got = said([demand(), rsp("1000", "m1"), rsp("1000", "m2")], n=2)
    assert [type(result) for result in results] == [Accepted, Accepted]
    proofs = [each.header("Authorization") or "" for each in got]
    assert proofs[0] == "" and got[0].body == got[1].body
    assert ['uri="/mm7?line=2"' in each and 'nonce="n1"' in each for each in proofs] == [False, True, True]
    assert [each.partition("nc=")[2][:8] for each in proofs] == ["", "00000001", "00000002"]
    assert not any("relay-never-told" in proof for proof in proofs)


def test_a_nonce_that_is_too_old_is_replaced_and_a_password_that_is_wrong_is_tried_once() -> None:
    ok = rsp("1000", "m1")
    results, got = said([demand(), ok, demand("n2", stale="true"), ok, demand("n3"), ok], n=3)
    assert [type(result) for result in results] == [Accepted] * 3, "also where a relay does not say that it is stale"
    assert [match[1] if (match := NONCE.search(each.header("Authorization") or "")) else "" for each in got] == [
        "", "n1", "n1", "n2", "n2", "n3",
    ]  # fmt: skip
    results, got = said([demand("n1"), demand("n2")], secret="wrong-never-told")
    assert results == [Refused(Code.CONFIG, True, "the carrier does not know our name", "401")]
    assert len(got) == 2
    assert len(said([demand("n1", stale="true")] * 9)[1]) == digest.ROUNDS_MAX


def test_a_relay_that_wants_something_else_is_not_asked_again() -> None:
    for other in (Canned(401, b"no"), Canned(401, b"no", {"WWW-Authenticate": 'Basic realm="r"'})):
        results, got = said([other])
        assert (results[0].code, len(got)) == (Code.CONFIG, 1)


@contextmanager
def relay(folder: Path, lasts_s: float) -> Iterator[tuple[RunningCarrier, dict[str, object]]]:
    path = folder / "relay.jsonl"
    known = ("--kind", "mm7", "--name", "qunfa", "--secret", "relay-never-told", "--journal", str(path), "--plain")
    with process("workers.simulators.providers", *known, "--digest", str(lasts_s)) as url:
        yield RunningCarrier(url, path), {**SETTINGS, "url": f"{url}/mm7", "proof": "digest", "connections": 4}


def test_the_relay_takes_what_is_proven_and_nothing_else(tmp_path: Path) -> None:
    messages = [Outgoing(f"msg_{n}-1", f"+8613800138{n:03d}", "你好") for n in range(12)]
    with relay(tmp_path, 60) as (running, settings):
        assert all(isinstance(each, Accepted) for each in channels.send("mm7", settings, messages))
        for wrong in ({"secret": "another"}, {"user": "another"}, {"proof": "basic"}):
            refused = channels.send("mm7", settings | wrong, [TEXT])[0]
            assert isinstance(refused, Refused) and refused.code is Code.CONFIG, wrong
        assert sorted(each["reference"] for each in running.entries("submit")) == sorted(m.reference for m in messages)


def test_an_old_nonce_and_a_count_that_was_used_cost_one_more_round(tmp_path: Path) -> None:
    with relay(tmp_path, 0.2) as (running, settings):
        assert isinstance(channels.send("mm7", settings, [TEXT])[0], Accepted)
        time.sleep(0.25)
        assert isinstance(channels.send("mm7", settings, [TEXT])[0], Accepted)
        (dialogue,) = digest._kept.values()
        dialogue.count = 0
        assert isinstance(channels.send("mm7", settings, [TEXT])[0], Accepted)
        assert len(running.entries("submit")) == 3


def test_the_gate_takes_a_proof_once_for_its_own_body_and_address() -> None:
    gate = Gate("qunfa", "s", 60)
    nonce = NONCE.search(gate.refusal("", "POST", "/mm7", b"")[0][1])
    assert nonce is not None
    shown = Dialogue(Challenge(REALM, nonce[1], "MD5", "auth")).header("qunfa", "s", "POST", "/mm7", b"")
    assert gate.refusal(shown, "POST", "/other", b"") != []
    assert gate.refusal(shown, "GET", "/mm7", b"") != []
    assert gate.refusal(shown, "POST", "/mm7", b"") == []
    replayed = gate.refusal(shown, "POST", "/mm7", b"")
    assert len(replayed) == 2 and all("stale=true" in header for _, header in replayed)
    strange = Dialogue(Challenge(REALM, "not given", "MD5", "auth")).header("qunfa", "s", "POST", "/mm7", b"")
    assert gate.refusal(strange, "POST", "/mm7", b"") != []


def test_a_client_we_did_not_write_passes_the_gate(tmp_path: Path) -> None:
    async def status(url: str, secret: str) -> int:
        proof = aiohttp.DigestAuthMiddleware("qunfa", secret)
        async with aiohttp.ClientSession(middlewares=(proof,)) as session, session.post(url, data=b"<x/>") as answer:
            return answer.status

    with relay(tmp_path, 60) as (_, settings):
        assert asyncio.run(status(str(settings["url"]), "relay-never-told")) == 500, "known, but no envelope"
        assert asyncio.run(status(str(settings["url"]), "guessed")) == 401
