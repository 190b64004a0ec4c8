"""Tests of tenants/accounts/."""
