"""The books as staff see them: trial balance, invariants, adjustments, and what Stripe said that we could not use."""

from __future__ import annotations

from flask import Blueprint, Response, flash, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from tenants import ledger
from tenants.core import audit, money
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, NotEnoughCredit
from web import forms, words
from web.auth import Policy, allow, viewer

bp = Blueprint("ledger", __name__, url_prefix="/ledger")

REASON_MAX = 200


@bp.get("")
@allow(Policy.STAFF)
def index() -> str:
    return _page({}, {})


def _page(errors: dict[str, str], values: dict[str, str]) -> str:
    return render_template(
        "staff/ledger/index.html", rows=ledger.trial_balance(), wrong=ledger.verify(), at=now(),
        events=ledger.unresolved_events(), errors=errors, values=values,
    )  # fmt: skip


@bp.post("/adjust")
@allow(Policy.STAFF)
def adjust() -> AnyResponse:
    """Credit or take back by hand, with a reason. `key` comes with the form, so a second click changes nothing."""
    values = {name: " ".join(request.form.get(name, "").split()) for name in ("tenant", "amount", "reason", "key")}
    try:
        tenant_id, micro = _checked(values)
        ledger.grant(
            f"adjust:{values['key']}", tenant_id, ledger.CURRENCY, micro, source="adjustment", kind="adjustment",
            ref=("tenant", tenant_id), actor_id=viewer().identity_id, note=values["reason"],
        )  # fmt: skip
    except Invalid as error:
        return Response(_page(forms.said(error), values), status=422)
    except NotEnoughCredit as error:
        db.session.rollback()
        return Response(_page({"amount": words.say(error.code)}, values), status=422)
    audit.record(
        "ledger.adjust", actor_id=viewer().identity_id, tenant_id=tenant_id, amount_micro=micro, reason=values["reason"]
    )
    db.session.commit()
    flash(_("Booked."))
    return forms.go("/staff/ledger")


def _checked(values: dict[str, str]) -> tuple[int, int]:
    sign, text = (-1, values["amount"][1:]) if values["amount"][:1] in {"-", "−"} else (1, values["amount"])
    micro = money.parse(text)
    wrong: dict[str, str] = {}
    if not values["tenant"].isdigit():
        wrong["tenant"] = "tenant_bad"
    if not micro:
        wrong["amount"] = "amount_bad"
    if not values["reason"] or len(values["reason"]) > REASON_MAX:
        wrong["reason"] = "reason_missing"
    if wrong or micro is None:
        raise Invalid(wrong)
    return int(values["tenant"]), sign * micro
