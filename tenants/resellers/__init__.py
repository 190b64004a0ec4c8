"""Resellers and prices. One published list so far."""
