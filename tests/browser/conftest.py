"""A Chromium for the tests, and an address at which the application answers it."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright._impl._driver import compute_driver_executable
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, sync_playwright
from werkzeug.serving import make_server

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 375, "height": 812}
Opener = Callable[..., Page]
# One process draws all windows: of several, each would read and translate every script for itself.
_FRUGAL = ["--no-sandbox", "--disable-dev-shm-usage", "--process-per-site", "--renderer-process-limit=1"]


@contextmanager
def launched() -> Iterator[Browser]:
    """Debian's Chromium. While Playwright runs, nothing else in the process may run an event loop.

    Without one the tests skip, unless QUNFA_REQUIRE_BROWSER=1 makes that a failure.
    """
    path = shutil.which("chromium")
    if path is None or not _driver_runs():
        message = "no browser on this machine: apt-get install chromium fonts-noto-cjk libatomic1"
        if os.environ.get("QUNFA_REQUIRE_BROWSER") == "1":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FRUGAL)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for this folder's tests."""
    with launched() as browser:
        yield browser


def _driver_runs() -> bool:
    """Playwright brings a Node of its own, which is linked with a library that bare machines lack."""
    node = compute_driver_executable()[0]
    return subprocess.run([node, "--version"], capture_output=True).returncode == 0


@pytest.fixture(scope="session")
def site(shared_app: Flask) -> Iterator[str]:
    """The application on a free port of this machine."""
    server = make_server("127.0.0.1", 0, shared_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=5)


@pytest.fixture
def complaints() -> list[str]:
    """What the browsers' consoles complained about."""
    return []


@pytest.fixture(scope="package")
def windows() -> list[Page]:
    """Windows in nobody's use. A new one is a new process, which reads every script and stylesheet again."""
    return []


@pytest.fixture
def opener(chromium: Browser, windows: list[Page], site: str, complaints: list[str]) -> Iterator[Opener]:
    """Opens a page, or with no path a window, as somebody or as a stranger (None).

    What a console complains about fails the test in the end.
    """
    used: list[Page] = []

    def failed(error: Error) -> None:
        complaints.append(str(error))

    def said(message: ConsoleMessage) -> None:
        # A refused form is answered with an error, which is as it should be; what the policy refuses is not.
        if message.type in {"warning", "error"} and not message.text.startswith("Failed to load resource"):
            complaints.append(message.text)

    def open_as(client: FlaskClient | None, path: str, size: dict[str, int] = WIDE) -> Page:
        if not windows:
            windows.append(chromium.new_context(base_url=site, reduced_motion="reduce", locale="en-GB").new_page())
        page = windows.pop()
        used.append(page)
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.on("pageerror", failed)
        page.on("console", said)
        if client:
            cookie = client.get_cookie("qunfa")
            assert cookie is not None
            page.context.add_cookies([{"name": "qunfa", "value": cookie.value, "url": site}])
        if path:
            page.goto(path, wait_until="load")
        return page

    yield open_as
    for page in used:
        page.remove_listener("pageerror", failed)
        page.remove_listener("console", said)
        page.evaluate("localStorage.clear(), sessionStorage.clear()")
        page.context.clear_cookies()
        page.goto("about:blank")
    windows += used
    assert complaints == []
