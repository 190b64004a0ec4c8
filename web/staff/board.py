"""The live board: what every channel does at this moment, and where points and breakers moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, render_template
from flask_babel import gettext as _

from tenants import messages, routing
from tenants.core.clock import now
from tenants.routing import State, board, tending
from tenants.routing.board import Figures, Line
from tenants.routing.models import Channel, LinkState, PointChange
from web.auth import Policy, allow
from web.places import place
from web.wording import channels as words
from web.wording.messages import why as why_failed
from web.wording.routing import BREAKERS, why

bp = Blueprint("board", __name__, url_prefix="/board")

BACK = timedelta(hours=1)
EVERY_S = 5
CHANGES_SHOWN = 8
NEWS = timedelta(minutes=15)
SPARK = (100, 24)


@dataclass(frozen=True)
class Row:
    """A channel on the board."""

    channel: Channel
    figures: Figures
    line: Line | None
    spark: str
    links: Sequence[LinkState]

    @property
    def standing(self) -> tuple[str, str]:
        """The shape of its mark, and its state in a word."""
        if self.channel.state != State.ACTIVE:
            return words.STATES[self.channel.state]
        if self.channel.breaker != "closed":
            return BREAKERS[self.channel.breaker][0], _("Broken")
        return ("warn", _("Fewer points")) if self.points < 100 else words.STATES["active"]

    @property
    def points(self) -> int:
        return self.line.now if self.line else 100

    @property
    def counts(self) -> dict[str, int]:
        """The delivery bar: what arrived, what is on its way, what is in doubt, what failed."""
        sums = self.figures.sums
        failed = sums.failed + sums.undelivered
        awaiting = max(0, sums.accepted - sums.delivered - failed)
        return {
            "delivered": sums.delivered, "awaiting": awaiting, "in_doubt": sums.doubted,
            "failed": failed + sums.refused + sums.rejected,
        }  # fmt: skip

    @property
    def window(self) -> tuple[int, int]:
        """How much of the windows of its links is used."""
        return sum(each.window_used for each in self.links), sum(each.window_size for each in self.links)


@bp.get("")
@allow(Policy.STAFF)
def index() -> str:
    return render_template("staff/board/index.html", **_shown())


@bp.get("/live")
@allow(Policy.STAFF)
def live() -> str:
    """The part that renews itself."""
    return render_template("staff/board/_live.html", **_shown())


def _shown() -> dict[str, object]:
    rows, waiting = _rows(), messages.backlog()
    changes = board.latest(CHANGES_SHOWN)
    fresh = [each for each in changes if each.at > now() - NEWS and each.reason != "recovered"]
    receipts = sum(each.figures.sums.receipts for each in rows)
    return {
        "rows": rows, "changes": changes, "news": fresh[:1],
        "names": {each.channel.id: each.channel.name for each in rows},
        "pace": round(sum(each.figures.pace for each in rows)), "receipts": receipts,
        "delivered": sum(each.figures.sums.delivered for each in rows),
        "doubted": sum(each.figures.sums.doubted for each in rows), "waiting": sum(each.messages for each in waiting),
        "oldest_s": messages.oldest_s(), "place": place, "told": told, "every_s": EVERY_S,
    }  # fmt: skip


def _rows() -> list[Row]:
    channels, (whole, _sides) = tending.listed(), board.figures()
    lines = board.lines([each.id for each in channels], BACK)
    links: dict[int, list[LinkState]] = {}
    for each in routing.leases.all_links():
        links.setdefault(each.channel_id, []).append(each)
    rows = []
    for channel in channels:
        line = lowest(lines.get(channel.id, {}))
        figures = whole.get(channel.id, Figures())
        rows.append(Row(channel, figures, line, board.drawn(line, *SPARK), links.get(channel.id, [])))
    return sorted(rows, key=lambda row: (row.points, row.channel.name))


def lowest(lines: Mapping[tuple[str, str], Line]) -> Line | None:
    """Of the sides of a channel the one that is worst off, now or before."""
    return min(lines.values(), key=lambda line: (line.now, min(y for _x, y in line.steps)), default=None)


def told(change: PointChange) -> str:
    """A change's reason as a sentence."""
    return why(change.reason, change.detail, why_failed(str(change.detail.get("code", ""))))
