"""Pure: an MMS or RCS as one recipient gets it: signature and opt-out words in their places, variables filled in.

An MMS carries the signature before its first text and the opt-out words after its last, as an SMS does. An RCS comes
from a sender the phone itself names, so it is not signed; its SMS fallback is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from tenants.message_templates.kinds import Kind
from tenants.message_templates.render import Compiled, compiled, opt_out_suffix, render, with_opt_out, with_signature
from tenants.message_templates.rich import Act, Mms, Rcs, Rich, rewritten, suggestions

# A reply suggestion that says one of these is the way to stop it.
STOPS = frozenset({"R", "T", "TD", "N", "STOP", "退订", "拒收", "UNSUBSCRIBE"})
COMPILED_KEPT = 1_000


def whole(rich: Rich, signature: str, kind: Kind, country: str = "CN") -> Rich:
    """As it is sent there, variables still in it."""
    if isinstance(rich, Mms):
        return _mms(rich, signature, kind, country)
    stopped = any(each.act is Act.REPLY and each.value.strip().upper() in STOPS for each in suggestions(rich))
    fallback = with_signature(signature, with_opt_out(rich.fallback, kind, country)) if rich.fallback else ""
    signed = replace(rich, fallback=fallback)
    return signed if stopped else _with_opt_out(signed, kind, country)


def _mms(mms: Mms, signature: str, kind: Kind, country: str) -> Mms:
    worded = [place for place, frame in enumerate(mms.frames) if frame.text.strip()]
    if not worded:
        return mms
    frames = list(mms.frames)
    frames[worded[-1]] = replace(frames[worded[-1]], text=with_opt_out(frames[worded[-1]].text, kind, country))
    frames[worded[0]] = replace(frames[worded[0]], text=with_signature(signature, frames[worded[0]].text))
    return replace(mms, frames=tuple(frames))


def _with_opt_out(rcs: Rcs, kind: Kind, country: str) -> Rcs:
    if not rcs.cards:
        return replace(rcs, text=with_opt_out(rcs.text, kind, country))
    *before, last = rcs.cards
    text = with_opt_out(last.text, kind, country) if last.text.strip() else opt_out_suffix(kind, country)
    return replace(rcs, cards=(*before, replace(last, text=text)))


def filled(rich: Rich, values: Mapping[str, str]) -> Rich:
    """With a recipient's values. A missing one is a KeyError: values are checked before they come here."""
    return rewritten(rich, lambda text: render(_compiled(text), values))


@lru_cache(maxsize=COMPILED_KEPT)
def _compiled(text: str) -> Compiled:
    return compiled(text)
