"""What proves that a letter is ours: a DKIM signature for mail servers, and S/MIME for those who want to see it.

S/MIME wraps the content first (RFC 8551 §3.5.3; RFC 6047 §2.2.2 asks for it), DKIM then signs the whole (RFC 6376).
Both are the operator's choice. A key is read once, at the start, and never shown.
"""

from __future__ import annotations

from base64 import encodebytes
from collections.abc import Mapping
from dataclasses import field
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509 import Certificate, load_pem_x509_certificates

from domain.values import dataclass

SHORTEST_KEY = 2048
"""Bits of an RSA key. RFC 8301 §3.2 wants signers to use at least these."""

SIGNED = ("From", "To", "Subject", "Date", "Message-ID", "Reply-To", "Auto-Submitted", "MIME-Version", "Content-Type")


class NoKey(Exception):
    """A key file cannot be used; the message says in Japanese which, and why."""


@dataclass(frozen=True)
class Dkim:
    """A key whose public half stands in the DNS at `selector`._domainkey.`domain`."""

    domain: str
    selector: str
    key: bytes = field(repr=False)

    def covers(self, sender: str) -> bool:
        """Whether a signature of this domain speaks for the sender's (RFC 7489 §3.1.1, relaxed alignment)."""
        host = sender.rpartition("@")[2].casefold()
        return host == self.domain or host.endswith(f".{self.domain}")

    def signed(self, mail: bytes) -> bytes:
        """The mail below its signature. From is signed once more than it is there, so that none can be added."""
        import dkim  # its DNS library takes a tenth of a second to load, for whoever signs

        there = [name for name in SIGNED if f"\r\n{name}: ".encode() in b"\r\n" + mail.partition(b"\r\n\r\n")[0]]
        names = [name.encode() for name in ("From", *there)]
        who, how = (self.selector.encode(), self.domain.encode(), self.key), (b"relaxed", b"relaxed")
        signature: bytes = dkim.sign(mail, *who, canonicalize=how, include_headers=names)
        return signature + mail


@dataclass(frozen=True)
class Identity:
    """The certificate of one sender's address with those above it, and its key."""

    certificate: Certificate
    above: tuple[Certificate, ...]
    key: RSAPrivateKey = field(repr=False)


@dataclass(frozen=True)
class Smime:
    """The senders' identities, by address in small letters, and the recipients' domains that get signed mail."""

    domains: frozenset[str]
    identities: Mapping[str, Identity] = field(repr=False)

    def covers(self, sender: str, to: str) -> bool:
        return to.rpartition("@")[2].casefold() in self.domains and sender.casefold() in self.identities

    def signed(self, content: bytes, sender: str) -> bytes:
        """A multipart/signed around a MIME entity, whose bytes stay as they are (RFC 8551 §3.5.3.2)."""
        identity, boundary = self.identities[sender.casefold()], f"=_s_{sha256(content).hexdigest()[:24]}"
        builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
        builder = builder.add_signer(identity.certificate, identity.key, hashes.SHA256())
        for certificate in identity.above:
            builder = builder.add_certificate(certificate)
        options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
        proof = encodebytes(builder.sign(serialization.Encoding.DER, options)).replace(b"\n", b"\r\n")
        kind = f'multipart/signed; protocol="application/pkcs7-signature";\r\n micalg=sha-256; boundary="{boundary}"'
        mark = f"\r\n--{boundary}".encode()
        return b"".join(
            (f"Content-Type: {kind}\r\n".encode(), mark, b"\r\n", content, mark, b"\r\n", PROOF, proof, mark, b"--\r\n")
        )


PROOF = (
    b'Content-Type: application/pkcs7-signature; name="smime.p7s"\r\n'
    b"Content-Transfer-Encoding: base64\r\n"
    b'Content-Disposition: attachment; filename="smime.p7s"\r\n\r\n'
)


def load_dkim(path: Path, selector: str, domain: str) -> Dkim:
    """Raises NoKey for a file that is missing, unreadable, or holds no RSA key that is long enough."""
    key = _key(path, _read(path))
    plain = serialization.NoEncryption()
    written = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, plain)
    return Dkim(domain.casefold(), selector, written)


def load_smime(directory: Path, domains: frozenset[str]) -> Smime:
    """The identities in a directory of files `address.pem`, each a key and its certificates, its own first. Raises
    NoKey where there is none, or one cannot be used."""
    try:
        files = sorted(directory.glob("*.pem")) if directory.is_dir() else []
    except OSError:
        files = []
    if not files:
        raise NoKey(f"ディレクトリ {directory} に、署名用のファイル（差出人のアドレス.pem）がありません。")
    identities = {file.stem.casefold(): _identity(file) for file in files}
    return Smime(frozenset(domain.casefold() for domain in domains), identities)


def _identity(path: Path) -> Identity:
    content = _read(path)
    key = _key(path, content)
    try:
        own, *above = load_pem_x509_certificates(content)
    except ValueError:
        raise NoKey(f"ファイル {path} に証明書（CERTIFICATE）がありません。") from None
    if own.public_key() != key.public_key():
        raise NoKey(f"ファイル {path} の先頭の証明書は、同じファイルの秘密鍵のものではありません。")
    return Identity(own, tuple(above), key)


def _key(path: Path, content: bytes) -> RSAPrivateKey:
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except (ValueError, TypeError):  # what it says of it may show a part of the file
        raise NoKey(f"ファイル {path} から秘密鍵を読めません。パスワードのないPEM形式にしてください。") from None
    if not isinstance(key, RSAPrivateKey) or key.key_size < SHORTEST_KEY:
        raise NoKey(f"ファイル {path} の秘密鍵は、{SHORTEST_KEY}ビット以上のRSAの鍵ではありません。")
    return key


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        why = "ありません" if isinstance(error, FileNotFoundError) else "読めません（権限を確かめてください）"
        raise NoKey(f"ファイル {path} が{why}。") from None
