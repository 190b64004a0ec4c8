"""Pure: the types of what chatbots say and hear, as GSMA RCC.07 names them."""

from __future__ import annotations

from typing import Final

TEXT: Final = "text/plain"
MESSAGE: Final = "application/vnd.gsma.botmessage.v1.0+json"
SUGGESTIONS: Final = "application/vnd.gsma.botsuggestion.v1.0+json"
CHOSEN: Final = "application/vnd.gsma.botsuggestion.response.v1.0+json"
