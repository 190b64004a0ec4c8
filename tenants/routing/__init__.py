"""Which channel a message leaves by, and at what pace."""

from tenants.routing.choose import Group, Way, candidates, choose
from tenants.routing.pace import Grant, give_back, take

__all__ = ["Grant", "Group", "Way", "candidates", "choose", "give_back", "take"]
