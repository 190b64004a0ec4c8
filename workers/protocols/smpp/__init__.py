"""SMPP 3.4: `pdus` the fields, `codec` the frames, `session` the link, `receipts` their many dialects."""
