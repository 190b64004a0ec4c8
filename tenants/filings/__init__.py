"""Filings: what each carrier knows of a signature with a template, and so what will pass.

No carrier that is connected asks for filing yet, so everything is ready; the door is the one callers keep.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Forecast:
    """Whether an operator lets the text through; `reason` is a code: not_needed."""

    ready: bool
    reason: str


def forecast(
    tenant_id: int, signature_id: int, template_id: int, version: int, operators: Iterable[str]
) -> dict[str, Forecast]:
    """For each operator what will happen to this text under this signature."""
    return dict.fromkeys(operators, Forecast(True, "not_needed"))
