"""The check before sending: counted by a job, shown with its cost, and the one button that sends."""

from __future__ import annotations

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from tenants import campaigns
from tenants.campaigns import Campaign, State
from tenants.core.db import db
from tenants.core.errors import ContentRefused, Invalid, NotEnoughCredit, QuotaReached, WrongState
from web import filters
from web.auth import Policy, allow, viewer
from web.checking import Check
from web.forms import go, is_fragment, said
from web.places import place
from web.public import public, resolve
from web.wording import campaigns as words
from web.wording import content, media
from web.wording import filings as filing
from web.words import say

bp = Blueprint("preflight", __name__, url_prefix="/campaigns")


@bp.get("/<campaign>/check")
@allow(Policy.MEMBER)
def show(campaign: str) -> AnyResponse | str:
    """The forecast; what was launched has its own page."""
    found = campaigns.get(resolve("campaign", campaign))
    if found.state != State.DRAFT:
        return go(url_for("console.campaigns.show", campaign=campaign))
    return _page(found)


@bp.get("/<campaign>/check/live")
@allow(Policy.MEMBER)
def live(campaign: str) -> AnyResponse | str:
    """Asked each second while it is counted, and once when the forecast becomes too old."""
    found = campaigns.get(resolve("campaign", campaign))
    if found.state != State.DRAFT:
        return go(url_for("console.campaigns.show", campaign=campaign))
    if Check(found).state == request.args.get("state"):
        return Response(status=204)
    return _page(found)


@bp.post("/<campaign>/check")
@allow(Policy.MEMBER)
def count(campaign: str) -> Response:
    """Count again."""
    try:
        found = campaigns.preflight.ask(resolve("campaign", campaign))
    except Invalid:
        # Something was taken away meanwhile: the composer says what.
        db.session.rollback()
        return go(url_for("console.composer.edit", campaign=campaign, then="check"))
    db.session.commit()
    return go(url_for(".show", campaign=public("campaign", found.id)))


@bp.post("/<campaign>/check/unfiled")
@allow(Policy.MEMBER)
def choose(campaign: str) -> AnyResponse | str:
    """Leave out whom the operators would not let it through to, or send to them all the same."""
    try:
        found = campaigns.preflight.choose(
            resolve("campaign", campaign), send_unfiled=request.form.get("unfiled") == "send"
        )
    except WrongState:
        return go(url_for("console.campaigns.show", campaign=campaign))
    db.session.commit()
    return _page(found) if is_fragment() else go(url_for(".show", campaign=campaign))


@bp.post("/<campaign>/launch")
@allow(Policy.MEMBER)
def launch(campaign: str) -> AnyResponse | tuple[str, int]:
    """Send it on its way, once: a second press finds it launched and shows how far it is."""
    id, by = resolve("campaign", campaign), viewer().identity_id
    found = campaigns.get(id)
    people = request.form.get("people", type=int)
    try:
        if found.state == State.DRAFT:
            _must_be_typed(found)
        launched = found.launched_at is not None
        found = campaigns.launch(id, by=by, people=people)
        db.session.commit()
    except (WrongState, NotEnoughCredit, QuotaReached, ContentRefused, Invalid) as error:
        db.session.rollback()
        told = " ".join(said(error).values()) if isinstance(error, Invalid) else say(error.code, **error.values)
        status = 409 if isinstance(error, WrongState) else 422
        return _page(campaigns.get(id), told), status
    if not launched:
        flash(_launched(found))
    return go(url_for("console.campaigns.show", campaign=campaign))


def _must_be_typed(campaign: Campaign) -> None:
    check = Check(campaign)
    if check.counted and not check.is_typed(request.form.get("typed", "")):
        raise Invalid({"typed": "number_not_typed"})


def _launched(campaign: Campaign) -> str:
    people = filters.people(int(campaign.preflight["people"]))
    if campaign.state == State.IN_REVIEW:
        return str(_("Handed to a reviewer; it is sent to %(people)s after that.", people=people))
    if campaign.state == State.SCHEDULED:
        return str(_("Scheduled for %(people)s.", people=people))
    return str(_("On its way to %(people)s.", people=people))


def _page(campaign: Campaign, refused: str = "") -> str:
    check = Check(campaign)
    fields = campaign.preflight.get("fields", {}) if check.state == "failed" else {}
    return render_template(
        "console/preflight/_check.html" if is_fragment() else "console/preflight/show.html",
        check=check, campaign=campaign, here=public("campaign", campaign.id), refused=refused,
        faults=said(Invalid(fields)), place=place, words=words, content=content, filing=filing,
        media=media,
    )  # fmt: skip
