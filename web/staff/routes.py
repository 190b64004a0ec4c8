"""Routes: the rules by which messages find their channels, a dry run of the choice, and ported numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from tenants import routing
from tenants.accounts import listing
from tenants.core.db import db
from tenants.core.errors import Invalid
from tenants.core.operators import OPERATORS
from tenants.core.phone import Phone, parse
from tenants.routing import porting, rules, tending
from tenants.routing.explaining import Told, explain
from tenants.routing.models import Route
from tenants.routing.rules import Wish
from web import forms
from web.auth import Policy, allow, viewer
from web.places import HOME, place
from web.wording import content
from web.wording.routing import PRODUCTS, WHY_NOT

bp = Blueprint("routes", __name__, url_prefix="/routes")

WEIGHT = "weight-"


@dataclass(frozen=True)
class Filled:
    """The form of a rule as it stands; `weights` are texts by channel."""

    country: str = HOME
    operator: str = ""
    kind: str = ""
    product: str = ""
    tenant: str = ""
    reseller: str = ""
    note: str = ""
    weights: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> Filled:
        names = ("country", "operator", "kind", "product", "tenant", "reseller", "note")
        texts = {name: form.get(name, "").strip() for name in names}
        found = {name.removeprefix(WEIGHT): form[name].strip() for name in form if name.startswith(WEIGHT)}
        return cls(**texts, weights={int(id): text for id, text in found.items() if id.isdigit() and text})

    @classmethod
    def of(cls, route: Route) -> Filled:
        return cls(
            route.country, route.operator, route.kind, route.product, str(route.tenant_id or ""),
            str(route.reseller_id or ""), route.note, {int(id): str(weight) for id, weight in route.ways},
        )  # fmt: skip

    def wish(self) -> Wish:
        """What is asked for; Invalid when a business is no number."""
        wrong = [
            name for name in ("tenant", "reseller") if getattr(self, name) and _number(getattr(self, name)) is None
        ]
        if wrong:
            raise Invalid(dict.fromkeys(wrong, "tenants_unknown"))
        return Wish(
            self.country.upper(), self.operator, self.kind, self.product, _number(self.tenant), _number(self.reseller),
            tuple((id, _number(text)) for id, text in self.weights.items()), self.note,
        )  # fmt: skip


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@bp.get("")
@allow(Policy.STAFF)
def index() -> str:
    """The rules, the closest first; with a number, how a message to it would go."""
    return _page()


def _page(errors: Mapping[str, str] | None = None, brought: porting.Brought | None = None) -> str:
    channels = {each.id: each for each in tending.listed()}
    run, fault = _dry_run()
    return render_template(
        "staff/routes/index.html", routes=(found := rules.listed()), channels=channels, place=place, content=content,
        products=PRODUCTS, why_not=WHY_NOT, run=run, fault=fault, asked=request.args, ported=porting.known(),
        errors=errors or {}, brought=brought, home=HOME,
        businesses=listing.business_names(each.tenant_id for each in found),
    )  # fmt: skip


@dataclass(frozen=True)
class DryRun:
    """A choice that was not made: whom it was for, the rule that holds, every channel."""

    group: routing.Group
    ported: bool
    rule: Route | None
    told: Sequence[Told]


def _dry_run() -> tuple[DryRun | None, str]:
    number = request.args.get("number", "").strip()
    if not number:
        return None, ""
    phone = parse(number)
    if not isinstance(phone, Phone):
        return None, _("This is no number a message can be sent to.")
    kind, product = request.args.get("kind", "notice"), request.args.get("product", "sms")
    if kind not in content.KINDS or product not in PRODUCTS:
        return None, _("Choose one of the list.")
    operator = routing.operators_of([phone.e164]).get(phone.e164)
    tenant_id = _number(request.args.get("tenant", "")) or 0
    group = routing.Group(tenant_id, phone.country, operator or phone.operator, kind, product)
    return DryRun(group, operator is not None, *explain(group)), ""


@bp.get("/new")
@allow(Policy.STAFF)
def new() -> str:
    return _form(Filled(), {})


@bp.post("/new")
@allow(Policy.STAFF)
def create() -> AnyResponse:
    filled = Filled.read(request.form)
    try:
        rules.add(filled.wish(), by=viewer().identity_id)
    except Invalid as error:
        db.session.rollback()
        return Response(_form(filled, forms.said(error)), status=422)
    db.session.commit()
    flash(_("The rule holds from now on."))
    return forms.go(url_for(".index"))


@bp.get("/<int:route>")
@allow(Policy.STAFF)
def edit(route: int) -> str:
    found = rules.get(route)
    return _form(Filled.of(found), {}, found)


@bp.post("/<int:route>")
@allow(Policy.STAFF)
def update(route: int) -> AnyResponse:
    found, filled = rules.get(route), Filled.read(request.form)
    try:
        rules.amend(route, filled.wish(), by=viewer().identity_id)
    except Invalid as error:
        db.session.rollback()
        return Response(_form(filled, forms.said(error), found), status=422)
    db.session.commit()
    flash(_("The rule holds from now on."))
    return forms.go(url_for(".index"))


@bp.post("/<int:route>/remove")
@allow(Policy.STAFF)
def remove(route: int) -> AnyResponse:
    rules.remove(route, by=viewer().identity_id)
    db.session.commit()
    flash(_("The rule is gone; what it said is in the audit trail."))
    return forms.go(url_for(".index"))


@bp.post("/ported")
@allow(Policy.STAFF)
def bring() -> AnyResponse:
    """A file of number and operator."""
    file = request.files.get("file")
    try:
        brought = porting.bring(file.read(porting.BYTES_MAX + 1) if file else b"", by=viewer().identity_id)
        if not brought.kept and not brought.bad:
            raise Invalid({"file": "ported_empty"})
    except Invalid as error:
        db.session.rollback()
        return Response(_page(forms.said(error)), status=422)
    db.session.commit()
    if brought.bad:
        return Response(_page(brought=brought))
    flash(ngettext("%(num)s number was taken in.", "%(num)s numbers were taken in.", brought.kept))
    return forms.go(url_for(".index"))


def _form(filled: Filled, errors: Mapping[str, str], route: Route | None = None) -> str:
    any_: tuple[str, Any] = ("", _("Any"))
    return render_template(
        "staff/routes/form.html", filled=filled, errors=errors, route=route, channels=tending.listed(), weight=WEIGHT,
        operators=[any_, *((each, place(HOME, each)) for each in OPERATORS)],
        kinds=[any_, *content.KINDS.items()], products=[any_, *PRODUCTS.items()],
    )  # fmt: skip
