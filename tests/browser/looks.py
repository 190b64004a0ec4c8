"""What every page must be, in whatever size, theme and language: accessible, inside its window, obedient to the policy.

Each page is looked at in two of the combinations, which together have both of everything; by axe's rules in the first
of them only unless volumes are full. Every shared part is looked at by axe in all of them, in the gallery.
"""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python  # type: ignore[import-untyped]
import pytest
from playwright.sync_api import Page

from tests import scale
from tests.browser.conftest import NARROW, WIDE

LOOKS = [(WIDE, "lang=en&theme=dark"), pytest.param(NARROW, "lang=zh&theme=light", marks=scale.scaled)]

_AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text("utf-8")
_RULES = """async () => {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const found = await axe.run(document, {runOnly: tags, resultTypes: ["violations"]});
    return found.violations.map(v => v.id + ": " + v.nodes.map(n => n.target + " " + n.failureSummary).join("; "));
}"""
# What sticks out of the window, unless it lies in a frame that scrolls by itself or is meant for screen readers only.
_STICKING_OUT = """() => [...document.querySelectorAll("body *")].filter(e => {
    const box = e.getBoundingClientRect();
    return box.width > 1 && box.right > innerWidth + 1 && !e.closest(".scroll, .seg, .tabs, pre, .sr, .side, svg");
}).map(e => e.outerHTML.slice(0, 120))"""


def accessible(page: Page, complaints: list[str]) -> None:
    """By axe's rules. Axe adds a style of its own, which the policy refuses; nothing may have been refused before."""
    assert complaints == [], page.url
    page.evaluate(_AXE)
    assert page.evaluate(_RULES) == [], page.url
    complaints.clear()


def stays_in_the_window(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    assert page.evaluate(_STICKING_OUT) == [], page.url


def fits(page: Page, complaints: list[str]) -> None:
    """The open page has nothing wrong with it, and its console nothing to complain about."""
    stays_in_the_window(page)
    assert complaints == [], page.url
    if scale.FULL or page.viewport_size == WIDE:
        accessible(page, complaints)


def visit(page: Page, path: str, look: str, complaints: list[str]) -> None:
    """Open a path in one look, and see that it fits."""
    page.goto(f"{path}{'&' if '?' in path else '?'}{look}", wait_until="load")
    fits(page, complaints)
