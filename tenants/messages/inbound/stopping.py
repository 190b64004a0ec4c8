"""Pure: whether a reply asks to be left alone. Only one that is nothing but a stop word does, however it is written:
「ｔｄ。」 is TD, "Stop!" is STOP, and "please do not stop" is none.
"""

from __future__ import annotations

import unicodedata

LENGTH_MAX = 40
# Mainland senders announce R, T, TD, TT or QX; the English ones are what carriers elsewhere must obey.
_WORDS = """
    r t td tt qx 退订 退定 拒收 拒绝 拒接 停止 停发 取消订阅 不再接收 不要再发 别再发了
    stop stopall unsubscribe cancel end quit optout revoke
"""
WORDS = frozenset(_WORDS.split())


def stops(text: str) -> bool:
    """Whether the whole reply is a stop word."""
    if len(text) > LENGTH_MAX:
        return False
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in plain if sign.isalnum()) in WORDS
