"""News for a business's own systems."""
