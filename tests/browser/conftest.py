"""A Chromium for the tests, and an address at which the application answers it."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright._impl._driver import compute_driver_executable
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 375, "height": 812}
Opener = Callable[..., Page]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, for one module: while Playwright runs, nothing else in the process may run an event loop.

    Without one the tests skip, unless QUNFA_REQUIRE_BROWSER=1 makes that a failure.
    """
    path = shutil.which("chromium")
    if path is None or not _driver_runs():
        message = "no browser on this machine: apt-get install chromium fonts-noto-cjk libatomic1"
        if os.environ.get("QUNFA_REQUIRE_BROWSER") == "1":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


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


@pytest.fixture
def opener(chromium: Browser, site: str, complaints: list[str]) -> Iterator[Opener]:
    """Opens a page, or with no path a window, as somebody; what a console complains about fails the test in the end."""
    contexts = []

    def open_as(client: FlaskClient, path: str, size: dict[str, int] = WIDE) -> Page:
        cookie = client.get_cookie("qunfa")
        assert cookie is not None
        context = chromium.new_context(base_url=site, viewport=size, reduced_motion="reduce", locale="en-GB")  # type: ignore[arg-type]
        contexts.append(context)
        context.add_cookies([{"name": "qunfa", "value": cookie.value, "url": site}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "warning" else None)
        if path:
            page.goto(path, wait_until="load")
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert complaints == []
