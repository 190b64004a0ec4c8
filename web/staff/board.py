"""The live board: what every channel does at this moment, what waits for it, and where points and breakers moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, render_template
from flask_babel import gettext as _

from tenants import messages
from tenants.core.clock import now
from tenants.reports import board as report
from tenants.reports.board import Row
from tenants.routing import State, board
from tenants.routing.judging import POINTS_MAX
from tenants.routing.models import LinkState, PointChange
from web.auth import Policy, allow
from web.places import place
from web.wording import channels as words
from web.wording.channels import LINKS, UNHEARD, WHY_DOWN
from web.wording.messages import why as why_failed
from web.wording.routing import BREAKERS, why

bp = Blueprint("board", __name__, url_prefix="/board")

EVERY_S = 5
CHANGES_SHOWN = 8
SPARK = (100, 24)
FALLS = frozenset({"receipts", "errors", "slow"})


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
    at, (rows, stranded) = now(), report.rows()
    changes = board.latest(CHANGES_SHOWN)
    fresh = [each for each in changes if each.at > at - board.LOOK_BACK and each.reason in FALLS]
    links = [each for row in rows for each in row.links]
    return {
        "rows": [row for row in rows if not row.is_resting], "resting": [row for row in rows if row.is_resting],
        "total": _total(rows), "stranded": stranded, "changes": changes, "news": fresh[:1], "at": at,
        "names": {row.channel.id: row.channel.name for row in rows}, "back_h": report.BACK.seconds // 3600,
        "waiting": sum(each.messages for each in messages.backlog()), "oldest_s": messages.oldest_s(),
        "up": sum(map(report.is_up, links)), "links": len(links), "every_s": EVERY_S, "kinds": words.KINDS,
        "standing": standing, "link_state": link_state, "trouble": trouble, "place": place, "told": told,
        "spark_of": lambda row: board.drawn(row.worst, *SPARK),
    }  # fmt: skip


def _total(rows: Sequence[Row]) -> board.Figures:
    """All channels together."""
    total, waits = board.Figures(), Counter[int]()
    for row in rows:
        total.sums.add(row.figures.sums)
        total.pace += row.pace
        waits.update(row.figures.waits)
    total.waits = dict(waits)
    return total


def standing(row: Row) -> tuple[str, str, str]:
    """The shape of a channel's mark, its state in a word, and why."""
    if row.channel.state != State.ACTIVE:
        return (*words.STATES[row.channel.state], "")
    if row.channel.breaker != "closed":
        said = _("Broken") if row.channel.breaker == "open" else _("Being tried")
        return BREAKERS[row.channel.breaker][0], said, why_failed(row.channel.breaker_reason)
    if row.is_down:
        return "bad", _("No link"), ""
    return ("warn", _("Fewer points"), "") if row.points < POINTS_MAX else (*words.STATES["active"], "")


def link_state(link: LinkState) -> tuple[str, str, str]:
    """The shape of a link's mark, the colour of its square, its state in a word."""
    return LINKS.get(link.state, UNHEARD) if report.is_fresh(link) else UNHEARD


def trouble(row: Row) -> tuple[datetime, str] | None:
    """What went wrong last and when, as a sentence."""
    found = report.last_trouble(row)
    if found is None:
        return None
    at, what = found
    if isinstance(what, PointChange):
        return at, told(what)
    _kind, _colour, state = LINKS.get(what.state, UNHEARD)
    return at, _("Link %(n)s: %(state)s, %(why)s", n=what.line, state=state, why=WHY_DOWN.get(what.error, what.error))


def told(change: PointChange) -> str:
    """A change's reason as a sentence."""
    return why(change.reason, change.detail, why_failed(str(change.detail.get("code", ""))))
