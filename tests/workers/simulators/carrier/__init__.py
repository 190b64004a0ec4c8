"""Tests of the carrier simulator."""
