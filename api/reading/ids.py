"""Global ids: `TypeName:uuid` in lower-case canonical form, one way to write each."""

from __future__ import annotations

import re
from uuid import UUID

GLOBAL_ID = re.compile(r"([A-Z][A-Za-z0-9]{0,62}):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.ASCII)


def encode(type_name: str, key: UUID) -> str:
    return f"{type_name}:{key}"


def split(global_id: str) -> tuple[str, UUID] | None:
    """The type's name and the key, or None for anything that this program would not have written."""
    match = GLOBAL_ID.fullmatch(global_id)
    return (match[1], UUID(match[2])) if match else None


def key_of(global_id: str, type_name: str) -> UUID | None:
    """The key, if the id is one of this type."""
    parts = split(global_id)
    return parts[1] if parts and parts[0] == type_name else None
