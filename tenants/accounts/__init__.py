"""Who is who: tenants, identities, members, sessions, mail, throttles.

checked, sign_up, verify, token_for         a business and its first person
sign_in, sign_out, sign_out_everywhere      sessions in PostgreSQL
change_password, reset_password
mail, outbox                                plain mail, sent after the commit
current, amend                              the scope's business
ask_go_live, decide_go_live, suspend, reopen    from trial to live and back
members, inviting                           who belongs to a business, and how they come to it
add_staff, remove_staff, staff              our own people
vault                                       the scope's tenant's keys
tidy                                        forget what is over
"""

from tenants.accounts import inviting, members
from tenants.accounts.admitting import amend, ask_go_live, current, decide_go_live, reopen, stopped, suspend
from tenants.accounts.changing import change_password, reset_password
from tenants.accounts.links import token_for
from tenants.accounts.mailing import mail, outbox
from tenants.accounts.people import Person, owner_of, owners_of, person_by_email, staff
from tenants.accounts.sessions import session_of, sessions_of, sign_out, sign_out_everywhere, touch
from tenants.accounts.signing_in import open_session, sign_in
from tenants.accounts.signing_up import SignUp, checked, open_tenant, sign_up, verify
from tenants.accounts.staffing import add_staff, remove_staff
from tenants.accounts.tidying import tidy
from tenants.accounts.vaults import vault

__all__ = [
    "Person", "SignUp", "add_staff", "amend", "ask_go_live", "change_password", "checked", "current",
    "decide_go_live", "inviting", "mail", "members", "open_session", "open_tenant", "outbox", "owner_of", "owners_of",
    "person_by_email", "remove_staff", "reopen", "reset_password", "session_of", "sessions_of", "sign_in", "sign_out",
    "sign_out_everywhere", "sign_up", "staff", "stopped", "suspend", "tidy", "token_for", "touch", "vault", "verify",
]  # fmt: skip
