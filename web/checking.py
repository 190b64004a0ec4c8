"""The check before sending as its page shows it: the forecast, the money, the time, and what stands in the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from tenants import campaigns, ledger, message_templates, moderation, quotas, routing
from tenants.campaigns import Campaign
from tenants.campaigns.preflight import FRESH
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.money import MICRO
from tenants.ledger import Balance
from tenants.message_templates import Version
from tenants.moderation import Level
from tenants.routing import Group, Outlook
from web import filters, zones

# Above so many people their number must be typed.
TYPED_ABOVE = 10_000
# Without a pace of its own a channel takes this many parts well within a minute.
MINUTE_PARTS = 20_000


@dataclass(frozen=True)
class Check:
    """A draft and its last forecast."""

    campaign: Campaign

    @property
    def forecast(self) -> dict[str, Any]:
        return self.campaign.preflight

    @property
    def state(self) -> str:
        """none, counting, failed, done, or stale: counted, but not of what the draft says now, or too long ago."""
        state = str(self.forecast.get("state", "none"))
        return "stale" if state == "done" and not campaigns.preflight.fresh(self.campaign) else state

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.forecast["at"])

    @property
    def fresh_s(self) -> int:
        """Seconds until it is too old to be launched on."""
        return max(int((self.at + FRESH - now()).total_seconds()), 1)

    @property
    def counted(self) -> bool:
        """Whether there are figures to be shown, fresh or not."""
        return "people" in self.forecast

    @property
    def people(self) -> int:
        return int(self.forecast["people"])

    @property
    def cost_micro(self) -> int:
        return int(self.forecast["cost_micro"])

    @property
    def others(self) -> dict[str, int]:
        """Who is left out for other reasons than having opted out."""
        return {code: n for code, n in self.forecast["skipped"].items() if code != "opted_out"}

    @property
    def left_out(self) -> int:
        found = self.forecast
        return int(sum(found["skipped"].values()) + found["invalid"] + found["duplicate"])

    @property
    def unfiled(self) -> list[dict[str, Any]]:
        """The places whose operator would not let the text through, those with most people first."""
        return [row for row in self.forecast["groups"] if not row["ready"]]

    @property
    def unfiled_people(self) -> int:
        return sum(row["people"] for row in self.unfiled)

    @property
    def everybody(self) -> int:
        """Whoever can get it at all, filed or not."""
        return sum(row["people"] for row in self.forecast["groups"])

    @cached_property
    def version(self) -> Version:
        assert self.campaign.template_id is not None and self.campaign.version is not None
        return message_templates.version(self.campaign.template_id, self.campaign.version)

    @cached_property
    def balance(self) -> Balance:
        return ledger.balance(scopes.tenant_id())

    @property
    def missing_micro(self) -> int:
        return max(self.cost_micro - self.balance.available, 0)

    @property
    def topup_yuan(self) -> int:
        """What is missing, in whole yuan."""
        return -(-self.missing_micro // MICRO)

    @cached_property
    def outlook(self) -> Outlook:
        return routing.outlook({self.group(row): row["parts"] for row in self.forecast["groups"]})

    def group(self, row: dict[str, Any]) -> Group:
        return Group(scopes.tenant_id(), row["country"], row["operator"], self.version.kind, self.version.product)

    @cached_property
    def verdict(self) -> Level:
        return moderation.judge(campaigns.preflight.sample(self.campaign), self.version.kind).level

    @cached_property
    def quota_left(self) -> int | None:
        return quotas.left()

    @property
    def past(self) -> bool:
        """Whether its hour has passed."""
        return self.campaign.scheduled_at is not None and self.campaign.scheduled_at < now()

    @property
    def elsewhere(self) -> tuple[str, str] | None:
        """The start on the clock it was chosen on, where that is not the one the page is read on."""
        at = self.campaign.scheduled_at
        found = zones.elsewhere(at, self.campaign.time_zone) if at else None
        return (found[0], filters.as_read(found[1], weekday=True)) if found else None

    @property
    def obstacle(self) -> str:
        """What keeps it from being sent as it is, by name; empty when nothing does. Money comes last."""
        if not self.people:
            return "nobody"
        if self.verdict is Level.BLOCK:
            return "blocked"
        if self.past:
            return "past"
        if self.quota_left is not None and self.forecast["parts"] > self.quota_left:
            return "quota"
        return "money" if self.missing_micro else ""

    @property
    def typed(self) -> str:
        """The number to be typed; empty when none is."""
        return str(self.people) if self.people > TYPED_ABOVE else ""

    def is_typed(self, text: str) -> bool:
        return not self.typed or text.translate({ord(sign): None for sign in ",， \u00a0"}) == self.typed

    @property
    def duration(self) -> str:
        """How long handing everything over takes at best, in words."""
        pace = self.outlook.parts_a_second
        if pace is None:
            few = self.forecast["parts"] <= MINUTE_PARTS
            return str(_("usually under a minute") if few else _("some minutes, as fast as the carriers take it"))
        if not pace:
            return str(_("not before a channel serves it"))
        seconds = self.outlook.seconds
        if seconds < 60:
            return str(_("under a minute"))
        words = _length(timedelta(seconds=seconds))
        return str(_("%(time)s at %(pace)s parts/s", time=words, pace=pace))


def _length(time: timedelta) -> str:
    minutes = round(time.total_seconds() / 60)
    if minutes < 120:
        return str(ngettext("%(num)s minute", "%(num)s minutes", minutes))
    return str(ngettext("%(num)s hour", "%(num)s hours", round(minutes / 60)))
