"""Tests of the local Stripe."""
