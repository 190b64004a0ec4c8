"""Which channel a message leaves by, and at what pace.

candidates, choose, place, take, outlook, …     for sending and forecasts
blame, failovers, note, called, unlinked        what answers, receipts and links say of a channel
tending, rules, porting                         channels, routes and ported numbers as staff keep them
drifting, board, explaining                     points and why, figures, a choice told and not made
leases, is_kept, links_of, twins                who keeps the links of a channel, how they are, who shares its account
"""

from tenants.routing import board, drifting, explaining, leases, porting, rules, tending
from tenants.routing.breaking import BREAKS, called, end_probe, unlinked
from tenants.routing.causes import Blame, blame, failovers, other_way
from tenants.routing.choose import Place, Ready, Way, candidates, choose, place
from tenants.routing.groups import Group
from tenants.routing.leases import fences, is_kept, links_of
from tenants.routing.outlook import Outlook, outlook, serving
from tenants.routing.pace import Grant, give_back, take
from tenants.routing.porting import operators_of
from tenants.routing.seeing import Sight, is_slow, note, step
from tenants.routing.states import State
from tenants.routing.twins import twins

__all__ = [
    "BREAKS",
    "Blame",
    "Grant",
    "Group",
    "Outlook",
    "Place",
    "Ready",
    "Sight",
    "State",
    "Way",
    "blame",
    "board",
    "called",
    "candidates",
    "choose",
    "drifting",
    "end_probe",
    "explaining",
    "failovers",
    "fences",
    "give_back",
    "is_kept",
    "is_slow",
    "leases",
    "links_of",
    "note",
    "operators_of",
    "other_way",
    "outlook",
    "place",
    "porting",
    "rules",
    "serving",
    "step",
    "take",
    "tending",
    "twins",
    "unlinked",
]
