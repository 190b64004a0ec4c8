"""Tests of resellers."""
