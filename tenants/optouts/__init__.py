"""Who must not be sent to.

filter, blocked, blocked_for_all, known     asked at planning and in the claim
page, count, add, add_many, remove          the business's own list
"""

from tenants.optouts.checking import EVERY_SIGNATURE, blocked, blocked_for_all, filter, known
from tenants.optouts.listing import PAGE, REASON_MAX, Entry, add, add_many, count, page, remove

__all__ = [
    "EVERY_SIGNATURE", "PAGE", "REASON_MAX", "Entry", "add", "add_many", "blocked", "blocked_for_all", "count",
    "filter", "known", "page", "remove",
]  # fmt: skip
