"""Public ids on pages."""

from __future__ import annotations

import pytest
from flask import Flask

from tenants.core import scopes
from tenants.core.errors import NotFound
from web.public import public, resolve


def test_an_id_is_read_back_by_its_tenant_and_kind_only(app: Flask) -> None:
    with scopes.entered(scopes.of_tenant(1)):
        text = public("campaign", 7)
        assert resolve("campaign", text) == 7
        with pytest.raises(NotFound):
            resolve("template", text)
        assert app.jinja_env.filters["public"](7, "campaign") == text
    with scopes.entered(scopes.of_tenant(2)), pytest.raises(NotFound):
        resolve("campaign", text)


@pytest.mark.parametrize("text", ["", "7", "cmp_", "cmp_%00", "../1", "cmp_" + "0" * 26])
def test_anything_else_is_not_found(app: Flask, text: str) -> None:
    with scopes.entered(scopes.of_tenant(1)), pytest.raises(NotFound):
        resolve("campaign", text)


def test_staff_name_the_tenant_themselves(app: Flask) -> None:
    text = public("campaign", 7, 3)
    assert resolve("campaign", text, 3) == 7
    with pytest.raises(NotFound):
        resolve("campaign", text, 4)
