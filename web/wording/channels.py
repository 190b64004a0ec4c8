"""Words for channels: what was refused, and what kinds, states and choices are called."""

from flask_babel import lazy_gettext as _l

WORDS = {
    "channel_name_length": _l("Give the channel a name of 1 to %(max)s characters."),
    "channel_name_taken": _l("Another channel has this name."),
    "country_unknown": _l("Write countries as two capital letters, for example CN, SG."),
    "tenants_unknown": _l("Write the numbers of businesses, parted by commas."),
    "out_of_range": _l("Between %(low)s and %(high)s."),
    "required": _l("Fill this in."),
    "not_a_number": _l("This is not a whole number."),
    "not_a_url": _l("This is not an address: it begins with https://."),
    "not_public": _l("This address must begin with https:// and lead out of our own network."),
    "not_a_choice": _l("Choose one of the list."),
    "not_ascii": _l("Only letters, digits and signs of ASCII are understood here."),
    "too_many_octets": _l("The carrier has no room for so much."),
    "not_certificates": _l("This is no certificate in PEM: it begins with -----BEGIN CERTIFICATE-----."),
    "not_a_key": _l("This is no private key in PEM, or a password locks it."),
    "key_unfit": _l("This key does not belong to the certificate."),
}

# A kind of channel: its name, and what it leads to.
KINDS = {
    "simulator": (_l("Simulated carrier"), _l("A carrier for tests and demos; nothing leaves the machine.")),
    "aliyun": (_l("Alibaba Cloud SMS"), _l("The mainland; signatures and templates are filed there.")),
    "tencent": (_l("Tencent Cloud SMS"), _l("The mainland; signatures and templates are filed there.")),
    "twilio": ("Twilio", _l("Abroad: numbers, names, messaging services and RCS senders.")),
    "rcs_google": (_l("RCS by Google"), _l("Cards and texts to phones with RCS; others fall back.")),
    "maap": (_l("5G messages"), _l("Chatbots on the messaging platforms of the mainland's carriers.")),
    "mm7": ("MM7", _l("Multimedia messages to a carrier's relay.")),
    "smpp": ("SMPP 3.4", _l("Carriers and aggregators abroad, over lasting connections.")),
    "cmpp": (_l("China Mobile CMPP"), _l("A gateway of China Mobile, version 2.0 or 3.0.")),
    "sgip": (_l("China Unicom SGIP"), _l("A gateway of China Unicom; it connects back to us for receipts.")),
    "smgp": (_l("China Telecom SMGP"), _l("A gateway of China Telecom, version 3.0.")),
    "generic_http": (_l("Any HTTP provider"), _l("Requests, answers and receipts are described by settings alone.")),
}
PRESETS = {
    "huawei": (_l("Huawei Cloud SMS"), _l("Filled in; keys, sender and token are yours.")),
    "vonage": ("Vonage", _l("Filled in; keys, sender and token are yours.")),
    "sinch": ("Sinch", _l("Filled in; keys, sender and token are yours.")),
    "infobip": ("Infobip", _l("Filled in; keys, sender and token are yours.")),
}

# A choice of a setting by the setting's name; what is not here is the field's own term and speaks for itself.
CHOICES = {
    "number_form": {"international": "8613800138000", "plus": "+8613800138000", "national": "13800138000"},
    "text": {"8": "UCS-2 (8)", "15": "GBK (15)", "auto": _l("ASCII (0), or else UCS-2 (8)")},
    "long": {
        "udh8": _l("User data header, 8-bit reference"), "udh16": _l("User data header, 16-bit reference"),
        "sar": "sar_msg_ref_num", "payload": "message_payload",
    },
    "bind": {"transceiver": _l("One link for both ways"), "separate": _l("A link for each way")},
    "mode": {"both": _l("One link for both ways"), "separate": _l("A link for each way")},
    "alphabet": {
        "gsm": _l("GSM 7-bit, an octet each"), "packed": _l("GSM 7-bit, packed"), "latin1": "ISO 8859-1",
        "ascii": "ASCII",
    },
    "answer_ids": {"text": _l("As they are"), "hex": _l("Hexadecimal"), "decimal": _l("Decimal")},
    "receipt_ids": {"text": _l("As they are"), "hex": _l("Hexadecimal"), "decimal": _l("Decimal")},
    "tls": {"no": _l("Without"), "yes": _l("With TLS")},
    "fallback": {"ours": _l("We send it, by a channel of ours"), "carrier": _l("The carrier sends it")},
    "traffic": {
        "group": _l("To many"), "interaction": _l("Answers in a conversation"), "TRANSACTION": _l("About a purchase"),
        "AUTHENTICATION": _l("Codes"), "PROMOTION": _l("Promotion"), "SERVICEREQUEST": _l("Service"),
        "ACKNOWLEDGEMENT": _l("Acknowledgement"),
    },
    "charged": {
        "Sender": _l("The sender"), "Recipient": _l("The recipient"), "Both": _l("Both of them"),
        "Neither": _l("Nobody"),
    },
    "message_class": {
        "Informational": _l("Information"), "Advertisement": _l("Advertisement"), "Personal": _l("Personal"),
        "Auto": _l("Automatic answer"),
    },
    "encoding": {"binary": _l("Binary"), "base64": "Base64"},
    "proof": {
        "basic": "HTTP Basic", "digest": "HTTP Digest", "token": _l("A token"), "hmac-sha1": "HMAC-SHA1",
        "hmac-sha256": "HMAC-SHA256", "hmac-sha512": "HMAC-SHA512",
    },
    "form": {"json": "JSON", "xml": "XML"},
    "body_type": {"json": "JSON", "form": _l("Form fields"), "xml": "XML", "text": _l("Plain text")},
    "receipt_form": {"json": "JSON", "form": _l("Form fields"), "query": _l("Query of the address")},
}  # fmt: skip

# The state of a channel: the shape of its mark, and its name.
STATES = {
    "active": ("ok", _l("Active")),
    "draining": ("queued", _l("Draining")),
    "paused": ("queued", _l("Paused")),
}

# The state of a link as its gateway tells it: the shape of its mark, the colour of its square, its name.
LINKS = {
    "bound": ("ok", "delivered", _l("Up")),
    "listening": ("ok", "delivered", _l("Listening")),
    "resting": ("queued", "queued", _l("Resting")),
    "left": ("queued", "queued", _l("Left")),
    "connecting": ("wait", "in_doubt", _l("Connecting")),
    "lost": ("bad", "failed", _l("Lost")),
    "refused": ("bad", "failed", _l("Login refused")),
    "unreachable": ("bad", "failed", _l("Unreachable")),
}
UNHEARD = ("doubt", "in_doubt", _l("Not heard of"))

# Why a link ended or never came about; anything else is shown as the carrier said it.
WHY_DOWN = {
    "ConnectionRefusedError": _l("nobody listens there"),
    "ConnectionResetError": _l("the connection was reset"),
    "TimeoutError": _l("no answer in time"),
    "gaierror": _l("the host name is unknown"),
    "SSLCertVerificationError": _l("the certificate is not trusted"),
    "SSLError": _l("no agreement about TLS, or our certificate is not taken"),
    "refused": _l("the login was refused"),
    "left": _l("both sides said goodbye"),
    "lost": _l("the connection broke"),
    "silent": _l("probes stayed unanswered"),
    "timeout": _l("no answer in time"),
    "violation": _l("the other side broke the protocol"),
}
