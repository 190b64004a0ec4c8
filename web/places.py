"""Where a message goes, in the reader's words: a mainland operator, or a country."""

from __future__ import annotations

from flask_babel import get_locale
from flask_babel import gettext as _

from web.wording.content import OPERATORS

HOME = "CN"


def place(country: str, operator: str) -> str:
    """移动, Unicom; elsewhere the country: Singapore."""
    if country == HOME:
        return str(OPERATORS.get(operator) or _("Other operators"))
    locale = get_locale()
    names = locale.territories if locale is not None else {}
    return str(names.get(country, country))
