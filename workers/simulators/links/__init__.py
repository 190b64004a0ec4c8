"""Carriers on long-lived links: CMPP, SMPP, SGIP and SMGP, each a server of its own that misbehaves by number.

    link       a session on a socket, in either role
    tongue     what a protocol adds to its session; `cmpp`, `smpp`, `sgip` and `smgp` fill it in
    carrier    decides about every message and keeps the journal
    manners    how an answer leaves, the bad ways among them
    way_back   receipts and replies wait here for their moment and a link
    control    the HTTP page that reads and changes all of it

Scripts, pace, profile and journal are those of the carrier over HTTP.
"""
