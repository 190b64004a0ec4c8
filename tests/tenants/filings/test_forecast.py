"""What the carriers will let through."""

from tenants import filings


def test_while_no_carrier_asks_for_filing_every_operator_is_ready() -> None:
    ahead = filings.forecast(1, 2, 3, 4, ["mobile", "unicom"])
    assert ahead == {operator: filings.Forecast(True, "not_needed") for operator in ("mobile", "unicom")}
