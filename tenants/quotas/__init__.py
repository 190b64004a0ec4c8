"""Limits: parts a day and batches in flight for each tenant."""

from tenants.quotas.limits import give_back, in_flight_max, left, take

__all__ = ["give_back", "in_flight_max", "left", "take"]
