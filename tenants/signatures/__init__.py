"""Signatures: the name in 【】 a business sends under, applied for with documents and approved by staff.

apply, amend        write an application (draft or rejected)
submit, decide, reopen   called by moderation
usable, get, listed, document
"""

from tenants.signatures.evidence import Upload
from tenants.signatures.models import Signature
from tenants.signatures.registration import (
    Application,
    Basis,
    amend,
    apply,
    decide,
    document,
    get,
    listed,
    reopen,
    submit,
    usable,
)  # fmt: skip
from tenants.signatures.states import State

__all__ = [
    "Application", "Basis", "Signature", "State", "Upload", "amend", "apply", "decide", "document", "get", "listed",
    "reopen", "submit", "usable",
]  # fmt: skip
