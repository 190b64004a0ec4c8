"""A small Stripe on loopback: the part of its HTTP API the product uses, a hosted payment page and signed webhooks."""
