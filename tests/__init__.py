"""The tests: the same paths as the code they test."""
