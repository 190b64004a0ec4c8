"""The channel to any provider over HTTP, told apart by its settings alone."""
