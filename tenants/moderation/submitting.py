"""Handing something in: its state moves, its text is judged, and the review is asked for, in one transaction.

What the word table blocks is refused at once, with the places, so that nobody waits two hours for a sure no.
"""

from __future__ import annotations

from tenants import message_templates, signatures
from tenants.core import audit
from tenants.core.errors import ContentRefused
from tenants.message_templates.rich import to_json
from tenants.moderation import review
from tenants.moderation.judge import Level, judge
from tenants.signatures.names import skeleton


def submit_signature(id: int, *, by: int) -> int:
    """Ask for a signature to be approved; the review's id."""
    signature = signatures.submit(id)
    _refuse_blocked(signature.text, "")
    audit.record("signature.submit", actor_id=by, object=f"signature:{id}")
    shown = {
        "text": signature.text,
        "facts": [
            ["basis", signature.basis], ["company", signature.company], ["registration_no", signature.registration_no],
        ],
        "files": signature.evidence,
    }  # fmt: skip
    return review.ask("signature", id, title=signature.text, shown=shown, by=by, skeleton=skeleton(signature.text))


def submit_template(id: int, version: int, *, by: int) -> int:
    """Ask for a version of a template to be approved; the review's id."""
    template = message_templates.submit(id, version)
    _refuse_blocked(template.words, template.kind)
    audit.record("template.submit", actor_id=by, object=f"template:{id}", version=version)
    shown = {
        "text": template.words,
        "kind": template.kind,
        "product": template.product,
        "rich": to_json(template.rich),
        "language": template.language,
        "variables": [variable.to_json() for variable in template.variables],
    }
    return review.ask("template", id, version=version, title=template.name, shown=shown, by=by)


def _refuse_blocked(text: str, kind: str) -> None:
    verdict = judge(text, kind)
    if verdict.level is Level.BLOCK:
        blocked = dict.fromkeys(hit.word for hit in verdict.hits if hit.level == "block")
        raise ContentRefused("blocked_words", words=", ".join(blocked))
