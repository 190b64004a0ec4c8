"""What tests of faults ask for by name."""

from __future__ import annotations

from tests.workers.gateway.arrange import within as within
