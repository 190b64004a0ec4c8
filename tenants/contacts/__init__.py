"""Contacts, lists, imports and audiences."""

from tenants.contacts.audience import Recipient, Summary, audience, audience_fields, audience_summary

__all__ = ["Recipient", "Summary", "audience", "audience_fields", "audience_summary"]
