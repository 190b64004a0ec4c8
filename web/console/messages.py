"""Messages: found by number, campaign, state and date; and one of them with everything that happened to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import get_timezone
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from tenants import accounts, campaigns, message_templates, messages, optouts, signatures
from tenants.campaigns import Campaign
from tenants.core import audit
from tenants.core.db import db
from tenants.core.errors import Invalid, NotFound
from tenants.core.phone import Phone, parse
from tenants.core.secrets import INDEX_BYTES
from tenants.message_templates import Version
from tenants.messages import State, Story
from tenants.messages.search import PAGE
from web import filters, forms, telling, texts
from web.auth import Policy, allow, viewer
from web.places import place
from web.public import public, resolve
from web.wording import content
from web.wording import messages as words

bp = Blueprint("messages", __name__, url_prefix="/messages")

# Campaigns offered by name in the filter.
OFFERED_MAX = 100
POLL_S = 5


@dataclass(frozen=True)
class Wish:
    """A search, as its address says it. `who` is the blind index of a number: numbers never stand in addresses."""

    who: str = ""
    campaign: str = ""
    state: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def read(cls, given: MultiDict[str, str]) -> Wish:
        return cls(*(given.get(name, "").strip() for name in cls.__dataclass_fields__))

    @property
    def address(self) -> dict[str, str]:
        return {name: value for name, value in vars(self).items() if value}

    def check(self) -> None:
        faults = {name: "date_bad" for name in ("since", "until") if getattr(self, name) and not self.day(name)}
        if faults:
            raise Invalid(faults)
        if self.state not in words.FILTERS or (self.who and not self.index):
            raise NotFound

    def day(self, name: str) -> datetime | None:
        """Midnight of a day on the business's clock."""
        try:
            return datetime.combine(date.fromisoformat(getattr(self, name)), time(), get_timezone())
        except ValueError:
            return None

    @property
    def index(self) -> bytes | None:
        try:
            found = bytes.fromhex(self.who)
        except ValueError:
            return None
        return found if len(found) == INDEX_BYTES else None

    def campaign_ids(self) -> list[int] | None:
        """The campaigns it is about; None: any."""
        chosen = resolve("campaign", self.campaign) if self.campaign else None
        if not (self.since or self.until):
            return None if chosen is None else [chosen]
        until = self.day("until")
        begun = campaigns.begun(self.day("since"), until + timedelta(days=1) if until else None)
        return begun if chosen is None else [id for id in begun if id == chosen]


@bp.get("")
@allow(Policy.MEMBER)
def index() -> AnyResponse | str:
    wish = Wish.read(request.args)
    try:
        wish.check()
    except Invalid as error:
        return Response(_page(wish, [], forms.said(error)), status=422)
    before, after = (_cursor(name) for name in ("before", "after"))
    found = messages.search(
        accounts.vault(), phone_index=wish.index, campaign_ids=wish.campaign_ids(),
        states=[State[label.upper()] for label in words.FILTERS[wish.state][1]],
        before=before, after=after, limit=PAGE + 1,
    )  # fmt: skip
    more = len(found) > PAGE
    rows = found[1:] if more and after is not None else found[:PAGE]
    newer = bool(rows) and (more if after is not None else before is not None)
    return _page(wish, rows, {}, newer=newer, older=bool(rows) and (more or after is not None))


def _cursor(name: str) -> int | None:
    text = request.args.get(name, "")
    return resolve("message", text) if text else None


def _page(
    wish: Wish, rows: list[messages.Found], errors: dict[str, str], *, newer: bool = False, older: bool = False
) -> str:
    begun = campaigns.begun(limit=OFFERED_MAX)
    names = campaigns.names(list({*begun, *(row.campaign_id for row in rows)}))
    offered = [(public("campaign", id), names[id]) for id in begun]
    if wish.campaign and wish.campaign not in dict(offered):
        offered.append((wish.campaign, campaigns.get(resolve("campaign", wish.campaign)).name))
    return render_template(
        "console/messages/index.html", wish=wish, rows=rows, errors=errors, names=names, offered=offered, words=words,
        states=[(key, name) for key, (name, _among) in words.FILTERS.items()], place=place, why=words.why,
        newer=newer, older=older,
    )  # fmt: skip


@bp.post("")
@allow(Policy.MEMBER)
def find() -> AnyResponse:
    """The address of a search: the number as typed becomes its blind index."""
    wish, typed = Wish.read(request.form), request.form.get("number", "").strip()
    address = wish.address
    if typed:
        phone = parse(typed)
        if not isinstance(phone, Phone):
            errors = forms.said(Invalid({"number": f"phone_{phone}"}))
            return Response(_page(wish, [], errors), status=422)
        address["who"] = accounts.vault().index(phone.e164).hex()
    return forms.go(url_for(".index", **address))  # type: ignore[arg-type]


@bp.get("/<message>")
@allow(Policy.MEMBER)
def show(message: str) -> str:
    return _story(message, _get(message), "console/messages/show.html")


@bp.get("/<message>/live")
@allow(Policy.MEMBER)
def live(message: str) -> AnyResponse | str:
    """What happened since the version the page shows: nothing is 204."""
    story = _get(message)
    if telling.version(story) == request.args.get("v"):
        return Response(status=204)
    return _story(message, story, "console/messages/_live.html")


def _get(message: str) -> Story:
    return messages.story(resolve("message", message), accounts.vault())


def _story(message: str, story: Story, template: str, **more: Any) -> str:
    campaign = campaigns.get(story.campaign_id)
    url = url_for("console.campaigns.show", campaign=public("campaign", campaign.id))
    return render_template(
        template, here=message, story=story, days=telling.days(story, campaign.name, url), telling=telling,
        campaign=campaign, campaign_url=url, signature=_signature(campaign), version=_version(campaign),
        words=words, content=content, place=place, why=words.why,
        bubbles=texts.filled(story.whole, story.values, story.country), fragment=forms.is_fragment(),
        opted_out=bool(optouts.filter([story.phone_index], story.signature_id)),
        owner=viewer().role == "owner", every_s=0 if story.final else POLL_S, **more,
    )  # fmt: skip


def _version(campaign: Campaign) -> Version | None:
    return message_templates.version(campaign.template_id or 0, campaign.version or 0) if campaign.version else None


def _signature(campaign: Campaign) -> str:
    return signatures.get(campaign.signature_id).text if campaign.signature_id else ""


@bp.post("/<message>/number")
@allow(Policy.OWNER)
def number(message: str) -> str:
    """The number in full, for this page only; that someone looked is written down."""
    story = _get(message)
    audit.record("message.show_number", actor_id=viewer().identity_id, object=message, ip=request.remote_addr or "")
    db.session.commit()
    template = "console/messages/_number.html" if forms.is_fragment() else "console/messages/show.html"
    return _story(message, story, template, shown=True)


@bp.post("/<message>/opt-out")
@allow(Policy.MEMBER)
def opt_out(message: str) -> AnyResponse:
    """Never send to this number again."""
    story = _get(message)
    added = optouts.add(story.number, message, by=viewer().identity_id)
    db.session.commit()
    masked = filters.tel(story.number)
    flash(
        _("%(number)s gets nothing more.", number=masked) if added else _("%(number)s was on the list.", number=masked)
    )
    return forms.go(url_for(".show", message=message))
