"""The books: holds, postings, top-ups, statements. The only caller of the ledger functions.

hold     sets money aside for messages that may be sent
settle   turns parts of holds into charges (post) or gives them back (release)
grant    credits a wallet from an account of the platform
balance  what is there, what of it is held, what is left
verify   the invariants; empty when the books are right
"""

from tenants.ledger.book import Balance, Leg, balance, balances, grant, hold, settle
from tenants.ledger.checking import Discrepancy, verify

__all__ = ["Balance", "Discrepancy", "Leg", "balance", "balances", "grant", "hold", "settle", "verify"]
