"""Machines calling us."""
