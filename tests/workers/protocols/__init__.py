"""The wire protocols: golden bytes, round trips, hostile bytes, both roles talking to each other."""
