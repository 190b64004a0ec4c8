"""Which channel a message leaves by, and at what pace.

candidates, choose, take, give_back, outlook    for sending and forecasts
blame, failovers, note, called                  what answers and receipts say of a channel
tending, rules                                  channels and routes as staff keep them
leases, is_kept, links_of                       who keeps the links of a channel, and how they are
"""

from tenants.routing import drifting, leases, rules, tending
from tenants.routing.breaking import BREAKS, called, end_probe
from tenants.routing.causes import Blame, blame, failovers, other_way
from tenants.routing.choose import Way, candidates, choose
from tenants.routing.groups import Group
from tenants.routing.leases import fences, is_kept, links_of
from tenants.routing.outlook import Outlook, outlook, serving
from tenants.routing.pace import Grant, give_back, take
from tenants.routing.seeing import Sight, is_slow, note, step
from tenants.routing.states import State

__all__ = [
    "BREAKS",
    "Blame",
    "Grant",
    "Group",
    "Outlook",
    "Sight",
    "State",
    "Way",
    "blame",
    "called",
    "candidates",
    "choose",
    "drifting",
    "end_probe",
    "failovers",
    "fences",
    "give_back",
    "is_kept",
    "is_slow",
    "leases",
    "links_of",
    "note",
    "other_way",
    "outlook",
    "rules",
    "serving",
    "step",
    "take",
    "tending",
]
