"""Pure: what a channel to a provider without an adapter must say about that provider."""

from __future__ import annotations

from typing import Final

from workers.channels.base import Field
from workers.channels.generic_http.rendering import BODIES

METHODS: Final = ("POST", "GET", "PUT")
TOKEN: Final = "token"
PROOFS: Final = (TOKEN, "hmac-sha1", "hmac-sha256", "hmac-sha512")
RECEIPT_FORMS: Final = ("json", "form", "query")
BATCH_MAX: Final = 1000
WORDS: Final = "DELIVRD = delivered\nUNDELIV = undelivered\nEXPIRED = expired\nREJECTD = rejected"

REQUEST: Final = (
    Field("method", "choice", "Method", default=METHODS[0], choices=METHODS),
    Field("url", "url", "Address", public=True, help="May hold placeholders after the host, such as {{number}}"),
    Field("headers", "lines", "Headers", required=False, help="Name: value, one a line"),
    Field("body_type", "choice", "Type of body", default="json", choices=tuple(BODIES)),
    Field("body", "lines", "Body", required=False, help="Placeholders are escaped for the type of body"),
    Field("item", "lines", "One of a list", required=False, help="Of many in one request: {{items}} in the body"),
    Field("batch", "number", "Messages in a request", default=1, high=BATCH_MAX, help="Of a list"),
    Field("user", "text", "User", required=False, help="{{user}}"),
    Field("secret", "text", "Secret", secret=True, required=False, help="{{secret}}"),
    Field("secret_2", "text", "Second secret", secret=True, required=False, help="{{secret_2}}"),
    Field("sender", "text", "Sender", required=False, help="{{sender}}"),
    Field("signature", "text", "Signature", required=False, help="For messages that begin with none"),
    Field("template", "text", "Template", required=False, help="For messages without a template of this provider"),
    Field("variable", "text", "Variable", required=False, help="The variable of that template that takes the text"),
    Field("connections", "number", "Connections", default=16, high=128),
    Field("timeout_s", "number", "Seconds to wait for an answer", default=10, high=50),
)

ANSWER: Final = (
    Field("success_status", "text", "Success statuses", default="200-299", help="For example 200, 202"),
    Field("answers_at", "text", "Where the answers stand", required=False, help="Of a list; empty: the whole body"),
    Field("answer_number", "text", "Where an answer's number stands", required=False, help="Empty: in our order"),
    Field("success_at", "text", "Where success stands", required=False, help="A path, or /an expression/"),
    Field("success_is", "text", "What success is", required=False, help="An expression for the whole value"),
    Field("id_at", "text", "Where their id stands", required=False, help="Empty: receipts name our reference"),
    Field("code_at", "text", "Where their code stands", required=False),
    Field("refusals", "lines", "Codes of refusals", required=False, help="Their code = our code, again or doubt"),
)

RECEIPTS: Final = (
    Field("callback", "url", "Receipt address", required=False, help="{{callback}}, with the token added to it"),
    Field("proof", "choice", "Proof of receipts", default=TOKEN, choices=PROOFS),
    Field("proof_name", "text", "Header of the proof", required=False, help="Empty: the token ends the address"),
    Field("proof_secret", "text", "Receipt token", secret=True, help="Or the key the provider signs receipts with"),
    Field("receipt_form", "choice", "Form of receipts", default=RECEIPT_FORMS[0], choices=RECEIPT_FORMS),
    Field("receipt_list", "text", "Where the receipts stand", required=False, help="Empty: the whole body"),
    Field("receipt_id", "text", "Where a receipt's id stands", required=False),
    Field("receipt_reference", "text", "Where our reference stands", required=False),
    Field("receipt_status", "text", "Where a receipt's status stands", default="status"),
    Field("receipt_words", "lines", "Words of statuses", default=WORDS, help="Their word = our outcome"),
    Field("receipt_code", "text", "Where a receipt's code stands", required=False),
    Field("receipt_codes", "lines", "Codes of receipts", required=False, help="Their code = our code"),
    Field("receipt_at", "text", "Where a receipt's time stands", required=False),
    Field("zone_h", "number", "Hours from UTC", default=0, low=0, high=14, help="Of times without a zone"),
    Field("answer", "text", "Answer to receipts", default="ok"),
    Field("reply_number", "text", "Where a reply's number stands", required=False),
    Field("reply_text", "text", "Where a reply's text stands", required=False),
    Field("reply_to", "text", "Where the number replied to stands", required=False),
)

FIELDS: Final = REQUEST + ANSWER + RECEIPTS
