"""Who may not be sent to, by the business and by the platform."""

from flask import Flask
from sqlalchemy import insert, select

from tenants import contacts, optouts
from tenants.accounts import vault
from tenants.contacts.models import Contact
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.optouts.models import GlobalBlock, OptOut
from tests import factories

ONE, OTHER = "+8613800138000", "+8613900139000"


def test_an_opt_out_counts_for_its_signature_or_for_all(app: Flask) -> None:
    acme = factories.business()
    with scopes.tenant(acme.id):
        optouts.add(ONE, "", by=None)
        keys = vault()
        one, other = keys.indexes([ONE, OTHER])
        db.session.execute(
            insert(OptOut).values(phone_index=other, signature_id=7, sealed=b"", source="reply", created_at=now())
        )
        assert optouts.filter([one, other], 7) == {one, other}
        assert optouts.filter([one, other], 8) == {one}
        assert optouts.filter([], 7) == set()
        for number in (ONE, OTHER):
            contacts.add_person(number, "", [], by=None)
        by_signature = {
            signature: set(
                db.session.scalars(select(Contact.phone_index).where(optouts.blocked(Contact.phone_index, signature)))
            )
            for signature in (7, 8)
        }
        assert by_signature == {7: {one, other}, 8: {one}}
        assert set(db.session.scalars(select(Contact.phone_index).where(optouts.known(Contact.phone_index)))) == {
            one,
            other,
        }


def test_a_block_of_the_platform_holds_for_every_business(app: Flask) -> None:
    acme, rival = factories.business(), factories.business("Rival")
    with scopes.tenant(acme.id):
        assert optouts.blocked_for_all([ONE, OTHER]) == set()
        index = vault().platform_index(ONE)
    with scopes.platform(Reason.STAFF):
        db.session.execute(insert(GlobalBlock).values(phone_index=index, reason="complaint", created_at=now()))
    try:
        for business in (acme, rival):
            with scopes.tenant(business.id):
                assert optouts.blocked_for_all([ONE, OTHER]) == {ONE}
    finally:
        with scopes.platform(Reason.STAFF):
            db.session.execute(GlobalBlock.__table__.delete())
