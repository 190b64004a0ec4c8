"""A campaign moves along its table, wherever in the code its state is written."""

from __future__ import annotations

import pytest
from flask import Flask

from tenants import campaigns
from tenants.campaigns.states import TRANSITIONS, State
from tenants.core import scopes
from tenants.core.errors import WrongState
from tests import factories


def test_a_state_is_only_assigned_as_the_table_says(app: Flask) -> None:
    acme = factories.business()
    with scopes.tenant(acme.id):
        campaign = campaigns.create("Weekend", by=acme.owner_id)
        with pytest.raises(WrongState):
            campaign.state = State.SENDING
        for state in (State.QUEUED, State.PLANNING, State.SENDING, State.PAUSED, State.SENDING, State.FINISHED):
            campaign.state = state
        with pytest.raises(WrongState):
            campaign.state = State.SENDING
        assert campaign.state == State.FINISHED


def test_what_ended_is_never_left_again_and_every_state_can_be_reached() -> None:
    ends = {state for state in State if TRANSITIONS.final(state)}
    assert ends == {State.CANCELLED, State.FINISHED}
    assert {state for state in State if TRANSITIONS.before(state)} == set(State) - {State.DRAFT}
