"""Who must not be sent to."""

from tenants.optouts.checking import EVERY_SIGNATURE, blocked, filter

__all__ = ["EVERY_SIGNATURE", "blocked", "filter"]
