"""How much of it: small volumes in ./run test, full ones in ./run soak, which sets QUNFA_SCALE."""

from __future__ import annotations

import os
from typing import Final

import pytest

FULL: Final = os.environ.get("QUNFA_SCALE") == "full"
# A test whose volumes follow the scale: it runs in ./run test and, larger, in ./run soak.
scaled: Final = pytest.mark.scaled
