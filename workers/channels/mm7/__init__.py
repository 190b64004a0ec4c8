"""The channel to a carrier of multimedia messages over MM7."""
