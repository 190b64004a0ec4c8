"""Pure: which column of a file is the phone, the name or a custom field, guessed first and then the user's choice."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from tenants.contacts.sniffing import COLUMNS_MAX, Layout
from tenants.core.phone import Phone, Problem, parse
from tenants.core.values import date_of, number_of
from tenants.message_templates.render import NAME, NAME_MAX

FIELDS_MAX = 30
_LONG_NUMBER = 9  # digits from which a number is an identifier, not a quantity

_PHONE_WORDS = re.compile(
    r"手机|电话|移动电话|联系方式|号码|phone|mobile|msisdn|\bcell|\btel\b|telephone|recipient", re.IGNORECASE
)
_NAME_WORDS = re.compile(
    r"姓名|名字|称呼|昵称|联系人$|^(?:full[ _]?|first[ _]?|customer[ _]?|contact[ _]?)?name$", re.IGNORECASE
)
_PLAIN_NUMBER = re.compile(r"0|[1-9]\d{0,14}", re.ASCII)  # stands as it is written
_FIELD_NAME = re.compile(NAME)
_NOT_IN_NAMES = re.compile(r"\W+")


class Target(StrEnum):
    PHONE = "phone"
    NAME = "name"
    FIELD = "field"
    SKIP = "skip"


class FieldType(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Column:
    target: Target
    field: str = ""  # the contact's field this column fills, for FIELD
    type: FieldType = FieldType.TEXT


class Fault(NamedTuple):
    code: str
    column: int | None  # counted from 0; None when no one column is to blame
    values: dict[str, Any]


class BadValue(NamedTuple):
    code: str  # value_not_number, value_not_date
    column: int
    value: str


@dataclass(frozen=True, slots=True)
class Mapping:
    """One entry for each column of the file, in its order."""

    columns: tuple[Column, ...]

    @property
    def phone_at(self) -> int:
        return next(at for at, column in enumerate(self.columns) if column.target == Target.PHONE)

    @property
    def name_at(self) -> int | None:
        return next((at for at, column in enumerate(self.columns) if column.target == Target.NAME), None)

    def to_json(self) -> dict[str, Any]:
        return {"columns": [asdict(column) for column in self.columns]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Mapping":
        return cls(
            tuple(
                Column(Target(column["target"]), str(column["field"]), FieldType(column["type"]))
                for column in data["columns"]
            )
        )


def guess(layout: Layout) -> Mapping:
    """A mapping to begin with; without a header fields are named A, B, C as a spreadsheet does."""
    width = layout.columns_n
    headers = [layout.header[at].strip() if at < len(layout.header) else "" for at in range(width)]
    samples = [[row[at] for row in layout.sample if at < len(row) and row[at]] for at in range(width)]
    phone_at = _best_phone(headers, samples)
    name_at = next((at for at, header in enumerate(headers) if at != phone_at and _NAME_WORDS.search(header)), None)
    names: list[str] = []
    columns = []
    for at in range(width):
        if at == phone_at:
            columns.append(Column(Target.PHONE))
        elif at == name_at:
            columns.append(Column(Target.NAME))
        elif len(names) == FIELDS_MAX or not (headers[at] or samples[at]):
            columns.append(Column(Target.SKIP))
        else:
            names.append(_unused(field_name(headers[at]) or letters(at), names))
            columns.append(Column(Target.FIELD, names[-1], _type_of(samples[at])))
    return Mapping(tuple(columns))


def _best_phone(headers: Sequence[str], samples: Sequence[Sequence[str]]) -> int | None:
    """The column whose header or values look most like numbers; all values of one weigh more than another's header."""
    scores = [
        2 * (sum(map(_like_phone, values)) / len(values) if values else 0) + bool(_PHONE_WORDS.search(header))
        for header, values in zip(headers, samples, strict=True)
    ]
    best = max(range(len(scores)), key=scores.__getitem__, default=None)
    return best if best is not None and scores[best] >= 1 else None  # the header, or half of the values


def _like_phone(value: str) -> bool:
    read = parse(value)
    return isinstance(read, Phone) or read in (Problem.SCIENTIFIC_NOTATION, Problem.LANDLINE)


def _type_of(values: Sequence[str]) -> FieldType:
    if not values:
        return FieldType.TEXT
    if all(date_of(value) for value in values):
        return FieldType.DATE
    return FieldType.NUMBER if all(map(_quantity, values)) else FieldType.TEXT


def _quantity(value: str) -> bool:
    """A number one may compute with: order numbers and codes with a leading zero are text."""
    whole = value.lstrip("+-").partition(".")[0]
    identifier = (len(whole) >= _LONG_NUMBER and "," not in whole) or (len(whole) > 1 and whole[0] == "0")
    return number_of(value) is not None and not identifier


def field_name(header: str) -> str:
    """The header as a name a template can use in braces; empty when nothing of it can stay."""
    name = _NOT_IN_NAMES.sub("_", header).strip("_")
    return (f"_{name}" if name[:1].isdigit() else name)[:NAME_MAX]


def _unused(name: str, taken: Sequence[str]) -> str:
    numbered = (f"{name[: NAME_MAX - 3]}_{number}" for number in range(2, COLUMNS_MAX + 2))
    return next(candidate for candidate in (name, *numbered) if candidate not in taken)


def letters(at: int) -> str:
    """A, B, …, Z, AA, AB: the column as a spreadsheet names it."""
    return (chr(ord("A") + at // 26 - 1) if at >= 26 else "") + chr(ord("A") + at % 26)


def check(mapping: Mapping, columns_n: int) -> list[Fault]:
    """What keeps a mapping from being used for a file of so many columns."""
    faults: list[Fault] = []
    if len(mapping.columns) != columns_n:
        faults.append(Fault("mapping_columns", None, {"expected": columns_n, "found": len(mapping.columns)}))
    for target, missing in ((Target.PHONE, "phone_missing"), (Target.NAME, "")):
        at = [index for index, column in enumerate(mapping.columns) if column.target == target]
        if not at and missing:
            faults.append(Fault(missing, None, {}))
        faults += [Fault(f"{target}_twice", index, {"first": at[0]}) for index in at[1:]]
    fields = [(index, column.field) for index, column in enumerate(mapping.columns) if column.target == Target.FIELD]
    if len(fields) > FIELDS_MAX:
        faults.append(Fault("too_many_fields", None, {"max": FIELDS_MAX}))
    uses = Counter(name for _, name in fields)
    for index, name in fields:
        if not _FIELD_NAME.fullmatch(name):
            faults.append(Fault("field_name", index, {"name": name, "max": NAME_MAX}))
        elif uses[name] > 1:
            faults.append(Fault("field_twice", index, {"name": name}))
    return faults


class Filled(NamedTuple):
    """A custom field and the column that fills it."""

    at: int
    field: str
    type: FieldType


def filled(mapping: Mapping) -> list[Filled]:
    """The custom fields of a mapping, found once for all rows."""
    return [
        Filled(at, column.field, column.type)
        for at, column in enumerate(mapping.columns)
        if column.target == Target.FIELD
    ]


def values_of(fields: Sequence[Filled], row: Sequence[str]) -> dict[str, str] | BadValue:
    """The custom fields of a row: dates as 2026-11-08, numbers without separators, empty ones left out."""
    values: dict[str, str] = {}
    width = len(row)
    for at, field, type in fields:
        value = row[at].strip() if at < width else ""
        if not value:
            continue
        if type is FieldType.NUMBER and not _PLAIN_NUMBER.fullmatch(value):
            number = number_of(value)
            if number is None:
                return BadValue("value_not_number", at, value)
            value = format(number, "f")
        elif type is FieldType.DATE:
            day = date_of(value)
            if day is None:
                return BadValue("value_not_date", at, value)
            value = day.isoformat()
        values[field] = value
    return values
