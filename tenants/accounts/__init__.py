"""Who is who: tenants, identities, members, sessions, mail, throttles.

checked, sign_up, verify, token_for         a business and its first person
sign_in, sign_out, sign_out_everywhere      sessions in PostgreSQL
change_password, reset_password
mail, outbox                                plain mail, sent after the commit
ask_go_live, decide_go_live, suspend        from trial to live
vault                                       the scope's tenant's keys
"""

from tenants.accounts.admitting import ask_go_live, current, decide_go_live, reopen, suspend
from tenants.accounts.mailing import mail, outbox
from tenants.accounts.signing_in import (
    change_password,
    open_session,
    reset_password,
    sessions_of,
    sign_in,
    sign_out,
    sign_out_everywhere,
    touch,
)  # fmt: skip
from tenants.accounts.signing_up import (
    Person,
    SignUp,
    checked,
    open_tenant,
    person_by_email,
    sign_up,
    token_for,
    verify,
)
from tenants.accounts.vaults import vault

__all__ = [
    "Person", "SignUp", "ask_go_live", "change_password", "checked", "current", "decide_go_live", "mail",
    "open_session", "open_tenant", "outbox", "person_by_email", "reopen", "reset_password", "sessions_of", "sign_in",
    "sign_out", "sign_out_everywhere", "sign_up", "suspend", "token_for", "touch", "vault", "verify",
]  # fmt: skip
