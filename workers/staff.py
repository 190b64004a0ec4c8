"""`qunfa staff add` and `remove`: our own people, made and unmade by whoever runs the machines."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace

from tenants import accounts
from tenants.core import scopes
from tenants.core.errors import Invalid, NotFound
from tenants.core.ground import bare_app
from tenants.core.scopes import Reason
from tenants.core.settings import Settings
from workers.embedded import Postgres, Valkey
from workers.up import home_of

# What may be wrong, in the words of a terminal.
FAULTS = {
    "email_bad": "that is no e-mail address",
    "person_missing": "a name is missing",
    "name_long": "the name is too long",
    "password_short": "the password needs at least 12 characters",
    "password_long": "the password is too long",
    "password_common": "the password is too easy to guess",
}
LINK = """{name},

open this link within an hour to choose the password of your staff account:
请在一小时内打开此链接，设置员工账号的密码：
{link}
"""


def add(email: str, name: str, *, link: bool, environ: Mapping[str, str], ask: Callable[[], str] | None = None) -> str:
    """Make somebody staff; the sentence to print. The password is asked for, or chosen by a link (`link`)."""
    settings = _settings(environ)
    password = "" if link else (ask or _asked)()
    with bare_app(settings).app_context(), scopes.platform(Reason.STAFF):
        try:
            person = accounts.add_staff(email, name, password)
        except Invalid as error:
            raise SystemExit("qunfa: " + "; ".join(FAULTS[code] for code in error.fields.values())) from error
        if not link:
            return f"{person.email} is staff and can sign in at {settings.public_url}/sign-in"
        address = f"{settings.public_url.rstrip('/')}/reset/{accounts.token_for(person.id, 'reset')}"
        if not settings.smtp_url:
            return f"{person.email} is staff. No SMTP_URL, no mail: this link is good for an hour:\n{address}"
        accounts.mail(person.email, "Qunfa · 员工账号 · staff account", LINK.format(name=person.name, link=address))
        return f"{person.email} is staff; a link to choose a password is on its way"


def remove(email: str, *, environ: Mapping[str, str]) -> str:
    """Somebody is staff no more; every session of theirs ends."""
    with bare_app(_settings(environ)).app_context():
        try:
            with scopes.platform(Reason.STAFF):
                person = accounts.remove_staff(email)
        except NotFound as error:
            raise SystemExit(f"qunfa: {email} is not staff") from error
        accounts.sign_out_everywhere(person.id)
    return f"{person.email} is no longer staff and was signed out everywhere"


def _settings(environ: Mapping[str, str]) -> Settings:
    """The environment's settings; without a database in it, those of the copy that runs on this data folder."""
    settings = Settings.read(environ)
    if settings.database_url:
        return settings
    home = home_of(environ)
    url = Postgres(home).found("qunfa_app")
    if url is None:
        raise SystemExit(f"qunfa: DATABASE_URL is not set and nothing runs on {home}: start ./run first")
    public_url = environ.get("PUBLIC_URL") or f"http://localhost:{environ.get('PORT', '8000')}"
    return replace(settings, database_url=url, redis_url=settings.redis_url or Valkey(home).url, public_url=public_url)


def _asked() -> str:
    """A password from the terminal, twice; from the first line of standard input when that is no terminal."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    word = getpass.getpass("Password: ")
    if word != getpass.getpass("Once more: "):
        raise SystemExit("qunfa: the two are not the same")
    return word


def run(act: str, email: str, name: str, link: bool) -> None:
    """The command."""
    said = add(email, name, link=link, environ=os.environ) if act == "add" else remove(email, environ=os.environ)
    print(said)  # noqa: T201
