"""Pure: the three kinds of message and the rules each follows."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    VERIFICATION = "verification"
    NOTICE = "notice"
    MARKETING = "marketing"


@dataclass(frozen=True, slots=True)
class Rules:
    validity_s: int  # older than this it is expired, not sent
    code_allowed: bool  # may carry a one-time code; a verification must
    opt_out_needed: bool  # tells the recipient how to stop it
    opt_outs_apply: bool  # is not sent to who opted out


RULES = {
    Kind.VERIFICATION: Rules(validity_s=600, code_allowed=True, opt_out_needed=False, opt_outs_apply=False),
    Kind.NOTICE: Rules(validity_s=24 * 3600, code_allowed=False, opt_out_needed=False, opt_outs_apply=True),
    Kind.MARKETING: Rules(validity_s=12 * 3600, code_allowed=False, opt_out_needed=True, opt_outs_apply=True),
}
