"""The watch over statements sees what it is there for, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import exists, func, select, update

from tenants.messages.models import Batch, Message, Run
from tests.apart import Mixed, check

COUNT = select(func.count()).where(Message.batch_no == Batch.batch_no).scalar_subquery()


@pytest.mark.parametrize(
    "statement",
    [
        select(Message.id).join(Batch, Batch.batch_no == Message.batch_no),
        select(Message.id).where(Batch.batch_no == Message.batch_no),
        select(Message.id).where(exists().where(Batch.batch_no == Message.batch_no)),
        update(Batch).where(Batch.batch_no == Message.batch_no).values(left=0),
        update(Message).where(exists().where(Batch.batch_no == Message.batch_no)).values(batch_no=1),
        select(Run.flow).where(Run.campaign_id.in_(select(Message.id).join(Batch, Batch.id == Message.id))),
    ],
)
def test_a_direct_join_of_both_sides_is_refused(statement: Any) -> None:
    with pytest.raises(Mixed):
        check(statement)


@pytest.mark.parametrize(
    "statement",
    [
        select(Message.id).join(Run, Run.campaign_id == Message.campaign_id),
        select(Message.id).where(Message.batch_no.in_(select(Batch.batch_no))),
        update(Batch).values(left=COUNT),
        update(Message).where(exists().where(Run.campaign_id == Message.campaign_id)).values(batch_no=1),
    ],
)
def test_all_other_ways_are_free(statement: Any) -> None:
    check(statement)
