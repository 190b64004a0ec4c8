"""What every form does: say the domain's faults beside their fields, and go on to another page when all is well."""

from __future__ import annotations

from flask import Response, request

from tenants.core.errors import Invalid
from web import words


def said(error: Invalid) -> dict[str, str]:
    """The sentence for each field that `error` names."""
    sentences = {}
    for field, fault in error.fields.items():
        code, values = fault if isinstance(fault, tuple) else (fault, {})
        sentences[field] = words.say(code, **values)
    return sentences


def is_fragment() -> bool:
    """Whether the page asks for a part of itself."""
    return "HX-Request" in request.headers


def go(url: str) -> Response:
    """Load another page, whether a form was sent by the browser itself or by the page."""
    if is_fragment():
        return Response(status=204, headers={"HX-Redirect": url})
    return Response(status=303, headers={"Location": url})
