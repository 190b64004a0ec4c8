"""Golden envelopes and bodies, both ways: `golden/<name>.xml` or `.mime` beside `<name>.json`, what they say.

Files named foreign_… are written as relays write them, with prefixes and comments of their own: they are only read.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from workers.protocols.mm7 import letters
from workers.protocols.mm7.messages import ANSWERS, MESSAGES, Message, answer
from workers.protocols.mm7.mime import Part

GOLDEN = Path(__file__).parent / "golden"
NAMES = sorted(path.stem for path in GOLDEN.glob("*.json"))


def golden(name: str) -> tuple[bytes, dict[str, Any]]:
    found = next(path for path in GOLDEN.glob(f"{name}.*") if path.suffix != ".json")
    return found.read_bytes(), json.loads((GOLDEN / f"{name}.json").read_text())


def message(told: dict[str, Any]) -> Message:
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in told["fields"].items()
    }
    return MESSAGES[told["message"]](**values)


def parts(told: dict[str, Any]) -> list[Part]:
    found = []
    for each in told.get("parts", []):
        content = bytes.fromhex(each["hex"]) if "hex" in each else each["text"].encode(each.get("charset", "utf-8"))
        found.append(Part(each["type"], content, each.get("id", ""), each.get("name", "")))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_golden_bytes_read_as_what_they_say(name: str) -> None:
    data, told = golden(name)
    assert letters.opened(data) == (message(told), parts(told))


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("foreign_")])
def test_what_is_said_writes_as_golden_bytes(name: str) -> None:
    data, told = golden(name)
    kind, body = letters.packed(
        message(told), parts(told), told.get("boundary", "unused"), told.get("encoding", "binary")
    )
    assert body.decode("latin-1") == data.decode("latin-1")
    assert kind == told.get("type", letters.XML)


def test_every_message_has_a_golden_file() -> None:
    assert {golden(name)[1]["message"] for name in NAMES if not name.startswith("foreign_")} == set(MESSAGES)


@pytest.mark.parametrize("request_kind", ANSWERS)
def test_a_request_is_answered_in_its_own_schema_and_transaction(request_kind: type[Message]) -> None:
    asked = request_kind(transaction="t-7", schema="REL-5-MM7-1-3", version="5.6.0")
    told = answer(asked)
    assert (told.named, told.transaction, told.schema, told.version, told.status) == (
        asked.named.replace("Req", "Rsp"),
        "t-7",
        "REL-5-MM7-1-3",
        "5.6.0",
        "1000",
    )
