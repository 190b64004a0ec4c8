"""SGIP 1.2, China Unicom: `pdus` the fields, `codec` the frames and sequences, `session` the link."""
