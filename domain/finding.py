"""Whom somebody means who is at the machine itself: by what they have at hand, and never by guessing."""

from __future__ import annotations

import re
from uuid import UUID

from tortoise.queryset import QuerySet

from domain.errors import Conflict, NotFound
from domain.japanese import search_key
from domain.people import Person

ID = re.compile(r"(?:(?:Person|Officer):)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)
LONGEST_NUMBER = 30
SHOWN = 10


async def find_person(people: QuerySet[Person], said: str, field: str) -> Person:
    """The one of these who is meant by an id, an officer's number, a mail address or the beginning of a name.

    Raises NotFound, or Conflict with the ids where there are several.
    """
    found = await _meant(people, said.strip())
    if not found:
        raise NotFound(
            f"「{said}」に当てはまる人がいません。職員番号・メールアドレス・氏名・人の番号のどれかで指定してください。",
            field=field,
        )
    if len(found) > 1:
        ids = "、".join(str(person.id) for person in found[:SHOWN])
        raise Conflict(f"「{said}」に当てはまる人が{len(found)}人います。番号で指定してください: {ids}", field=field)
    return found[0]


async def _meant(people: QuerySet[Person], said: str) -> list[Person]:
    if named := ID.fullmatch(said):
        return await people.filter(id=UUID(named[1]))
    if not said:
        return []
    numbered = await people.filter(number=said) if len(said) <= LONGEST_NUMBER else []
    written = numbered or await people.filter(mail_address__iexact=said).order_by("id")
    key = search_key(said)
    return written or (await people.filter(search__startswith=key).order_by("id") if key else [])
