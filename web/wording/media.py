"""Words for media, MMS and RCS: what was refused, and what each code is called."""

from flask_babel import lazy_gettext as _l

WORDS = {
    # media
    "medium_unknown": _l("This is no picture, sound or film we can take: JPEG, PNG, GIF, MP4, 3GP, AMR or MP3."),
    "medium_broken": _l("This file is damaged, or holds more than a medium."),
    "medium_too_large": _l("A medium has at most %(megabytes)s MB."),
    "medium_too_wide": _l("A picture has at most %(side)s pixels a side and %(megapixels)s million in all."),
    "medium_too_long": _l("A sound or film lasts at most %(minutes)s minutes."),
    "medium_name_length": _l("Give the medium a name of 1 to %(max)s characters."),
    "medium_used": _l("“%(name)s” uses this medium: what was reviewed with it must stay as it was."),
    "media_full": _l("The library holds at most %(max)s media."),
    # MMS
    "subject_empty": _l("Write a subject."),
    "frame_empty": _l("This frame needs a text or a medium."),
    "frames_number": _l("An MMS has 1 to %(max)s frames."),
    "mms_wordless": _l("Write a text in at least one frame: the signature stands before it."),
    "mms_too_large": _l("The MMS has %(kilobytes)s KB; carriers take at most %(max)s."),
    "medium_gone": _l("The medium is not in the library any more. Choose another."),
    "medium_not_here": _l("A medium of this kind cannot stand here."),
    # RCS
    "text_beside_cards": _l("A message is a text or cards, not both."),
    "cards_number": _l("A carousel has %(min)s to %(max)s cards."),
    "card_empty": _l("A card needs a title or a text."),
    "suggestions_number": _l("At most %(max)s buttons here."),
    "label_length": _l("A button has 1 to %(max)s characters."),
    "suggestion_fixed": _l("Buttons are the same for everybody: no variables and no brackets."),
    "suggestion_address": _l("Write the whole address, beginning with https://."),
    "suggestion_number": _l("Write a telephone number, with its country code when it is abroad."),
    "suggestion_value": _l("What a button leads to is too long."),
    "price_product_unknown": _l("Choose a product."),
}

PRODUCTS = {"sms": _l("SMS"), "mms": _l("MMS"), "rcs": _l("RCS")}
PRODUCTS_MEAN = {
    "sms": _l("Text, on every phone"),
    "mms": _l("Pictures, sounds and films, on nearly every phone"),
    "rcs": _l("Cards with buttons, on phones that take them"),
}
KINDS = {"image": _l("Pictures"), "audio": _l("Sounds"), "video": _l("Films")}
LAYOUTS = {"text": _l("Text"), "card": _l("One card"), "carousel": _l("Carousel")}
ACTS = {"reply": _l("Reply text"), "open": _l("Open link"), "dial": _l("Call number")}
ORIENTATIONS = {"vertical": _l("Above the words"), "horizontal": _l("Beside the words")}
HEIGHTS = {"short": _l("Low"), "medium": _l("Middle"), "tall": _l("High")}
