"""The overview: is anything wrong, must I act? A business that never sent sees its way to the first campaign."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from tenants import campaigns, messages, reports
from tenants.core.clock import now
from tenants.core.db import db
from web import charts, needing
from web.auth import Policy, allow, viewer
from web.filters import count, local
from web.places import place
from web.wording import campaigns as words

bp = Blueprint("home", __name__)

FIGURES_S, NEEDS_S, VOLUME_S = 30, 60, 300


@bp.get("/")
@allow(Policy.PERSON)
def show() -> AnyResponse | str:
    person = viewer()
    if not person.in_business:
        return redirect("/staff" if person.is_staff else "/account")
    steps = [(each, needing.step(each)) for each in reports.steps()]
    if steps:
        return render_template("console/home/start.html", steps=steps, needs=_needs())
    return render_template("console/home/show.html", needs=_needs(), now=now(), volume=_volume(), **_figures())


@bp.get("/overview/figures")
@allow(Policy.MEMBER)
def figures() -> AnyResponse | str:
    """The strip and the running campaigns."""
    found = _figures()
    return _known(found["version"]) or render_template("console/home/_figures.html", fragment=True, **found)


@bp.get("/overview/needs")
@allow(Policy.MEMBER)
def needs() -> AnyResponse | str:
    found = _needs()
    return _known(found["version"]) or render_template("console/home/_needs.html", needs=found)


@bp.get("/overview/volume")
@allow(Policy.MEMBER)
def volume() -> AnyResponse | str:
    """The columns of the last hours or days."""
    found = _volume()
    return _known(found["version"]) or render_template("console/home/_volume.html", volume=found)


@bp.get("/overview/operators")
@allow(Policy.MEMBER)
def operators() -> str:
    """How the last campaigns went with each operator; loaded by itself, because it may take a look at many messages."""
    return render_template("console/home/_operators.html", found=reports.sides(), place=place)


def _figures() -> dict[str, Any]:
    running = campaigns.running()
    progress = messages.progress_of([each.id for each in running])
    shown = [(each, progress.get(each.id, messages.Progress())) for each in running]
    figures = reports.figures()
    version = _version(figures, [(each.id, each.name, each.state, run) for each, run in shown])
    return {"figures": figures, "running": shown, "words": words, "version": version, "every_s": FIGURES_S}


def _volume() -> dict[str, Any]:
    by_day = request.args.get("span") == "days"
    slots = reports.volume(by_day)
    labels = [str(at.day) if by_day else f"{at:%H}" for at in (local(each.begins_at) for each in slots)]
    total, delivered, failed = (sum(getattr(each, name) for each in slots) for name in ("total", "delivered", "failed"))
    values = {"n": count(total), "delivered": count(delivered), "failed": count(failed)}
    said = (
        _("%(n)s sent in the last 14 days: %(delivered)s delivered, %(failed)s failed.", **values) if by_day
        else _("%(n)s sent in the last 24 hours: %(delivered)s delivered, %(failed)s failed.", **values)
    )  # fmt: skip
    chart = charts.drawn(list(zip(labels, map(asdict, slots), strict=True)))
    return {
        "slots": slots, "chart": chart, "span": "days" if by_day else "hours", "total": total,
        "doubt": any(each.in_doubt for each in slots), "said": said, "every_s": VOLUME_S, "version": _version(slots),
    }  # fmt: skip


def _needs() -> dict[str, Any]:
    found = [needing.todo(each) for each in reports.needs()]
    db.session.commit()  # of approved content what is filed was taken over
    return {"rows": found, "version": _version(found), "every_s": NEEDS_S}


def _version(*shown: object) -> str:
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:12]


def _known(version: str) -> AnyResponse | None:
    """204 when the page shows this version already."""
    return Response(status=204) if version == request.args.get("v") else None
