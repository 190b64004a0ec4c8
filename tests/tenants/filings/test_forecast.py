"""What the carriers will let through."""

from flask import Flask

from tenants import filings
from tenants.core import scopes
from tests import factories


def test_while_no_carrier_asks_for_filing_every_operator_is_ready(app: Flask) -> None:
    with scopes.tenant(factories.business().id):
        ahead = filings.forecast(1, 0, 0, 1, {"mobile": [5], "unicom": []})
    assert ahead == {operator: filings.Forecast(True, "not_needed") for operator in ("mobile", "unicom")}
