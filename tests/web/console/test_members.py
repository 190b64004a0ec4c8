"""Members: invited by mail, joining with an old or a new account, given roles, removed, leaving."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tenants.accounts import members
from tenants.accounts.models import Identity, Invitation
from tenants.core import audit, ids, scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tests import factories
from tests.conftest import SECRET
from tests.factories import Business
from tests.web.accounts.arrange import NEW_PASSWORD, PASSWORD, address, business, link, mails, sign_in
from tests.web.signed_in import client_of, visitor


def invited(app: Flask, acme: Business, email: str, role: str = "member") -> str:
    """The path of the link that was mailed."""
    answer = client_of(app, acme).post("/members/invite?lang=en", data={"email": email, "role": role})
    assert answer.status_code == 303, answer.text
    return link(mails(email.strip().lower())[-1])


def roles(acme: Business) -> dict[str, str]:
    with scopes.tenant(acme.id):
        return {each.email: each.role for each in members.people()}


def acts(acme: Business) -> list[str]:
    with scopes.tenant(acme.id):
        found = db.session.scalars(select(audit.Entry.action).order_by(audit.Entry.id))
        return [each for each in found if each.startswith("member.")]


def public(acme: Business, kind: str, id: int) -> str:
    return ids.encode(SECRET, kind, acme.id, id)


def join(client: FlaskClient, path: str, password: str = PASSWORD, name: str = "Bob") -> int:
    return client.post(f"{path}?lang=en", data={"name": name, "password": password}).status_code


def test_somebody_new_joins_by_the_link_and_is_signed_in(app: Flask) -> None:
    acme, email, client = business("Acme Coffee"), address(), visitor(app)
    path = invited(app, acme, f" {email.upper()}")
    assert "Join Acme Coffee" in client.get(f"{path}?lang=en").text
    assert [join(client, path, "short"), join(client, path)] == [422, 303]
    assert "Acme Coffee" in client.get("/").text
    assert roles(acme) == {acme.email: "owner", email: "member"}
    assert client.get(path).status_code == 404, "a link is good for one use"
    assert sign_in(visitor(app), email).status_code == 303, "the link proved the address"
    assert acts(acme) == ["member.invite", "member.join"]


def test_who_has_an_account_signs_in_joins_and_goes_between_businesses(app: Flask) -> None:
    acme, other = business("Acme Coffee"), business("Rival Tea")
    path, client = invited(app, acme, other.email, "owner"), visitor(app)
    assert "sign in to join" in client.get(f"{path}?lang=en").text
    assert client.post(path).location == f"/sign-in?next={path}"
    assert sign_in(client, other.email, next=path).location == path
    assert client.post(path).status_code == 303
    assert "Acme Coffee" in client.get("/").text
    assert roles(acme)[other.email] == "owner"
    back = ids.encode(SECRET, "tenant", 0, other.id)
    assert back in client.get("/account").text
    assert client.post(f"/account/businesses/{back}").status_code == 303
    assert "Rival Tea" in client.get("/").text
    assert client.post(f"/account/businesses/{ids.encode(SECRET, 'tenant', 0, business().id)}").status_code == 404


def test_an_invitation_is_for_its_address_alone(app: Flask) -> None:
    acme, other, eve = business(), business("Rival"), business("Eve's")
    path = invited(app, acme, other.email)
    client = client_of(app, eve)
    assert "Sign out, then open the link again" in client.get(f"{path}?lang=en").text
    assert client.post(path).status_code == 403
    assert eve.email not in roles(acme)


def test_an_account_nobody_proved_is_no_way_around(app: Flask) -> None:
    acme, email = business(), address()
    with scopes.platform(Reason.SIGN_UP):
        squatter = factories.identity(email)
        db.session.execute(update(Identity).where(Identity.id == squatter).values(verified_at=None))
    assert join(visitor(app), invited(app, acme, email), NEW_PASSWORD) == 303
    assert sign_in(visitor(app), email, NEW_PASSWORD).status_code == 303


def test_sent_again_taken_back_or_too_old_a_link_is_worth_nothing(app: Flask) -> None:
    acme, email = business(), address()
    owner, first = client_of(app, acme), invited(app, acme, email)
    with scopes.tenant(acme.id):
        [kept] = db.session.scalars(select(Invitation))
    here = f"/members/invitations/{public(acme, 'invitation', kept.id)}"
    assert owner.post(f"{here}/again").status_code == 303
    second = link(mails(email)[-1])
    assert [visitor(app).get(path).status_code for path in (first, second)] == [404, 200]
    with scopes.tenant(acme.id):
        db.session.execute(update(Invitation).values(ends_at=now() - timedelta(seconds=1)))
    assert visitor(app).get(second).status_code == 404
    owner.post(f"{here}/again")
    assert [owner.post(f"{here}/{act}").status_code for act in ("revoke", "revoke", "again")] == [303, 404, 404]
    assert visitor(app).get(link(mails(email)[-1])).status_code == 404


def test_bad_invitations_are_said_beside_the_field(app: Flask) -> None:
    acme = business()
    client = client_of(app, acme)
    for data, words in (
        ({"email": "nobody", "role": "member"}, "not an e-mail address"),
        ({"email": acme.email, "role": "member"}, "belongs to the business already"),
        ({"email": address(), "role": "king"}, "Choose a role"),
    ):
        answer = client.post("/members/invite?lang=en", data=data)
        assert (answer.status_code, words in answer.text) == (422, True)
    assert acts(acme) == []


def test_a_member_removed_is_out_at_once(app: Flask) -> None:
    acme = business()
    bob_id = factories.member(acme)
    bob, owner = client_of(app, acme, bob_id), client_of(app, acme)
    here = f"/members/{public(acme, 'member', bob_id)}"
    assert bob.get("/members").status_code == 200
    assert [bob.post(f"{here}/{act}").status_code for act in ("remove", "role")] == [403, 403]
    assert owner.post(f"{here}/remove").status_code == 303
    assert bob.get("/members").status_code == 302
    assert len(roles(acme)) == 1
    assert owner.post(f"{here}/remove").status_code == 404


def test_a_business_always_keeps_an_owner(app: Flask) -> None:
    acme = business()
    bob_id = factories.member(acme)
    owner, me = client_of(app, acme), f"/members/{public(acme, 'member', acme.owner_id)}"
    refused = [
        owner.post("/members/leave"),
        owner.post(f"{me}/remove"),
        owner.post(f"{me}/role", data={"role": "member"}),
    ]
    assert [answer.status_code for answer in refused] == [409, 409, 409]
    promoted = owner.post(f"/members/{public(acme, 'member', bob_id)}/role", data={"role": "owner"})
    assert promoted.status_code == 303
    assert owner.post("/members/leave").location == "/sign-in"
    assert list(roles(acme).values()) == ["owner"]
    assert acts(acme) == ["member.role", "member.leave"]


def test_another_business_finds_neither_members_nor_invitations(app: Flask) -> None:
    acme, rival, email = business(), business("Rival"), address()
    invited(app, acme, email)
    with scopes.tenant(acme.id):
        [kept] = db.session.scalars(select(Invitation.id))
    eve = client_of(app, rival)
    assert email not in eve.get("/members").text
    own = public(rival, "invitation", kept)
    paths = [f"/members/invitations/{own}/again", f"/members/{public(rival, 'member', acme.owner_id)}/remove"]
    assert [eve.post(path).status_code for path in paths] == [404, 404]
    assert mails(email)[1:] == [] and roles(acme) == {acme.email: "owner"}
