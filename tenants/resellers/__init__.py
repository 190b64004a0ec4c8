"""Resellers and prices. One published list for everybody so far."""

from tenants.resellers.prices import Price, PriceTable, Rule, prices, publish

__all__ = ["Price", "PriceTable", "Rule", "prices", "publish"]
