"""Every test of the gateway ends in time."""

from __future__ import annotations

import pytest

from tests.workers.gateway.arrange import within as within


@pytest.fixture(autouse=True)
def _in_time(within: None) -> None:
    """A test that hangs fails."""
