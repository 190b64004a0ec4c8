"""What asks to be left alone, and what only mentions it."""

from __future__ import annotations

import pytest

from tenants.messages.inbound.stopping import stops

YES = ["R", "r", "T", "TD", " td ", "ＴＤ", "ｔｄ。", "退订", "退订！", "【退订】", "拒收", "“拒收”", "T.", "STOP",
       "\tT\r\n", "Stop!", "opt-out", "s t o p", "退\u200b订"]  # fmt: skip
NO = [
    "",
    "。",
    "TDX",
    "退订怎么办",
    "please do not stop",
    "RT",
    "收到",
    "1",
    "好的，谢谢",
    "不退订",
    "T恤还有吗",
    "退订" * 30,
]


@pytest.mark.parametrize("text", YES)
def test_a_stop_word_alone_stops_however_it_is_written(text: str) -> None:
    assert stops(text)


@pytest.mark.parametrize("text", NO)
def test_anything_else_does_not(text: str) -> None:
    assert not stops(text)
