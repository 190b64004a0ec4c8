"""Limits: parts a day and batches in flight for each tenant."""

from tenants.quotas.limits import TRIAL_PARTS_A_DAY, day_of, give_back, in_flight_most, left, take

__all__ = ["TRIAL_PARTS_A_DAY", "day_of", "give_back", "in_flight_most", "left", "take"]
