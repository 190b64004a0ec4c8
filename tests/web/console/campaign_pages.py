"""A business with a draft, its owner's browser, and the addresses of its campaign, for tests of the campaign pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from tenants.core import scopes
from tests.tenants.campaigns import arrange
from tests.tenants.campaigns.arrange import Ready
from tests.web.signed_in import signed_in
from web.public import public

HTMX = {"HX-Request": "true"}


@dataclass(frozen=True)
class Desk:
    """`here` is the address of the campaign's page."""

    ready: Ready
    client: FlaskClient
    here: str

    def key(self, kind: str, id: int) -> str:
        with scopes.tenant(self.ready.tenant_id):
            return public(kind, id)

    def get(self, path: str = "", **options: Any) -> str:
        """The text of a page below the campaign's own address."""
        answer = self.client.get(self.here + path, **options)
        assert answer.status_code == 200, (answer.status_code, answer.location)
        return answer.text

    def post(self, path: str, data: Any = None, **options: Any) -> Any:
        return self.client.post(self.here + path, data=data or {}, **options)


def desk(app: Flask, people: int = 20, **options: Any) -> Desk:
    """An owner at the draft of a campaign to so many people."""
    ready = arrange.ready(people, **options)
    return of(app, ready, ready.campaign_id)


def of(app: Flask, ready: Ready, campaign_id: int) -> Desk:
    client = signed_in(app, ready.owner_id, ready.tenant_id)
    with scopes.tenant(ready.tenant_id):
        return Desk(ready, client, f"/campaigns/{public('campaign', campaign_id)}")


def words(page: str) -> str:
    """What a page says, without its marks."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())
