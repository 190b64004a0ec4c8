"""Messages: planned, claimed, recorded, settled; batches and receipts.

A campaign's messages are a run. `open_run`, `fill`, `let_go`, `pause`, `stop` serve planning; `claim`, `begin_slice`,
`record`, `give_back` serve sending; `store_receipts`, `match_new`, `settle` serve receipts; `recover`, `expire` serve
sweeps; `progress` and the search serve screens; `inbound` is what people write back. `capability` and `fallback` are
for RCS: who can have it, and how it goes as SMS; `revoking` takes back what arrived too late for that.
"""

from tenants.messages import capability, fallback, inbound, revoking
from tenants.messages.backlog import Waiting, backlog, oldest_s
from tenants.messages.breakdown import Breakdown, Failed, Side, breakdown, doubt_until, failed
from tenants.messages.claiming import SLICE_MAX, Claim, Picked, begin_slice, claim, give_back, waiting
from tenants.messages.failover import retry
from tenants.messages.fallback import release_rest
from tenants.messages.filling import Fallback, Planned, expire, fill, let_go, lifetime, open_run, pause, recover, stop
from tenants.messages.leaving import filed, group_of, has_for, verdict
from tenants.messages.progress import Progress, progress, progress_of
from tenants.messages.receipts import SET_MAX, Incoming, match_new, settle, store, tenants_waiting
from tenants.messages.recording import Answer, Result, record
from tenants.messages.references import reference
from tenants.messages.search import Found, having, search
from tenants.messages.states import State
from tenants.messages.sweeping import due_lanes, lost_leases, overdue, receipts_due
from tenants.messages.timeline import Event, Posting, Story, story
from tenants.messages.writing import Writer, Written, writer

__all__ = [
    "SET_MAX",
    "SLICE_MAX",
    "Answer",
    "Breakdown",
    "Claim",
    "Event",
    "Failed",
    "Fallback",
    "Found",
    "Incoming",
    "Picked",
    "Planned",
    "Posting",
    "Progress",
    "Result",
    "Side",
    "State",
    "Story",
    "Waiting",
    "Writer",
    "Written",
    "backlog",
    "begin_slice",
    "breakdown",
    "capability",
    "claim",
    "doubt_until",
    "due_lanes",
    "expire",
    "failed",
    "fallback",
    "filed",
    "fill",
    "give_back",
    "group_of",
    "has_for",
    "having",
    "inbound",
    "let_go",
    "lifetime",
    "lost_leases",
    "match_new",
    "oldest_s",
    "open_run",
    "overdue",
    "pause",
    "progress",
    "progress_of",
    "receipts_due",
    "record",
    "recover",
    "reference",
    "release_rest",
    "retry",
    "revoking",
    "search",
    "settle",
    "stop",
    "store",
    "story",
    "tenants_waiting",
    "verdict",
    "waiting",
    "writer",
]  # fmt: skip
