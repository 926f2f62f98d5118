"""By what our mails are known, from the settings: read from what is public in the files of the keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from api.house import Marks
from api.settings import Settings


def marks_of(settings: Settings) -> Marks:
    """What is told to whoever wants to check a mail. A certificate that the web server may not read is left out: the
    key stands in the same file, and is for the jobs alone."""
    dkim = (settings.dkim.selector, settings.dkim.domain) if settings.dkim else None
    certificates = dict(_fingerprints(settings.smime.directory)) if settings.smime else {}
    return Marks(settings.mail_from, dkim, certificates)


def _fingerprints(directory: Path) -> Iterator[tuple[str, str]]:
    """Each sender's address with the fingerprint of its own certificate, the first of its file."""
    from cryptography.hazmat.primitives.hashes import SHA256  # only where certificates are in use
    from cryptography.x509 import load_pem_x509_certificates

    for path in sorted(directory.glob("*.pem")):
        try:
            own, *_ = load_pem_x509_certificates(path.read_bytes())
        except (OSError, ValueError):
            continue
        yield path.stem, own.fingerprint(SHA256()).hex(":").upper()
