"""A campaign over CMPP against one RQ job for each message."""

from __future__ import annotations

from benchmarks import campaign_smpp
from benchmarks.runner import Row

KEY = "campaign_cmpp"


def run(scale: float) -> list[Row]:
    return campaign_smpp.rows(KEY, "cmpp", scale)
