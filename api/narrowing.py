"""How a list that is downloaded is narrowed, in the words of GraphQL's filters: `status=IN_FORCE,RENEWING`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from api import reading, referring
from domain.actor import Actor
from domain.errors import Invalid
from domain.japanese import read_date, shown, storable

E = TypeVar("E", bound=StrEnum)
LONGEST_TEXT = 200


class Narrowed:
    """What was asked of one list, read by what each name holds; a name that was not said holds nothing. Whatever
    cannot be read is refused by its name."""

    def __init__(self, said: Mapping[str, str]) -> None:
        self._said = said

    def among(self, name: str, kind: type[E]) -> tuple[E, ...]:
        """Values of an enum, several with commas between them."""
        told = [one.strip() for one in self._said.get(name, "").split(",") if one.strip()]
        try:
            return tuple(kind(one) for one in told)
        except ValueError:
            raise Invalid(f"{name} に使えるのは {'・'.join(kind)} です。", field=name) from None

    def day(self, name: str) -> date | None:
        """A day: 2026-10-01."""
        if not (told := self._said.get(name)):
            return None
        try:
            return read_date(told)
        except Invalid:
            raise Invalid(f"{name} は 2026-10-01 のような日付にしてください。", field=name) from None

    def flag(self, name: str) -> bool | None:
        """true or false."""
        told = self._said.get(name, "")
        if told not in ("", "true", "false"):
            raise Invalid(f"{name} は true か false にしてください。", field=name)
        return told == "true" if told else None

    def text(self, name: str) -> str:
        """A text to be found."""
        told = storable(self._said.get(name, ""), field=name)
        if len(told) > LONGEST_TEXT:
            raise Invalid(f"「{shown(told[:20])}…」は長すぎます。{LONGEST_TEXT}字以内にしてください。", field=name)
        return told

    def id(self, name: str) -> UUID | None:
        """The row of a global id. Raises NotFound for one that cannot be of this name."""
        told = self._said.get(name)
        return referring.key(name, told) if told else None

    async def unit(self, actor: Actor, name: str = "unit") -> UUID | None:
        """A unit by its global id, its code or its name."""
        told = self._said.get(name)
        if not told:
            return None
        if reading.split(told):
            return referring.key(name, told)
        from domain.rosters import find_unit  # and all that is taken in, which nobody else who serves needs

        return await find_unit(actor, told, name)
