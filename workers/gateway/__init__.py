"""The gateway: a process that keeps the lasting links to carriers. Several may run, and each channel belongs to one.

    gateway    the process: its share of the channels, the bell, the end
    bridge     one channel: batches in, slices to the links, everything given back at the end
    keeper     one line of a channel: connects, waits after failures, connects again; or listens
    link       one connection: a session on a socket
    outbox     pure: messages on their way, urgent ones first, and what the answers to their parts come to
    rate       pure: how fast a link may go
    clerk      answers and news, written down in sets; news is acknowledged only after that
    desk       the SQL, in threads, so that links stay alive while the database works

A message is committed as `submitting` before its first byte leaves. What is unanswered when a link is lost is in doubt;
what never left goes back as if it had not been taken.
"""
