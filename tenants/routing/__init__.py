"""Which channel a message leaves by, and at what pace."""
