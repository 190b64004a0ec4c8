"""Contacts, lists, imports and audiences."""
