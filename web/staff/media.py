"""What a reviewer sees of an MMS or RCS: the phone, as it will be sent with its variables in braces, and its media."""

from __future__ import annotations

from flask import Blueprint, Response, abort, url_for

from tenants import media, moderation
from tenants.core import scopes
from tenants.core.files import File
from tenants.message_templates import Kind
from tenants.message_templates.rich import from_json
from tenants.moderation import Item, Review
from web import rich_showing
from web.auth import Policy, allow
from web.downloads import inline
from web.rich_showing import Shown

bp = Blueprint("media", __name__, url_prefix="/reviews")


@bp.get("/<int:review>/media/<int:number>")
@allow(Policy.STAFF)
def show(review: int, number: int) -> Response:
    """The `number`th medium handed in with it, counted from one."""
    found = moderation.get(review)
    named = _named(found)
    if not 1 <= number <= len(named):
        abort(404)
    with scopes.tenant(found.tenant_id):
        return inline(media.get(named[number - 1]))


def phone(item: Item | None) -> Shown | None:
    """What a review is about as its recipients would see it; None for a text."""
    shown = item.review.shown if item else {}
    rich = from_json(shown.get("product", "sms"), shown.get("rich", {}))
    if item is None or rich is None:
        return None
    named = _named(item.review)

    def where(file: File) -> str:
        return url_for("staff.media.show", review=item.review.id, number=named.index(file.id) + 1)

    with scopes.tenant(item.review.tenant_id):
        return rich_showing.shown(rich, {}, signature="", kind=Kind(shown["kind"]), where=where)


def _named(review: Review) -> list[int]:
    return [int(id) for id in review.shown.get("rich", {}).get("media", ())]
