"""The frame of each page: which side is shown, with which figures, for whom."""

from __future__ import annotations

from flask import Flask, g
from flask_babel import gettext
from flask_login import current_user

from tenants import ledger
from web import shell
from web.auth import Policy, Viewer, viewer


def current() -> shell.Shell | None:
    """The shell of this request; none for people who are not signed in."""
    if not current_user or not current_user.is_authenticated:
        return None
    person = viewer()
    if g.get("policy") is Policy.STAFF or (person.is_staff and not person.in_business):
        return _of_staff(person)
    return _of_business(person) if person.in_business else None


def _of_staff(person: Viewer) -> shell.Shell:
    return shell.Shell(
        name=gettext("Operations"), groups=shell.available(shell.STAFF), user_name=person.person,
        user_role=gettext("Staff"), home="/staff", sign_out="accounts.login.sign_out",
        account="accounts.sessions.show", staff=True,
    )  # fmt: skip


def _of_business(person: Viewer) -> shell.Shell:
    assert person.tenant_id is not None
    return shell.Shell(
        name=person.tenant_name, groups=shell.available(shell.BUSINESS), user_name=person.person,
        user_role=gettext("Owner") if person.role == "owner" else gettext("Member"),
        home="/", sign_out="accounts.login.sign_out", account="accounts.sessions.show",
        label=gettext("Trial") if person.tenant_state == "trial" else "",
        balance_micro=ledger.balance(person.tenant_id).available,
        billing="console.billing.show",
    )  # fmt: skip


def register(app: Flask) -> None:
    shell.register(app, current)
