"""Who must not be sent to.

filter, blocked, known                      the business's own: asked at planning and in the claim
blocked_for_all, any_blocked_for_all        the platform's: asked at planning and in the claim
page, count, add, add_many, remove          the business's own list
blocking                                    the platform's, by staff
"""

from tenants.optouts import blocking
from tenants.optouts.checking import EVERY_SIGNATURE, any_blocked_for_all, blocked, blocked_for_all, filter, known
from tenants.optouts.listing import PAGE, REASON_MAX, Entry, add, add_many, count, page, remove

__all__ = [
    "EVERY_SIGNATURE", "PAGE", "REASON_MAX", "Entry", "add", "add_many", "any_blocked_for_all", "blocked",
    "blocked_for_all", "blocking", "count", "filter", "known", "page", "remove",
]  # fmt: skip
