"""Which channel a message leaves by, and at what pace."""

from tenants.routing.choose import Group, Way, candidates, choose
from tenants.routing.outlook import Outlook, outlook
from tenants.routing.pace import Grant, give_back, take

__all__ = ["Grant", "Group", "Outlook", "Way", "candidates", "choose", "give_back", "outlook", "take"]
