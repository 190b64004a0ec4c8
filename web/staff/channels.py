"""Channels: what each serves and at what pace, what waits; adding, changing, draining, pausing, taking up again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from secrets import token_hex
from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from tenants import filings, messages
from tenants.core import audit
from tenants.core.db import db
from tenants.core.errors import Invalid
from tenants.core.operators import OPERATORS
from tenants.core.phone import Phone, parse
from tenants.routing import State, board, drifting, tending
from tenants.routing.models import Channel
from tenants.routing.tending import Wish
from web import forms
from web.auth import Policy, allow, viewer
from web.places import HOME, place
from web.staff.board import told
from web.wording import channels as words
from web.wording import content, routing
from web.wording.messages import why as messages_why
from workers import channels
from workers.channels import Accepted, Doubtful, Field, Outgoing, Refused
from workers.channels.generic_http.presets import PRESETS
from workers.channels.settings import opened, seal

bp = Blueprint("channels", __name__, url_prefix="/channels")

ACTS = {"drain": State.DRAINING, "pause": State.PAUSED, "resume": State.ACTIVE}
PRESET_KIND = "generic_http"
# Settings stand apart from what every channel has: a provider may call one of its own "name".
PREFIX = "set-"
TENANTS_MAX = 50
CHANGES_SHOWN = 30
BACK = timedelta(hours=24)
SPARK = (100, 24)
TEXT_MAX = 500


@bp.get("")
@allow(Policy.STAFF)
def index() -> str:
    """All channels, those that take nothing on top; what waits, and what nobody takes."""
    found = tending.listed()
    waiting = messages.backlog()
    unserved = [each for each in waiting if not any(_takes(channel, each) for channel in found)]
    return render_template(
        "staff/channels/index.html", channels=found, waiting=sum(each.messages for each in waiting),
        unserved=unserved, uncovered=tending.uncovered(found), alone=_alone(found), paces=_paces(found),
        words=words, content=content, place=place, named=named, serves=_serves,
    )  # fmt: skip


def _takes(channel: Channel, waiting: messages.Waiting) -> bool:
    """A channel kept for some businesses may take it too: which ones wait is not told here."""
    kept = channel.state == State.ACTIVE and bool(channel.tenant_ids)
    return kept or tending.reaches(channel, waiting.country, waiting.operator, waiting.kind)


def _alone(found: Sequence[Channel]) -> dict[int, list[str]]:
    """Channel → the operators nobody else reaches."""
    missing = set(tending.uncovered(found))
    return {each.id: [one for one in tending.uncovered(found, without=each.id) if one not in missing] for each in found}


def _paces(found: Sequence[Channel]) -> int | None:
    """Parts a second of all that are active together; None when one of them has no limit."""
    active = [each.tps for each in found if each.state == State.ACTIVE]
    return sum(active) if all(active) else None


def named(kind: str) -> str:
    return str(words.KINDS[kind][0]) if kind in words.KINDS else kind


def _serves(channel: Channel) -> str:
    """Operators and countries in words: 移动、联通; Singapore; any."""
    comma = "、" if _chinese() else ", "
    operators = [place(HOME, each) for each in channel.operators]
    countries = [place(each, "") for each in channel.countries if each != HOME or not operators]
    return comma.join(operators + countries) or _("Every operator and country")


def _chinese() -> bool:
    locale = get_locale()
    return locale is not None and locale.language == "zh"


@dataclass(frozen=True)
class Filled:
    """The form as it stands: what every channel has, and the settings of its kind. Secrets are never in it."""

    name: str = ""
    countries: str = ""
    operators: Sequence[str] = ()
    kinds: Sequence[str] = ()
    products: Sequence[str] = ("sms",)
    tenants: str = ""
    weight: str = "100"
    tps: str = "0"
    settings: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, form: MultiDict[str, str]) -> Filled:
        texts = {name: form.get(name, "").strip() for name in ("name", "countries", "tenants", "weight", "tps")}
        settings = {name.removeprefix(PREFIX): form[name] for name in form if name.startswith(PREFIX)}
        operators, kinds = form.getlist("operators"), form.getlist("kinds")
        # A form without the boxes at all (another product's, an older page) means text messages.
        products = form.getlist("products") if "products-asked" in form else ["sms"]
        return cls(**texts, operators=operators, kinds=kinds, products=products, settings=settings)

    @classmethod
    def of(cls, channel: Channel) -> Filled:
        return cls(
            channel.name, ", ".join(channel.countries), channel.operators, channel.kinds, channel.products,
            ", ".join(map(str, channel.tenant_ids)), str(channel.weight), str(channel.tps), channel.settings,
        )  # fmt: skip

    def wish(self) -> Wish:
        return Wish(
            self.name, tuple(each.upper() for each in _listed(self.countries)), tuple(self.operators),
            tuple(self.kinds), self.tenant_ids, _number(self.weight), _number(self.tps),
            tuple(self.products),
        )  # fmt: skip

    @property
    def tenant_ids(self) -> tuple[int, ...]:
        return tuple(number for number in map(_number, _listed(self.tenants)) if number is not None)

    def faults(self, kind: str, known: Mapping[str, Any]) -> dict[str, Any]:
        """What is wrong in the whole form; `known` are the secrets a channel has already."""
        found = self.wish().faults()
        if len(self.tenant_ids) != len(_listed(self.tenants)) or len(self.tenant_ids) > TENANTS_MAX:
            found["tenants"] = "tenants_unknown"
        by_name = {each.name: each for each in channels.fields(kind)}
        for name, code in channels.check(kind, {**known, **_typed(self.settings)}).items():
            bounds = {"low": by_name[name].low, "high": by_name[name].high}
            found[PREFIX + name] = (code, bounds) if code == "out_of_range" else code
        return found


def _listed(text: str) -> list[str]:
    return [each for each in text.replace("，", ",").replace(" ", ",").split(",") if each]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _typed(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if value != ""}


def _parted(kind: str, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The settings of a kind, clear ones and secret ones, as the row keeps them."""
    clear: dict[str, Any] = {}
    secret: dict[str, Any] = {}
    for each in channels.fields(kind):
        value = given.get(each.name)
        if value not in (None, ""):
            kept = int(value) if each.type == "number" else str(value).replace("\r\n", "\n").strip()
            (secret if each.secret else clear)[each.name] = kept
    return clear, secret


@bp.get("/new")
@allow(Policy.STAFF)
def new() -> str:
    """Choose a kind, then fill its form."""
    kind, preset = request.args.get("kind", ""), request.args.get("preset", "")
    if not kind:
        return render_template(
            "staff/channels/kinds.html", kinds=channels.KINDS, presets=PRESETS, words=words, named=named
        )
    _existing(kind)
    if preset and (kind != PRESET_KIND or preset not in PRESETS):
        abort(404)
    return _form(Filled(settings=PRESETS[preset] if preset else {}), kind, {})


def _existing(kind: str) -> None:
    if kind not in channels.KINDS:
        abort(404)


@bp.post("/new")
@allow(Policy.STAFF)
def create() -> AnyResponse:
    kind, filled = request.form.get("kind", ""), Filled.read(request.form)
    _existing(kind)
    try:
        if faults := filled.faults(kind, {}):
            raise Invalid(faults)
        clear, secret = _parted(kind, filled.settings)
        made = tending.add(kind, filled.wish(), clear, by=viewer().identity_id)
    except Invalid as error:
        db.session.rollback()
        return Response(_form(filled, kind, forms.said(error)), status=422)
    made.secrets = seal(made.id, secret) if secret else None
    filings.rules.set_by_code(made.id, channels.by_code(kind, clear | secret), by=viewer().identity_id)
    db.session.commit()
    flash(_("“%(name)s” was added and is paused. Put it to work when its provider is ready.", name=made.name))
    return forms.go(url_for(".edit", channel=made.id))


@bp.get("/<int:channel>")
@allow(Policy.STAFF)
def edit(channel: int) -> str:
    found = tending.get(channel)
    return _form(Filled.of(found), found.kind, {}, found)


@bp.post("/<int:channel>")
@allow(Policy.STAFF)
def update(channel: int) -> AnyResponse:
    """Change it. A secret that is left empty stays as it is."""
    found, filled = tending.get(channel), Filled.read(request.form)
    known = _secrets(found)
    try:
        if faults := filled.faults(found.kind, known):
            raise Invalid(faults)
        clear, secret = _parted(found.kind, {**known, **_typed(filled.settings)})
        kept = {name: value for name, value in found.settings.items() if name not in _names(found.kind)}
        changed = tending.amend(channel, filled.wish(), kept | clear, by=viewer().identity_id)
    except Invalid as error:
        db.session.rollback()
        return Response(_form(filled, found.kind, forms.said(error), tending.get(channel)), status=422)
    changed.secrets = seal(channel, secret) if secret else None
    filings.rules.set_by_code(channel, channels.by_code(found.kind, clear | secret), by=viewer().identity_id)
    db.session.commit()
    flash(_("Saved. Messages from now on leave with the new settings."))
    return forms.go(url_for(".index"))


def _names(kind: str) -> set[str]:
    return {each.name for each in channels.fields(kind)}


def _secrets(channel: Channel) -> dict[str, Any]:
    """The sealed settings of a channel, opened only to be kept."""
    hidden = {each.name for each in channels.fields(channel.kind) if each.secret}
    return {name: value for name, value in opened(channel.id, {}, channel.secrets).items() if name in hidden}


def _form(filled: Filled, kind: str, errors: Mapping[str, str], channel: Channel | None = None) -> str:
    fields: tuple[Field, ...] = channels.fields(kind)
    address = f"{current_app.config['SETTINGS'].public_url.rstrip('/')}/hooks/receipts/{channel.id}" if channel else ""
    return render_template(
        "staff/channels/form.html", filled=filled, kind=kind, fields=fields, errors=errors, channel=channel,
        address=address, called=kind not in channels.LINK_KINDS, prefix=PREFIX,
        known=set(_secrets(channel)) if channel else set(), words=words,
        choices=lambda each: [(one, words.CHOICES.get(each.name, {}).get(one, one)) for one in each.choices],
        content=content,
        operators=[(each, place(HOME, each)) for each in OPERATORS], named=named, products=routing.PRODUCTS,
        breakers=routing.BREAKERS, place=place, told=told, **(_health(channel) if channel else {}),
    )  # fmt: skip


def _health(channel: Channel) -> dict[str, Any]:
    """The points of a channel by side with what was seen there, and what moved."""
    seen = board.figures()[1].get(channel.id, {})
    lines = board.lines([channel.id], BACK).get(channel.id, {})
    return {
        "sides": [
            (side, seen.get(side, board.Figures()), lines.get(side), board.drawn(lines.get(side), *SPARK))
            for side in sorted({*seen, *lines})
        ],
        "changes": drifting.history(channel.id, CHANGES_SHOWN), "reason": messages_why(channel.breaker_reason),
    }  # fmt: skip


@bp.post("/<int:channel>/test")
@allow(Policy.STAFF)
def try_out(channel: int) -> AnyResponse:
    """Send one message by this channel, whatever its state; nobody pays and nothing is kept but the act."""
    found = tending.get(channel)
    phone, text = parse(request.form.get("number", "")), request.form.get("text", "").strip()
    if not isinstance(phone, Phone) or not 0 < len(text) <= TEXT_MAX:
        raise Invalid({"number": "invalid"}, code="test_send_incomplete")
    audit.record("channel.test", actor_id=viewer().identity_id, object=f"channel:{channel}")
    kind, settings = found.kind, opened(channel, found.settings, found.secrets)
    db.session.commit()  # no transaction is open while a carrier thinks
    flash(_answered(channels.try_out(kind, settings, Outgoing(f"test-{token_hex(6)}", phone.e164, text))))
    return forms.go(url_for(".edit", channel=channel))


def _answered(answer: Accepted | Refused | Doubtful) -> str:
    if isinstance(answer, Accepted):
        return str(_("The provider took the test message: %(ref)s.", ref=answer.provider_ref))
    if isinstance(answer, Refused):
        return str(_("The provider refused the test message: %(why)s (%(code)s).", why=messages_why(answer.code),
                     code=answer.carrier_code or answer.code))  # fmt: skip
    return str(_("Nobody knows whether the test message left: %(why)s.", why=answer.reason))


@bp.post("/<int:channel>/<any(drain, pause, resume):act>")
@allow(Policy.STAFF)
def move(channel: int, act: str) -> AnyResponse:
    found = tending.move(channel, ACTS[act], request.form.get("reason", ""), by=viewer().identity_id)
    db.session.commit()
    said = {
        "drain": _("“%(name)s” takes nothing new.", name=found.name),
        "pause": _("“%(name)s” is paused.", name=found.name),
        "resume": _("“%(name)s” works again.", name=found.name),
    }
    flash(said[act])
    return forms.go(url_for(".index"))
