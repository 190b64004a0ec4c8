"""Tests of tenants/moderation/."""
