"""How a carrier on links behaves as a whole: what every simulated carrier can do, and what only links can."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from workers.simulators.carrier.profile import Profile

ID_FORMS: Final = ("decimal", "hex")


@dataclass(frozen=True, slots=True)
class LinkProfile(Profile):
    """`answer_s`: how long every answer takes. `window`: submits a link may have unanswered, more are told to slow
    down; 0 is unlimited. `deaf` reads nothing and says nothing; `mute` takes everything and says nothing; `shut`
    refuses every message, as if the account had ended. The rest is SMPP's: how ids are written in answers and in the
    text of receipts, and whether receipts have optional fields."""

    answer_s: float = 0.0
    window: float = 0.0
    deaf: bool = False
    mute: bool = False
    shut: bool = False
    answer_ids: str = "decimal"
    receipt_ids: str = "decimal"
    receipt_fields: bool = True

    def changed(self, wishes: Mapping[str, Any]) -> Self:
        for name in ("answer_ids", "receipt_ids"):
            if wishes.get(name, ID_FORMS[0]) not in ID_FORMS:
                raise ValueError(f"{name} must be one of {', '.join(ID_FORMS)}")
        return Profile.changed(self, wishes)
