"""Published prices: the most specific rule wins, what is not published has no price, lists never change."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from tenants import resellers
from tenants.core import scopes
from tenants.core.errors import Invalid
from tenants.core.scopes import Reason
from tenants.messages import segments
from tenants.resellers import Price, PriceTable, Rule
from tenants.resellers.starter_prices import STARTER_PRICES
from tests import factories

COUNTRIES, OPERATORS, KINDS = ("CN", "HK", "US"), ("", "mobile", "unicom"), ("", "notice", "marketing")


def table_of(kind: str, rules: tuple[Rule, ...]) -> PriceTable:
    numbered = enumerate((rule for rule in rules if rule.product == "sms"), 1)
    return PriceTable(kind, {(r.country, r.operator, r.kind): Price(n, r.unit_micro) for n, r in numbered})


@pytest.mark.parametrize(
    ("country", "operator", "kind", "unit_micro"),
    [
        ("CN", "mobile", "notice", 45_000),
        ("CN", "mobile", "verification", 45_000),
        ("CN", "mobile", "marketing", 48_000),
        ("CN", "unicom", "notice", 44_000),
        ("CN", "unicom", "marketing", 47_000),
        ("CN", "telecom", "notice", 44_000),
        ("CN", "telecom", "marketing", 47_000),
        ("CN", "broadnet", "notice", 46_000),
        ("CN", "broadnet", "marketing", 50_000),
        ("CN", "other", "notice", 48_000),
        ("CN", "other", "marketing", 52_000),
        ("HK", "", "notice", 380_000),
        ("HK", "mobile", "marketing", 380_000),
        ("MO", "", "notice", 260_000),
        ("TW", "", "notice", 420_000),
        ("SG", "", "notice", 290_000),
        ("JP", "", "verification", 520_000),
        ("KR", "", "notice", 270_000),
        ("TH", "", "notice", 130_000),
        ("MY", "", "notice", 360_000),
        ("US", "", "marketing", 60_000),
        ("GB", "", "notice", 310_000),
        ("DE", "", "notice", 640_000),
        ("AU", "", "notice", 350_000),
        ("FR", "", "notice", None),
        ("", "", "notice", None),
        ("cn", "mobile", "notice", None),
    ],
)
def test_the_golden_table_of_the_first_prices(country: str, operator: str, kind: str, unit_micro: int | None) -> None:
    found = table_of(kind, STARTER_PRICES).unit(country, operator)
    assert (found.unit_micro if found else None) == unit_micro


@pytest.mark.parametrize(
    ("text", "country", "cost_micro"),
    [
        ("字" * 70, "CN", 45_000),
        ("字" * 71, "CN", 90_000),
        ("字" * 134, "CN", 90_000),
        ("字" * 135, "CN", 135_000),
        ("a" * 160, "US", 60_000),
        ("a" * 161, "US", 120_000),
        ("a" * 158 + "€", "US", 60_000),
        ("a" * 159 + "€", "US", 120_000),
        ("a" * 68 + "😀", "GB", 310_000),
        ("a" * 69 + "😀", "GB", 620_000),
    ],
    ids=range(10),
)
def test_a_cost_is_segments_times_the_unit_price(text: str, country: str, cost_micro: int) -> None:
    price = table_of("notice", STARTER_PRICES).unit(country, "mobile" if country == "CN" else "")
    assert price is not None
    assert segments.count(text, country).parts * price.unit_micro == cost_micro


places = st.tuples(st.sampled_from(COUNTRIES), st.sampled_from(OPERATORS), st.sampled_from(KINDS))


@given(st.dictionaries(places, st.integers(1, 10**9)), places)
def test_the_look_up_agrees_with_reading_every_rule(
    rules: dict[tuple[str, str, str], int], asked: tuple[str, str, str]
) -> None:
    country, operator, kind = asked
    fits = [
        ((place[2] != "") * 2 + (place[1] != ""), unit_micro)
        for place, unit_micro in rules.items()
        if place[0] == country and place[1] in ("", operator) and place[2] in ("", kind)
    ]
    table = table_of(kind, tuple(Rule(place[0], unit, place[1], place[2]) for place, unit in rules.items()))
    found = table.unit(country, operator)
    assert (found.unit_micro if found else None) == (max(fits)[1] if fits else None)


def test_a_new_list_replaces_the_old_one_and_leaves_it_as_it_was(app: Flask) -> None:
    with scopes.platform(Reason.DEMO):
        resellers.publish([Rule("CN", 45_000), Rule("HK", 380_000)], currency="XTS")
        before = resellers.prices("notice", "XTS")
        resellers.publish([Rule("CN", 50_000)], currency="XTS")
        after = resellers.prices("notice", "XTS")
    assert (before.unit("CN", "mobile"), after.unit("CN", "mobile")) == (
        Price(before.rules["CN", "", ""].rule_id, 45_000), Price(after.rules["CN", "", ""].rule_id, 50_000),
    )  # fmt: skip
    assert before.rules["CN", "", ""].rule_id != after.rules["CN", "", ""].rule_id
    assert after.unit("HK", "") is None, "a list is whole: what it leaves out has no price"


def test_each_product_has_its_own_price_and_none_lends_it(app: Flask) -> None:
    with scopes.platform(Reason.DEMO):
        rules = [Rule("CN", 45_000), Rule("CN", 240_000, product="mms"), Rule("CN", 250_000, "mobile", product="mms")]
        resellers.publish(rules, currency="XTS")
        units = {
            product: [
                price and price.unit_micro
                for price in map(resellers.prices("notice", "XTS", product=product).unit, ("CN", "CN"), ("mobile", ""))
            ]
            for product in ("sms", "mms", "rcs")
        }
    assert units == {"sms": [45_000, 45_000], "mms": [250_000, 240_000], "rcs": [None, None]}


def test_a_currency_without_a_list_has_no_price(app: Flask) -> None:
    with scopes.platform(Reason.DEMO):
        assert resellers.prices("notice", "XXX").unit("CN", "mobile") is None


@pytest.mark.parametrize(
    "rules",
    [
        [],
        [Rule("CN", 45_000, product="fax")],
        [Rule("CN", 0)],
        [Rule("CN", -1)],
        [Rule("CN", 2_000_000_000)],
        [Rule("cn", 45_000)],
        [Rule("China", 45_000)],
        [Rule("CN", 45_000, operator="移动")],
        [Rule("CN", 45_000), Rule("CN", 46_000)],
    ],
)
def test_a_list_that_makes_no_sense_is_not_published(app: Flask, rules: list[Rule]) -> None:
    with pytest.raises(Invalid), scopes.platform(Reason.DEMO):
        resellers.publish(rules, currency="XTS")


def test_a_tenant_reads_prices_and_writes_none(app: Flask) -> None:
    acme = factories.business()
    with pytest.raises(Exception, match="permission denied"), scopes.tenant(acme.id):
        resellers.publish([Rule("CN", 1)])
