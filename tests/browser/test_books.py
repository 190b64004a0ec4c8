"""Money, messages and channels in a browser: accessible, inside the window."""

from __future__ import annotations

import pytest
from flask import Flask

from tests import factories
from tests.browser.conftest import Opener
from tests.browser.looks import LOOKS, visit
from tests.tenants.messages import arrange
from tests.web.console.test_messages import public, sent
from tests.web.signed_in import client_of, staff_client

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("size", "look"), LOOKS)
def test_the_books_and_the_messages_are_accessible_and_stay_in_the_window(
    app: Flask, opener: Opener, complaints: list[str], size: dict[str, int], look: str
) -> None:
    acme = factories.business("禾木咖啡", credit_micro=arrange.CREDIT_MICRO)
    message = public(acme, sent(acme, ["000", "901"])[0])
    own = ["/", "/billing", "/messages", f"/messages/{message}", "/contacts/lists/new"]
    staff = ["/staff/ledger", f"/staff/ledger/wallets/{acme.id}", "/staff/channels",
             "/staff/channels/new?kind=cmpp"]  # fmt: skip
    for client, paths in ((client_of(app, acme), own), (staff_client(app), staff)):
        page = opener(client, "", size)
        for path in paths:
            visit(page, path, look, complaints)
