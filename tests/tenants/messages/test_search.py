"""Finding messages by number, campaign and state, page by page."""

from __future__ import annotations

import pytest
from flask import Flask

from tenants import messages
from tenants.accounts.vaults import vault
from tenants.core import scopes
from tenants.core.errors import NotFound
from tenants.messages import Found, State
from tests.tenants.messages import arrange


def found(tenant_id: int, **wanted: object) -> list[Found]:
    with scopes.tenant(tenant_id):
        return messages.search(vault(), **wanted)  # type: ignore[arg-type]


def stopped(run: arrange.Arranged) -> arrange.Arranged:
    with scopes.tenant(run.tenant_id):
        while messages.stop(run.campaign_id):
            pass
    return run


def test_a_number_is_found_whatever_its_campaign_and_only_there(app: Flask) -> None:
    acme = arrange.run(["001"] * 3)
    again = arrange.run(["002"], tenant_id=acme.tenant_id)
    number = found(acme.tenant_id, campaign_ids=[acme.campaign_id])[1].number
    with scopes.tenant(acme.tenant_id):
        index = vault().index(number)
    lines = found(acme.tenant_id, phone_index=index)
    assert [(line.number, line.campaign_id, line.cost_micro) for line in lines] == [
        (number, acme.campaign_id, arrange.PRICE_MICRO)
    ]
    assert found(acme.tenant_id, phone_index=index, campaign_ids=[again.campaign_id]) == []
    rival = arrange.run(["001"])
    assert found(rival.tenant_id, phone_index=index) == []


def test_a_state_is_found_in_the_runs_that_have_it(app: Flask) -> None:
    queued = arrange.run(["001"] * 2)
    cancelled = stopped(arrange.run(["002"] * 3, tenant_id=queued.tenant_id))
    lines = found(queued.tenant_id, states=[State.CANCELLED])
    assert [(line.campaign_id, line.state) for line in lines] == [(cancelled.campaign_id, State.CANCELLED)] * 3
    assert found(queued.tenant_id, states=[State.CANCELLED], campaign_ids=[queued.campaign_id]) == []
    assert found(queued.tenant_id, states=[State.DELIVERED]) == []
    with scopes.tenant(queued.tenant_id):
        both = messages.having([State.QUEUED, State.CANCELLED])
    assert both == {queued.campaign_id: 2, cancelled.campaign_id: 3}


@pytest.mark.parametrize("run_by_run", [False, True])
def test_pages_follow_each_other_without_a_gap_and_back_again(app: Flask, run_by_run: bool) -> None:
    first = arrange.run(["001"] * 4)
    second = arrange.run(["002"] * 3, tenant_id=first.tenant_id)
    wanted = {"campaign_ids": [first.campaign_id, second.campaign_id]} if run_by_run else {}
    whole = [line.id for line in found(first.tenant_id, **wanted)]
    assert whole == sorted(whole, reverse=True) and len(whole) == 7
    pages = [found(first.tenant_id, limit=3, **wanted)]
    while pages[-1]:
        pages.append(found(first.tenant_id, limit=3, before=pages[-1][-1].id, **wanted))
    assert [[line.id for line in page] for page in pages] == [whole[:3], whole[3:6], whole[6:], []]
    back = found(first.tenant_id, limit=3, after=whole[6], **wanted)
    assert [line.id for line in back] == whole[3:6]


def test_a_page_after_nothing_we_know_is_not_found(app: Flask) -> None:
    run = arrange.run(["001"])
    with pytest.raises(NotFound):
        found(run.tenant_id, before=-1)
