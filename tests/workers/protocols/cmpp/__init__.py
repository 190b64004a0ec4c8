"""What only CMPP has."""
