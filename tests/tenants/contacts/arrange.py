"""Files on their way in, as short as a test wants them."""

from __future__ import annotations

import io
from collections.abc import Sequence

from tenants import contacts
from tenants.contacts import Consent, Purpose, Target
from tenants.contacts.columns import Mapping
from tenants.contacts.models import Import
from tenants.core import scopes
from tests.factories import Business
from workers.jobs.contacts import import_file

HEADER = "手机,姓名,积分\n"


def upload(
    business: Business, data: str | bytes, purpose: Purpose = Purpose.CONTACTS, name: str = "members.csv"
) -> int:
    """A file handed in, its columns guessed."""
    with scopes.tenant(business.id):
        stream = io.BytesIO(data.encode() if isinstance(data, str) else data)
        return contacts.start_import(stream, name=name, purpose=purpose, by=business.owner_id).id


def confirm(
    business: Business, import_id: int, *, target: Target | None = None, mapping: Mapping | None = None
) -> None:
    """The guessed columns taken as they are."""
    with scopes.tenant(business.id):
        guessed = Mapping.from_json(contacts.get_import(import_id).mapping)
        contacts.confirm_mapping(
            import_id, mapping or guessed, target=target or Target(new_name=f"List {import_id}"),
            consent=Consent("sign_up"), by=business.owner_id,
        )  # fmt: skip


def imported(business: Business, data: str | bytes, purpose: Purpose = Purpose.CONTACTS, **more: Target) -> Import:
    """A file taken in to its end."""
    import_id = upload(business, data, purpose)
    confirm(business, import_id, **more)
    import_file(business.id, import_id)
    return seen(business, import_id)


def seen(business: Business, import_id: int) -> Import:
    """The import as it stands."""
    with scopes.tenant(business.id):
        return contacts.get_import(import_id)


def lines(numbers: Sequence[str], header: str = HEADER) -> str:
    """A row for each number."""
    return header + "".join(f"{number},陈晨,{place}\n" for place, number in enumerate(numbers))


def counts(found: Import) -> tuple[int, int, int, int, int]:
    """rows, created, updated, duplicate, invalid."""
    return found.rows_n, found.created_n, found.updated_n, found.duplicate_n, found.invalid_n
