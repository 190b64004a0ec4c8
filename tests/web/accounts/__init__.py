"""Tests of web/accounts/."""
