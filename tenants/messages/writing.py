"""From a sealed message to what is sent: the run's text compiled once, filled for each recipient."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select

from tenants.core.db import db
from tenants.core.secrets import Vault
from tenants.message_templates.kinds import Kind
from tenants.message_templates.render import Compiled, compiled, render, with_opt_out, with_signature
from tenants.messages.models import Run


def compose(signature: str, body: str, kind: str, country: str) -> str:
    """The whole text, variables still in it: signature before, opt-out words after, as the country wants them."""
    return with_signature(signature, with_opt_out(body, Kind(kind), country))


@dataclass(frozen=True)
class Writer:
    """Writes the messages of one run. `text`: {"signature", "body", "kind"}."""

    vault: Vault
    text: dict[str, str]
    signature_id: int

    @cached_property
    def _compiled(self) -> dict[bool, Compiled]:
        return {home: compiled(self.whole("CN" if home else "")) for home in (True, False)}

    def whole(self, country: str) -> str:
        """The text for a country, its variables still in it."""
        return compose(self.text["signature"], self.text["body"], self.text["kind"], country)

    def write(self, id: int, sealed: bytes) -> tuple[str, str]:
        """(number, text) of one message."""
        number, values = self.vault.open("messages", id, sealed)
        return number, render(self._compiled[number.startswith("+86")], values)


def writer(campaign_id: int, vault: Vault) -> Writer:
    """The writer of a campaign's run."""
    run = db.session.execute(select(Run.text, Run.signature_id).where(Run.campaign_id == campaign_id)).one()
    return Writer(vault, vault.open("runs", campaign_id, run.text), run.signature_id)
