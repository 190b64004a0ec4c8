"""Other gateways beside ours: whatever is wrong with them, our own figures are kept."""

from __future__ import annotations

import pytest

from benchmarks import campaign_smpp, jasmin, links_jasmin, links_kannel


def _failing(count: int) -> float:
    raise AssertionError("waited in vain")


def test_a_gateway_that_is_not_installed_and_one_that_fails_are_named_and_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(links_kannel, "lacking", list)
    monkeypatch.setattr(links_kannel, "figure", _failing)
    monkeypatch.setattr(jasmin, "lacking", lambda: ["RabbitMQ", "epmd"])
    assert campaign_smpp._beside(1.0) == {}
    said = capsys.readouterr().err
    assert "Kannel is left out, it failed" in said and "waited in vain" in said
    assert "Jasmin is left out, not installed: RabbitMQ, epmd" in said


def test_what_is_installed_is_shown_with_its_volume(monkeypatch: pytest.MonkeyPatch) -> None:
    for each in (links_kannel, jasmin):
        monkeypatch.setattr(each, "lacking", list)
    monkeypatch.setattr(links_kannel, "figure", lambda count: 2.0)
    monkeypatch.setattr(links_jasmin, "figure", lambda count: 3.0)
    assert campaign_smpp._beside(0.5) == {"Kannel (10,000 messages)": 2.0, "Jasmin (5,000 messages)": 3.0}
