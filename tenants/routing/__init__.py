"""Which channel a message leaves by, and at what pace.

candidates, choose, take, give_back, outlook    for sending and forecasts
tending                                         channels as staff keep them
"""

from tenants.routing import tending
from tenants.routing.choose import Group, Way, candidates, choose
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
    "give_back",
    "outlook",
    "take",
    "tending",
]
