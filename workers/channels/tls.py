"""Pure: what a channel may set about TLS on its links: whom to trust, which name to expect, who we say we are.

The other side is always verified. A carrier with a certificate of its own making is trusted by giving that certificate.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from workers.channels.base import Field, Settings

NO, YES = "no", "yes"
PEM_OCTETS_MAX: Final = 16_000
FIELDS: Final = (
    Field("tls", "choice", "TLS", default=NO, choices=(NO, YES)),
    Field("tls_name", "text", "Name in its certificate", required=False, octets_max=253, help="Empty: the host"),
    Field(
        "tls_ca", "lines", "Authorities it is trusted by", required=False, octets_max=PEM_OCTETS_MAX,
        help="Certificates in PEM. Empty: those this machine trusts",
    ),
    Field(
        "tls_certificate", "lines", "Certificate of ours", required=False, octets_max=PEM_OCTETS_MAX,
        help="In PEM, where the carrier asks for one; those that lead to its authority behind it",
    ),
    Field(
        "tls_key", "lines", "Key of our certificate", required=False, secret=True, octets_max=PEM_OCTETS_MAX,
        help="In PEM, without a password",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tls:
    """Empty `name`: that of the host. Empty `authorities`: the machine's. Empty `certificate`: we show none."""

    name: str = ""
    authorities: str = ""
    certificate: str = ""
    key: str = field(default="", repr=False)


def wanted(settings: Settings) -> Tls | None:
    """As it is set, or None: in the clear."""
    if settings.text("tls") == NO:
        return None
    return Tls(*(settings.text(name) for name in ("tls_name", "tls_ca", "tls_certificate", "tls_key")))


def check(settings: Settings) -> dict[str, str]:
    """Field → code of what cannot be used. A key without a certificate is no fault: it may be left from before."""
    wrong = {name: "not_certificates" for name in ("tls_ca", "tls_certificate") if not _reads(settings.text(name))}
    certificate, key = settings.text("tls_certificate"), settings.text("tls_key")
    if not certificate or wrong:
        return wrong
    if not key:
        return {"tls_key": "required"}
    try:
        own = load_pem_private_key(key.encode(), None).public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):  # TypeError: it is locked with a password
        return {"tls_key": "not_a_key"}
    shown = x509.load_pem_x509_certificates(certificate.encode())[0].public_key()
    form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    return {} if own.public_bytes(*form) == shown.public_bytes(*form) else {"tls_key": "key_unfit"}


def _reads(pem: str) -> bool:
    try:
        return not pem or bool(x509.load_pem_x509_certificates(pem.encode()))
    except ValueError:
        return False
