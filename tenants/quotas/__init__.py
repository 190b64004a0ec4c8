"""Limits: parts a day and batches in flight for each tenant."""
