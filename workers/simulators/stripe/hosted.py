"""The pages a payer sees: the card form of a checkout session and the bank's page for authentication."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from aiohttp import web
from jinja2 import Environment, FileSystemLoader

from workers.simulators.stripe import checkout, payments, shapes
from workers.simulators.stripe.account import Account
from workers.simulators.stripe.cards import CARDS, card_of, plausible
from workers.simulators.stripe.errors import ApiError
from workers.simulators.stripe.server import Local
from workers.simulators.stripe.store import Object
from workers.simulators.stripe.words import money, words_for

FOLDER: Final = Path(__file__).parent / "pages"
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action *; base-uri 'none'",
    "Cache-Control": "no-store",
}
_pages: Final = Environment(loader=FileSystemLoader(FOLDER), autoescape=True)


def routes(local: Local) -> list[web.RouteDef]:
    """GET and POST of the two pages, and their stylesheet."""

    async def pay(request: web.Request) -> web.StreamResponse:
        account = _account(local, request)
        session = account.does(lambda: checkout.current(account, request.match_info["id"]))
        if session["status"] != "open":
            return _page(request, "closed.html", session, back=_back(session))
        if request.method == "GET":
            problem = {"card": request.query["problem"]} if request.query.get("problem") else {}
            return _form(request, session, {}, problem)
        given = {name: str(value).strip() for name, value in (await request.post()).items()}
        return _paid(request, account, session, given)

    async def bank(request: web.Request) -> web.StreamResponse:
        account = _account(local, request)
        intent = local.store.get(account.name, request.match_info["id"])
        if intent is None or intent.get("status") != "requires_action":
            raise web.HTTPGone(text="Nothing waits here.")
        session = account.find("checkout.session", intent["_session"]) if intent.get("_session") else {}
        if request.method == "GET":
            total = money(intent["amount"], intent["currency"]) if "amount" in intent else ""
            return _page(request, "auth.html", session, total=total)
        return _authenticated(account, intent, session, (await request.post()).get("agree") == "1")

    async def style(_: web.Request) -> web.StreamResponse:
        return web.FileResponse(FOLDER / "style.css")

    return [
        web.route("*", "/c/pay/{id}", pay),
        web.route("*", "/c/auth/{id}", bank),
        web.get("/c/style.css", style),
    ]


def _account(local: Local, request: web.Request) -> Account:
    name = local.store.account_of(request.match_info["id"])
    if name is None:
        raise web.HTTPNotFound(text="No such page.")
    return local.account(name)


def _paid(request: web.Request, account: Account, session: Object, given: dict[str, str]) -> web.StreamResponse:
    faults, number, expires = check(given, wants_email=not session["customer_email"])
    if faults:
        return _form(request, session, given, faults)
    try:
        intent = account.does(lambda: _pay(account, session["id"], number, expires, given.get("email")))
    except ApiError as error:
        return _form(request, session, given, {"card": _problem(error)})
    if intent["status"] == "requires_action":
        raise web.HTTPSeeOther(intent["next_action"]["redirect_to_url"]["url"])
    raise web.HTTPSeeOther(_back(session))


def _pay(account: Account, given: str, number: str, expires: tuple[int, int], email: str | None) -> Object:
    session = account.find("checkout.session", given)
    method = account.save(shapes.payment_method(card_of(number), expires))
    return checkout.pay(account, session, method, email or session["customer_email"])


def _authenticated(account: Account, intent: Object, session: Object, agreed: bool) -> web.StreamResponse:
    problem, return_url = "", intent["next_action"]["redirect_to_url"]["return_url"] or f"/c/auth/{intent['id']}"
    try:
        intent = account.does(lambda: checkout.finish(account, payments.authenticate(account, intent, agreed)))
    except ApiError as error:
        problem = _problem(error)
    if intent["status"] == "succeeded" and session:
        raise web.HTTPSeeOther(_back(session))
    if session:
        problem = problem or "payment_intent_authentication_failure"
        raise web.HTTPSeeOther(f"/c/pay/{session['id']}?" + urlencode({"problem": problem}))
    ending = "succeeded" if intent["status"] == "succeeded" else "failed"
    sign = "&" if "?" in return_url else "?"
    raise web.HTTPSeeOther(return_url + sign + urlencode({intent["object"]: intent["id"], "redirect_status": ending}))


def check(given: dict[str, str], *, wants_email: bool) -> tuple[dict[str, str], str, tuple[int, int]]:
    """Field → word of what is wrong, the card's number, its month and year."""
    faults: dict[str, str] = {}
    number = re.sub(r"[\s-]", "", given.get("number", ""))
    if not plausible(number):
        faults["number"] = "bad_number"
    if wants_email and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", given.get("email", "")):
        faults["email"] = "bad_email"
    found = re.fullmatch(r"(\d{1,2})\s*/?\s*(?:20)?(\d{2})", given.get("expiry", ""), re.ASCII)
    month, year = (int(found[1]), 2000 + int(found[2])) if found else (0, 0)
    now = datetime.now(UTC)
    if not 1 <= month <= 12 or (year, month) < (now.year, now.month):
        faults["expiry"] = "bad_expiry"
    if not re.fullmatch(r"\d{3,4}", given.get("cvc", ""), re.ASCII):
        faults["cvc"] = "bad_cvc"
    return faults, number, (month, year)


def _problem(error: ApiError) -> str:
    """The most telling code there are words for."""
    codes = (error.content.get("decline_code"), error.content.get("code"))
    known = words_for("en", None, "")
    return next((str(code) for code in codes if code in known), "card_declined")


def _back(session: Object) -> str:
    """The success address with the session's id where the merchant asked for it."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _form(request: web.Request, session: Object, given: dict[str, str], faults: dict[str, str]) -> web.Response:
    currency = session["currency"] or ""
    lines = [
        {"name": line["description"], "quantity": line["quantity"], "money": money(line["amount_total"], currency)}
        for line in session["_lines"]
    ]
    total = money(session["amount_total"], currency) if session["mode"] == "payment" else ""
    known = defaultdict(str, {field: fault for field, fault in faults.items() if fault in words_for("en", None, "")})
    shown = {"lines": lines, "total": total, "given": defaultdict(str, given), "faults": known, "cards": CARDS.values()}
    status = 200 if request.method == "GET" else 422
    return _page(request, "pay.html", session, status=status, **shown)


def _page(request: web.Request, name: str, session: Object, status: int = 200, **shown: Any) -> web.Response:
    accepted = request.headers.get("Accept-Language", "")
    words = words_for(request.query.get("lang", ""), session.get("locale"), accepted)
    text = _pages.get_template(name).render(words=words, session=session, **shown)
    return web.Response(status=status, text=text, content_type="text/html", headers=HEADERS)
