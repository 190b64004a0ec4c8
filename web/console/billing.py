"""Billing: what is there, what moved and why, and money in by Stripe."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from tenants import accounts, campaigns, ledger, resellers
from tenants.accounts import throttling
from tenants.core import money
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, Refused
from tenants.message_templates.kinds import Kind
from web import forms, words
from web.auth import Policy, allow, viewer
from web.public import public, resolve
from workers import payments

bp = Blueprint("billing", __name__, url_prefix="/billing")
log = structlog.get_logger()

AMOUNTS = ("1000", "5000", "10000")
# How long the page after paying asks for the notification, which alone credits.
WAIT_TRIES = 30


@bp.get("")
@allow(Policy.MEMBER)
def show() -> str:
    return _page({}, request.args.get("amount", AMOUNTS[0]))


def _page(errors: dict[str, str], amount: str) -> str:
    person = viewer()
    assert person.tenant_id is not None
    since, until = _month(request.args.get("month", ""))
    kind = request.args.get("kind", "")
    lines = ledger.statement(since, until, kind, accounts.current().time_zone)
    price = resellers.prices(Kind.NOTICE).unit("CN", "")
    return render_template(
        "console/billing/show.html", balance=ledger.balance(person.tenant_id), sums=ledger.month(since, until),
        lines=lines, names=campaigns.names([line.ref_id for line in lines if line.ref_type == "campaign"]),
        kind=kind, since=since, topups=ledger.recent_topups(5), errors=errors, amount=amount, amounts=AMOUNTS,
        part_micro=price.unit_micro if price else 0, may_pay=person.role == "owner",
    )  # fmt: skip


def _month(text: str) -> tuple[datetime, datetime]:
    """The first instant of a month and of the next, in the business's time zone; this month for anything unreadable."""
    zone = ZoneInfo(accounts.current().time_zone)
    try:
        first = datetime.strptime(text, "%Y-%m").replace(tzinfo=zone)
    except ValueError:
        first = now().astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return first, following


@bp.get("/statement.csv")
@allow(Policy.MEMBER)
def export() -> Response:
    """The month's statement as a file; amounts as plain figures."""
    since, until = _month(request.args.get("month", ""))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_("Time"), _("Matter"), _("Reference"), _("Amount"), _("Balance")])
    for line in ledger.statement(since, until, "", accounts.current().time_zone):
        row = [line.at.isoformat(), line.kind, f"{line.ref_type} {line.ref_id}"]
        writer.writerow([*row, f"{line.amount_micro / money.MICRO:.6f}", f"{line.balance_micro / money.MICRO:.6f}"])
    name = f"statement-{since:%Y-%m}.csv"
    # Excel reads UTF-8 only with its mark.
    return Response(
        "\ufeff" + out.getvalue(),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@bp.post("/top-up")
@allow(Policy.OWNER)
def top_up() -> AnyResponse:
    """Open a payment and go there."""
    person = viewer()
    amount = request.form.get("amount", "")
    try:
        micro = money.parse(amount)
        if micro is None:
            raise Invalid({"amount": "amount_bad"})
        throttling.count(f"top-up:{person.tenant_id}", throttling.TOP_UP)
        topup = ledger.open_topup(micro, by=person.identity_id)
        db.session.commit()
        opened = payments.checkout(
            topup.id, topup.amount_micro, topup.currency, name=_("Balance of %(name)s", name=person.tenant_name),
            email=person.email, success_url=_link("done", topup.id), cancel_url=_link("cancelled", topup.id),
        )  # fmt: skip
    except Invalid as error:
        return Response(_page(forms.said(error), amount), status=422)
    except payments.PaymentsDown as error:
        log.error("topup.down", error=str(error))
        return Response(_page({"amount": words.say("payments_down")}, amount), status=503)
    except Refused as error:
        db.session.rollback()
        return Response(_page({"amount": words.say(error.code, **error.values)}, amount), status=429)
    topup.session_id = opened.session_id
    db.session.commit()
    # A page of our own in between: the content policy lets forms lead to this site only.
    return Response(
        render_template("console/billing/leaving.html", url=opened.url), headers={"Refresh": f"0; url={opened.url}"}
    )


def _link(view: str, topup_id: int) -> str:
    base: str = current_app.config["SETTINGS"].public_url
    return base.rstrip("/") + url_for(f"console.billing.{view}", topup=public("topup", topup_id))


@bp.get("/top-up/<topup>/done")
@allow(Policy.MEMBER)
def done(topup: str) -> AnyResponse | str:
    """Back from paying: the notification credits, this page only looks whether it came."""
    found = ledger.get_topup(resolve("topup", topup))
    tries = request.args.get("tries", 0, type=int)
    waiting = found.state == "created" and tries < WAIT_TRIES
    template = "console/billing/_waiting.html" if forms.is_fragment() else "console/billing/done.html"
    return render_template(template, topup=found, key=topup, waiting=waiting, tries=tries + 1)


@bp.get("/top-up/<topup>/cancelled")
@allow(Policy.MEMBER)
def cancelled(topup: str) -> str:
    return render_template("console/billing/cancelled.html", topup=ledger.get_topup(resolve("topup", topup)))
