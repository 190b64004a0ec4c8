"""Languages. The source is English; Chinese lies in web/translations/zh/*.po, a file an area, merged in memory."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, Response, current_app, g, has_request_context, request
from flask_babel import Babel, Domain, get_locale
from flask_login import current_user

LOCALES = ("zh", "en")
COOKIE = "lang"
YEAR_S = 31_536_000
TRANSLATIONS = Path(__file__).parent / "translations"


class MergedDomain(Domain):  # type: ignore[misc]
    """All fragments of a language as one catalogue."""

    def get_translations(self) -> NullTranslations:
        return translations(str(get_locale() or "en")[:2])


@cache
def translations(locale: str) -> NullTranslations:
    merged = Catalog(locale=locale)
    for path in sorted((TRANSLATIONS / locale).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=locale):
                if message.id:
                    before = merged.get(message.id, message.context)
                    clash = before is not None and before.string != message.string
                    assert not clash, f"{path.name}: {message.id!r} is translated in two ways"
                    merged.add(message.id, message.string, flags=message.flags, context=message.context)
    if not len(merged):
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return Translations(compiled)


def locale() -> str:
    """The reader's language: chosen now, chosen before, the person's own, the browser's, Chinese."""
    if not has_request_context():
        return str(g.get("locale", "zh"))
    for wanted in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wanted in LOCALES:
            return str(wanted)
    if current_user and current_user.is_authenticated and current_user.locale in LOCALES:
        return str(current_user.locale)
    return request.accept_languages.best_match(LOCALES) or "zh"


def time_zone() -> ZoneInfo:
    """The clock of the reader's business; Beijing's for everybody else."""
    person = current_user if has_request_context() else None
    known = person.time_zone if person and person.is_authenticated else ""
    return ZoneInfo(known or "Asia/Shanghai")


def _remember(response: Response) -> Response:
    """The language asked for in the address holds for the pages after it too."""
    wanted = request.args.get("lang")
    if wanted in LOCALES and wanted != request.cookies.get(COOKIE):
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        response.set_cookie(COOKIE, wanted, max_age=YEAR_S, samesite="Lax", secure=secure)
    return response


def register(app: Flask) -> None:
    app.after_request(_remember)
    babel = Babel()
    babel.init_app(app, locale_selector=locale, timezone_selector=time_zone)
    babel.domain_instance = MergedDomain()  # Flask-Babel only lets one name a domain, not give one
