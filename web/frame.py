"""The frame of each page: which side is shown, with which figures, for whom."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, current_app, g
from flask_babel import gettext, ngettext
from flask_login import current_user

from tenants import filings, ledger, moderation, reports, resellers
from tenants.message_templates.kinds import Kind
from tenants.messages import inbound
from web import filters, shell
from web.auth import Policy, Viewer, policy_of, viewer
from web.places import HOME


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
        name=gettext("Operations"), groups=shell.available(shell.STAFF, _open_to(person), _staff_todos()),
        user_name=person.person, user_role=gettext("Staff"), home="/staff", sign_out="accounts.login.sign_out",
        account="accounts.sessions.show", staff=True,
    )  # fmt: skip


def _of_business(person: Viewer) -> shell.Shell:
    assert person.tenant_id is not None
    available_micro = ledger.balance(person.tenant_id).available
    return shell.Shell(
        name=person.tenant_name, groups=shell.available(shell.BUSINESS, _open_to(person), _business_todos()),
        user_name=person.person,
        user_role=gettext("Owner") if person.role == "owner" else gettext("Member"),
        home="/", sign_out="accounts.login.sign_out", account="accounts.sessions.show",
        label=gettext("Trial") if person.tenant_state == "trial" else "",
        balance_micro=available_micro, parts_left=parts_for(available_micro), billing="console.billing.show",
    )  # fmt: skip


def _open_to(person: Viewer) -> Callable[[str], bool]:
    """Whether there is a page behind an endpoint that this person may open."""
    return lambda endpoint: (
        endpoint in current_app.view_functions and person.may(policy_of(current_app, endpoint) or Policy.STAFF)
    )


def parts_for(amount_micro: int) -> int | None:
    """About how many parts an amount is good for, as marketing to China Mobile; None without a price."""
    price = resellers.prices(Kind.MARKETING).unit(HOME, "mobile")
    return max(amount_micro, 0) // price.unit_micro if price else None


def _business_todos() -> dict[str, str]:
    """What waits for somebody, beside the entry of the side where it is done."""
    found = reports.todos()
    rejected = {
        "console.message_templates.index": found.get("templates", 0),
        "console.signatures.index": found.get("signatures", 0),
    }
    todos = {endpoint: ngettext("%(num)s rejected", "%(num)s rejected", n) for endpoint, n in rejected.items() if n}
    if unread := inbound.unread():
        todos["console.inbox.index"] = filters.count(unread)
    return todos | ({"console.campaigns.index": str(found["campaigns"])} if "campaigns" in found else {})


def _staff_todos() -> dict[str, str]:
    """The same for our own desk; only where the request may look over all businesses."""
    if g.get("policy") is not Policy.STAFF:
        return {}
    waiting = {
        "staff.reviews.index": sum(moderation.waiting().values()), "staff.filings.index": filings.deciding.waiting(),
    }  # fmt: skip
    return {endpoint: filters.count(n) for endpoint, n in waiting.items() if n}


def register(app: Flask) -> None:
    shell.register(app, current)
