"""The channel to RCS Business Messaging."""
