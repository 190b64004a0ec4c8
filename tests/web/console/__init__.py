"""Tests of web/console/."""
