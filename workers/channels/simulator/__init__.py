"""The channel to our own carrier simulator."""
