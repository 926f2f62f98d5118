"""協議会への情報の提供: a station writes what is to go to a council, headquarters checks it, and it is provided or not.

WRITTEN -> PROVIDED | NOT_PROVIDED (with the reason) | WITHDRAWN. Kept is the envelope alone: what it is called, what it
is about, how it is to be handled and to how many it went; what was in it, indicators or samples above all, stands
nowhere here. Nothing is provided by time-out. Source: S4, S6 (大分 別表5(4)ア・ウ).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import amounts, approving, councils, indicators, records, units
from domain.actor import LIAISONS, Actor, Author, Role
from domain.councils import Council
from domain.criteria import any_of, nothing
from domain.encounters import EncounterTheme
from domain.notices import NoticeHandling
from domain.records import Owned
from domain.states import Moves, must_be_in, must_move, said
from domain.values import dataclass
from domain.verbs import verb


class InformationStatus(StrEnum):
    """確認待ち, 提供済, 不提供, 取下げ."""

    WRITTEN = "WRITTEN"
    PROVIDED = "PROVIDED"
    NOT_PROVIDED = "NOT_PROVIDED"
    WITHDRAWN = "WITHDRAWN"


LABELS: Mapping[InformationStatus, str] = {
    InformationStatus.WRITTEN: "確認待ち",
    InformationStatus.PROVIDED: "提供済",
    InformationStatus.NOT_PROVIDED: "不提供",
    InformationStatus.WITHDRAWN: "取下げ",
}
MOVES: Moves[InformationStatus] = {
    InformationStatus.WRITTEN: (
        InformationStatus.PROVIDED,
        InformationStatus.NOT_PROVIDED,
        InformationStatus.WITHDRAWN,
    ),
    InformationStatus.PROVIDED: (),
    InformationStatus.NOT_PROVIDED: (),
    InformationStatus.WITHDRAWN: (),
}
WRITING = ("information-written", "information-corrected")
"""What makes somebody one of its authors."""


class CouncilInformation(Owned):
    """One envelope. `unit_id` is who wrote it; `recipient_count` to how many members it went, once it was provided."""

    WORDS = ("title",)

    council: fields.ForeignKeyRelation[Council] = fields.ForeignKeyField(
        "renkei.Council", on_delete=fields.RESTRICT, related_name=False
    )
    council_id: UUID
    status = fields.CharEnumField(InformationStatus, max_length=20)
    title = fields.CharField(max_length=200)
    theme = fields.CharEnumField(EncounterTheme, max_length=20)
    handling = fields.CharEnumField(NoticeHandling, max_length=20)
    recipient_count = fields.IntField(null=True)
    reason = fields.CharField(max_length=500, default="")
    written_by_id = fields.UUIDField()
    decided_by_id = fields.UUIDField(null=True)
    decided_at = fields.DatetimeField(null=True)
    search = fields.TextField(default="")

    class Meta:
        table = "council_information"
        indexes = [
            Index(fields=("unit_id", "created_at", "id"), name="council_information_unit"),
            Index(fields=("council_id", "created_at", "id"), name="council_information_council"),
        ]


def visible_to(actor: Actor) -> QuerySet[CouncilInformation]:
    """Liaison officers see what their units have written, nobody else any."""
    if actor.role not in LIAISONS:
        return nothing(CouncilInformation)
    return CouncilInformation.filter(any_of(CouncilInformation, "unit_id", actor.units))


@dataclass(frozen=True)
class ListedInformation:
    """One envelope with the names of who wrote it and of its council."""

    information: CouncilInformation
    unit: str
    council: str


@verb(*LIAISONS, only_reads=True)
async def listed(actor: Actor, first: datetime, before: datetime) -> list[ListedInformation]:
    """What was written from one instant until before another, in that order, and not taken back."""
    written = visible_to(actor).filter(created_at__gte=first, created_at__lt=before)
    rows = await written.exclude(status=InformationStatus.WITHDRAWN).order_by("created_at", "id")
    names = {unit.id: unit.name for unit in await units.visible_to(actor)}
    called = {one.id: one.name for one in await councils.visible_to(actor)}
    return [ListedInformation(row, names[row.unit_id], called.get(row.council_id, "")) for row in rows]


async def _move(author: Author, row: CouncilInformation, to: InformationStatus, fact: str, **values: Any) -> Any:
    status = must_move(MOVES, LABELS, row.status, to)
    return await records.change(author, row, fact, status=status, **values)


@verb(*LIAISONS)
async def write(
    actor: Actor, council_id: UUID, *, title: str, theme: EncounterTheme, handling: NoticeHandling
) -> CouncilInformation:
    """起案: write the envelope of what is to go to a council, whichever secretariat it has; headquarters checks it.

    Raises Invalid for a title in which an indicator stands, as each verb here does that takes words.
    """
    council = await records.see(councils.visible_to(actor), council_id, field="council_id")
    councils.must_stand(council, actor.today)
    _must_be_an_envelope(title)
    return await records.create(
        actor,
        CouncilInformation,
        "information-written",
        unit_id=actor.unit_id,
        council_id=council.id,
        status=InformationStatus.WRITTEN,
        title=title,
        theme=theme,
        handling=handling,
        written_by_id=actor.person_id,
    )


def _must_be_an_envelope(title: str) -> None:
    records.must_say(title, "件名", "title")
    indicators.must_name_none(title, "title")


@verb(*LIAISONS)
async def correct(
    actor: Actor,
    information_id: UUID,
    *,
    title: str | None = None,
    theme: EncounterTheme | None = None,
    handling: NoticeHandling | None = None,
    version: int | None = None,
) -> CouncilInformation:
    """Put the envelope right until it is decided; what is left out stays as it is."""
    row = await records.find(visible_to(actor), information_id, version)
    must_be_in(LABELS, row.status, InformationStatus.WRITTEN)
    if title is not None:
        _must_be_an_envelope(title)
    given = {"title": title, "theme": theme, "handling": handling}
    values = {name: value for name, value in given.items() if value is not None}
    return await records.change(actor, row, "information-corrected", **values)


@verb(*LIAISONS)
async def withdraw(actor: Actor, information_id: UUID, *, version: int | None = None) -> CouncilInformation:
    """取下げ: take it back before it is decided."""
    row = await records.find(visible_to(actor), information_id, version)
    taken: CouncilInformation = await _move(actor, row, InformationStatus.WITHDRAWN, "information-withdrawn")
    return taken


@verb(Role.HQ_LIAISON)
async def provide(
    actor: Actor, information_id: UUID, *, recipient_count: int | None = None, version: int | None = None
) -> CouncilInformation:
    """提供済: checked at headquarters by somebody who has not written it, and gone to so many members; without a
    number to all bodies that are members today. Raises NotAllowed for its author."""
    row = await _decidable(actor, information_id, version)
    members = councils.members_on([row.council_id], actor.today).filter(organization_id__not_isnull=True)
    count = await members.count() if recipient_count is None else recipient_count
    amounts.people(count, "recipient_count", "提供先の数", least=1)
    decided = {"decided_by_id": actor.person_id, "decided_at": actor.now, "recipient_count": count}
    given: CouncilInformation = await _move(actor, row, InformationStatus.PROVIDED, "information-provided", **decided)
    return given


@verb(Role.HQ_LIAISON)
async def refuse(actor: Actor, information_id: UUID, *, reason: str, version: int | None = None) -> CouncilInformation:
    """不提供, with the reason that the station reads. Raises NotAllowed for its author."""
    row = await _decidable(actor, information_id, version)
    decided = {
        "decided_by_id": actor.person_id,
        "decided_at": actor.now,
        "reason": indicators.must_name_none(said(reason), "reason"),
    }
    kept: CouncilInformation = await _move(
        actor, row, InformationStatus.NOT_PROVIDED, "information-not-provided", **decided
    )
    return kept


async def _decidable(actor: Actor, information_id: UUID, version: int | None) -> CouncilInformation:
    row = await records.find(visible_to(actor), information_id, version)
    must_be_in(LABELS, row.status, InformationStatus.WRITTEN)
    message = "起案した人、書き換えた人は確認できません。別の人が確認してください。"
    await approving.must_be_by_another(actor, [row], WRITING, message)
    return row
