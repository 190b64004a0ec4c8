"""What only SMPP has."""
