"""Wire protocols without sockets: bytes in, events out. CMPP, SMPP, SGIP and SMGP, a folder each, alike inside:

    pdus      one dataclass per PDU, which is also the table of its bytes
    codec     frames
    session   the link in both roles: `receive_data(bytes, now) -> events`, `send(pdu, now) -> bytes`, `tick(now)`
    long      a text in several parts
    receipts  what became of a message (SGIP has a PDU of its own for it)

Shared: `wire` (kinds of field), `layout` (compiles them), `states`, `session` (the link), `events`, `text` (codings),
`udh`, `long` (cutting, joining), `receipts` (the text SMPP and SMGP share), `errors`. Whoever owns a socket writes what
`send` returns and every `Write`, calls `tick` at `wake_at`, and closes on `Closed`.

MM7 has no link but whole bodies over HTTP: `mm7` with envelopes (`messages`), parts (`mime`), presentations (`smil`)
and both together (`letters`). `markup` reads XML of strangers.
"""
