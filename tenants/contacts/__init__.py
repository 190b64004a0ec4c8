"""Contacts, lists, imports and audiences.

start_import, read_as, confirm_mapping, stop_import     a file on its way in, as its owner sees it
claim_import, import_chunk, release_import              the same, as a worker does it
imports, get_import, layout_of, first_lines, time_left, refusals, every_refusal, labels
tidy_import                                             forgets what nobody needs
paste                                                   numbers typed into a page
audience, audience_fields, audience_summary             the people of a campaign
lists, get_list, create_list, rename_list, delete_list, lists_of
people, get_person, count_people, add_person, edit_person, delete_person, show_number
"""

from tenants.contacts.audience import Recipient, Summary, audience, audience_fields, audience_summary
from tenants.contacts.columns import field_name
from tenants.contacts.editing import (
    Person,
    add_person,
    count_people,
    delete_person,
    edit_person,
    get_person,
    people,
    show_number,
)
from tenants.contacts.importing import (
    CONSENTS,
    Consent,
    Target,
    confirm_mapping,
    first_lines,
    get_import,
    imports,
    layout_of,
    read_as,
    start_import,
    stop_import,
    time_left,
)
from tenants.contacts.listing import create_list, delete_list, get_list, lists, lists_of, rename_list
from tenants.contacts.pasting import NUMBERS_MAX, paste
from tenants.contacts.reading import NAME, Reader
from tenants.contacts.refusing import Refused, every_refusal, harmless, labels, refusals
from tenants.contacts.running import claim_import, import_chunk, release_import
from tenants.contacts.states import Purpose, State
from tenants.contacts.tidying import tidy_import

__all__ = [
    "CONSENTS", "NAME", "NUMBERS_MAX", "Consent", "Person", "Purpose", "Reader", "Recipient", "Refused", "State",
    "Summary", "Target", "add_person", "audience", "audience_fields", "audience_summary", "claim_import",
    "confirm_mapping", "count_people", "create_list", "delete_list", "delete_person", "edit_person", "every_refusal",
    "field_name", "first_lines", "get_import", "get_list", "get_person", "harmless", "import_chunk", "imports",
    "labels", "layout_of", "lists", "lists_of", "paste", "people", "read_as", "refusals", "release_import",
    "rename_list", "show_number", "start_import", "stop_import", "tidy_import",
    "time_left",
]  # fmt: skip
