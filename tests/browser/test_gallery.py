"""Every shared part, as the gallery shows it: accessible, inside its width, obedient to the strict content policy."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import NARROW, WIDE, Opener
from tests.browser.looks import accessible, stays_in_the_window

pytestmark = pytest.mark.browser

PAGES = ("", "/forms", "/staff", "/auth", "/plain")
CROSSED = [("zh", "dark"), ("en", "light")]
# Each language and each theme in every run; the other two pairs of them in the long ones.
LOOKS = [("zh", "light"), ("en", "dark"), *(pytest.param(*pair, marks=pytest.mark.soak) for pair in CROSSED)]


@pytest.fixture(params=[WIDE, NARROW], ids=lambda size: f"{size['width']}px")
def page(opener: Opener, request: pytest.FixtureRequest) -> Page:
    return opener(None, "", request.param)


@pytest.mark.parametrize(("language", "theme"), LOOKS)
@pytest.mark.parametrize("path", PAGES)
def test_each_part_is_accessible_and_stays_in_the_window(
    page: Page, complaints: list[str], path: str, language: str, theme: str
) -> None:
    page.goto(f"/gallery{path}?lang={language}&theme={theme}", wait_until="load")
    stays_in_the_window(page)
    accessible(page, complaints)


@pytest.mark.parametrize("page", [WIDE], indirect=True)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("brand", ["yellow", "teal", "pink"])
def test_any_brand_can_be_read(page: Page, complaints: list[str], brand: str, theme: str) -> None:
    page.goto(f"/gallery/forms?lang=en&theme={theme}&brand={brand}", wait_until="load")
    accessible(page, complaints)


def test_a_guarded_dialog_acts_only_on_the_typed_number(page: Page, complaints: list[str]) -> None:
    page.goto("/gallery?lang=en", wait_until="load")
    page.click("[data-opens=cancel]")
    dialog = page.locator("dialog#cancel")
    verb = dialog.locator("[type=submit]")
    assert dialog.is_visible() and verb.get_attribute("aria-disabled") == "true"
    verb.click(force=True)
    assert page.url.endswith("/gallery?lang=en")
    accessible(page, complaints)
    dialog.locator("input[name=typed]").fill("73,084")
    assert verb.get_attribute("aria-disabled") == "false"
    dialog.locator("[data-closes]").click()
    assert not dialog.is_visible()


def test_theme_and_language_are_kept_for_the_next_page(page: Page) -> None:
    page.goto("/gallery/staff?lang=en&theme=light", wait_until="load")
    if page.locator(".topbar").is_visible():
        page.click(".topbar button")
    page.click(".who summary")
    page.click("[data-theme-choice=dark]")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    with page.expect_navigation():
        page.click("[data-lang=zh]")
    page.goto("/gallery/forms", wait_until="load")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_a_toast_leaves_when_dismissed_and_a_counter_counts_what_is_typed(page: Page) -> None:
    page.goto("/gallery?lang=en", wait_until="load")
    page.click("#toasts .close")
    assert page.locator("[data-toast]").count() == 0
    page.goto("/gallery/forms?lang=en", wait_until="load")
    page.fill("#title", "拿铁🎉")
    assert page.inner_text("[data-counts=title]") == "3 / 40"
