"""Tests of tenants/filings/."""
