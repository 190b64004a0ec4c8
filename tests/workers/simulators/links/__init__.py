"""Carriers on links."""
