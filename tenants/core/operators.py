"""Pure: the operator of a mainland Chinese number, by longest prefix."""

from collections.abc import Iterable

from tenants.core.operator_prefixes import HANDSET_ROWS, MACHINE_ROWS, Operator

MAINLAND: tuple[Operator, ...] = ("mobile", "unicom", "telecom", "broadnet")
OPERATORS: tuple[Operator, ...] = (*MAINLAND, "other")
_WIDTH = 5  # digits of the longest prefix in the table


def expanded(rows: Iterable[tuple[Operator, str]]) -> dict[str, Operator]:
    """Every prefix written out to five digits, so that one look-up finds the longest one."""
    prefixes = [(prefix, operator) for operator, row in rows for prefix in row.split()]
    table: dict[str, Operator] = {}
    for prefix, operator in sorted(prefixes, key=lambda entry: len(entry[0])):
        fill = _WIDTH - len(prefix)
        for tail in range(10**fill):
            table[f"{prefix}{tail:0{fill}}" if fill else prefix] = operator
    return table


BY_PREFIX = expanded((*HANDSET_ROWS, *MACHINE_ROWS))


def operator_of(national: str) -> Operator:
    """The operator of a national number such as 13800138000; "other" when no row of the table covers it."""
    return BY_PREFIX.get(national[:_WIDTH], "other")
