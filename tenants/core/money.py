"""Pure: money. Every amount is an integer of micro-units, 10^-6 of the currency unit; no float, no silent rounding."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

MICRO = 1_000_000

# Stripe's minor units: decimals of each currency (Stripe, "Supported currencies").
_DECIMALS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "KWD": 3, "BHD": 3, "JOD": 3, "OMR": 3, "TND": 3}


def to_minor(amount_micro: int, currency: str) -> int:
    """Micro-units in the currency's minor units; ValueError when it is no whole number of them."""
    step = _micro_per_minor(currency)
    minor, rest = divmod(amount_micro, step)
    if rest:
        raise ValueError(f"{amount_micro} micro is no whole amount of {currency}")
    return minor


def from_minor(amount: int, currency: str) -> int:
    """The currency's minor units in micro-units."""
    return amount * _micro_per_minor(currency)


def parse(text: str, decimals: int = 2) -> int | None:
    """What a person typed as an amount ("1,000.50", "¥ 20") in micro-units; None when it is none."""
    cleaned = text.strip().replace(",", "").replace("，", "").lstrip("¥￥$€").strip()
    try:
        value = Decimal(cleaned)
    except InvalidOperation:
        return None
    if not value.is_finite() or value.adjusted() > 12 or value != round(value, decimals):
        return None
    return int(value * MICRO)


def _micro_per_minor(currency: str) -> int:
    return int(10 ** (6 - _DECIMALS.get(currency.upper(), 2)))
