"""Prices to begin with: the mainland by operator and kind, and the countries most is sent to. For a demo; whoever runs
the platform publishes his own.
"""

from __future__ import annotations

from tenants.resellers.prices import Rule

# operator: notice and verification, marketing; in micro-units of a yuan.
_MAINLAND = {
    "mobile": (45_000, 48_000),
    "unicom": (44_000, 47_000),
    "telecom": (44_000, 47_000),
    "broadnet": (46_000, 50_000),
    "": (48_000, 52_000),
}
_ABROAD = {
    "HK": 380_000,
    "MO": 260_000,
    "TW": 420_000,
    "SG": 290_000,
    "JP": 520_000,
    "KR": 270_000,
    "TH": 130_000,
    "MY": 360_000,
    "US": 60_000,
    "GB": 310_000,
    "DE": 640_000,
    "AU": 350_000,
}

# One message, whatever it holds.
_RICH = {"mms": {"CN": 240_000, "HK": 650_000, "US": 220_000}, "rcs": {"CN": 120_000, "US": 180_000, "GB": 340_000}}

STARTER_PRICES: tuple[Rule, ...] = (
    *(Rule("CN", plain, operator) for operator, (plain, _marketing) in _MAINLAND.items()),
    *(Rule("CN", marketing, operator, "marketing") for operator, (_plain, marketing) in _MAINLAND.items()),
    *(Rule(country, unit_micro) for country, unit_micro in _ABROAD.items()),
    *(
        Rule(country, unit_micro, product=product)
        for product, places in _RICH.items()
        for country, unit_micro in places.items()
    ),
)
