"""Servers of their own that stand in for the outside world. They import nothing of the product and keep journals."""
