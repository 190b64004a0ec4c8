"""Tests of tenants/optouts/."""
