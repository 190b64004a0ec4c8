"""The reviewer's desk: what waits, one of them in full, and the decision. After it the next one lies on the desk."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flask import Blueprint, Response, abort, flash, make_response, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from tenants import campaigns, filings, moderation
from tenants.core import audit, files, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.errors import Invalid, Refused
from tenants.moderation import Decider, Hit, Item, Review, Waiting
from web import texts, words
from web.auth import Policy, allow, viewer
from web.downloads import attachment
from web.filters import local
from web.forms import go, is_fragment, said
from web.staff import media, notices
from web.texts import Mark
from web.wording import content

bp = Blueprint("reviews", __name__, url_prefix="/reviews")

SOON = timedelta(minutes=45)
URGENT = timedelta(minutes=15)
# Rooms above moderation that own a subject: they are told here, in the tenant's scope.
ABOVE: dict[str, Decider] = {
    "campaign": lambda id, _version, approved, reason, by: campaigns.decide(id, approved, reason, by),
}


class Done(NamedTuple):
    """What was just decided, and whether it may be taken back."""

    review: int
    said: str
    undoable: bool


class Left(NamedTuple):
    """What is left of the time a review may take: a state's kind and the words."""

    kind: str
    said: str


@bp.get("")
@allow(Policy.STAFF)
def index() -> str:
    return _desk(None)


@bp.get("/<int:review>")
@allow(Policy.STAFF)
def show(review: int) -> str:
    moderation.get(review)
    return _desk(review)


@bp.post("/<int:review>/lock")
@allow(Policy.STAFF)
def lock(review: int) -> str:
    """Keep it for ten minutes; asked again every minute while the page is open."""
    held = moderation.lock(review, by=viewer().identity_id)
    db.session.commit()
    return render_template("staff/reviews/_lock.html", review=held, mine=held.locked_by == viewer().identity_id)


@bp.post("/<int:review>/decide")
@allow(Policy.STAFF)
def decide(review: int) -> Any:
    approved = request.form.get("decision") == "approve"
    following = _following(review)
    try:
        reason = "" if approved else _reason()
        decided = moderation.decide(review, approved=approved, reason=reason, by=viewer().identity_id, above=ABOVE)
    except Refused as error:
        db.session.rollback()
        errors = said(error) if isinstance(error, Invalid) else {"decision": words.say(error.code, **error.values)}
        return _desk(review, errors), 422
    notices.decided(decided)
    db.session.commit()
    done = Done(decided.id, _done(decided), moderation.undoable(decided, campaigns.UNDOERS))
    answer = make_response(_desk(following, done=done))
    answer.headers["HX-Push-Url"] = _address(following)
    return answer


@bp.post("/<int:review>/undo")
@allow(Policy.STAFF)
def undo(review: int) -> Any:
    """Take one's decision back; the applicant is told that it is looked at once more."""
    taken_back = moderation.undo(review, by=viewer().identity_id, undoers=campaigns.UNDOERS)
    notices.taken_back(taken_back)
    db.session.commit()
    flash(_("Your decision on “%(title)s” was taken back.", title=taken_back.title))
    return go(url_for(".show", review=review))


@bp.post("/<int:review>/sample")
@allow(Policy.STAFF)
def sample(review: int) -> str:
    """What one recipient of a campaign will read; that somebody looked is written down."""
    found, number = moderation.get(review), request.form.get("number", 1, type=int)
    if found.subject != "campaign":
        abort(404)
    audit.record(
        "review.sample", actor_id=viewer().identity_id, object=f"review:{review}", tenant_id=found.tenant_id,
        number=number,
    )  # fmt: skip
    db.session.commit()
    with scopes.tenant(found.tenant_id):
        read, place = campaigns.rendered(found.subject_id, max(number, 1))
    shown, hits = _marked(read, found.shown.get("kind", ""))
    return render_template(
        "staff/reviews/_sample.html" if is_fragment() else "staff/reviews/sample.html", review=found, shown=shown,
        hits=hits, place=place, words=content,
    )  # fmt: skip


@bp.get("/<int:review>/files/<int:number>")
@allow(Policy.STAFF)
def document(review: int, number: int) -> Response:
    """The `number`th document handed in with it, counted from one; each opening is written down."""
    found = moderation.get(review)
    shown = found.shown.get("files", [])
    if not 1 <= number <= len(shown):
        abort(404)
    audit.record(
        "review.document", actor_id=viewer().identity_id, object=f"review:{review}", tenant_id=found.tenant_id,
        number=number,
    )  # fmt: skip
    db.session.commit()
    with scopes.tenant(found.tenant_id):
        return attachment(files.get(shown[number - 1]["id"]))


def _done(review: Review) -> str:
    if review.state == "withdrawn":
        return str(_("“%(title)s” no longer waits: it was taken back or decided elsewhere.", title=review.title))
    if review.state == "pending":
        return str(_("“%(title)s” is approved by you; a second person must look as well.", title=review.title))
    if review.state == "approved":
        return str(_("“%(title)s” was approved.", title=review.title))
    return str(_("“%(title)s” was rejected.", title=review.title))


def _reason() -> str:
    return moderation.reasons.compose(request.form.get("code", ""), request.form.get("note", ""))


def _subject() -> str:
    wanted = request.args.get("subject", "")
    return wanted if wanted in content.SUBJECTS else ""


def _following(review: int) -> int | None:
    """The review after this one in the queue as it is filtered, else the one before; None when it was the last."""
    queue = [waiting.review.id for waiting in moderation.queue(_subject())]
    if review not in queue:
        return queue[0] if queue else None
    at = queue.index(review)
    rest = queue[at + 1 : at + 2] or queue[max(at - 1, 0) : at]
    return rest[0] if rest else None


def _address(review: int | None) -> str:
    subject = _subject() or None
    if review is None:
        return url_for(".index", subject=subject)
    return url_for(".show", review=review, subject=subject)


def _desk(chosen: int | None, errors: dict[str, str] | None = None, done: Done | None = None) -> str:
    """The queue with one review beside it: the one chosen, else the most urgent."""
    queue = moderation.queue(_subject())
    review = chosen if chosen is not None else queue[0].review.id if queue else None
    item = moderation.item(review) if review is not None else None
    counts = moderation.waiting()
    today = local(now()).replace(hour=0, minute=0, second=0, microsecond=0)
    template = "staff/reviews/_desk.html" if is_fragment() else "staff/reviews/index.html"
    return render_template(
        template, queue=queue, item=item, chosen=chosen is not None, errors=errors or {}, done=done, words=content,
        counts=counts, total=sum(counts.values()), filings_n=filings.deciding.waiting(), subject=_subject(),
        left=left, address=_address, text=_text(item),
        decided_n=moderation.decided_by(viewer().identity_id, today), oldest=_oldest(queue), me=viewer().identity_id,
        undo=item is not None and _may_undo(item.review), reasons=moderation.reasons, phone=media.phone(item),
    )  # fmt: skip


def _text(item: Item | None) -> tuple[Markup, list[Hit]]:
    """The text with its hits marked, and the hits in the order of their numbers."""
    if item is None:
        return Markup(), []
    return _marked(item.review.shown.get("text", ""), item.review.shown.get("kind", ""))


def _marked(text: str, kind: str) -> tuple[Markup, list[Hit]]:
    hits = {Mark(hit.start, hit.end, hit.level): hit for hit in moderation.judge(text, kind).hits}
    marks = texts.apart(hits)
    return texts.marked(text, marks), [hits[mark] for mark in marks]


def _may_undo(review: Review) -> bool:
    return review.decided_by == viewer().identity_id and moderation.undoable(review, campaigns.UNDOERS)


def _oldest(queue: list[Waiting]) -> datetime | None:
    return min((waiting.review.submitted_at for waiting in queue), default=None)


def left(due_at: datetime) -> Left:
    """How long until a review is due: red under a quarter of an hour, amber under three."""
    time = due_at - now()
    minutes = int(abs(time).total_seconds() // 60)
    if time < timedelta(0):
        return Left("bad", _("%(time)s over", time=_span(minutes)))
    return Left("bad" if time < URGENT else "warn" if time < SOON else "", _("%(time)s left", time=_span(minutes)))


def _span(minutes: int) -> str:
    if minutes < 60:
        return str(_("%(n)s min", n=minutes))
    return str(_("%(hours)s h %(minutes)s min", hours=minutes // 60, minutes=minutes % 60))
