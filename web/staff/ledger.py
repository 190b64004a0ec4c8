"""The books as staff see them: trial balance, invariants, wallets, adjustments, and what Stripe said that we could not
use.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from flask import Blueprint, Response, flash, render_template, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from tenants import ledger
from tenants.core import audit, money
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Conflict, Invalid, NotEnoughCredit
from tenants.ledger import Wallet
from web import forms, words
from web.auth import Policy, allow, viewer
from web.public import public

bp = Blueprint("ledger", __name__, url_prefix="/ledger")

REASON_MAX = 200
AMOUNT_MAX_MICRO = 1_000_000 * money.MICRO
# kind of an adjustment: the platform's account on its other side.
SOURCES = {"grant": "promo_grant", "adjustment": "adjustment"}


@bp.get("")
@allow(Policy.STAFF)
def index() -> str:
    name = request.args.get("name", "")[:60]
    found, older = ledger.wallets(name=name, after=request.args.get("after", 0, type=int))
    return render_template(
        "staff/ledger/index.html", rows=ledger.trial_balance(), wallets=found, older=older, name=name,
        events=ledger.unresolved_events(),
    )  # fmt: skip


@bp.get("/check")
@allow(Policy.STAFF)
def check() -> str:
    """The invariants, looked at now; loaded by itself because it reads the whole book."""
    return render_template("staff/ledger/_check.html", wrong=ledger.verify(), at=now())


@dataclass(frozen=True)
class Wish:
    """An adjustment as it was typed. `key` comes with the form, so a second click changes nothing."""

    kind: str = "adjustment"
    amount: str = ""
    reason: str = ""
    key: str = ""

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> Wish:
        return cls(*(" ".join(form.get(name, "").split()) for name in ("kind", "amount", "reason", "key")))

    def micro(self) -> int:
        """The amount with its sign; Invalid unless the whole wish makes sense."""
        sign, text = (-1, self.amount[1:]) if self.amount[:1] in {"-", "−"} else (1, self.amount)
        micro, wrong = money.parse(text) or 0, {}
        if not 0 < micro <= AMOUNT_MAX_MICRO:
            wrong["amount"] = "amount_bad"
        elif sign < 0 and self.kind == "grant":
            wrong["amount"] = "grant_negative"
        if not self.reason or len(self.reason) > REASON_MAX:
            wrong["reason"] = "reason_missing"
        if self.kind not in SOURCES or not _is_key(self.key):
            wrong["kind"] = "invalid"
        if wrong:
            raise Invalid(wrong)
        return sign * micro


def _is_key(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


@bp.get("/wallets/<int:tenant>")
@allow(Policy.STAFF)
def wallet(tenant: int) -> str:
    """One wallet and the form to adjust it."""
    return _form(ledger.wallet(tenant), Wish(key=str(uuid.uuid4())), {})


def _form(found: Wallet, wish: Wish, errors: dict[str, str]) -> str:
    return render_template("staff/ledger/wallet.html", wallet=found, wish=wish, errors=errors)


@bp.post("/wallets/<int:tenant>/review")
@allow(Policy.STAFF)
def review(tenant: int) -> AnyResponse | str:
    """What an adjustment would do, before it is done."""
    found, wish = ledger.wallet(tenant), Wish.read(request.form)
    try:
        micro = wish.micro()
        if found.available_micro + micro < 0:
            raise Invalid({"amount": "insufficient_balance"})
    except Invalid as error:
        return Response(_form(found, wish, forms.said(error)), status=422)
    return render_template("staff/ledger/review.html", wallet=found, wish=wish, micro=micro)


@bp.post("/wallets/<int:tenant>/adjust")
@allow(Policy.STAFF)
def adjust(tenant: int) -> AnyResponse:
    """Credit or take back by hand, with a reason."""
    found, wish, by = ledger.wallet(tenant), Wish.read(request.form), viewer().identity_id
    try:
        micro = wish.micro()
        ledger.grant(
            f"adjust:{wish.key}", tenant, found.currency, micro, source=SOURCES[wish.kind], kind=wish.kind,
            actor_id=by, note=wish.reason,
        )  # fmt: skip
    except Invalid as error:
        return Response(_form(found, wish, forms.said(error)), status=422)
    except (NotEnoughCredit, Conflict) as error:
        db.session.rollback()
        return Response(_form(found, wish, {"amount": words.say(error.code)}), status=409)
    audit.record(
        f"ledger.{wish.kind}", actor_id=by, tenant_id=tenant, object=public("tenant", tenant, tenant),
        ip=request.remote_addr or "", amount_micro=micro, reason=wish.reason,
    )  # fmt: skip
    db.session.commit()
    flash(_("Booked."))
    return forms.go(f"/staff/ledger/wallets/{tenant}")
