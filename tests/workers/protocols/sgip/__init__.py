"""What only SGIP has."""
