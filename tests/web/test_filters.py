"""How figures are written, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
import time_machine
from flask import Flask, render_template_string
from hypothesis import given
from hypothesis import strategies as st

from tenants.core.settings import Settings
from web import filters, i18n
from web.extensions import login_manager

NOW = datetime(2026, 11, 22, 6, 40, 2, 114_900, tzinfo=UTC)


def _app() -> Flask:
    app = Flask(__name__)
    app.config["SETTINGS"] = Settings()
    login_manager.init_app(app)
    i18n.register(app)
    filters.register(app)
    return app


@pytest.fixture
def zh() -> Iterator[None]:
    with _app().test_request_context("/?lang=zh"), time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def en() -> Iterator[None]:
    with _app().test_request_context("/?lang=en"), time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.parametrize(
    ("micro", "options", "shown"),
    [
        (18_426_500_000, {}, "¥18,426.50"),
        (-11_172_570_000, {}, "−¥11,172.57"),
        (0, {"signed": True}, "¥0.00"),
        (20_000_000_000, {"signed": True}, "+¥20,000.00"),
        (46_400, {"places": 3}, "¥0.046"),
        (5_000, {}, "¥0.01"),
        (1_250_000_000, {"currency": "USD"}, "$1,250.00"),
        (1_000_000, {"currency": "SGD"}, "SGD\u00a01.00"),
    ],
)
def test_money_has_its_sign_symbol_and_two_decimals(micro: int, options: dict[str, object], shown: str) -> None:
    assert filters.money(micro, **options) == shown  # type: ignore[arg-type]


def test_a_price_keeps_every_digit_and_at_least_three() -> None:
    assert [filters.price(micro) for micro in (45_000, 1_000_000, 46_412, 0)] == [
        "¥0.045", "¥1.000", "¥0.046412", "¥0.000",
    ]  # fmt: skip


def test_money_on_the_page_sets_decimals_smaller_and_credits_green() -> None:
    assert filters.money_html(-1_500_000) == '<span class="money">−¥1<span class="dec">.50</span></span>'
    assert 'class="money credit">+¥1<' in filters.money_html(1_000_000, signed=True)


def test_a_share_is_cut_so_that_only_the_whole_reads_100() -> None:
    assert filters.percent(99_999, 100_000) == "99.9%"
    assert filters.percent(100_000, 100_000) == "100%"
    assert filters.percent(0, 0) == "—"


@pytest.mark.parametrize(
    ("e164", "masked", "shown"),
    [
        ("+8613800006021", "138 •••• 6021", "138 0000 6021"),
        ("+8610640000000017", "106 •••• 0017", "106 4000 0000017"),
        ("+447700901234", "+44 •••• 1234", "+44 7700901234"),
        ("+85261234567", "+852 •••• 4567", "+852 61234567"),
    ],
)
def test_a_number_hides_its_middle_unless_it_may_be_shown(e164: str, masked: str, shown: str) -> None:
    assert filters.tel(e164) == masked.replace(" ", "\u00a0")
    assert filters.tel_shown(e164).replace("\u00a0", " ") == shown


def test_a_text_that_is_no_number_still_shows_only_its_end() -> None:
    assert filters.tel("nonsense-1234") == "••••\u00a01234"


@pytest.mark.usefixtures("zh")
def test_chinese_pages_write_beijing_time_and_ten_thousands() -> None:
    assert filters.moment(NOW) == "11月22日 14:40"
    assert filters.moment(NOW, weekday=True) == "11月22日 周日 14:40"
    assert filters.date(NOW - timedelta(days=365)) == "2025年11月22日"
    assert filters.clock(NOW, ms=True) == "14:40:02.114"
    assert filters.approx(2_345_678_901) == "23亿"
    assert filters.approx(409_477) == "40万" and filters.approx(9_876) == "9,800" and filters.approx(0) == "0"
    assert filters.relative(NOW - timedelta(seconds=12)) == "12秒前"
    assert filters.parts(16_800) == "16,800条"
    assert filters.bar_words({"delivered": 1200, "in_doubt": 3}) == "已送达 1,200，存疑 3"


@pytest.mark.usefixtures("en")
def test_english_pages_write_days_first_and_plurals() -> None:
    assert filters.moment(NOW) == "22 Nov, 14:40"
    assert filters.moment(NOW, weekday=True) == "Sun 22 Nov, 14:40"
    assert filters.date(NOW - timedelta(days=365)) == "22 Nov 2025"
    assert filters.approx(409_477) == "400,000"
    assert filters.relative(NOW + timedelta(minutes=5)) == "in 5 min"
    assert filters.relative(NOW - timedelta(hours=1)) == "22 Nov, 13:40"
    assert (filters.parts(1), filters.parts(2), filters.people(1)) == ("1 part", "2 parts", "1 person")
    assert filters.bar_words({}) == "nothing sent yet"


def test_a_template_is_not_frozen_in_the_language_of_its_first_reader() -> None:
    app = _app()
    for language, shown in (("zh", "2条"), ("en", "2 parts")):
        with app.test_request_context(f"/?lang={language}"):
            assert render_template_string("{{ 2|parts }}") == shown


def test_an_instant_without_a_zone_is_refused() -> None:
    with _app().test_request_context("/?lang=en"), pytest.raises(AssertionError):
        filters.moment(datetime(2026, 11, 22))


@pytest.mark.parametrize(
    ("size", "shown"), [(0, "0 B"), (999, "999 B"), (38_900, "38 KB"), (9_876_543, "9.4 MB"), (5 * 2**40, "5120.0 GB")]
)
def test_a_file_size_has_one_sensible_unit(size: int, shown: str) -> None:
    assert filters.filesize(size).replace("\u00a0", " ") == shown


counts = st.dictionaries(st.sampled_from(filters.BAR_STATES), st.integers(0, 10**9))


@given(counts, st.integers(0, 10**9))
def test_a_bar_keeps_its_order_fills_no_more_than_itself_and_hides_no_state(found: dict[str, int], total: int) -> None:
    segments = filters.bar_segments(found, total)
    assert [s.state for s in segments] == [state for state in filters.BAR_STATES if found.get(state)]
    widths = [Decimal(s.width.rstrip("%")) for s in segments]
    assert all(width >= filters.SHARE_MIN for width in widths)
    drawn, done = sum(widths, Decimal(0)), sum(found.values())
    assert drawn <= Decimal("100.01")
    if segments:
        assert drawn >= Decimal(done * 100) / max(done, total) - Decimal("0.01")
    for before, after in pairwise(segments):
        end = Decimal(before.x.rstrip("%")) + Decimal(before.width.rstrip("%"))
        assert abs(end - Decimal(after.x.rstrip("%"))) < Decimal("0.01")
