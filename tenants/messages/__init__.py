"""Messages: planned, claimed, recorded, settled; batches and receipts."""
