"""The mails about accounts, each in the reader's language. Links come from PUBLIC_URL, never from the request."""

from __future__ import annotations

from typing import Any

from flask import current_app, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tenants import accounts
from tenants.accounts import Person, throttling
from tenants.accounts.people import normal_email
from web.auth import Viewer

MOVED = {
    "live": (
        _l("%(business)s is live"),
        _l("The daily limit of the trial has ended: you can send as your balance allows."),
    ),
    "trial": (_l("%(business)s is open again"), _l("You are on trial again, with its daily limit.")),
    "suspended": (
        _l("%(business)s is suspended"),
        _l("Nothing new is sent, and its people can do nothing until we open it again. Answer this mail to object."),
    ),
}


def count(email: str, ip: str) -> None:
    """Count a mail that somebody asks for; TooMany when it is one too many for this address or from this place."""
    throttling.count(throttling.bucket("mail-from", throttling.place(ip)), throttling.MAIL_ADDRESS)
    throttling.count(throttling.bucket("mail", normal_email(email)), throttling.MAIL_ACCOUNT)


def _link(endpoint: str, **values: Any) -> str:
    base: str = current_app.config["SETTINGS"].public_url
    return base.rstrip("/") + url_for(endpoint, **values)


def verification(person: Person, token: str) -> None:
    """Prove the address of a new account."""
    link = _link("accounts.verify.show", token=token)
    with force_locale(person.locale):
        accounts.mail(
            person.email,
            _("Confirm your e-mail address"),
            _("Hello %(name)s,\n\nopen this link within 24 hours to confirm your address:\n%(link)s\n\n"
              "If you did not sign up, ignore this mail.", name=person.name, link=link),
        )  # fmt: skip


def known_already(person: Person) -> None:
    """Somebody signed up with an address that has an account."""
    link = _link("accounts.login.show")
    with force_locale(person.locale):
        accounts.mail(
            person.email,
            _("You already have an account"),
            _("Hello %(name)s,\n\nsomebody, probably you, tried to sign up with this address, which has an account "
              "already. Sign in here:\n%(link)s\n\nIf it was not you, nothing has changed.",
              name=person.name, link=link),
        )  # fmt: skip


def reset(person: Person, token: str) -> None:
    """Choose a new password."""
    link = _link("accounts.reset.choose", token=token)
    with force_locale(person.locale):
        accounts.mail(
            person.email,
            _("Choose a new password"),
            _("Hello %(name)s,\n\nopen this link within an hour to choose a new password:\n%(link)s\n\n"
              "If you did not ask for it, ignore this mail: your password stays as it is.",
              name=person.name, link=link),
        )  # fmt: skip


def invitation(email: str, token: str, inviter: Viewer) -> None:
    """Join a business; in the inviter's language, since nobody knows the reader's."""
    link = _link("accounts.join.show", token=token)
    with force_locale(inviter.locale):
        accounts.mail(
            normal_email(email),
            _("Join %(business)s on Qunfa", business=inviter.tenant_name),
            _("%(name)s invites you to work with %(business)s on Qunfa. Open this link within a week:\n%(link)s\n\n"
              "If you do not know them, ignore this mail.",
              name=inviter.person, business=inviter.tenant_name, link=link),
        )  # fmt: skip


def moved(person: Person, business: str, state: str, reason: str) -> None:
    """Our staff changed the state of a business; its owner is told."""
    link = _link("accounts.login.show")
    with force_locale(person.locale):
        heading, means = (str(text) for text in MOVED[state])
        why = [_("Reason: %(reason)s", reason=reason)] if reason else []
        accounts.mail(person.email, heading % {"business": business}, "\n\n".join([means, *why, link]))
