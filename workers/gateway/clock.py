"""The clock of links: Unix seconds that never step, whatever is done to the machine's clock."""

from __future__ import annotations

import time

_EPOCH = time.time() - time.monotonic()


def now() -> float:
    return _EPOCH + time.monotonic()
