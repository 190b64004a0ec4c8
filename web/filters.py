"""How figures are written on every page: money, counts, numbers, instants, and the arithmetic of the delivery bar.

Each function reads the viewer's language and time zone from the request; `register` makes them all known to templates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from datetime import date as Day
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

import phonenumbers
from flask import Flask
from flask_babel import format_date, get_locale, get_timezone, ngettext
from flask_babel import gettext as _
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from tenants.core.money import MICRO

MINUS = "−"
NO_BREAK = "\u00a0"
NOTHING = "—"
SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "HKD": "HK$", "JPY": "JP¥"}
BAR_STATES = ("delivered", "awaiting", "in_doubt", "failed", "queued")
SHARE_MIN = Decimal("1.2")  # per cent; below it a state that exists could not be seen
RELATIVE_MAX_S = 3600


def money(micro: int, currency: str = "CNY", places: int = 2, signed: bool = False) -> str:
    """An amount rounded to `places`; `signed` puts a plus before credits."""
    value = (Decimal(micro) / MICRO).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return _amount(value, currency, signed)


def price(micro: int, currency: str = "CNY", places: int = 3) -> str:
    """An amount with at least `places` decimals and every further digit it has: nothing is rounded."""
    value = Decimal(micro) / MICRO
    exponent = value.normalize().as_tuple().exponent
    digits = -exponent if isinstance(exponent, int) else 0
    return _amount(value.quantize(Decimal(1).scaleb(-max(places, digits))), currency, False)


def money_html(micro: int, currency: str = "CNY", places: int = 2, signed: bool = False) -> Markup:
    """Money as the pages set it: decimals smaller, credits green when `signed`."""
    whole, point, decimals = money(micro, currency, places, signed).partition(".")
    credit = " credit" if signed and micro > 0 else ""
    small = Markup('<span class="dec">{}{}</span>').format(point, decimals) if point else ""
    return Markup('<span class="money{}">{}{}</span>').format(credit, whole, small)


def _amount(value: Decimal, currency: str, signed: bool) -> str:
    sign = MINUS if value < 0 else "+" if signed and value > 0 else ""
    return f"{sign}{SYMBOLS.get(currency, currency + NO_BREAK)}{abs(value):,}"


def count(number: int) -> str:
    return f"{MINUS if number < 0 else ''}{abs(number):,}"


def approx(number: int) -> str:
    """A count cut down to two figures, as "about" wants it: 2亿, 40万, 400,000."""
    if number <= 0:
        return "0"
    step = 10 ** max(len(str(number)) - 2, 0)
    rough = number // step * step
    for unit, sign in ((10**8, "亿"), (10**4, "万")) if _chinese() else ():
        if rough >= unit:
            return f"{Decimal(rough) / unit:,f}{sign}"
    return count(rough)


def percent(part: int, whole: int, places: int = 1) -> str:
    """A share of a whole, cut and not rounded: nothing reads 100 % before the last one is there."""
    if whole <= 0:
        return NOTHING
    scale = 10**places
    shown = Decimal(part * 100 * scale // whole) / scale
    return "100%" if part == whole else f"{shown:.{places}f}%"


def filesize(size_bytes: int) -> str:
    value, units = float(size_bytes), ["B", "KB", "MB", "GB"]
    while value >= 1000 and len(units) > 1:
        value /= 1024
        units.pop(0)
    return f"{value:.{0 if units[0] in {'B', 'KB'} else 1}f}{NO_BREAK}{units[0]}"


@lru_cache(maxsize=4096)
def tel(e164: str) -> str:
    """A number with its middle hidden: 138 •••• 6021, +44 •••• 1234."""
    code, national = _dialling(e164)
    head = national[:3] if code == "86" else f"+{code}" if code else ""
    return f"{head} •••• {national[-4:]}".strip().replace(" ", NO_BREAK)


def tel_shown(e164: str) -> str:
    """The whole number, grouped to be read aloud. Only for pages whose reader may see it."""
    code, national = _dialling(e164)
    parts = [national[:3], national[3:7], national[7:]] if code == "86" else [f"+{code}", national]
    return NO_BREAK.join(part for part in parts if part)


def _dialling(e164: str) -> tuple[str, str]:
    if e164.startswith("+86"):
        return "86", e164[3:]
    try:
        code = str(phonenumbers.parse(e164).country_code)
    except phonenumbers.NumberParseException:
        return "", e164
    return code, e164[1 + len(code) :]


def local(instant: datetime) -> datetime:
    """The instant on the viewer's clock. An instant without a zone would be a guess, so it is refused."""
    assert instant.tzinfo is not None, "instants carry their zone"
    return instant.astimezone(get_timezone())


def date(instant: datetime, weekday: bool = False) -> str:
    """11月22日, 22 Nov; with the year when it is another one, with the day of the week on request."""
    return day(local(instant).date(), weekday)


def day(found: Day, weekday: bool = False) -> str:
    """The same of a day that is no instant: until when something is valid."""
    year = found.year != local(datetime.now(UTC)).year
    if _chinese():
        pattern = ("y年" if year else "") + "M月d日" + (" EEE" if weekday else "")
        return str(format_date(found, pattern, rebase=False))
    pattern = ("EEE " if weekday else "") + "d MMM" + (" y" if year else "")
    return str(format_date(found, pattern, rebase=False))


def month(first: Day) -> str:
    """2026年11月, November 2026."""
    return str(format_date(first, "y年M月" if _chinese() else "MMMM y", rebase=False))


def moment(instant: datetime, weekday: bool = False) -> str:
    """11月22日 14:40, 22 Nov, 14:40."""
    return as_read(local(instant), weekday)


def as_read(here: datetime, weekday: bool = False) -> str:
    """The same of a clock that was read already, wherever it hangs."""
    return f"{day(here.date(), weekday)}{' ' if _chinese() else ', '}{here:%H:%M}"


def clock(instant: datetime, ms: bool = False) -> str:
    """14:40, or 14:40:02.114 where the order of events matters."""
    here = local(instant)
    return f"{here:%H:%M:%S}.{here.microsecond // 1000:03d}" if ms else f"{here:%H:%M}"


def relative(instant: datetime) -> str:
    """Seconds or minutes from now while under an hour, else the moment itself."""
    seconds = round((datetime.now(UTC) - instant).total_seconds())
    if abs(seconds) >= RELATIVE_MAX_S:
        return moment(instant)
    if abs(seconds) < 60:
        past = _("%(n)s s ago", n=abs(seconds))
        return str(past if seconds >= 0 else _("in %(n)s s", n=abs(seconds)))
    minutes = abs(seconds) // 60
    return str(_("%(n)s min ago", n=minutes) if seconds >= 0 else _("in %(n)s min", n=minutes))


@dataclass(frozen=True)
class Segment:
    """One stretch of a delivery bar; x and width are per cent of it."""

    state: str
    x: str
    width: str


def bar_segments(counts: Mapping[str, int], total: int | None = None) -> list[Segment]:
    """The stretches of a bar in the fixed order. With a `total` above the sum the rest of the track stays empty.

    Each state there is gets the least share; what remains of the room goes by what each has above it. So nothing
    vanishes, the order of sizes is kept, and without tiny states the widths are the exact shares.
    """
    present = [(state, Decimal(counts[state])) for state in BAR_STATES if counts.get(state, 0) > 0]
    done = sum((number for _state, number in present), Decimal(0))
    whole = max(Decimal(total or 0), done)
    above = [max(number * 100 / whole - SHARE_MIN, Decimal(0)) for _state, number in present]
    room = max(done * 100 / whole - SHARE_MIN * len(present), Decimal(0)) if present else Decimal(0)
    stretch = room / sum(above) if any(above) else Decimal(0)
    segments, x = [], Decimal(0)
    for (state, _number), share in zip(present, above, strict=True):
        width = SHARE_MIN + share * stretch
        segments.append(Segment(state, f"{x:.3f}%", f"{width:.3f}%"))
        x += width
    return segments


def bar_words(counts: Mapping[str, int]) -> str:
    """The bar as a sentence, for those who do not see it."""
    words = {
        "delivered": _("delivered"),
        "awaiting": _("awaiting receipt"),
        "in_doubt": _("in doubt"),
        "failed": _("failed"),
        "queued": _("queued"),
    }
    told = [f"{words[state]} {count(counts[state])}" for state in BAR_STATES if counts.get(state)]
    return ("，" if _chinese() else ", ").join(told) or str(_("nothing sent yet"))


def parts(number: int) -> str:
    """Billed parts with their word."""
    return str(ngettext("%(shown)s part", "%(shown)s parts", number, shown=count(number)))


def people(number: int) -> str:
    return str(ngettext("%(shown)s person", "%(shown)s people", number, shown=count(number)))


def _chinese() -> bool:
    locale = get_locale()
    return locale is not None and locale.language == "zh"


FILTERS = (
    money, price, money_html, count, approx, percent, filesize, tel, tel_shown, date, day, moment, clock, relative,
    bar_segments, bar_words, parts, people,
)  # fmt: skip


def _at_render(function: Callable[..., Any]) -> Callable[..., Any]:
    """Taking the context keeps Jinja from working out `{{ 1|parts }}` once, in the language of whoever came first."""

    @pass_context
    def filtered(_context: Context, *args: Any, **options: Any) -> Any:
        return function(*args, **options)

    return filtered


def register(app: Flask) -> None:
    """Make every function above a template filter, under its own name."""
    for function in FILTERS:
        app.jinja_env.filters[function.__name__] = _at_render(function)
