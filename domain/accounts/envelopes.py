"""Sealed values: what must be read again, and yet not by whoever has a copy of the database.

AES-256-GCM (NIST SP 800-38D) under a key that follows from the installation's secret (HKDF, RFC 5869). `about` is
bound to the value, so that what was sealed for one row cannot be opened for another.
"""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING

from domain.keys import Keys

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12


def seal(secret: str, purpose: str, about: str, value: str) -> str:
    """The value in letters that any column, form or cookie takes."""
    nonce = os.urandom(NONCE)
    return urlsafe_b64encode(nonce + _cipher(secret, purpose).encrypt(nonce, value.encode(), about.encode())).decode()


def unseal(keys: Keys, purpose: str, about: str, sealed: str) -> str | None:
    """The value, or nothing where it was sealed for something else, with another key, or not by us."""
    opened = [_opened(key, purpose, about, sealed) for key in keys.opening]
    return next((value for value in opened if value is not None), None)


def _opened(secret: str, purpose: str, about: str, sealed: str) -> str | None:
    from cryptography.exceptions import InvalidTag

    try:
        raw = urlsafe_b64decode(sealed.encode())
        return _cipher(secret, purpose).decrypt(raw[:NONCE], raw[NONCE:], about.encode()).decode()
    except (InvalidTag, ValueError):
        return None


def _cipher(secret: str, purpose: str) -> AESGCM:
    """The ciphers are loaded when the first value is sealed or opened, not at every start."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return AESGCM(HKDF(SHA256(), 32, None, f"renkei {purpose}".encode()).derive(secret.encode()))
