"""Tests of tenants/contacts/."""
