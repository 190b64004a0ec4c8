"""A campaign while it is composed: what the form says, and what the page says back after each pause."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from tenants import campaigns, contacts, message_templates, resellers, signatures
from tenants.campaigns import Campaign, Draft, Estimate
from tenants.campaigns.estimating import sample
from tenants.campaigns.weighing import values_of
from tenants.contacts import Recipient
from tenants.contacts.models import ContactList, Import
from tenants.core.errors import NotFound
from tenants.message_templates import Kind, Product, Variable, Version
from tenants.message_templates.render import preview
from tenants.messages import segments
from tenants.messages.segments import Segments
from tenants.messages.writing import compose
from tenants.signatures import Signature
from web import filters, rich_showing, texts, zones
from web.places import HOME, place
from web.public import public, resolve
from web.rich_showing import Shown
from web.wording import content, media

VALUE_READ_MAX = 100
SHOWN_PEOPLE = 5
# The choice of a variable whose value is the same for everybody; any other is "field:" with the field's name.
SAME = "same"
# The field a person's name is kept under, and the variables that mean it.
NAME = "name"
_MEANS_NAME = re.compile(r"姓名|名字|称呼|name$", re.IGNORECASE)


def read(form: MultiDict[str, str]) -> Draft:
    """The draft in a form. What it names and is not there (any more) is left open."""
    template, audience = _template(form.get("template", "")), _audience(form)
    fields = list(dict.fromkeys(name for person in sample(audience) for name in person.values))
    return Draft(
        name=form.get("name", ""),
        signature_id=_id("signature", form.get("signature", "")),
        template_id=template.template_id if template else None,
        version=template.version if template else None,
        audience=audience,
        bindings=_bindings(form, template, fields),
        scheduled_at=zones.moment(form.get("date", ""), form.get("clock", ""), form.get("time_zone", ""))
        if form.get("when") == "later" else None,
        time_zone=form.get("time_zone", ""),
    )  # fmt: skip


def _id(kind: str, text: str) -> int | None:
    try:
        return resolve(kind, text) if text else None
    except NotFound:
        return None


def _template(text: str) -> Version | None:
    id = _id("template", text)
    return next((version for version in message_templates.usable() if version.template_id == id), None)


def _audience(form: MultiDict[str, str]) -> dict[str, Any]:
    if form.get("source") == "lists":
        ids = [id for text in form.getlist("list") if (id := _id("list", text)) is not None]
        return {"source": "lists", "list_ids": sorted(ids)} if ids else {}
    import_id = _id("import", form.get(f"{form.get('source', '')}_import", ""))
    return {"source": "import", "import_id": import_id} if import_id else {}


def _bindings(form: MultiDict[str, str], template: Version | None, fields: Sequence[str]) -> dict[str, dict[str, str]]:
    """What each variable of the template is bound to: as chosen, else guessed from the audience's fields."""
    chosen = zip(form.getlist("variable"), form.getlist("bind"), form.getlist("value"), strict=False)
    by_name = {name: (bind, value[:VALUE_READ_MAX]) for name, bind, value in chosen}
    found: dict[str, dict[str, str]] = {}
    for variable in template.variables if template else ():
        bind, value = by_name.get(variable.name, (f"field:{variable.name}", ""))
        if bind == SAME:
            found[variable.name] = {"value": value}
        else:
            field = bind.removeprefix("field:")
            found[variable.name] = {"field": field if field in fields else _guess(variable.name, fields) or field}
    return found


def _guess(variable: str, fields: Sequence[str]) -> str:
    """The field a variable most likely means; empty when none does."""
    if variable in fields:
        return variable
    return NAME if NAME in fields and _MEANS_NAME.search(variable) else ""


@dataclass(frozen=True)
class Bound:
    """A variable, and what it is bound to: `choice` as the form has it."""

    variable: Variable
    choice: str
    value: str


@dataclass(frozen=True)
class Composer:
    """Everything the page shows of a draft. `shown` is the row of the person whose phone is drawn."""

    campaign: Campaign
    shown: int = 0

    @cached_property
    def signatures(self) -> list[Signature]:
        return signatures.usable()

    @cached_property
    def templates(self) -> list[Version]:
        return message_templates.usable()

    @cached_property
    def lists(self) -> Sequence[ContactList]:
        return contacts.lists()

    @cached_property
    def signature(self) -> Signature | None:
        return next((each for each in self.signatures if each.id == self.campaign.signature_id), None)

    @cached_property
    def template(self) -> Version | None:
        """The template in the version that is sent now."""
        return next((each for each in self.templates if each.template_id == self.campaign.template_id), None)

    @property
    def list_ids(self) -> list[int]:
        return list(self.campaign.audience.get("list_ids", ()))

    @cached_property
    def imported(self) -> Import | None:
        """The pasted numbers or the file that is the audience."""
        id = self.campaign.audience.get("import_id")
        try:
            return contacts.get_import(id) if id is not None else None
        except NotFound:
            return None

    @property
    def source(self) -> str:
        """Where the people come from: lists, paste or file."""
        if self.imported is None:
            return "lists"
        return "file" if self.imported.bytes_n else "paste"

    @property
    def is_reading(self) -> bool:
        """Whether a file is still on its way in."""
        return self.imported is not None and self.imported.state in {"mapped", "running"}

    @cached_property
    def audience_n(self) -> int:
        """How many numbers were given that can be written to; people on several lists count on each."""
        if self.imported is not None:
            return self.imported.created_n
        return sum(each.contacts_n for each in self.lists if each.id in self.list_ids)

    @cached_property
    def people(self) -> list[Recipient]:
        return sample(self.campaign.audience)

    @cached_property
    def fields(self) -> list[str]:
        """The fields the first people have."""
        return list(dict.fromkeys(name for person in self.people for name in person.values))

    @property
    def bound(self) -> list[Bound]:
        found = []
        for variable in self.template.variables if self.template else ():
            binding = self.campaign.bindings.get(variable.name, {})
            choice = SAME if "value" in binding else f"field:{binding['field']}" if "field" in binding else ""
            found.append(Bound(variable, choice, binding.get("value", "")))
        return found

    @property
    def shape(self) -> str:
        """Changes when the rows of variables must be drawn anew."""
        return repr(
            (self.campaign.template_id, self.fields, [(each.variable.name, each.choice) for each in self.bound])
        )

    @cached_property
    def person(self) -> Recipient | None:
        """Whose phone is drawn: the one chosen, else the first."""
        return next((each for each in self.people if each.row_id == self.shown), next(iter(self.people), None))

    @cached_property
    def text(self) -> str:
        """The whole text for the person shown, variables still in it."""
        return self._composed(self.person.country if self.person else HOME)

    def _composed(self, country: str) -> str:
        if self.template is None:
            return ""
        signed = self.signature.text if self.signature else ""
        return compose(signed, self.template.body, self.template.kind, country)

    @cached_property
    def values(self) -> dict[str, str]:
        """The values of the person shown; examples while nobody is chosen."""
        if self.template is None:
            return {}
        if self.person is None:
            return {each.name: texts.sample(each, self.template.language) for each in self.template.variables}
        return values_of(self.template.variables, self.campaign.bindings, self.person.values)

    @cached_property
    def rich(self) -> Shown | None:
        """An MMS or RCS on the phone of the person shown; None for an SMS."""
        if self.template is None or self.template.rich is None:
            return None
        return rich_showing.shown(
            self.template.rich, self.values, signature=self.signature.text if self.signature else "",
            kind=Kind(self.template.kind), country=self.person.country if self.person else HOME,
        )  # fmt: skip

    @property
    def bubbles(self) -> list[Markup]:
        return texts.filled(self.text, self.values, self.person.country if self.person else HOME)

    def measured(self, country: str) -> Segments:
        """What the text for the person shown is counted as in a country."""
        known = {name: value for name, value in self.values.items() if value}
        return segments.count(preview(self._composed(country), known), country)

    @property
    def goes_abroad(self) -> bool:
        return any(person.country != HOME for person in self.people)

    @property
    def price_micro(self) -> int | None:
        """What the message to the person shown costs."""
        if self.template is None or self.person is None:
            return None
        return self._price(self.template.product)

    @property
    def fallback_price_micro(self) -> int | None:
        """What it costs when it goes as SMS."""
        return self._price(Product.SMS) if self.rich and self.rich.fallback else None

    def _price(self, product: str) -> int | None:
        assert self.template is not None and self.person is not None
        prices = resellers.prices(self.template.kind, product=product)
        price = prices.unit(self.person.country, self.person.operator)
        parts = self.measured(self.person.country).parts if product == Product.SMS else 1
        return price.unit_micro * parts if price else None

    @cached_property
    def estimate(self) -> Estimate | None:
        return campaigns.estimate(self.campaign, self.audience_n, self.people)

    @property
    def faults(self) -> dict[str, Any]:
        return campaigns.faults(self.campaign, self.template, self.fields)

    @property
    def opt_out(self) -> str:
        """The words that are added at the end."""
        if self.template is None:
            return ""
        return "" if self.rich else texts.added_opt_out(self.template.body, Kind(self.template.kind))

    @property
    def tinted(self) -> Markup:
        return texts.marked(self.template.words) if self.template else Markup()

    @property
    def local(self) -> tuple[str, str]:
        """Date and time of the start on the clock of its own time zone."""
        at = self.campaign.scheduled_at
        if at is None:
            return "", ""
        here = zones.on_clock(at, self.campaign.time_zone)
        return f"{here:%Y-%m-%d}", f"{here:%H:%M}"

    def key(self, kind: str, id: int | None) -> str:
        return public(kind, id) if id is not None else ""

    @property
    def signature_options(self) -> list[tuple[str, str]]:
        return [(public("signature", each.id), f"【{each.text}】") for each in self.signatures]

    @property
    def template_options(self) -> list[tuple[str, str]]:
        return [
            (
                public("template", each.template_id),
                f"{each.name} v{each.version} · {content.named(content.KINDS, each.kind)}"
                + (f" · {media.PRODUCTS[each.product]}" if each.rich else ""),
            )
            for each in self.templates
        ]

    def field_options(self, choice: str) -> list[tuple[str, str]]:
        """The choices for a variable; one that the audience does not have asks for another."""
        known = [(f"field:{name}", _field_name(name)) for name in self.fields]
        if choice not in {SAME, *dict(known)}:
            known.insert(0, (choice, _("Choose one")))
        return [*known, (SAME, _("The same for everybody"))]

    @property
    def people_options(self) -> list[tuple[int, str]]:
        return [
            (each.row_id, f"{filters.tel(each.number)} · {place(each.country, each.operator)}")
            for each in self.people[:SHOWN_PEOPLE]
        ]


def _field_name(name: str) -> str:
    return str(_("Person’s name")) if name == NAME else name
