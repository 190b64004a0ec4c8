"""A gateway and carriers on real links, end to end."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tenants.core.settings import Settings
from tests import pipeline
from tests.tenants.messages import arrange
from tests.workers.gateway.arrange import gateways, linked, sent_once, wire

COUNT = 500


@pytest.mark.parametrize("protocol", ["smpp", "cmpp"])
def test_a_campaign_leaves_over_links_and_every_receipt_comes_home(
    app: Flask, ground: Settings, tmp_path: Path, protocol: str
) -> None:
    with wire(tmp_path, protocol) as line, gateways(ground):
        run = arrange.run(["000"] * COUNT)
        linked(line)
        pipeline.until(lambda: run.progress().open == 0, limit_s=30)
        assert run.states() == {"delivered": COUNT}
        assert len(line.taken()) == COUNT
        sent_once(run, COUNT, line)
