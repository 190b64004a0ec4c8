"""How much a channel is given at once: no more than its carrier lets us begin in time, learnt from slice to slice.

What a slow carrier leaves untried goes back to the queue for nothing; written down as `submitting` and back again in
thousands for every few that leave, it would cost more than the sending. Each worker process learns for itself.
"""

from __future__ import annotations

from tenants import messages

_sizes: dict[int, int] = {}


def most(channel_id: int) -> int:
    """The most parts the next slice may have."""
    return min(_sizes.get(channel_id, messages.SLICE_MAX), messages.SLICE_MAX)


def learn(channel_id: int, given: int, untried: int) -> None:
    """What became of the parts of a slice: next time as many as were tried, and a quarter more when it was all."""
    size = most(channel_id)
    if untried:
        _sizes[channel_id] = max(1, given - untried)
    elif given >= size:
        _sizes[channel_id] = size + max(1, size // 4)
