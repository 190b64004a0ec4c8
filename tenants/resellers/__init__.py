"""Resellers and prices. One published list for everybody so far, in versions that hold from a day on.

prices                          what a message costs at this moment
publish, withdraw               a new version; taking one back before its day
versions, rules_of, changes     the versions, what one says, what another would change
"""

from tenants.resellers.lists import Change, Version, changes, ordered, rules_of, versions, withdraw
from tenants.resellers.prices import AHEAD_MAX, RULES_MAX, Price, PriceTable, Rule, check, prices, publish

__all__ = [
    "AHEAD_MAX", "RULES_MAX", "Change", "Price", "PriceTable", "Rule", "Version", "changes", "check", "ordered",
    "prices", "publish", "rules_of", "versions", "withdraw",
]  # fmt: skip
