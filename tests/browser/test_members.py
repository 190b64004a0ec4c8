"""Members and the page of an invitation in a browser: accessible and inside the window."""

from __future__ import annotations

import pytest
from flask import Flask

from tenants.accounts import inviting
from tenants.core import scopes
from tests import factories
from tests.browser.conftest import Opener
from tests.browser.looks import LOOKS, visit
from tests.web.signed_in import client_of

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("size", "look"), LOOKS)
def test_every_page_is_accessible_and_stays_in_the_window(
    app: Flask, opener: Opener, complaints: list[str], size: dict[str, int], look: str
) -> None:
    acme = factories.business("禾木咖啡")
    bob = factories.member(acme, "王小明")
    with scopes.tenant(acme.id):
        token = inviting.invite(
            "a.rather.long.address.of.somebody@branch-office.example.com", "member", by=acme.owner_id
        )
    for person in (acme.owner_id, bob):
        page = opener(client_of(app, acme, person), "", size)
        for path in ("/members", f"/join/{token}", "/join/over"):
            visit(page, path, look, complaints)
