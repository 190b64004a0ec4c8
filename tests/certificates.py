"""A throw-away authority and the certificates it gives out."""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

LIFE = datetime.timedelta(hours=1)
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Paper:
    """A certificate and its key, both in PEM."""

    certificate: str
    key: str


class Authority:
    def __init__(self, name: str = "An authority") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        own = self._signed(self._name, self._key, x509.BasicConstraints(ca=True, path_length=None))
        self.certificate = own.public_bytes(Encoding.PEM).decode()

    def issue(self, name: str) -> Paper:
        """For a host of this name, or an address."""
        key = ec.generate_private_key(ec.SECP256R1())
        found = x509.IPAddress(ipaddress.ip_address(name)) if name == LOOPBACK else x509.DNSName(name)
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        made = self._signed(subject, key, x509.SubjectAlternativeName([found]))
        plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return Paper(made.public_bytes(Encoding.PEM).decode(), plain.decode())

    def _signed(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, more: x509.ExtensionType
    ) -> x509.Certificate:
        at = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(at - LIFE)
            .not_valid_after(at + LIFE)
            .add_extension(more, critical=isinstance(more, x509.BasicConstraints))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
