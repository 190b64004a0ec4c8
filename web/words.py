"""Words for codes: the domain says `insufficient_balance`, people read a sentence in their language.

Each area adds its table in web/wording/<area>.py as `WORDS = {code: lazy_gettext("… %(name)s …")}`.
"""

from __future__ import annotations

import importlib
import pkgutil
from datetime import datetime
from functools import cache
from typing import Any

from flask_babel import LazyString, gettext

import web.wording
from web import filters


def say(code: str, **values: Any) -> str:
    """The sentence for a code, completed with its values, in the reader's language."""
    template = table().get(code)
    if template is None:
        return str(gettext("Something was refused (%(code)s).", code=code))
    return str(template) % {name: _shown(name, value) for name, value in values.items()} if values else str(template)


def act(action: str) -> str:
    """An act of the audit trail in words; its name when nobody has put it into words."""
    return str(table().get(action, action))


def _shown(name: str, value: Any) -> Any:
    """Amounts and instants as the reader writes them."""
    if name.endswith("_micro"):
        return filters.money(value)
    return filters.moment(value) if isinstance(value, datetime) else value


@cache
def table() -> dict[str, LazyString]:
    """All words of all areas. A code may be explained once only."""
    found: dict[str, LazyString] = {}
    for module in pkgutil.iter_modules(web.wording.__path__, "web.wording."):
        for code, words in importlib.import_module(module.name).WORDS.items():
            assert code not in found, f"{code} is explained twice"
            found[code] = words
    return found
