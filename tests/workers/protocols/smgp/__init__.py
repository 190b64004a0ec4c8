"""What only SMGP has."""
