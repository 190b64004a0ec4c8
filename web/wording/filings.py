"""Words for filings: what is filed, how far it is, what is missing, what was refused."""

from flask_babel import lazy_gettext as _l

WORDS = {
    "papers_missing": _l("Papers of the company with this registration number are missing."),
    "papers_over": _l("The papers are no longer valid."),
    "papers_there": _l("Papers with this number are there already."),
    "papers_changed": _l("Someone saved a newer version meanwhile. Open it, then change that."),
    "link_incomplete": _l("Say whose it is first."),
    "variable_link": _l("A variable stands inside the link: no operator files that. Write the whole link out."),
    "short_link": _l("Operators file no short links of others. Use one on your own domain."),
    "icp_number_form": _l("Write the ICP number as recorded, for example 浙ICP备12345678号."),
    "target_form": _l("Write the whole address, beginning with https://."),
    "date_past": _l("This day has passed."),
    "answer_columns_missing": _l("It needs a column with results, and one with our numbers or with signatures."),
    "answer_rows": _l("The file has more than %(max)s rows."),
    "answer_result_unknown": _l("The result is neither yes nor no"),
    "answer_result_missing": _l("No result"),
    "answer_key_missing": _l("Neither our number nor a signature"),
    "answer_operator_unknown": _l("Operator not known"),
    "answer_other_operator": _l("Filed with another operator"),
    "answer_date_unknown": _l("The date cannot be read"),
    "answer_unknown": _l("No such filing on this channel"),
    "answer_ambiguous": _l("Several businesses wait with this signature: our number is needed"),
    "answer_twice": _l("The same filing stands further up"),
    "answer_not_submitted": _l("Not handed to the carrier yet"),
    "answer_decided": _l("Decided otherwise before"),
    "answer_field": _l("Text too long, or a day that has passed"),
    "template_code_form": _l("Not a template code: letters, digits and . : _ - only, 80 at most"),
    "template_code_kind": _l("Only a template has a template code"),
}  # fmt: skip

KINDS = {
    "qualification": _l("Company papers"), "signature": _l("Signature"), "template": _l("Template"),
    "link": _l("Link or number"),
}  # fmt: skip
KINDS_MANY = {
    "qualification": _l("Company papers"), "signature": _l("Signature"), "template": _l("Templates"),
    "link": _l("Links and numbers"),
}  # fmt: skip
WHATS = {"url": _l("Link"), "phone": _l("Telephone number"), "contact": _l("Account to add")}
STATES = {
    "not_needed": ("plain", _l("Not needed")),
    "missing": ("warn", _l("Not filed")),
    "prepared": ("queued", _l("Prepared")),
    "withdrawn": ("plain", _l("Taken back")),
    "submitted": ("wait", _l("Being filed")),
    "codeless": ("wait", _l("Code awaited")),
    "filed": ("ok", _l("Filed")),
    "rejected": ("bad", _l("Turned down")),
    "expired": ("bad", _l("Expired")),
}
# Why an operator lets a text through, or not.
FORECASTS = {
    "not_needed": _l("No filing needed at present"),
    "filed": _l("Everything is filed"),
    "qualification_not_filed": _l("Company papers not filed"),
    "qualification_waiting": _l("Company papers being filed"),
    "qualification_rejected": _l("Company papers turned down"),
    "qualification_expired": _l("Filing of the company papers expired"),
    "signature_not_filed": _l("Signature not filed"),
    "signature_waiting": _l("Signature being filed"),
    "signature_rejected": _l("Signature turned down"),
    "signature_expired": _l("Filing of the signature expired"),
    "template_not_filed": _l("Template not filed"),
    "template_waiting": _l("Template being filed"),
    "template_rejected": _l("Template turned down"),
    "template_codeless": _l("Template filed, its code awaited"),
    "template_expired": _l("Filing of the template expired"),
    "link_not_filed": _l("A link or number not filed"),
    "link_waiting": _l("A link or number being filed"),
    "link_rejected": _l("A link or number turned down"),
    "link_expired": _l("Filing of a link or number expired"),
}
