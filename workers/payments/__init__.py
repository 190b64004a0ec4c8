"""Payments: Stripe Checkout, the only way money comes in."""

from workers.payments.stripe import BadEvent, Checkout, PaymentsDown, checkout, look_up, read_event

__all__ = ["BadEvent", "Checkout", "PaymentsDown", "checkout", "look_up", "read_event"]
