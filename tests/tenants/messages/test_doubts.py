"""Receipts under references nobody told us: they end doubt where only one message can be meant, and only there."""

from __future__ import annotations

import itertools

import pytest
from flask import Flask
from sqlalchemy import select, update

from tenants import messages
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.messages import Answer, Incoming, Result, receipts
from tenants.messages.models import Message, Receipt
from tests import pipeline
from tests.tenants.messages import arrange
from workers.jobs.doubts import clear_doubts

CHANNEL = 78
SECRET = "a-secret-of-the-tests-only-" + "0" * 20
_refs = itertools.count(1)


def submitted(answer: Answer | None = Answer.DOUBT, *, segments: int = 1) -> arrange.Arranged:
    """A run of one message, handed to a channel that answered so; None: it has not yet."""
    run = arrange.run(["000"], segments=segments)
    with scopes.platform(Reason.DISPATCH):
        claim = messages.claim("bulk")
    assert claim and claim.tenant_id == run.tenant_id
    with scopes.tenant(run.tenant_id):
        picked = messages.begin_slice(claim, CHANNEL, 10, 1, f"slice:{next(_refs)}")
        assert picked
    if answer:
        ref = f"known {next(_refs)}" if answer is Answer.ACCEPTED else ""
        say(run, Result(picked[0].id, 1, answer, ref))
    return run


def say(run: arrange.Arranged, result: Result) -> None:
    with scopes.tenant(run.tenant_id):
        messages.record([result], channel_id=CHANNEL, basis="delivered", key=f"say:{next(_refs)}", index_refs=True)


def number(run: arrange.Arranged) -> str:
    with scopes.tenant(run.tenant_id):
        row = db.session.execute(select(Message.id, Message.sealed)).one()
        return messages.writer(run.campaign_id, arrange.vault()).number(row.id, row.sealed)


def told(to: str, outcome: str = "delivered", ref: str = "", *, channel_id: int = CHANNEL, look: int = 5) -> str:
    """A receipt of a reference nobody knows comes in, and is looked at so often."""
    ref = ref or f"unknown {next(_refs)}"
    with scopes.platform(Reason.RECEIPTS):
        messages.store(channel_id, [Incoming(ref, "", outcome, "", now(), to)], SECRET)
        db.session.execute(update(Receipt).where(Receipt.provider_ref == ref).values(tries=look))
    return ref


def cleared(*runs: arrange.Arranged) -> list[dict[str, int]]:
    """What became of them when everything was worked off."""
    with scopes.platform(Reason.RECEIPTS):
        messages.match_new()
    pipeline.work_off()
    return [run.states() for run in runs]


def test_the_number_of_a_receipt_ends_doubt(app: Flask) -> None:
    one, other = submitted(), submitted()
    ref = told(number(one))
    told(number(other), "undelivered")
    assert cleared(one, other) == [{"delivered": 1}, {"undelivered": 1}]
    told(number(one), ref=ref, look=0)
    assert cleared(one) == [{"delivered": 1}]
    with scopes.platform(Reason.RECEIPTS):
        assert set(db.session.scalars(select(Receipt.state))) == {"settled"}, "and so is the same receipt once more"


def test_an_early_receipt_is_not_taken_for_anothers(app: Flask) -> None:
    run = submitted()
    told(number(run), look=receipts.DOUBTED[0] - 1)
    assert cleared(run) == [{"in_doubt": 1}]


def test_doubt_stays_where_two_messages_could_be_meant(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrange, "number", lambda _ending: "+8613900139000")
    runs = submitted(), submitted()
    told("+8613900139000")
    assert cleared(*runs) == [{"in_doubt": 1}] * 2


def test_doubt_stays_while_another_may_be_meant_that_is_just_leaving(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrange, "number", lambda _ending: "+8613900139001")
    runs = submitted(), submitted(None)
    told("+8613900139001")
    assert cleared(*runs) == [{"in_doubt": 1}, {"submitting": 1}]


def test_doubt_stays_where_two_receipts_could_be_meant(app: Flask) -> None:
    run = submitted()
    told(number(run))
    told(number(run))
    assert cleared(run) == [{"in_doubt": 1}]


def test_doubt_stays_where_the_receipt_is_older_or_of_another_account_or_the_message_long(app: Flask) -> None:
    early, elsewhere, long = submitted(), submitted(), submitted(segments=2)
    ref = told(number(early))
    with scopes.platform(Reason.RECEIPTS):
        before = db.session.scalars(select(Receipt.received_at).where(Receipt.provider_ref == ref)).one()
    with scopes.tenant(early.tenant_id):
        db.session.execute(update(Message).values(submitted_at=before.replace(year=before.year + 1)))
    told(number(elsewhere), channel_id=CHANNEL + 1)
    told(number(long))
    assert cleared(early, elsewhere, long) == [{"in_doubt": 1}] * 3


def test_who_has_an_answer_or_still_waits_for_one_is_left_alone(app: Flask) -> None:
    answered, leaving = submitted(Answer.ACCEPTED), submitted(None)
    told(number(answered))
    told(number(leaving))
    assert cleared(answered, leaving) == [{"accepted": 1}, {"submitting": 1}]


def test_receipts_that_are_gone_clear_nothing(app: Flask) -> None:
    run = submitted()
    clear_doubts(1, 2, 3)
    assert run.states() == {"in_doubt": 1}
