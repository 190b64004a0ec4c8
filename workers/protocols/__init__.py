"""Wire protocols without sockets: bytes in, events out. CMPP, SMPP, SGIP, SMGP; see each folder's docstring."""
