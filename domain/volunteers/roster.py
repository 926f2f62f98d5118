"""名簿: groups and persons, their states, and who may see them.

RECOMMENDED -> SCREENING -> ACTIVE | REJECTED; ACTIVE <-> SUSPENDED; a term that ends leads to EXPIRED, from where
one is appointed again; DISMISSED and RESIGNED end it. Of a minor only an age band is known, never a birth date.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Subquery
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import records
from domain.actor import LIAISONS, Actor, Author, Role
from domain.criteria import any_of, nothing
from domain.organizations import Organization
from domain.people import Person
from domain.records import Owned
from domain.states import Moves, must_move
from domain.verbs import broken


class VolunteerStatus(StrEnum):
    """推薦, 審査, 委嘱中, 休止, 任期満了, 解嘱, 辞退, 委嘱見送り.

    REJECTED is no 解嘱 and no 辞退, which both end a term: whoever is passed over never had one, and neither asked to
    go nor was sent away. Without it a screening could only end in an appointment, and would decide nothing.
    """

    RECOMMENDED = "RECOMMENDED"
    SCREENING = "SCREENING"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    EXPIRED = "EXPIRED"
    DISMISSED = "DISMISSED"
    RESIGNED = "RESIGNED"
    REJECTED = "REJECTED"


LABELS: Mapping[VolunteerStatus, str] = {
    VolunteerStatus.RECOMMENDED: "推薦",
    VolunteerStatus.SCREENING: "審査",
    VolunteerStatus.ACTIVE: "委嘱中",
    VolunteerStatus.SUSPENDED: "休止",
    VolunteerStatus.EXPIRED: "任期満了",
    VolunteerStatus.DISMISSED: "解嘱",
    VolunteerStatus.RESIGNED: "辞退",
    VolunteerStatus.REJECTED: "委嘱見送り",
}

_LEAVING = (VolunteerStatus.EXPIRED, VolunteerStatus.DISMISSED, VolunteerStatus.RESIGNED)

MOVES: Moves[VolunteerStatus] = {
    VolunteerStatus.RECOMMENDED: (VolunteerStatus.SCREENING, VolunteerStatus.REJECTED, VolunteerStatus.RESIGNED),
    VolunteerStatus.SCREENING: (VolunteerStatus.ACTIVE, VolunteerStatus.REJECTED, VolunteerStatus.RESIGNED),
    VolunteerStatus.ACTIVE: (VolunteerStatus.SUSPENDED, *_LEAVING),
    VolunteerStatus.SUSPENDED: (VolunteerStatus.ACTIVE, *_LEAVING),
    VolunteerStatus.EXPIRED: (VolunteerStatus.ACTIVE,),
    VolunteerStatus.DISMISSED: (),
    VolunteerStatus.RESIGNED: (),
    VolunteerStatus.REJECTED: (),
}
SERVING = (VolunteerStatus.ACTIVE, VolunteerStatus.SUSPENDED)
ENDED = tuple(status for status, ways in MOVES.items() if not ways)


class CommissionKind(StrEnum):
    """サイバー防犯ボランティア, 大学生サイバーボランティア, サイバーパトロールモニター, 特定サイバー防犯ボランティア,
    テクニカルアドバイザー, セキュリティ対策アドバイザー."""

    CYBER_VOLUNTEER = "CYBER_VOLUNTEER"
    UNIVERSITY_STUDENT = "UNIVERSITY_STUDENT"
    CYBER_PATROL_MONITOR = "CYBER_PATROL_MONITOR"
    DESIGNATED_VOLUNTEER = "DESIGNATED_VOLUNTEER"
    TECHNICAL_ADVISOR = "TECHNICAL_ADVISOR"
    SECURITY_ADVISOR = "SECURITY_ADVISOR"


KIND_LABELS: Mapping[CommissionKind, str] = {
    CommissionKind.CYBER_VOLUNTEER: "サイバー防犯ボランティア",
    CommissionKind.UNIVERSITY_STUDENT: "大学生サイバーボランティア",
    CommissionKind.CYBER_PATROL_MONITOR: "サイバーパトロールモニター",
    CommissionKind.DESIGNATED_VOLUNTEER: "特定サイバー防犯ボランティア",
    CommissionKind.TECHNICAL_ADVISOR: "サイバー犯罪対策テクニカルアドバイザー",
    CommissionKind.SECURITY_ADVISOR: "サイバーセキュリティ対策アドバイザー",
}


class GroupBase(StrEnum):
    """活動母体: 学生, NPO, 職域, 自治会, PTA, その他."""

    STUDENT = "STUDENT"
    NPO = "NPO"
    WORKPLACE = "WORKPLACE"
    NEIGHBORHOOD = "NEIGHBORHOOD"
    PTA = "PTA"
    OTHER = "OTHER"


class AgeBand(StrEnum):
    """15歳未満, 15歳から17歳, 18歳以上 (成年: 民法第4条)."""

    UNDER_15 = "UNDER_15"
    FROM_15_TO_17 = "FROM_15_TO_17"
    ADULT = "ADULT"


class VolunteerGroup(Owned):
    """サイバー防犯ボランティア団体, from `founded_on` until the day before `retired_on`."""

    name = fields.CharField(max_length=200)
    name_kana = fields.CharField(max_length=300, default="")
    base = fields.CharEnumField(GroupBase, max_length=20)
    organization: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "renkei.Organization", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    organization_id: UUID | None
    founded_on = fields.DateField()
    retired_on = fields.DateField(null=True)
    remarks = fields.CharField(max_length=1000, default="")
    identity = fields.CharField(max_length=400)
    search = fields.TextField()
    kana_order = fields.TextField()

    class Meta:
        table = "volunteer_group"
        indexes = [Index(fields=("unit_id", "kana_order", "id"), name="volunteer_group_unit_kana")]


class Volunteer(Owned):
    """One person in one kind of commission. `term_to` is the last day of the newest term, empty before the first;
    `left_on` the first day on which a term that ended early no longer held; `verified_on` the last on which they said
    themself that they are still reached as we know."""

    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "renkei.Person", on_delete=fields.RESTRICT, related_name=False
    )
    person_id: UUID
    group: fields.ForeignKeyNullableRelation[VolunteerGroup] = fields.ForeignKeyField(
        "renkei.VolunteerGroup", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    group_id: UUID | None
    university: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "renkei.Organization", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    university_id: UUID | None
    kind = fields.CharEnumField(CommissionKind, max_length=30)
    status = fields.CharEnumField(VolunteerStatus, max_length=20, default=VolunteerStatus.RECOMMENDED)
    number = fields.CharField(max_length=30, null=True)
    age_band = fields.CharEnumField(AgeBand, max_length=20)
    affiliation = fields.CharField(max_length=200, default="")
    recommended_by_id = fields.UUIDField()
    recommended_on = fields.DateField()
    term_to = fields.DateField(null=True)
    left_on = fields.DateField(null=True)
    verified_on = fields.DateField(null=True)
    reason = fields.CharField(max_length=500, default="")
    remarks = fields.CharField(max_length=1000, default="")
    search = fields.TextField()
    kana_order = fields.TextField()

    class Meta:
        table = "volunteer"
        indexes = [
            Index(fields=("unit_id", "kana_order", "id"), name="volunteer_unit_kana"),
            Index(fields=("person_id",), name="volunteer_person"),
            Index(fields=("group_id", "kana_order"), name="volunteer_group_members"),
        ]

    @property
    def is_minor(self) -> bool:
        """Whether a guardian has to consent."""
        return self.age_band is not AgeBand.ADULT


broken("volunteer_number", "同じ名簿番号のボランティアがすでに登録されています。番号を確かめてください。")
broken("volunteer_once", "この人は同じ種別ですでに名簿にあります。名簿のその人を選んで手続きしてください。")
broken("volunteer_group_identity", "同じ名前の団体がすでに登録されています。名称を確かめてください。")


def visible_to(actor: Actor) -> QuerySet[Volunteer]:
    """Liaison officers see their units' volunteers, a volunteer themself; partners and schools nobody."""
    if actor.role in LIAISONS:
        return Volunteer.filter(any_of(Volunteer, "unit_id", actor.units))
    return Volunteer.filter(person_id=actor.person_id) if actor.role is Role.VOLUNTEER else nothing(Volunteer)


def groups_visible_to(actor: Actor) -> QuerySet[VolunteerGroup]:
    """Liaison officers see their units' groups, a volunteer the one to which they belong."""
    if actor.role in LIAISONS:
        return VolunteerGroup.filter(any_of(VolunteerGroup, "unit_id", actor.units))
    if actor.role is not Role.VOLUNTEER:
        return nothing(VolunteerGroup)
    return VolunteerGroup.filter(id__in=Subquery(visible_to(actor).values("group_id")))


async def move(author: Author, volunteer: Volunteer, to: VolunteerStatus, fact: str, **values: Any) -> Volunteer:
    """Take a step that the table allows. Raises WrongState."""
    status = must_move(MOVES, LABELS, volunteer.status, to)
    return await records.change(author, volunteer, fact, status=status, **values)


Listener = Callable[[Author, Volunteer, str], Awaitable[None]]
STEPPING_BACK: list[Listener] = []


def when_stepping_back(listener: Listener) -> Listener:
    """Register what a concept takes back when a volunteer leaves, pauses or turns out to be a minor: the dates still
    ahead to which they may not go any more."""
    STEPPING_BACK.append(listener)
    return listener


async def step_back(author: Author, volunteer: Volunteer, reason: str) -> None:
    """Nobody counts on this volunteer for what is still ahead."""
    for listener in STEPPING_BACK:
        await listener(author, volunteer, reason)


Returning = Callable[[Author, UUID], Awaitable[None]]
RETURNING: list[Returning] = []


def when_returning(listener: Returning) -> Returning:
    """Register what a concept gives back to a person who has paused and serves again."""
    RETURNING.append(listener)
    return listener


async def come_back(author: Author, person_id: UUID) -> None:
    """What ended with the pause is theirs again."""
    for listener in RETURNING:
        await listener(author, person_id)


async def is_paused(person_id: UUID) -> bool:
    """Whether this person serves, but pauses in whatever they serve as."""
    paused = Volunteer.filter(person_id=person_id, status=VolunteerStatus.SUSPENDED)
    return await paused.exists() and not await has_active(person_id)


async def has_active(person_id: UUID) -> bool:
    """Whether this person serves as a volunteer of any kind, and does not pause."""
    return await Volunteer.filter(person_id=person_id, status=VolunteerStatus.ACTIVE).exists()
