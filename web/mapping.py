"""Between a file and its import: what the form says about the columns, and the columns as the page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from tenants import contacts
from tenants.contacts import Consent, Target
from tenants.contacts.columns import Column, FieldType, Mapping, letters
from tenants.contacts.columns import Target as Becomes
from tenants.contacts.models import Import
from tenants.contacts.sniffing import COLUMNS_MAX, Layout
from tenants.core.phone import Phone, parse
from web.filters import tel
from web.public import resolve

EXAMPLES = 2
EXAMPLE_MAX = 24


def read_columns(form: MultiDict[str, str]) -> Mapping:
    """One entry for each column of the file; what is not understood is left out."""
    pairs = zip(form.getlist("target")[:COLUMNS_MAX], form.getlist("field")[:COLUMNS_MAX], strict=False)
    return Mapping(tuple(_column(target, field) for target, field in pairs))


def _column(target: str, field: str) -> Column:
    if target in set(FieldType):
        return Column(Becomes.FIELD, field.strip(), FieldType(target))
    return Column(Becomes(target) if target in {Becomes.PHONE, Becomes.NAME} else Becomes.SKIP)


def read_target(form: MultiDict[str, str]) -> Target:
    chosen = form.get("list", "")
    return Target(resolve("list", chosen)) if chosen else Target(new_name=form.get("list_name", ""))


def read_consent(form: MultiDict[str, str]) -> Consent:
    return Consent(form.get("consent", ""), form.get("note", ""))


@dataclass(frozen=True)
class Shown:
    """A column on the page: its name in the file, what it becomes, and what stands in it."""

    label: str
    target: str
    field: str
    examples: Sequence[str]


def shown(found: Import, layout: Layout, mapping: Mapping) -> list[Shown]:
    """The columns with examples; whoever looks over the shoulder sees no whole number."""
    labels = [layout.header[at] if at < len(layout.header) else "" for at in range(layout.columns_n)]
    return [
        Shown(
            label or letters(at),
            column.type if column.target == Becomes.FIELD else column.target,
            column.field or contacts.field_name(label) or letters(at),
            [_example(row[at]) for row in layout.sample if at < len(row) and row[at]][:EXAMPLES],
        )
        for at, (label, column) in enumerate(zip(labels, mapping.columns, strict=False))
    ]


def _example(cell: str) -> str:
    phone = parse(cell)
    if isinstance(phone, Phone):
        return tel(phone.e164)
    return cell if len(cell) <= EXAMPLE_MAX else cell[:EXAMPLE_MAX] + "…"
