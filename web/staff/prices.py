"""Price lists: the versions, writing a new one, what it changes for whom, and publishing it from a day on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from tenants import resellers
from tenants.core import money
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, WrongState
from tenants.core.operators import OPERATORS
from tenants.reports import pricing
from tenants.resellers import Rule
from web import forms, words, zones
from web.auth import Policy, allow, viewer
from web.filters import moment
from web.places import HOME, place
from web.wording import content
from web.wording.money import VERSIONS
from web.wording.routing import PRODUCTS

bp = Blueprint("prices", __name__, url_prefix="/prices")

COLUMNS = ("product", "country", "operator", "kind", "price")
SPARE_ROWS = 3
DECIMALS = 4


@dataclass(frozen=True)
class Filled:
    """The form of a list as it stands: its rows as typed, from which day, and the newest list there was."""

    rows: Sequence[Mapping[str, str]] = ()
    day: str = ""
    base: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> Filled:
        """A row whose price is empty is left out."""
        columns = [form.getlist(name)[: resellers.RULES_MAX + 1] for name in COLUMNS]
        rows = [dict(zip(COLUMNS, (text.strip() for text in row), strict=True)) for row in zip(*columns, strict=False)]
        return cls([row for row in rows if row["price"]], form.get("from", "").strip(), form.get("base", ""))

    def rules(self) -> list[Rule]:
        """What is asked for; a price that cannot be read is none, and is named by the check."""
        return [
            Rule(row["country"].upper(), money.parse(row["price"], DECIMALS) or 0, row["operator"], row["kind"],
                 row["product"])
            for row in self.rows
        ]  # fmt: skip

    def at(self) -> datetime | None:
        """Midnight of the day in Beijing; none means at once."""
        if not self.day:
            return None
        at = zones.moment(self.day, "00:00", zones.BEIJING)
        if at is None:
            raise Invalid({"from": "price_day_bad"})
        return at


@bp.get("")
@allow(Policy.STAFF)
def index() -> str:
    """The versions, and one of them written out: the one asked for, else the one in force."""
    versions = resellers.versions()
    wanted = request.args.get("list", type=int)
    shown = next((each for each in versions if each.id == wanted or (not wanted and each.state == "in_force")), None)
    rules = resellers.rules_of(shown.id) if shown else []
    return render_template(
        "staff/prices/index.html", versions=versions, shown=shown, states=VERSIONS, products=PRODUCTS,
        groups=[(name, [rule for rule in rules if rule.product == name]) for name in PRODUCTS],
        where=where, kind_of=kind_of,
    )  # fmt: skip


def where(rule: Rule) -> str:
    """移动, 其他运营商; elsewhere the country."""
    if rule.country == HOME and not rule.operator:
        return str(_("Mainland China, other operators"))
    return place(rule.country, rule.operator)


def kind_of(rule: Rule) -> str:
    return str(content.KINDS[rule.kind] if rule.kind else _("Every other kind"))


@bp.get("/new")
@allow(Policy.STAFF)
def new() -> str:
    """A new list, beginning as the one published last."""
    newest = max((each.id for each in resellers.versions()), default=None)
    rules = resellers.rules_of(newest) if newest else []
    rows = [
        {"product": rule.product, "country": rule.country, "operator": rule.operator, "kind": rule.kind,
         "price": _written(rule.unit_micro)}
        for rule in rules
    ]  # fmt: skip
    return _form(Filled(rows, base=str(newest or "")))


def _written(micro: int) -> str:
    """A price as one types it: four decimals at least."""
    value = Decimal(micro) / money.MICRO
    return f"{value:.{DECIMALS}f}" if micro % 100 == 0 else f"{value:f}"


@bp.post("/new")
@allow(Policy.STAFF)
def review() -> AnyResponse | str:
    """What the list would change, or the form again."""
    filled = Filled.read(request.form)
    if request.form.get("act") in {"edit", "more"}:
        return _form(filled, 4 * SPARE_ROWS if request.form["act"] == "more" else SPARE_ROWS)
    try:
        rules, at = filled.rules(), filled.at()
        resellers.check(rules)
        held = _held(filled)
        changes = resellers.changes(held, rules)
        if not changes:
            raise Invalid({"prices": "price_same"})
    except Invalid as error:
        return _refused(filled, forms.said(error))
    return render_template(
        "staff/prices/review.html", filled=filled, columns=COLUMNS, changes=changes, rules=rules, at=at, now=now(),
        effects=pricing.effects(held, rules), back=pricing.BACK.days, where=where, kind_of=kind_of, products=PRODUCTS,
    )  # fmt: skip


def _held(filled: Filled) -> list[Rule]:
    """The list the form began as."""
    return resellers.rules_of(int(filled.base)) if filled.base.isdecimal() else []


@bp.post("/publish")
@allow(Policy.STAFF)
def publish() -> AnyResponse | str:
    """Publish what was reviewed; a second press finds a newer list and changes nothing."""
    filled = Filled.read(request.form)
    try:
        at, base = filled.at(), int(filled.base) if filled.base.isdecimal() else None
        resellers.publish(filled.rules(), at=at, base=base, by=viewer().identity_id)
    except Invalid as error:
        db.session.rollback()
        return _refused(filled, forms.said(error))
    except WrongState as error:
        db.session.rollback()
        return _refused(filled, {"prices": words.say(error.code)}, 409)
    db.session.commit()
    said = _("The new prices hold from %(at)s.", at=moment(at)) if at and at > now() else _("The new prices hold now.")
    flash(said)
    return forms.go(url_for(".index"))


@bp.post("/withdraw")
@allow(Policy.STAFF)
def withdraw() -> AnyResponse:
    """Take back a list whose day has not come."""
    resellers.withdraw(request.form.get("list", 0, type=int), by=viewer().identity_id)
    db.session.commit()
    flash(_("The list was withdrawn; the prices stay as they are."))
    return forms.go(url_for(".index"))


def _refused(filled: Filled, errors: Mapping[str, str], status: int = 422) -> AnyResponse:
    return Response(_form(Filled(filled.rows, filled.day, filled.base, errors)), status=status)


def _form(filled: Filled, spare: int = SPARE_ROWS) -> str:
    any_: tuple[str, Any] = ("", _("Any"))
    spares = [dict.fromkeys(COLUMNS, "") | {"product": "sms"}] * spare
    return render_template(
        "staff/prices/form.html", filled=filled, rows=[*filled.rows, *spares], products=list(PRODUCTS.items()),
        operators=[any_, *((each, place(HOME, each)) for each in OPERATORS)], kinds=[any_, *content.KINDS.items()],
    )  # fmt: skip
