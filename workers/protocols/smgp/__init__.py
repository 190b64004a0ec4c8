"""SMGP 3.0, China Telecom: `pdus` the fields, `codec` the frames, `auth` the login, `session` the link."""
