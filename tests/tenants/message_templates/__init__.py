"""Tests of tenants/message_templates/."""
