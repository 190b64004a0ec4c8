"""M8: what each outcome means for the money under each plan, as a table and in the books."""

from __future__ import annotations

import pytest
from flask import Flask

from tenants import ledger
from tenants.core import scopes
from tenants.core.scopes import Reason
from tenants.ledger.outcomes import due
from tests import factories

COST = 45_000
TABLE = [
    ("refused", "release", "release"),
    ("accepted", "post", "keep"),
    ("delivered", "post", "post"),
    ("undelivered", "post", "release"),
    ("expired", "post", "release"),
    ("in_doubt", "keep", "keep"),
    ("doubt_expired", "release", "release"),
    ("cancelled", "release", "release"),
    ("opted_out", "release", "release"),
]
CASES = [(row[0], basis, row[place]) for row in TABLE for place, basis in ((1, "submitted"), (2, "delivered"))]


@pytest.mark.parametrize(("outcome", "basis", "said"), CASES)
def test_an_outcome_posts_releases_or_keeps(app: Flask, outcome: str, basis: str, said: str) -> None:
    assert due(outcome, basis) == said
    acme = factories.business(credit_micro=100_000, basis=basis)
    before = revenue()
    with scopes.tenant(acme.id):
        hold_id = ledger.hold(f"m8:{acme.id}", acme.id, COST, ref=("campaign", 1))
        leg = ledger.Leg(hold_id, post=COST * (said == "post"), release=COST * (said == "release"))
        if said != "keep":
            ledger.settle(f"m8:{acme.id}", acme.id, [leg], ref=("campaign", 1))
        balance = ledger.balance(acme.id)
    charged, held = COST * (said == "post"), COST * (said == "keep")
    assert balance == ledger.Balance(100_000 - charged, held)
    assert revenue() - before == charged
    with scopes.platform(Reason.SWEEPS):
        assert ledger.verify() == []


def revenue() -> int:
    with scopes.platform(Reason.SWEEPS):
        return sum(
            row.balance_micro for row in ledger.trial_balance() if (row.kind, row.currency) == ("revenue", "CNY")
        )


@pytest.mark.parametrize(("outcome", "basis"), [("lost", "delivered"), ("delivered", "on_a_good_day")])
def test_what_is_not_in_the_table_is_no_outcome(outcome: str, basis: str) -> None:
    with pytest.raises(KeyError):
        due(outcome, basis)
