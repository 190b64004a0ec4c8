"""From a sealed message to what is sent: the run's text compiled once, filled for each recipient."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import select

from tenants.core.db import db
from tenants.core.secrets import Vault
from tenants.message_templates.kinds import Kind
from tenants.message_templates.render import Compiled, compiled, render, with_opt_out, with_signature
from tenants.message_templates.rich import Product, Rich, from_json, media_of, words
from tenants.message_templates.rich_render import filled, whole
from tenants.messages.models import Run


def compose(signature: str, body: str, kind: str, country: str) -> str:
    """The whole text, variables still in it: signature before, opt-out words after, as the country wants them."""
    return with_signature(signature, with_opt_out(body, Kind(kind), country))


@dataclass(frozen=True)
class Written:
    """One message with everything a channel may want of it; `values` in the order of the template's variables."""

    number: str
    text: str
    values: tuple[tuple[str, str], ...] = ()
    rich: Rich | None = None


@dataclass(frozen=True)
class Writer:
    """Writes the messages of one run. `text`: {"signature", "body", "kind"}, and since there are products "rich",
    "template" ([id, version]) and "names" (of the variables, in order)."""

    vault: Vault
    text: dict[str, Any]
    signature_id: int
    product: str = Product.SMS

    @cached_property
    def _compiled(self) -> dict[bool, Compiled]:
        return {home: compiled(self._composed("CN" if home else "")) for home in (True, False)}

    def _composed(self, country: str) -> str:
        return compose(self.text["signature"], self.text["body"], self.text["kind"], country)

    def whole(self, country: str) -> str:
        """Everything a recipient there may read, its variables still in it."""
        rich = self._rich[country == "CN"]
        return words(rich) if rich else self._composed(country)

    def shown(self, id: int, sealed: bytes) -> str:
        """Everything one recipient may read."""
        number, values = self.vault.open("messages", id, sealed)
        return render(compiled(self.whole("CN" if number.startswith("+86") else "")), values)

    def write(self, id: int, sealed: bytes) -> tuple[str, str]:
        """(number, text) of one message."""
        number, values = self.vault.open("messages", id, sealed)
        return number, render(self._compiled[number.startswith("+86")], values)

    def number(self, id: int, sealed: bytes) -> str:
        """To whom it goes."""
        number, _values = self.vault.open("messages", id, sealed)
        return str(number)

    @property
    def template(self) -> tuple[int, int]:
        """(id, version) of the template, zeroes when the run does not know it."""
        id, version = self.text.get("template", (0, 0))
        return id, version

    @cached_property
    def media_ids(self) -> list[int]:
        """The media every message of the run carries."""
        rich = self._rich[True]
        return media_of(rich) if rich else []

    @cached_property
    def _rich(self) -> dict[bool, Rich | None]:
        rich = from_json(self.product, self.text.get("rich", {}))
        signature, kind = self.text["signature"], Kind(self.text["kind"])
        return {home: rich and whole(rich, signature, kind, "CN" if home else "") for home in (True, False)}

    def write_whole(self, id: int, sealed: bytes, *, as_sms: bool = False) -> Written:
        """One message with its values, and as an MMS or RCS unless it goes `as_sms`."""
        number, values = self.vault.open("messages", id, sealed)
        home = number.startswith("+86")
        rich = None if as_sms else self._rich[home]
        pairs = tuple((name, values[name]) for name in self.text.get("names", ()))
        text = render(self._compiled[home], values)
        return Written(number, text, pairs, rich and filled(rich, values))


def writer(campaign_id: int, vault: Vault) -> Writer:
    """The writer of a campaign's run."""
    wanted = select(Run.text, Run.signature_id, Run.product).where(Run.campaign_id == campaign_id)
    run = db.session.execute(wanted).one()
    return Writer(vault, vault.open("runs", campaign_id, run.text), run.signature_id, run.product)
