"""Filings: what each carrier knows of a company, its signatures, templates and links, and so what will pass.

forecast, ready                                 by operator for people, by channel for routing
template_code                                   what a provider calls a template it sends by code
adopt, overview, ask, ask_all, rows_of, rounds  a business: what it has, how far it is, asking
gaps, current                                   what it lacks, what ends soon
add_papers, amend_papers, describe_link         what carriers want to know beside
deciding, rules, answers                        staff: the queue, what channels ask for, answer files
ending                                          reminders and what is over
"""

from tenants.filings import answers, deciding, ending, rules
from tenants.filings.asking import Row, ask, ask_all, overview, rounds, rows_of, together
from tenants.filings.forecasting import Forecast, Piece, forecast, ready
from tenants.filings.gaps import Gaps, current, gaps
from tenants.filings.leads import Lead, What, leads
from tenants.filings.models import Filing, Subject
from tenants.filings.papers import Details, Papers, add_papers, amend_papers, describe_link, document
from tenants.filings.standing import Standing, template_code
from tenants.filings.states import CODES, Kind, State
from tenants.filings.subjects import adopt, get, history, listed

__all__ = [
    "CODES", "Details", "Filing", "Forecast", "Gaps", "Kind", "Lead", "Papers", "Piece", "Row", "Standing", "State",
    "Subject", "What", "add_papers", "adopt", "amend_papers", "answers", "ask", "ask_all",
    "current", "deciding", "describe_link", "document", "ending", "forecast", "gaps", "get", "history",
    "leads", "listed", "overview", "ready", "rounds", "rows_of", "rules", "template_code", "together",
]  # fmt: skip
