"""Languages. The source is English; Chinese lies in web/translations/zh/*.po, a file an area, merged in memory. Pages
are put into words by the web, letters that nobody asked for by the jobs that write them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask
from flask_babel import Babel, Domain, get_locale

TRANSLATIONS = Path(__file__).parents[2] / "web" / "translations"
HOME, HOME_CLOCK = "zh", ZoneInfo("Asia/Shanghai")


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


def speak(
    app: Flask, locale: Callable[[], str] = lambda: HOME, clock: Callable[[], ZoneInfo] = lambda: HOME_CLOCK
) -> None:
    """Let an application translate, and write days as its reader does."""
    babel = Babel()
    babel.init_app(app, locale_selector=locale, timezone_selector=clock)
    babel.domain_instance = MergedDomain()  # Flask-Babel only lets one name a domain, not give one
