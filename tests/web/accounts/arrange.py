"""What tests about accounts need: a known person, the mails, the links in them."""

from __future__ import annotations

import re
import uuid

from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from tenants.accounts import passwords
from tenants.accounts.models import Identity, Mail
from tenants.core import scopes
from tenants.core.db import db
from tenants.core.scopes import Reason
from tests import factories
from tests.factories import Business

PASSWORD = "Three lamps over the river"
NEW_PASSWORD = "Four lamps under a bridge"
# Made once: the hash takes its time on purpose.
HASH = passwords.hashed(PASSWORD)


def business(name: str = "Acme Coffee", **columns: object) -> Business:
    """A business whose owner signs in with PASSWORD."""
    made = factories.business(name, **columns)  # type: ignore[arg-type]
    with scopes.platform(Reason.SIGN_UP):
        db.session.execute(update(Identity).where(Identity.id == made.owner_id).values(password_hash=HASH))
    return made


def address() -> str:
    return f"ada-{uuid.uuid4().hex[:8]}@example.com"


def mails(recipient: str) -> list[Mail]:
    """What was mailed to somebody, the oldest first."""
    with scopes.platform(Reason.MAIL):
        return list(db.session.scalars(select(Mail).where(Mail.recipient == recipient).order_by(Mail.id)))


def link(mail: Mail) -> str:
    """The path of the link in a mail."""
    found = re.search(r"http://localhost(/\S+)", mail.body)
    assert found, mail.body
    return found.group(1)


def sign_up(client: FlaskClient, address: str, **changes: str) -> TestResponse:
    form = {"business": "Acme Coffee", "person": "Ada", "email": address, "password": PASSWORD}
    return client.post("/sign-up?lang=en", data=form | {"time_zone": "Asia/Tokyo"} | changes)


def sign_in(client: FlaskClient, email: str, password: str = PASSWORD, **changes: str) -> TestResponse:
    return client.post("/sign-in?lang=en", data={"email": email, "password": password} | changes)
