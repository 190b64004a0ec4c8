"""The channel to Twilio."""
