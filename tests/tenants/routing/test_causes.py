"""What our codes say about a channel."""

from __future__ import annotations

import pytest

from tenants.routing import Blame, blame, failovers, other_way
from tenants.routing.causes import CODES
from workers.channels import Code


def test_every_code_of_channels_is_known() -> None:
    assert set(CODES) == {str(code) for code in Code}


@pytest.mark.parametrize("code", ["absent", "number_invalid", "blocked", "content_rejected", "too_often"])
def test_what_the_recipient_or_the_text_is_to_blame_for_never_moves_on(code: str) -> None:
    assert blame(code) is Blame.MESSAGE
    assert not other_way(code)
    assert failovers(code, "verification") == 0


def test_what_a_channel_failed_moves_on_as_often_as_its_kind_is_worth() -> None:
    assert blame("carrier_unreachable") is Blame.CHANNEL
    assert failovers("carrier_unreachable", "verification") > failovers("carrier_unreachable", "marketing") > 0
    assert failovers("unknown_failure", "marketing") == 0 < failovers("unknown_failure", "notice")


def test_being_told_to_wait_is_no_fault_and_an_unheard_of_code_is_the_channels() -> None:
    assert blame("throttled") is blame("carrier_busy") is Blame.PACE
    assert blame("what") is Blame.CHANNEL
