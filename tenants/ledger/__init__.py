"""The books: holds, postings, top-ups, statements. The only caller of the ledger functions.

hold             sets money aside for messages that may be sent
settle           turns parts of holds into charges (post) or gives them back (release)
grant            credits a wallet from an account of the platform
balance          what is there, what of it is held, what is left
open_topup …     money by Stripe: asked for by us, settled by its notification
statement        a month: what moved and why, and its sums
verify           the invariants, empty when the books are right; trial_balance the sums of all accounts
"""

from tenants.ledger.book import CURRENCY, Balance, Leg, balance, balances, grant, held_at, hold, settle
from tenants.ledger.checking import Discrepancy, verify
from tenants.ledger.events import close as close_event
from tenants.ledger.events import keep as keep_event
from tenants.ledger.events import take as take_event
from tenants.ledger.events import thin as thin_events
from tenants.ledger.events import unresolved as unresolved_events
from tenants.ledger.statements import Line, Statement, statement
from tenants.ledger.topups import PAYABLE_FOR, Paid, check_amount, link_topup, open_topup, settle_topup, unanswered
from tenants.ledger.topups import get as get_topup
from tenants.ledger.topups import give_up as give_up_topup
from tenants.ledger.topups import is_ours as is_our_topup
from tenants.ledger.topups import recent as recent_topups
from tenants.ledger.trial_balance import Wallet, trial_balance, wallet, wallets

__all__ = [
    "CURRENCY", "PAYABLE_FOR", "Balance", "Discrepancy", "Leg", "Line", "Paid", "Statement", "Wallet", "balance",
    "balances", "check_amount", "close_event", "get_topup", "give_up_topup", "grant", "held_at", "hold", "is_our_topup",
    "keep_event", "link_topup", "open_topup", "recent_topups", "settle", "settle_topup", "statement", "take_event",
    "thin_events", "trial_balance", "unanswered", "unresolved_events", "verify", "wallet", "wallets",
]  # fmt: skip
