"""What our own people see."""
