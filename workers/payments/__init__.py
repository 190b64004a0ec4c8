"""Payments: Stripe Checkout, the only way money comes in."""

from workers.payments.stripe import (
    BadEvent,
    Checkout,
    NoSuchSession,
    Order,
    PaymentsDown,
    checkout,
    look_up,
    read_event,
)  # fmt: skip

__all__ = ["BadEvent", "Checkout", "NoSuchSession", "Order", "PaymentsDown", "checkout", "look_up", "read_event"]
