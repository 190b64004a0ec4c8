"""Words and reviews: what may be sent, and who decided."""
