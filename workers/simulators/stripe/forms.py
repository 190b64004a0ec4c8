"""Pure: Stripe's form encoding, `a[b][0][c]=x` and `a[]=x`, into nested dicts and lists, and readers for them."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import parse_qsl

from workers.simulators.stripe.errors import invalid, missing

FIELDS_MAX: Final = 1_000
DEPTH_MAX: Final = 8
METADATA_MAX: Final = 50

Params = dict[str, Any]
_KEY: Final = re.compile(r"[^\[\]]+|\[\]")


def decode(text: str) -> Params:
    """The nested form of a query or body; too many or too deep fields are refused."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS_MAX)
    except ValueError as error:
        raise invalid("Too many parameters.") from error
    tree: Params = {}
    for key, value in pairs:
        steps = _KEY.findall(key)
        if not steps or len(steps) > DEPTH_MAX:
            raise invalid(f"Invalid parameter name: {key[:80]}")
        _put(tree, steps, value)
    return {name: _listed(branch) for name, branch in tree.items()}


def _put(tree: Params, steps: list[str], value: str) -> None:
    for step in steps[:-1]:
        branch = tree.setdefault(str(len(tree)) if step == "[]" else step, {})
        if not isinstance(branch, dict):
            raise invalid(f"Invalid parameter: {steps[0]}", steps[0])
        tree = branch
    tree[str(len(tree)) if steps[-1] == "[]" else steps[-1]] = value


def _listed(branch: Any) -> Any:
    """Dicts whose keys count from 0 were lists."""
    if not isinstance(branch, dict):
        return branch
    if branch and list(branch) == [str(index) for index in range(len(branch))]:
        return [_listed(each) for each in branch.values()]
    return {name: _listed(each) for name, each in branch.items()}


def text(params: Params, name: str) -> str | None:
    """A string; empty counts as absent."""
    value = params.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid(f"Invalid string: {name}", name)
    return value or None


def required(params: Params, name: str) -> str:
    value = text(params, name)
    if value is None:
        raise missing(name)
    return value


def amount(params: Params, name: str) -> int | None:
    """A positive integer in the currency's smallest unit."""
    value = text(params, name)
    if value is None:
        return None
    if not value.isascii() or not value.isdigit():
        raise invalid(f"Invalid integer: {value}", name, "parameter_invalid_integer")
    if not 0 < int(value) <= 99_999_999:
        raise invalid("This value must be greater than or equal to 1.", name, "parameter_invalid_integer")
    return int(value)


def flag(params: Params, name: str) -> bool:
    return params.get(name) == "true"


def branch(params: Params, name: str) -> Params:
    value = params.get(name) or {}
    if not isinstance(value, dict):
        raise invalid(f"Invalid object: {name}", name)
    return value


def currency(params: Params, name: str = "currency") -> str:
    value = required(params, name).lower()
    if not re.fullmatch("[a-z]{3}", value):
        raise invalid(f"Invalid currency: {value}", name)
    return value


def metadata(params: Params, before: dict[str, str] | None = None) -> dict[str, str]:
    """Given keys replace those of before; an empty value removes its key."""
    given = branch(params, "metadata")
    merged = {**(before or {}), **{key: str(value) for key, value in given.items()}}
    merged = {key: value for key, value in merged.items() if value != ""}
    if len(merged) > METADATA_MAX:
        raise invalid(f"Metadata can have at most {METADATA_MAX} keys.", "metadata")
    return merged
