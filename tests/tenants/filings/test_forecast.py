"""What the carriers will let through."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from importlib import import_module
from typing import Any

from flask import Flask
from sqlalchemy import event, insert, select, text, update

from tenants import filings
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.operators import MAINLAND
from tenants.core.scopes import Reason
from tenants.filings import Forecast, Kind, State
from tenants.filings.dates import today
from tenants.filings.models import Filing
from tenants.routing.models import Channel
from tests import factories
from tests.tenants.campaigns import arrange as content
from tests.tenants.filings import arrange

OPERATORS = ("mobile", "unicom", "telecom")
BODY = "{name}，您好，点 hemu.example/m1 或致电400-820-8820"
EVERYTHING = [str(kind) for kind in Kind]


def test_while_no_carrier_asks_for_filing_every_operator_is_ready(app: Flask) -> None:
    with scopes.tenant(factories.business().id):
        ahead = filings.forecast(1, 0, 0, 1, {"mobile": [5], "unicom": []})
    assert ahead == {operator: Forecast(True, "not_needed") for operator in ("mobile", "unicom")}


def test_the_forecast_names_the_first_piece_that_is_missing_until_none_is(app: Flask) -> None:
    acme = factories.business()
    with arrange.channels({"telecom": EVERYTHING}) as [id], scopes.tenant(acme.id):
        signature, template, ways = arrange.signature(), content.template(BODY), {"telecom": [id]}

        def ahead() -> Forecast:
            return filings.forecast(acme.id, signature, template, 1, ways)["telecom"]

        def answered(kind: Kind, state: State, reason: str = "") -> Forecast:
            filings.ask_all(ways, by=1)
            db.session.commit()
            assert arrange.answer(state, kind=kind, reason=reason)
            db.session.expire_all()
            return ahead()

        assert ahead() == Forecast(False, "qualification_not_filed")
        arrange.papers()
        filings.ask_all(ways, by=1)
        assert ahead() == Forecast(False, "qualification_waiting")
        assert answered(Kind.QUALIFICATION, State.FILED) == Forecast(False, "signature_waiting")
        assert answered(Kind.SIGNATURE, State.FILED) == Forecast(False, "template_waiting")
        assert answered(Kind.TEMPLATE, State.REJECTED, "变量过多") == Forecast(False, "template_rejected", "变量过多")
        assert answered(Kind.TEMPLATE, State.FILED) == Forecast(False, "link_not_filed", "hemu.example/m1")
        arrange.describe_links()
        assert answered(Kind.LINK, State.FILED) == Forecast(True, "filed")
        assert filings.ready([id], signature, template, 1, "telecom") == {id}
        assert filings.ready([id], signature, template, 2, "telecom") == set()


def test_where_a_channel_sends_by_code_alone_a_template_needs_one(app: Flask) -> None:
    acme = factories.business()
    with arrange.channels({}, {"mobile": ["template"]}) as [coded, plain]:
        with scopes.platform(Reason.STAFF):
            filings.rules.set_by_code(coded, True, by=1)
            filings.rules.set_needs(coded, {"telecom": ["template"]}, by=1)
            assert filings.rules.by_code([coded, plain]) == {(coded, each) for each in MAINLAND}, "ticked or not"
            assert set(filings.rules.needs([coded]).values()) == {(Kind.TEMPLATE,)}
        with scopes.tenant(acme.id):
            template = content.template(BODY)
            ways = {"mobile": [coded, plain], "unicom": [coded]}
            filings.ask_all(ways, by=1)
        with scopes.tenant(acme.id):
            assert arrange.answer(State.FILED) == 3
            ahead = filings.forecast(acme.id, 0, template, 1, ways)
            assert (ahead["mobile"], ahead["unicom"]) == (Forecast(True, "filed"), Forecast(False, "template_codeless"))
            assert filings.ready([coded, plain], 0, template, 1, "mobile") == {plain}
            row = next(each for each in filings.overview(ways) if each.subject.kind == Kind.TEMPLATE)
            assert {operator: str(cell.state) for operator, cell in row.cells.items()} == {
                "mobile": "filed", "unicom": "codeless",
            }  # fmt: skip
            assert not row.askable, "it is filed: only its code is missing"
        with scopes.platform(Reason.STAFF):
            db.session.execute(update(Filing).where(Filing.channel_id == coded).values(template_code="SMS_1"))
        with scopes.tenant(acme.id):
            assert filings.ready([coded, plain], 0, template, 1, "mobile") == {coded, plain}
            assert filings.template_code(template, 1, coded, "unicom") == "SMS_1"
        with scopes.platform(Reason.STAFF):
            filings.rules.set_by_code(coded, False, by=1)
            assert filings.rules.needs([coded]) == {(coded, "telecom"): (Kind.TEMPLATE,)}


def test_a_template_that_is_filed_again_keeps_its_code(app: Flask) -> None:
    acme = factories.business()
    with arrange.channels({"mobile": ["template"]}) as [id]:
        with scopes.tenant(acme.id):
            template = content.template("您好")
            filings.ask_all({"mobile": [id]}, by=1)
        with scopes.tenant(acme.id):
            arrange.answer(State.FILED, valid_until=today() + timedelta(days=3))
        with scopes.platform(Reason.STAFF):
            db.session.execute(update(Filing).where(Filing.tenant_id == acme.id).values(template_code="SMS_1"))
        with scopes.tenant(acme.id):
            assert filings.ask_all({"mobile": [id]}, by=1) == 1
        with scopes.tenant(acme.id):
            arrange.answer(State.FILED)
            assert filings.template_code(template, 1, id, "mobile") == "SMS_1"


def test_what_was_one_number_becomes_a_number_and_a_code(app: Flask) -> None:
    """The data of the migration: channels that send templates, and what was written down of their filings."""
    acme = factories.business()
    with (
        arrange.channels({"mobile": ["template", "signature"]}, {"mobile": ["template"]}) as [clouds, plain],
        scopes.platform(Reason.STAFF),
    ):
        db.session.execute(update(Channel).where(Channel.id == clouds).values(kind="aliyun", settings={"batch": 1}))
        row = {"tenant_id": acme.id, "subject_id": 1, "edition": 0, "operator": "mobile", "round": 1, "state": "filed"}
        cases = [(clouds, "template", "SMS_1"), (clouds, "template", "报备 7"), (clouds, "signature", "YD-1"),
                 (plain, "template", "YD-2")]  # fmt: skip
        for ref_id, (channel_id, kind, carrier_no) in enumerate(cases):
            one = {"channel_id": channel_id, "kind": kind, "carrier_no": carrier_no, "ref_id": ref_id}
            db.session.execute(insert(Filing).values(row | one | {"reason": "", "prepared_at": now()}))
        *_, codes, rules = import_module("migrations.shared.0009_template_codes").STATEMENTS.split(";")
        for statement in (codes, rules):
            db.session.execute(text(statement))
        found = db.session.scalars(select(Filing).order_by(Filing.ref_id)).all()
        assert [(each.carrier_no, each.template_code) for each in found] == [
            ("SMS_1", "SMS_1"), ("报备 7", ""), ("YD-1", ""), ("YD-2", ""),
        ]  # fmt: skip
        assert filings.rules.by_code([clouds, plain]) == {(clouds, each) for each in MAINLAND}


def test_a_text_without_links_needs_none_filed_and_a_text_nobody_knows_may_hold_any(app: Flask) -> None:
    acme = factories.business()
    with arrange.channels({"mobile": ["link"]}) as [id], scopes.tenant(acme.id):
        plain, linked = content.template("{name}，您好"), content.template(BODY)
        assert filings.ready([id], 0, plain, 1, "mobile") == set()
        assert filings.forecast(acme.id, 0, plain, 1, {"mobile": [id]})["mobile"] == Forecast(True, "not_needed")
        assert filings.ready([id], 0, plain, 1, "mobile") == {id}
        assert not filings.forecast(acme.id, 0, linked, 1, {"mobile": [id]})["mobile"].ready


def test_routing_asks_for_a_business_from_the_platforms_scope_and_with_few_queries(app: Flask) -> None:
    acme, rival = factories.business(), factories.business()
    with arrange.channels({"mobile": ["signature"]}, {}) as [asks, free]:
        with scopes.tenant(acme.id):
            arrange.papers()
            signature = arrange.signature()
            filings.ask_all({"mobile": [asks]}, by=1)
        with scopes.tenant(acme.id):
            assert arrange.answer(State.FILED) == 1
        statements: list[str] = []
        listen = lambda *args: statements.append(args[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", listen)
        try:
            with scopes.platform(Reason.DISPATCH):
                assert filings.ready([asks, free], signature, 1, 1, "mobile", tenant_id=acme.id) == {asks, free}
                assert len(statements) <= 6
                assert filings.ready([asks, free], signature, 1, 1, "mobile", tenant_id=rival.id) == {free}
        finally:
            event.remove(db.engine, "before_cursor_execute", listen)


def test_the_forecast_is_that_of_brute_force_over_random_filings(app: Flask) -> None:
    acme = factories.business()
    draw = random.Random(20261122)
    with scopes.tenant(acme.id):
        arrange.papers()
        signature, template = arrange.signature(), content.template(BODY)
        filings.adopt(signature, template, 1)
        ids = {Kind(each.subject.kind): [] for each in filings.overview({})}  # type: ignore[var-annotated]
        for each in filings.overview({}):
            ids[Kind(each.subject.kind)].append(each.subject.ref_id)
    assert len(ids[Kind.LINK]) == 2
    for _ in range(25):
        needs = [
            {each: draw.sample(EVERYTHING, draw.choice((0, 1, 1, 2, 4))) for each in OPERATORS} for _ in range(3)
        ]  # fmt: skip
        with arrange.channels(*needs) as channels:
            asked = {
                (id, operator): [Kind(each) for each in kinds]
                for id, by_operator in zip(channels, needs, strict=True)
                for operator, kinds in by_operator.items()
            }
            rows = list(_rounds(draw, acme.id, ids, channels))
            with scopes.platform(Reason.STAFF):
                db.session.execute(insert(Filing).values(rows))
            lines = {each: draw.sample(channels, draw.randint(0, 3)) for each in OPERATORS}
            with scopes.tenant(acme.id):
                ahead = filings.forecast(acme.id, signature, template, 1, lines)
                for operator in OPERATORS:
                    passes = {id for id in channels if _passes(rows, ids, asked[id, operator], id, operator)}
                    assert filings.ready(channels, signature, template, 1, operator) == passes
                    expected = not lines[operator] or bool(passes & set(lines[operator]))
                    assert ahead[operator].ready == expected, (asked, lines, operator)
                    assert expected or ahead[operator].reason in filings.CODES


def _rounds(draw: random.Random, tenant_id: int, ids: Mapping[Kind, Sequence[int]], channels: Sequence[int]) -> Any:
    stored = [State.PREPARED, State.SUBMITTED, State.REJECTED, State.EXPIRED, State.WITHDRAWN, *[State.FILED] * 8]
    days = (None, None, -1, 0, 40)
    for kind, refs in ids.items():
        for ref_id in refs:
            for channel_id in channels:
                for operator in OPERATORS:
                    for round_no in range(1, draw.choice((0, 1, 1, 2, 3)) + 1):
                        left = draw.choice(days)
                        yield {
                            "tenant_id": tenant_id, "subject_id": 1, "kind": kind, "ref_id": ref_id,
                            "edition": 1 if kind == Kind.TEMPLATE else 0, "channel_id": channel_id,
                            "operator": operator, "round": round_no, "state": draw.choice(stored), "reason": "",
                            "carrier_no": "", "prepared_at": now(),
                            "valid_until": None if left is None else today() + timedelta(days=left),
                        }  # fmt: skip


def _passes(
    rows: Sequence[Mapping[str, Any]], ids: Mapping[Kind, Sequence[int]], kinds: Sequence[Kind], id: int, operator: str
) -> bool:
    """By the words of the rule: each thing a line asks for has a filed round whose day has not passed."""
    return all(
        any(
            (row["kind"], row["ref_id"], row["channel_id"], row["operator"]) == (kind, ref_id, id, operator)
            and row["state"] == State.FILED
            and (row["valid_until"] or date.max) >= today()
            for row in rows
        )
        for kind in kinds
        for ref_id in ids[kind]
    )
