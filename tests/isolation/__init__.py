"""Tests that tenants are kept apart."""
