"""Tests of web/staff/."""
