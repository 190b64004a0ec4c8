"""Words for contacts, imports and opt-outs: what was refused, why a row was left out, what each code is called."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

# Why a row of a file was refused. %(row)s, %(column)s and %(value)s are known for those that name them.
PROBLEMS = {
    "empty": _l("The number is missing"),
    "not_digits": _l("Not a phone number"),
    "scientific_notation": _l("The spreadsheet rounded the number: format the column as text and export it again"),
    "too_short": _l("Too few digits for a mobile number"),
    "too_long": _l("Too many digits for a mobile number"),
    "landline": _l("A landline cannot receive messages"),
    "not_mobile": _l("Not a mobile number"),
    "not_assigned": _l("No operator has this number range"),
    "foreign_invalid": _l("Not a valid number of that country"),
    "duplicate": _l("Same number as row %(row)s, which was kept"),
    "value_not_number": _l("%(column)s: “%(value)s” is not a number"),
    "value_not_date": _l("%(column)s: “%(value)s” is not a date"),
    "row_not_readable": _l("Characters that cannot be read"),
    "row_too_long": _l("The row is too long"),
    "row_too_many_columns": _l("More than 50 columns"),
    "row_field_too_long": _l("A cell has more than 1,000 characters"),
    "row_quote_open": _l("A quotation mark is opened and never closed"),
}
# The same in two or three words, for filters.
PROBLEMS_SHORT = {
    "empty": _l("No number"), "not_digits": _l("No digits"), "scientific_notation": _l("Rounded"),
    "too_short": _l("Too short"), "too_long": _l("Too long"), "landline": _l("Landline"),
    "not_mobile": _l("Not mobile"), "not_assigned": _l("Unassigned"), "foreign_invalid": _l("Foreign"),
    "duplicate": _l("Duplicate"), "value_not_number": _l("Not numeric"), "value_not_date": _l("Not a date"),
    "row_not_readable": _l("Unreadable"), "row_too_long": _l("Row too long"),
    "row_too_many_columns": _l("Too many columns"), "row_field_too_long": _l("Cell too long"),
    "row_quote_open": _l("Open quotation mark"),
}  # fmt: skip
_PHONE = {
    "phone_empty": _l("Enter a mobile number."),
    "phone_not_digits": _l("This is not a phone number."),
    "phone_scientific_notation": _l("A spreadsheet rounded this number. Enter all of its digits."),
    "phone_too_short": _l("Too few digits for a mobile number."),
    "phone_too_long": _l("Too many digits for a mobile number."),
    "phone_landline": _l("A landline cannot receive messages."),
    "phone_not_mobile": _l("This is not a mobile number."),
    "phone_not_assigned": _l("No operator has this number range."),
    "phone_foreign_invalid": _l("This is not a valid number of that country."),
}
WORDS = _PHONE | {
    # files
    "file_missing": _l("Choose a file."),
    "file_is_workbook": _l("This is a spreadsheet in Excel’s own format. Save it as CSV (UTF-8) and upload that."),
    "file_too_many_columns": _l("The file has more than the 50 columns that can be read."),
    "file_too_many_rows": _l("The file has more than 1,000,000 rows. Split it and import the parts."),
    "file_gone": _l("The uploaded file is no longer there. Upload it again."),
    "import_broken": _l(
        "This part of the file stopped the import several times. Rows read before are in; we were told."
    ),
    "imports_waiting": _l("%(max)s uploaded files wait for their columns. Finish or discard some of them first."),
    # columns
    "phone_missing": _l("Choose the column with the mobile numbers."),
    "phone_twice": _l("Only one column can be the mobile number."),
    "name_twice": _l("Only one column can be the name."),
    "field_name": _l("Name the field: a letter first, then letters, figures and _, at most %(max)s characters."),
    "field_twice": _l("Two columns have this name."),
    "too_many_fields": _l("At most %(max)s columns can become fields. Leave the others out."),
    "mapping_columns": _l("The file was read in another way meanwhile. Look at the columns again."),
    # lists and consent
    "list_name_length": _l("Give the list a name of 1 to %(max)s characters."),
    "list_name_taken": _l("There is a list of this name already."),
    "lists_full": _l("At most %(max)s lists. Delete one you no longer need."),
    "list_being_filled": _l("An import is filling this list. Stop the import, or wait for its end."),
    "consent_missing": _l("Say where these people agreed to hear from you."),
    "consent_note_missing": _l("Describe how they agreed."),
    "consent_note_too_long": _l("At most %(max)s characters."),
    # people, opt-outs, pasted numbers
    "contact_known": _l("This number is among your contacts already."),
    "contact_value_too_long": _l("At most %(max)s characters."),
    "optout_reason_missing": _l("Write why. The reason stays in the audit trail."),
    "optout_reason_too_long": _l("At most 200 characters."),
    "paste_empty": _l("There is no number in this text."),
    "block_too_many": _l("At most %(max)s numbers at once."),
    "block_not_a_number": _l("“%(text)s” is no mobile number. None of them was blocked."),
    "paste_too_many": _l("%(count)s numbers are more than %(max)s. Upload a file instead."),
}

STATES = {
    "uploaded": ("warn", _l("Columns to be chosen")), "mapped": ("queued", _l("Waiting its turn")),
    "running": ("wait", _l("Importing")), "done": ("ok", _l("Imported")), "failed": ("bad", _l("Ended early")),
    "stopped": ("plain", _l("Stopped")),
}  # fmt: skip
BLOCKS = {
    "complaint": _l("Complained to a carrier or an authority"),
    "order": _l("By order of an authority"),
    "carrier": _l("On a carrier's list"),
    "other": _l("Otherwise"),
}
UNREADABLE = ("bad", _l("Cannot be read"))
PURPOSES = {
    "contacts": _l("Contacts"), "optouts": _l("Opt-outs"), "audience": _l("Recipients of one campaign"),
}  # fmt: skip
TARGETS = {
    "phone": _l("Mobile number"), "name": _l("Name"), "text": _l("Text field"), "number": _l("Number field"),
    "date": _l("Date field"), "skip": _l("Leave out"),
}  # fmt: skip
CONSENTS = {
    "sign_up": _l("They signed up (shop, website, app)"),
    "purchase": _l("They bought from us and agreed then"),
    "contract": _l("It is part of a contract with them"),
    "event": _l("They left their number at an event"),
    "other": _l("Otherwise"),
}
ENCODINGS = {
    "utf-8": "UTF-8", "gb18030": "GB18030 / GBK", "utf-16-le": "UTF-16 LE", "utf-16-be": "UTF-16 BE",
}  # fmt: skip
DELIMITERS = {",": _l("Comma"), "\t": _l("Tab"), ";": _l("Semicolon")}
SOURCES = {"page": _l("Entered here"), "import": _l("From a file"), "reply": _l("Replied to a message")}
OPERATORS = {
    "mobile": _l("Mobile"), "unicom": _l("Unicom"), "telecom": _l("Telecom"), "broadnet": _l("Broadnet"),
}  # fmt: skip


def problem(code: str, **values: str) -> str:
    """Why a row was refused, in a sentence."""
    template: LazyString | str = PROBLEMS.get(code, code)
    return str(template) % values if values else str(template)
