"""Billing: what is there, what moved and why, and money in by Stripe."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import structlog
from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from tenants import accounts, campaigns, ledger, messages
from tenants.core import money
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound, Refused
from tenants.ledger import Line, Statement
from web import filters, forms, words
from web.auth import Policy, allow, viewer
from web.downloads import sheet
from web.frame import parts_for
from web.i18n import locale
from web.public import public, resolve
from workers import payments

bp = Blueprint("billing", __name__, url_prefix="/billing")
log = structlog.get_logger()

AMOUNTS = {"trial": (100, 500, 1_000), "live": (1_000, 5_000, 10_000)}
MONTHS_SHOWN = 12
EXPORT_MAX = 100_000
# How often the page after paying asks whether the notification, which alone credits, has come: a minute in all.
WAIT_TRIES = 30
WAIT_S = 2

MATTERS = {
    "settle": _l("Usage"),
    "topup": _l("Top-up"),
    "grant": _l("Credit"),
    "adjustment": _l("Adjustment"),
    "refund": _l("Refund"),
}


@bp.get("")
@allow(Policy.MEMBER)
def show() -> str:
    return _page({}, request.args.get("amount", ""))


def _page(errors: dict[str, str], amount: str) -> str:
    person, business = viewer(), accounts.current()
    kind = request.args.get("kind", "")
    found = ledger.statement(_month(), kind, request.args.get("after", ""))
    ids = _campaign_ids(found)
    amounts = AMOUNTS.get(business.state, AMOUNTS["live"])
    return render_template(
        "console/billing/show.html", balance=ledger.balance(business.id, business.currency), found=found, kind=kind,
        month=f"{found.since:%Y-%m}", months=_months(), business=business, names=campaigns.names(ids),
        progress=messages.progress_of(ids), matters=MATTERS, topups=ledger.recent_topups(5), errors=errors,
        amounts=amounts, amount=amount or f"{amounts[0]}.00", quote=_quote(amount or str(amounts[0])),
        may_pay=person.role == "owner",
    )  # fmt: skip


def _month() -> date | None:
    """The month asked for; this one when there is none."""
    text = request.args.get("month", "")
    try:
        return datetime.strptime(text, "%Y-%m").date() if text else None
    except ValueError as error:
        raise NotFound from error


def _months() -> list[tuple[str, str]]:
    """This month and those before it, to choose from."""
    first = filters.local(now()).date().replace(day=1)
    count = first.year * 12 + first.month - 1
    shown = [date(place // 12, place % 12 + 1, 1) for place in range(count, count - MONTHS_SHOWN, -1)]
    return [(f"{day:%Y-%m}", filters.month(day)) for day in shown]


def _campaign_ids(found: Statement) -> list[int]:
    return [line.ref_id for line in found.lines if line.ref_type == "campaign"]


def _quote(amount: str) -> dict[str, Any] | None:
    """What an amount would bring: the balance after it, and about how many more parts; or `no`, why it may not be
    paid. None when it is no amount."""
    micro = money.parse(amount)
    if not micro or micro < 0:
        return None
    try:
        ledger.check_amount(micro)
    except Invalid as error:
        return {"no": forms.said(error)["amount"]}
    business = accounts.current()
    after = ledger.balance(business.id, business.currency).available + micro
    return {"amount": micro, "after": after, "parts": parts_for(micro)}


@bp.get("/quote")
@allow(Policy.MEMBER)
def quote() -> str:
    """The lines under the amount, while it is typed."""
    return render_template("console/billing/_quote.html", quote=_quote(request.args.get("amount", "")))


@bp.get("/statement.csv")
@allow(Policy.MEMBER)
def export() -> Response:
    """The month's statement as a file, to the micro-unit."""
    found = ledger.statement(_month(), limit=EXPORT_MAX)
    header = [
        _("Time"), _("Matter"), _("Cause"), _("Note"), _("Settled"), _("Held"), _("Returned"), _("Amount"),
        _("Balance"), _("Currency"),
    ]  # fmt: skip
    return sheet(f"statement-{found.since:%Y-%m}.csv", header, _rows(found, accounts.current().currency))


def _rows(found: Statement, currency: str) -> Iterator[list[str]]:
    """The closing balance, the lines from the newest to the oldest, the opening balance."""
    names = campaigns.names(_campaign_ids(found))
    blank = [""] * 6
    yield [_clock(min(found.until, now())), _("Closing balance"), *blank, _figure(found.closing_micro), currency]
    for line in found.lines:
        moved = (line.settled_micro, line.held_micro, line.returned_micro, line.amount_micro, line.balance_micro)
        cause = names.get(line.ref_id, "") if line.ref_type == "campaign" else _cause(line)
        yield [_clock(line.at), str(MATTERS[line.kind]), cause, line.note, *map(_figure, moved), currency]
    yield [_clock(found.since), _("Opening balance"), *blank, _figure(found.opening_micro), currency]


def _cause(line: Line) -> str:
    return public("topup", line.ref_id) if line.ref_type == "topup" else ""


def _clock(instant: datetime) -> str:
    return filters.local(instant).isoformat(timespec="seconds")


def _figure(micro: int) -> str:
    """An amount with all its digits and nothing else, as a spreadsheet adds it up."""
    return f"{Decimal(micro).scaleb(-6):f}"


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
        topup = ledger.open_topup(micro, by=person.identity_id)
        db.session.commit()
        reference = public("topup", topup.id)
        opened = payments.checkout(
            payments.Order(
                reference, topup.amount_micro, topup.currency, name=_("Balance of %(name)s", name=person.tenant_name),
                email=person.email, language=locale(), success_url=_link("done", reference),
                cancel_url=_link("cancelled", reference), expires_at=topup.created_at + ledger.PAYABLE_FOR,
            )
        )  # fmt: skip
    except Invalid as error:
        return _refused(forms.said(error), amount, 422)
    except payments.PaymentsDown as error:
        log.error("topup.down", error=str(error))
        return _refused({"amount": words.say("payments_down")}, amount, 503)
    except Refused as error:
        return _refused({"amount": words.say(error.code, **error.values)}, amount, 429)
    ledger.link_topup(topup.id, opened.session_id)
    db.session.commit()
    # A page of our own in between: the content policy lets forms lead to this site only.
    return Response(
        render_template("console/billing/leaving.html", url=opened.url), headers={"Refresh": f"0; url={opened.url}"}
    )


def _refused(errors: dict[str, str], amount: str, status: int) -> Response:
    db.session.rollback()
    return Response(_page(errors, amount), status=status)


def _link(view: str, reference: str) -> str:
    base: str = current_app.config["SETTINGS"].public_url
    return base.rstrip("/") + url_for(f"console.billing.{view}", topup=reference)


@bp.get("/top-up/<topup>/done")
@allow(Policy.MEMBER)
def done(topup: str) -> AnyResponse | str:
    """Back from paying: the notification credits, this page only looks whether it came."""
    found = ledger.get_topup(resolve("topup", topup))
    tries = max(request.args.get("tries", 0, type=int), 0)
    waiting = found.state == "created" and tries < WAIT_TRIES
    if forms.is_fragment() and found.state == "paid":
        return Response(headers={"HX-Refresh": "true"})  # the whole page, because the side shows the balance too
    template = "console/billing/_waiting.html" if forms.is_fragment() else "console/billing/done.html"
    return render_template(template, topup=found, key=topup, waiting=waiting, tries=tries + 1, every_s=WAIT_S)


@bp.get("/top-up/<topup>/cancelled")
@allow(Policy.MEMBER)
def cancelled(topup: str) -> str:
    return render_template("console/billing/cancelled.html", topup=ledger.get_topup(resolve("topup", topup)))
