"""Words for signatures, templates, reviews and words: what was refused, and what each code is called."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from web.wording.filings import FORECASTS as FORECASTS

WORDS = {
    # signatures
    "signature_empty": _l("Write the name recipients will see."),
    "signature_length": _l("A signature has 2 to 16 characters."),
    "signature_characters": _l("Use letters and figures; · & - . and a space may stand between them."),
    "signature_digits_only": _l("A signature cannot be figures alone."),
    "signature_taken": _l("You have applied for this name already."),
    "basis_unknown": _l("Choose what gives you the right to this name."),
    "company_length": _l("Write the full name of the company as registered, 2 to 80 characters."),
    "registration_no_form": _l("Write the number as on the document: 4 to 40 letters, figures, - / and brackets."),
    "evidence_missing": _l("Add at least one document that proves the name is yours."),
    "evidence_count": _l("At most %(files_max)s documents."),
    "evidence_type": _l("%(name)s is not a PDF, JPG, PNG or WebP file."),
    "evidence_too_large": _l("%(name)s is larger than 5 MB."),
    # templates as a whole
    "template_name_length": _l("Give the template a name of 1 to %(max)s characters."),
    "template_kind_unknown": _l("Choose a kind of message."),
    "template_language_unknown": _l("Choose a language."),
    "template_body_length": _l("The text is longer than %(max)s characters."),
    "template_changed": _l("Someone saved a newer version meanwhile. Open it, then bring your words over."),
    "template_kind_fixed": _l("Kind and language stay as they were when the template was first reviewed."),
    "template_archived": _l("This template is archived. Bring it back first."),
    "template_faulty": _l("The text still has something to correct."),
    # faults of a text
    "signature_bracket": _l("【 and 】 belong to the signature only."),
    "stray_brace": _l("A brace without its partner. Variables are written {name}."),
    "nul_character": _l("An invisible character that cannot be sent."),
    "bad_name": _l("“%(name)s” cannot be the name of a variable: begin with a letter, at most %(max)s characters."),
    "unknown_variable": _l("The variable “%(name)s” has no type yet."),
    "code_not_allowed": _l("“%(name)s” is a one-time code: only verification messages may carry one."),
    "variables_touch": _l("Two variables touch here. Put words between them."),
    "unused_variable": _l("The variable “%(name)s” is not in the text."),
    "variable_twice": _l("The variable “%(name)s” is declared twice."),
    "bad_variable_max": _l("“%(name)s” may have 1 to %(max)s characters."),
    "too_many_variables": _l("At most %(max)s variables."),
    "only_variables": _l("Variables alone are no template. Add words that stay the same."),
    "body_empty": _l("Write a text."),
    "code_missing": _l("A verification message needs a variable of the type code."),
    "opt_out_missing": _l("Advertising must say how to stop it."),
    "too_long": _l("The longest text has %(characters)s characters, %(over)s more than %(max)s."),
    # values of variables
    "value_missing": _l("“%(name)s” is empty."),
    "value_not_code": _l("“%(name)s” must be 4 to 6 figures."),
    "value_too_long": _l("“%(name)s” is longer than %(max)s characters."),
    "value_not_number": _l("“%(name)s” must be a number."),
    "value_not_date": _l("“%(name)s” must be a date."),
    "value_character": _l("“%(name)s” holds a bracket, brace or line break, which cannot be sent in a variable."),
    "value_link": _l("“%(name)s” holds a link. Links belong in the text, where they are reviewed."),
    # reviews and words
    "blocked_words": _l("This may not be sent: %(words)s. Change it and hand it in again."),
    "review_blocked": _l("A blocked word stands in this text. Reject it, or take the word out of the table first."),
    "review_decided": _l("Someone has decided this meanwhile."),
    "review_locked": _l("Another reviewer has this open."),
    "review_final": _l(
        "This decision can no longer be taken back: it is too old, another's, or something was sent with it."
    ),
    "review_second": _l("You approved it already: the second approval is another person's."),
    "reason_needed": _l("Choose a reason."),
    "reason_in_words": _l("Write what the customer shall change."),
    "reason_too_long": _l("At most %(max)s characters."),
    "words_missing": _l("Write at least one word."),
    "words_length": _l("At most %(max)s characters a word and %(count_max)s words at once."),
    "words_full": _l("The table holds at most %(max)s words."),
    "word_level_unknown": _l("Choose a level."),
    "word_category_length": _l("At most %(max)s characters."),
}

KINDS = {"verification": _l("Verification"), "notice": _l("Notice"), "marketing": _l("Marketing")}
KINDS_MEAN = {
    "verification": _l("One-time codes, at any hour, within 10 minutes or not at all"),
    "notice": _l("Orders, appointments, bills; no advertising"),
    "marketing": _l("Advertising, always with the way to stop it"),
}
LANGUAGES = {"zh": "中文", "en": "English"}
TYPES = {"text": _l("Text"), "number": _l("Numeric"), "date": _l("Date"), "code": _l("Code")}
SCENARIOS = {
    "commerce": _l("Commerce"), "service": _l("Customer service"), "government": _l("Public notices"),
    "education": _l("Education"), "finance": _l("Finance"), "travel": _l("Travel"),
}  # fmt: skip
STATES = {
    "draft": ("plain", _l("Draft")), "in_review": ("wait", _l("In review")), "approved": ("ok", _l("Approved")),
    "rejected": ("bad", _l("Rejected")),
}  # fmt: skip
BASES = {
    "company": _l("Company name"), "trademark": _l("Trademark"), "app": _l("App"), "site": _l("Website"),
    "authorised": _l("Authorised by the owner"),
}  # fmt: skip
BASES_MEAN = {
    "company": _l("The business licence."),
    "trademark": _l("The trademark certificate."),
    "app": _l("A picture of its entry in a store, with the publisher’s name."),
    "site": _l("Its ICP record."),
    "authorised": _l("The owner’s letter of authorisation and licence."),
}
OPERATORS = {
    "mobile": _l("Mobile"), "unicom": _l("Unicom"), "telecom": _l("Telecom"), "broadnet": _l("Broadnet"),
}  # fmt: skip
SUBJECTS = {
    "signature": _l("Signature"), "template": _l("Template"), "campaign": _l("Campaign"), "go_live": _l("Going live"),
}  # fmt: skip
SUBJECTS_MANY = {
    "template": _l("Templates"), "campaign": _l("Campaigns"), "signature": _l("Signatures"),
    "go_live": _l("Going live"),
}  # fmt: skip
FACTS = {
    "basis": _l("Basis"), "company": _l("Company"), "registration_no": _l("Registration number"),
    "recipients": _l("Recipients"), "cost": _l("Cost at most"), "scheduled_at": _l("Planned for"),
    "volume": _l("Expected volume"), "purpose": _l("Purpose"), "website": _l("Website"), "kind": _l("Kind"),
}  # fmt: skip
REASONS = {
    "leads_away": _l("Leads off the platform"), "link_not_filed": _l("Link not filed"),
    "exaggerated": _l("Exaggerated or absolute claims"), "papers_do_not_fit": _l("Documents do not fit"),
    "name_does_not_fit": _l("Signature does not fit the content"), "other": _l("Other"),
}  # fmt: skip
LEVELS = {
    "block": ("bad", _l("Blocks")), "review": ("warn", _l("Needs a person")), "record": ("plain", _l("Noted")),
}  # fmt: skip
# What a mark means to the writer: the same three levels, seen from the other side.
WEIGHTS = {
    "block": ("bad", _l("Correct this")), "review": ("warn", _l("Will be looked at")), "record": ("plain", _l("Noted")),
}  # fmt: skip
CATEGORIES = {
    "gambling": _l("Gambling"), "pornography": _l("Pornography"), "fraud": _l("Fraud"), "drugs": _l("Drugs"),
    "weapons": _l("Weapons"), "loans": _l("Loans and credit"), "invoices": _l("Fake invoices and papers"),
    "impersonation": _l("Name of an authority or a bank"), "medical": _l("Medicine and cures"),
    "absolute": _l("Absolute claims"), "inducement": _l("Inducement"), "contact": _l("Contact outside the platform"),
    "marketing": _l("Advertising outside a marketing message"), "investment": _l("Investment promises"),
    "link": _l("Link"), "phone": _l("Telephone number"), "real_estate": _l("Real estate"),
}  # fmt: skip


def named(table: dict[str, LazyString], code: str) -> str:
    """What a code is called; the code itself when it has no words (a category staff made up)."""
    return str(table.get(code, code))
