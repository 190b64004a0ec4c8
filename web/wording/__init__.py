"""The words for the codes of each area of the domain."""
