"""The organisations that a roster names, by 法人番号, 学校コード or name; one that several bear is asked about."""

from __future__ import annotations

from collections.abc import Container, Iterable
from uuid import UUID

from domain import organizations
from domain.errors import Invalid
from domain.japanese import name_key
from domain.organizations import Organization
from domain.rosters.lines import Line

NAMED_BY = ("corporate_number", "school_code", "organization")


class Bodies:
    """These organisations, by every name that they have."""

    def __init__(self, rows: Iterable[Organization]) -> None:
        self._found: dict[str, list[Organization]] = {}
        for row in rows:
            for name in filter(None, (row.corporate_number, row.school_code, name_key(row.name))):
                self._found.setdefault(name, []).append(row)

    def of(self, line: Line, known: Container[UUID] = ()) -> Organization:
        """The one that a line names most surely. Raises Invalid for one that is not there, or not any more, unless it
        is `known` where the list tells of it: what is there is told as it is."""
        return self.named(next(filter(None, (line.facts.get(name) for name in NAMED_BY)), ""), "organization", known)

    def named(self, said: str, field: str, known: Container[UUID] = ()) -> Organization:
        """The one of this number or name, which stands in the column `field`. Raises Invalid as `of` does."""
        found = self._found.get(said) or self._found.get(name_key(said)) or []
        standing = [row for row in found if row.retired_on is None] or [row for row in found if row.id in known]
        if found and not standing and said:
            raise Invalid(organizations.gone(found[0]), field=field)
        if not said or not standing:
            message = f"団体「{said}」が登録されていません。先に団体を取り込むか、法人番号を確かめてください。"
            raise Invalid(message, field=field)
        if len(standing) > 1:
            raise Invalid(f"「{said}」という団体が{len(standing)}つあります。法人番号で指定してください。", field=field)
        return standing[0]
