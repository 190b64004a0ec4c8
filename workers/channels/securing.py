"""TLS contexts for links. OpenSSL takes a certificate of ours and its key from files only: they come by a pipe, so that
no key ever lies on a disk.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from workers.channels.tls import PEM_OCTETS_MAX, Tls


def context(wish: Tls) -> ssl.SSLContext:
    """Verifies the other side's certificate and its name, and shows ours if there is one."""
    made = ssl.create_default_context(cadata=wish.authorities or None)
    if wish.certificate:
        with _file(wish.certificate) as certificate, _file(wish.key) as key:
            try:
                made.load_cert_chain(certificate, key, password="")  # never asks for one
            except OSError as error:  # a pipe that cannot be sought in hides what OpenSSL says
                raise ssl.SSLError("the certificate and its key cannot be used") from error
    return made


@contextmanager
def _file(text: str) -> Iterator[str]:
    """A path that can be read once."""
    content = text.encode()
    assert len(content) <= PEM_OCTETS_MAX, "more than a pipe surely holds"
    readable, writable = os.pipe()
    try:
        with os.fdopen(writable, "wb") as pipe:
            pipe.write(content)
        yield f"/dev/fd/{readable}"
    finally:
        os.close(readable)
