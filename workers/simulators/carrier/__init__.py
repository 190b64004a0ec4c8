"""A carrier over HTTP: it paces itself, calls back with receipts, misbehaves by number, keeps a journal."""
