"""Campaigns: the list, and one that was launched: watched, paused, gone on with, cancelled, reported."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, abort, flash, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from tenants import accounts, campaigns, message_templates, messages, moderation, signatures
from tenants.campaigns import Campaign, State
from tenants.campaigns.listing import PAGE
from tenants.core import audit
from tenants.core.clock import now
from tenants.core.db import db
from web import filters, texts, zones
from web.auth import Policy, allow, viewer
from web.downloads import sheet
from web.forms import go, is_fragment
from web.places import place
from web.public import public, resolve
from web.watching import Pace, Watch, watch
from web.wording import campaigns as words
from web.wording import content
from web.wording.messages import why

bp = Blueprint("campaigns", __name__, url_prefix="/campaigns")

# Rows of one file of failed numbers.
FAILED_MAX, FAILED_PAGE = 100_000, 5_000


@bp.get("")
@allow(Policy.MEMBER)
def index() -> str:
    """One page of the list, newest first."""
    chosen = request.args.get("state", "")
    if chosen not in words.FILTERS:
        abort(404)
    states = words.FILTERS[chosen][1]
    before, after = (_cursor(request.args.get(name, "")) for name in ("before", "after"))
    rows = campaigns.listed(states=states, before=before, after=after, limit=PAGE + 1)
    more = len(rows) > PAGE
    rows = rows[1:] if more and after is not None else rows[:PAGE]
    by_state = campaigns.counted()
    counts = {key: sum(by_state.get(state, 0) for state in among) for key, (_name, among) in words.FILTERS.items()}
    counts[""] = sum(by_state.values())
    filters_ = [
        (key, name, url_for(".index", state=key or None), counts[key]) for key, (name, _states) in words.FILTERS.items()
    ]
    return render_template(
        "console/campaigns/index.html", filters=filters_, rows=rows, chosen=chosen, zone=zones.clock_name(),
        words=words, content=content,
        counts=counts, progress=messages.progress_of([row.id for row in rows]),
        newer=rows and (more if after is not None else before is not None),
        older=rows and (more if after is None else True),
    )  # fmt: skip


def _cursor(text: str) -> int | None:
    return resolve("campaign", text) if text else None


@bp.post("")
@allow(Policy.MEMBER)
def create() -> Response:
    """A new draft, opened in the composer."""
    name = _("Campaign of %(date)s", date=filters.date(now()))
    made = campaigns.create(name, by=viewer().identity_id, time_zone=accounts.current().time_zone)
    db.session.commit()
    return go(url_for("console.composer.edit", campaign=public("campaign", made.id)))


@bp.get("/<campaign>")
@allow(Policy.MEMBER)
def show(campaign: str) -> AnyResponse | str:
    """The campaign in progress, and its report when it is over; a draft opens in the composer."""
    found = watch(resolve("campaign", campaign))
    if found.state is State.DRAFT:
        return go(url_for("console.composer.edit", campaign=campaign))
    return _page("console/campaigns/show.html", found)


@bp.get("/<campaign>/live")
@allow(Policy.MEMBER)
def live(campaign: str) -> AnyResponse | str:
    """What changed since the version the page shows: nothing is 204."""
    found = watch(resolve("campaign", campaign), Pace.read(request.args))
    if found.version == request.args.get("v"):
        return Response(status=204)
    return _page("console/campaigns/_live.html", found)


def _page(template: str, found: Watch) -> str:
    campaign = found.campaign
    assert campaign.signature_id is not None and campaign.template_id is not None and campaign.version is not None
    version = message_templates.version(campaign.template_id, campaign.version)
    opt_out = texts.added_opt_out(version.body, message_templates.Kind(version.kind))
    return render_template(
        template, watch=found, campaign=campaign, run=found.progress, here=public("campaign", campaign.id),
        words=words, content=content, place=place, why=why, fragment=is_fragment(),
        signature=signatures.get(campaign.signature_id), failed_max=FAILED_MAX, version=version,
        zone=zones.clock_name(), tinted=texts.marked(version.body), opt_out=opt_out,
        reason=moderation.reasons.parse(campaign.reason), owner=viewer().role == "owner",
    )  # fmt: skip


@bp.post("/<campaign>/pause")
@allow(Policy.MEMBER)
def pause(campaign: str) -> Response:
    found = campaigns.pause(resolve("campaign", campaign))
    return _done(found, "pause", _("Paused. What is on its way is still finished."))


@bp.post("/<campaign>/resume")
@allow(Policy.MEMBER)
def resume(campaign: str) -> Response:
    found = campaigns.resume(resolve("campaign", campaign))
    return _done(found, "resume", _("It goes on."))


@bp.post("/<campaign>/cancel")
@allow(Policy.MEMBER)
def cancel(campaign: str) -> Response:
    found = campaigns.cancel(resolve("campaign", campaign))
    return _done(found, "cancel", _("Cancelled. Nothing more is handed over."))


def _done(campaign: Campaign, act: str, said: str) -> Response:
    audit.record(f"campaign.{act}", actor_id=viewer().identity_id, object=f"campaign:{campaign.id}")
    db.session.commit()
    flash(said)
    return go(url_for(".show", campaign=public("campaign", campaign.id)))


@bp.post("/<campaign>/copy")
@allow(Policy.MEMBER)
def copy(campaign: str) -> Response:
    """The same content and people in a new draft."""
    id = resolve("campaign", campaign)
    name = _("%(name)s (copy)", name=campaigns.get(id).name)[: campaigns.drafting.NAME_MAX]
    made = campaigns.copy(id, name, by=viewer().identity_id)
    db.session.commit()
    flash(_("Copied into a new draft."))
    return go(url_for("console.composer.edit", campaign=public("campaign", made.id)))


@bp.post("/<campaign>/discard")
@allow(Policy.MEMBER)
def discard(campaign: str) -> Response:
    """Delete a draft."""
    id = resolve("campaign", campaign)
    name = campaigns.get(id).name
    campaigns.discard(id)
    audit.record("campaign.discard", actor_id=viewer().identity_id, object=f"campaign:{id}")
    db.session.commit()
    flash(_("The draft “%(name)s” was discarded.", name=name))
    return go(url_for(".index"))


@bp.get("/<campaign>/failed.csv")
@allow(Policy.MEMBER)
def failed(campaign: str) -> Response:
    """The numbers that failed, with reasons; masked, unless an owner asks for them in full, which is recorded."""
    id = resolve("campaign", campaign)
    found = campaigns.get(id)
    full = request.args.get("numbers") == "full"
    if full and viewer().role != "owner":
        abort(403)
    if full:
        audit.record("campaign.export_numbers", actor_id=viewer().identity_id, object=f"campaign:{id}")
        db.session.commit()
    header = [_("Phone number"), _("Operator"), _("Reason"), _("Ended at")]
    return sheet(f"{found.name}-{_('failed')}.csv", header, _failed_rows(id, full))


def _failed_rows(campaign_id: int, full: bool) -> Iterator[list[str]]:
    keys, after, left = accounts.vault(), (-1, 0), FAILED_MAX
    while left and (rows := messages.failed(campaign_id, keys, after, min(left, FAILED_PAGE))):
        left -= len(rows)
        after = (rows[-1].batch_no, rows[-1].id)
        for row in rows:
            number = row.number if full else filters.tel(row.number)
            at = filters.local(row.done_at).isoformat(" ", "seconds") if row.done_at else ""
            yield [number, place(row.country, row.operator), why(row.code), at]
