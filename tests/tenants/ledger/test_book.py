"""The book's plain behaviour; tests/tenants/ledger/test_properties.py drives it from many threads."""

from __future__ import annotations

import pytest
from flask import Flask

from tenants import ledger
from tenants.core import scopes
from tenants.core.errors import Conflict, NotAllowed, NotEnoughCredit
from tenants.core.scopes import Reason
from tests import factories

REF = ("campaign", 1)


def test_a_hold_is_posted_in_part_and_the_rest_comes_back(app: Flask) -> None:
    acme = factories.business(credit_micro=1_000)
    with scopes.tenant(acme.id):
        hold_id = ledger.hold(f"h:1:{acme.id}", acme.id, 600, ref=REF)
        assert ledger.balance(acme.id) == ledger.Balance(posted=1_000, held=600)
        ledger.settle(f"s:1:{acme.id}", acme.id, [ledger.Leg(hold_id, post=400, release=200)], ref=REF)
        assert ledger.balance(acme.id) == ledger.Balance(posted=600, held=0)
    with scopes.platform(Reason.SWEEPS):
        assert ledger.verify() == []


def test_a_replay_answers_the_first_result_and_another_payload_is_refused(app: Flask) -> None:
    acme = factories.business(credit_micro=1_000)
    with scopes.tenant(acme.id):
        first = ledger.hold(f"h:{acme.id}", acme.id, 600, ref=REF)
        assert ledger.hold(f"h:{acme.id}", acme.id, 600, ref=REF) == first
    with pytest.raises(Conflict), scopes.tenant(acme.id):
        ledger.hold(f"h:{acme.id}", acme.id, 601, ref=REF)
    with scopes.tenant(acme.id):
        assert ledger.balance(acme.id).held == 600


def test_a_hold_beyond_the_balance_is_refused_and_changes_nothing(app: Flask) -> None:
    acme = factories.business(credit_micro=1_000)
    with pytest.raises(NotEnoughCredit), scopes.tenant(acme.id):
        ledger.hold(f"h:{acme.id}", acme.id, 1_001, ref=REF)
    with scopes.tenant(acme.id):
        assert ledger.balance(acme.id) == ledger.Balance(1_000, 0)


def test_a_tenant_cannot_move_anothers_money_nor_credit_itself(app: Flask) -> None:
    acme, rival = factories.business(credit_micro=1_000), factories.business("Rival")
    with pytest.raises(NotAllowed), scopes.tenant(rival.id):
        ledger.hold(f"steal:{rival.id}", acme.id, 10, ref=REF)
    with pytest.raises(Exception, match="permission denied"), scopes.tenant(rival.id):
        ledger.grant(f"gift:{rival.id}", rival.id, "CNY", 10)
    with scopes.tenant(rival.id):
        assert ledger.balances([acme.id]) == {}
