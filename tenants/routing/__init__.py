"""Which channel a message leaves by, and at what pace.

candidates, choose, take, give_back, outlook    for sending and forecasts
tending                                         channels as staff keep them
leases, is_kept, links_of                       who keeps the links of a channel, and how they are
"""

from tenants.routing import leases, tending
from tenants.routing.choose import Group, Way, candidates, choose
from tenants.routing.leases import fences, is_kept, links_of
from tenants.routing.outlook import Outlook, outlook
from tenants.routing.pace import Grant, give_back, take
from tenants.routing.states import State

__all__ = [
    "Grant",
    "Group",
    "Outlook",
    "State",
    "Way",
    "candidates",
    "choose",
    "fences",
    "give_back",
    "is_kept",
    "leases",
    "links_of",
    "outlook",
    "take",
    "tending",
]
