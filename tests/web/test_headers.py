"""The headers of every answer, on every route, whatever became of the request."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask

from tests.isolation.routes import calls
from tests.isolation.world import made
from tests.web.signed_in import Browser, client_of, signed_in, staff_client, visitor
from web import create_app
from web.auth import Policy

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def test_every_route_answers_with_the_strict_headers(app: Flask) -> None:
    acme = made()
    for call in calls(app, acme):
        right = signed_in(app, acme.owner_id, acme.id) if call.policy is not Policy.STAFF else staff_client(app)
        for client in (right, visitor(app)):
            assert isinstance(client, Browser)
            client.take_token()
            headers = client.open(call.path, method=call.method).headers
            assert ALWAYS.items() <= dict(headers).items(), call
            policy = headers["Content-Security-Policy"]
            assert "unsafe" not in policy and "*" not in policy, call
            if "default-src 'none'" in policy:  # a medium, in which nothing may run or load
                assert "sandbox" in policy and "frame-ancestors 'none'" in policy, call
                continue
            for part in ("default-src 'self'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
                assert part in policy, call
            assert headers["Cache-Control"] == "no-store", call
            assert "HX-Request" in headers["Vary"], call


def test_errors_and_static_files_have_them_too(app: Flask) -> None:
    client = visitor(app)
    for path in ("/nothing", "/static/qunfa.css", "/static/nothing"):
        headers = client.get(path).headers
        assert ALWAYS.items() <= dict(headers).items(), path
        assert "script-src 'self'" in headers["Content-Security-Policy"]


def test_every_cookie_is_out_of_reach_of_scripts_and_other_sites(app: Flask) -> None:
    answer = visitor(app).get("/sign-in")
    for cookie in answer.headers.getlist("Set-Cookie"):
        assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Domain" not in cookie


def test_behind_tls_cookies_are_bound_to_the_host_and_browsers_told_to_stay(app: Flask) -> None:
    settings = replace(app.config["SETTINGS"], qunfa_secure_cookies=True, public_url="https://localhost")
    secure = create_app(settings, testing=True)
    with secure.app_context():
        answer = secure.test_client().get("/sign-in", base_url="https://localhost")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    for cookie in answer.headers.getlist("Set-Cookie"):
        assert cookie.startswith("__Host-") and "Secure" in cookie and "Path=/" in cookie


def test_forwarded_headers_count_only_from_known_proxies(app: Flask) -> None:
    forged = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    assert "Strict-Transport-Security" not in visitor(app).get("/sign-in", headers=forged).headers
    trusting = create_app(replace(app.config["SETTINGS"], qunfa_proxy_hops=1), testing=True)
    with trusting.app_context():
        assert "Strict-Transport-Security" in trusting.test_client().get("/sign-in", headers=forged).headers


def test_pages_hold_no_inline_code(app: Flask) -> None:
    import re

    from tests.factories import business

    client = client_of(app, business())
    for path in ("/settings", "/account", "/audit", "/signatures", "/templates"):
        text = client.get(path).text
        assert not re.search(r"\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", text), path
        for script in re.findall(r"<script[^>]*>", text):
            assert "src=" in script or "application/json" in script, path
