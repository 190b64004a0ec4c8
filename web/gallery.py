"""Every shared page part in every state, with invented data: look here before and after touching the stylesheet.

Registered only where GALLERY is set: never on a host that serves customers.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from markupsafe import Markup

from web.auth import Policy, allow
from web.i18n import locale
from web.shell import BUSINESS, STAFF, NavGroup, NavItem, Shell

bp = Blueprint("gallery", __name__, url_prefix="/gallery")
# A host may set any hue: a bright, a dark and a pale one show whether what is derived from it can be read.
BRANDS = {"yellow": "#f2c200", "teal": "#0e6570", "pink": "#f6a5c0"}
NOW = datetime(2026, 11, 22, 6, 40, tzinfo=UTC)


class _Sample(NavItem):
    @property
    def current(self) -> bool:
        return self.icon in {"send", "clipboard-check"}


def _nav(groups: tuple[NavGroup, ...], todos: dict[str, str]) -> tuple[NavGroup, ...]:
    return tuple(
        replace(
            group,
            items=tuple(_Sample(i.label, "gallery.show", i.icon, todos.get(i.icon, "")) for i in group.items),
        )
        for group in groups
    )


def _shell() -> Shell:
    return Shell(
        name=two("禾木咖啡", "Hemu Coffee"),
        groups=_nav(BUSINESS, {"send": "2", "message-reply": "14", "template": two("1 驳回", "1 rejected")}),
        user_name=two("林晓", "Lin Xiao"),
        user_role=two("运营主管", "Ops lead"),
        home="/gallery",
        sign_out="gallery.nothing",
        balance_micro=18_426_500_000,
        parts_left=409_477,
        billing="gallery.show",
    )


def _staff_shell() -> Shell:
    return Shell(
        name=two("平台运营", "Operations"),
        mark="群",
        label=two("内部", "Internal"),
        groups=_nav(STAFF, {"clipboard-check": "23", "scale": "2", "antenna-bars-5": two("1 降级", "1 slow")}),
        user_name=two("周岚", "Zhou Lan"),
        user_role=two("内容审核 · 早班", "Review, early shift"),
        home="/gallery",
        sign_out="gallery.nothing",
        staff=True,
        acting_as=two("禾木咖啡", "Hemu Coffee"),
        leave="gallery.nothing",
        test_mode=True,
    )


def two(zh: str, en: str) -> str:
    """Invented content in the viewer's language; it is no part of the product's words."""
    return zh if locale() == "zh" else en


def _page(template: str, shell: Shell | None, **more: Any) -> str:
    brand = request.args.get("brand", "")
    css = url_for("gallery.brand", name=brand) if brand in BRANDS else ""
    return render_template(template, current_shell=lambda: shell, t=two, now=NOW, brand_css=css, **more)


def _events() -> list[dict[str, Any]]:
    start = datetime(2026, 11, 22, 6, 26, 2, 114_000, tzinfo=UTC)
    held = two("群发「双十一返场」第 18,204 行 · 冻结 ¥0.092", "Row 18,204 of “Encore for regulars” · ¥0.092 held")
    code = Markup("<code>1122142643 00918</code>")
    rows = (
        (0, "plain", two("接受并排队", "Accepted and queued"), held),
        (39_266, "sent", two("第 1 次：提交到「联通 华东-2」", "Try 1: submitted to “Unicom East-2”"), "CMPP 3.0"),
        (39_788, "bad", two("通道拒绝：流控超限", "Channel refused: too fast"), two("此次不收费", "Not charged")),
        (71_147, "doubt", two("存疑：30 秒没有应答", "In doubt: no answer for 30 s"), two("不重发", "Not sent again")),
        (147_890, "wait", two("第 1 段已送达，第 2 段等待", "Part 1 delivered, part 2 awaited"), code),
        (312_438, "ok", two("回执：两段均已送达", "Receipt: both delivered"), two("结算 ¥0.092", "¥0.092 settled")),
    )
    return [{"at": start + timedelta(milliseconds=ms), "kind": k, "title": t, "text": x} for ms, k, t, x in rows]


@bp.get("")
@allow(Policy.PUBLIC)
def show() -> str:
    return _page("gallery/show.html", _shell(), events=_events())


@bp.get("/forms")
@allow(Policy.PUBLIC)
def forms() -> str:
    return _page("gallery/forms.html", _shell())


@bp.get("/staff")
@allow(Policy.PUBLIC)
def staff() -> str:
    return _page("gallery/staff.html", _staff_shell())


@bp.get("/auth")
@allow(Policy.PUBLIC)
def auth() -> str:
    return _page("gallery/auth.html", None, brand_name=two("云帆云信", "Yunfan Cloud"), brand_mark=two("帆", "Y"))


@bp.get("/brand-<name>.css")
@allow(Policy.PUBLIC)
def brand(name: str) -> Response:
    return Response(f":root {{ --brand: {BRANDS.get(name, '#3a45b0')}; }}", mimetype="text/css")


@bp.get("/plain")
@allow(Policy.PUBLIC)
def plain() -> str:
    return _page("gallery/plain.html", None)


@bp.route("/nothing", methods=["GET", "POST"])
@allow(Policy.PUBLIC)
def nothing() -> str:
    """Where the gallery's buttons lead."""
    return _page("gallery/plain.html", None)
