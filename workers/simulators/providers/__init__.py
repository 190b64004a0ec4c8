"""Providers over HTTP, each in its own wire form and with its check of signatures, over the one simulated carrier."""
