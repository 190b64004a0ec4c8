"""Words for refusals of accounts."""

from flask_babel import lazy_gettext as _l

WORDS = {
    "reason_missing": _l("Enter a reason."),
    "business_missing": _l("Enter the name of your business."),
    "person_missing": _l("Enter your name."),
    "name_long": _l("At most 60 characters."),
    "email_bad": _l("This is not an e-mail address, for example ada@example.com."),
    "password_short": _l("At least 12 characters."),
    "password_long": _l("At most 200 characters."),
    "password_common": _l("This password is too easy to guess. Choose another."),
    "password_wrong": _l("This is not your present password."),
    "sign_in_wrong": _l("E-mail or password is wrong."),
    "too_many_tries": _l("Too many tries. The next one is possible from %(retry_at)s."),
    "no_spare": _l("We are preparing room for new businesses. Try again in a minute; nothing you typed is lost."),
    "business_suspended": _l("Your business is suspended: nothing can be sent or changed. Our staff wrote you why."),
    "address_unproven": _l("Open the link in our mail first: your address is not confirmed yet."),
    "role_unknown": _l("Choose a role from the list."),
    "member_already": _l("This person belongs to the business already."),
    "invitations_many": _l("At most %(limit)s invitations may be open: take some back first."),
    "invitation_not_yours": _l("This invitation is for another address: sign in with that one."),
    "last_owner": _l("The business would be left without an owner. Make somebody else an owner first."),
    "staff_joins_nothing": _l("Our own people join no business with their staff account."),
    "link_over": _l("This link was used already or is too old. Ask for a new one."),
    "time_zone_unknown": _l("Choose a time zone from the list."),
}
