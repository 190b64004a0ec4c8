"""What a business sees."""
