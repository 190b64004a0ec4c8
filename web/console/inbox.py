"""What people wrote back: the newest first, by number, unread. Who sent a stop word is opted out already."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from tenants import campaigns, signatures
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound
from tenants.core.phone import Phone, parse
from tenants.messages import inbound
from tenants.messages.inbound import PAGE, Shown
from web import filters, forms
from web.auth import Policy, allow, viewer
from web.public import resolve

bp = Blueprint("inbox", __name__, url_prefix="/inbox")

# What a filter of the address asks for.
FILTERS: dict[str, dict[str, bool]] = {"": {}, "unread": {"unread_only": True}, "stops": {"stops_only": True}}
# Replies of one number that are shown at once.
OF_ONE_MAX = 200


@bp.get("")
@allow(Policy.MEMBER)
def index() -> str:
    before, wanted = request.args.get("before", ""), request.args.get("show", "")
    if wanted not in FILTERS:
        raise NotFound
    found = inbound.page(before=resolve("reply", before) if before else None, **FILTERS[wanted])  # type: ignore[arg-type]
    return _page(found[:PAGE], shown=wanted, paged=bool(before), older=len(found) > PAGE)


@bp.post("/find")
@allow(Policy.MEMBER)
def find() -> AnyResponse | str:
    """What one number wrote. It is sent as a form, since addresses end in logs."""
    typed = request.form.get("number", "").strip()
    phone = parse(typed)
    if not isinstance(phone, Phone):
        return Response(_page([], find=typed, errors=forms.said(Invalid({"number": f"phone_{phone}"}))), status=422)
    return _page(inbound.page(number=phone.e164, limit=OF_ONE_MAX)[:OF_ONE_MAX], find=typed)


@bp.post("/read")
@allow(Policy.MEMBER)
def read() -> AnyResponse:
    """One reply, or all of them, is done with."""
    one = request.form.get("reply", "")
    marked = inbound.mark_read([resolve("reply", one)] if one else None)
    db.session.commit()
    flash(ngettext("%(num)s reply marked as read.", "%(num)s replies marked as read.", marked))
    return forms.go(url_for(".index"))


@bp.post("/<reply>/opt-out")
@allow(Policy.MEMBER)
def opt_out(reply: str) -> AnyResponse:
    """Whoever wrote this gets nothing more under the signature it answers."""
    number, added = inbound.opt_out(resolve("reply", reply), by=viewer().identity_id)
    inbound.mark_read([resolve("reply", reply)])
    db.session.commit()
    masked = filters.tel(number)
    flash(
        _("%(number)s gets nothing more.", number=masked) if added else _("%(number)s was on the list.", number=masked)
    )
    return forms.go(url_for(".index"))


def _page(
    rows: list[Shown], *, shown: str = "", find: str = "", errors: dict[str, str] | None = None, **more: Any
) -> str:
    return render_template(
        "console/inbox/index.html", rows=rows, shown=shown, find=find, errors=errors or {}, unread=inbound.unread(),
        total=inbound.count(), names=campaigns.names(list({row.campaign_id for row in rows})),
        signatures={each.id: each.text for each in signatures.listed()}, **more,
    )  # fmt: skip
