"""Templates: texts with typed variables, MMS and RCS, in versions; the approved one is sent while the next is edited.

create, save, archive, restore    write
submit, decide, reopen            called by moderation
usable, version, get, listed, history
discard_medium, using           media and who names them
"""

from tenants.message_templates.approval import decide, reopen, submit
from tenants.message_templates.drafting import Draft, archive, copy_starter, create, restore, save
from tenants.message_templates.kinds import Kind
from tenants.message_templates.rich import Product
from tenants.message_templates.starters import STARTERS, Starter
from tenants.message_templates.states import State
from tenants.message_templates.variables import Fault, Type, Variable, check, declared_in
from tenants.message_templates.versions import (
    Listed,
    Version,
    archived_count,
    discard_medium,
    get,
    history,
    known_media,
    listed,
    usable,
    using,
    version,
)

__all__ = [
    "STARTERS", "Draft", "Fault", "Kind", "Listed", "Product", "Starter", "State", "Type", "Variable", "Version",
    "archive", "archived_count", "check", "copy_starter", "create", "decide", "declared_in", "discard_medium", "get",
    "history", "known_media", "listed", "reopen", "restore", "save", "submit", "usable", "using", "version",
]  # fmt: skip
