"""Tests of tenants/signatures/."""
