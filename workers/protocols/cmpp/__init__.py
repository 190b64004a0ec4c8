"""CMPP 2.0 and 3.0, China Mobile: `pdus` the fields, `codec` the frames, `auth` the login, `session` the link."""
