"""宛先の範囲: which bodies, and which of their contacts, a set of criteria means today.

A body is meant that is a member of one of the councils, of one of the sectors or kinds, under one of the units or
chosen itself; but only under `only_unit_ids` where such are told, and never one that is excluded. Whoever asks means
bodies of their own units only, so a station never addresses another's. Who uses an audience keeps the lines (`find`) as
they were found then; until it is used, it is what the criteria mean on the day on which it is looked at (`preview`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson

from domain import councils, database
from domain.actor import LIAISONS, Actor
from domain.councils import MEMBERS_ON, Council
from domain.criteria import any_of
from domain.errors import Incomplete, Invalid, NotFound, TooLarge
from domain.journal import plain
from domain.organizations import CiSector, ContactRole, Organization, OrganizationKind, kept_by
from domain.records import MISSING
from domain.values import dataclass
from domain.verbs import verb

MOST_CHOSEN = 500
"""Bodies or units that may be told one by one in one criterion."""
MOST_LINES = 20_000
"""Lines that an audience may have, to be used as one."""
MOST_SHOWN = 100


class Reach(StrEnum):
    """メールあり, 電話だけ (their own or the body's), どちらもなし, 担当者なし."""

    MAIL = "MAIL"
    PHONE = "PHONE"
    NEITHER = "NEITHER"
    NOBODY = "NOBODY"


@dataclass(frozen=True)
class AudienceCriteria:
    """Whom somebody means. A council means whoever is a member of it today, a unit itself and all below it; without
    `roles` every contact of a body is meant, else those of these roles, which are then told in this order."""

    sectors: Sequence[CiSector] = ()
    unit_ids: Sequence[UUID] = ()
    kinds: Sequence[OrganizationKind] = ()
    organization_ids: Sequence[UUID] = ()
    only_unit_ids: Sequence[UUID] = ()
    excluded_ids: Sequence[UUID] = ()
    roles: Sequence[ContactRole] = ()
    council_ids: Sequence[UUID] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nobody can be meant, whatever there is."""
        return not (self.sectors or self.unit_ids or self.kinds or self.organization_ids or self.council_ids)

    @property
    def as_kept(self) -> dict[str, Any]:
        """What is kept of them in a row, as JSON."""
        return {name: plain(list(told)) for name, told in asdict(self).items()}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> AudienceCriteria:
        """Those that were kept so."""
        return cls(**{name: [KEPT_AS[name](one) for one in told] for name, told in kept.items()})


KEPT_AS: Mapping[str, Any] = dict.fromkeys(AudienceCriteria.__annotations__, UUID) | {
    "sectors": CiSector,
    "kinds": OrganizationKind,
    "roles": ContactRole,
}


@dataclass(frozen=True)
class Line:
    """A body that is meant and one of its contacts, or none where it has none of the roles. `unit_id` is who keeps it;
    `address` is empty where there is none."""

    organization_id: UUID
    unit_id: UUID
    contact_id: UUID | None
    person_id: UUID | None
    role: ContactRole | None
    address: str
    reach: Reach


@dataclass(frozen=True)
class AddressedBody:
    """A body that is meant, how many of its contacts are, and the best way to reach one of them."""

    organization_id: UUID
    name: str
    unit_id: UUID
    contacts: int
    reach: Reach


@dataclass(frozen=True)
class Preview:
    """How many are meant, and of the bodies some in the order of their names. `reached` says of how many bodies each is
    the best way to reach somebody."""

    bodies: int
    contacts: int
    with_address: int
    reached: Mapping[Reach, int]
    shown: Sequence[AddressedBody]

    @property
    def without_address(self) -> int:
        """Contacts to whom no letter can go."""
        return self.contacts - self.with_address


MEMBERS = MEMBERS_ON.format(day="$3")
# What was merged away is meant by what it went up in.
MEANT = f"""
    WITH RECURSIVE named AS (
        SELECT id, parent_id, listed FROM unit CROSS JOIN LATERAL (
            SELECT 'any' AS listed WHERE id = ANY ($5::uuid[]) UNION SELECT 'only' WHERE id = ANY ($8::uuid[])) told
        UNION
        SELECT unit.id, unit.parent_id, named.listed FROM named JOIN unit ON unit.parent_id = named.id),
    chosen AS (
        SELECT id, merged_into_id, id = ANY ($9::uuid[]) AS is_excluded, id = ANY ($7::uuid[]) AS is_meant
        FROM organization WHERE id = ANY ($7::uuid[] || $9::uuid[])
        UNION
        SELECT body.id, body.merged_into_id, chosen.is_excluded, chosen.is_meant
        FROM chosen JOIN organization body ON body.id = chosen.merged_into_id),
    body AS MATERIALIZED (
        SELECT id, name, unit_id, kana_order, phone FROM organization
        WHERE prefecture_id = $1 AND unit_id = ANY ($2::uuid[]) AND coalesce(retired_on > $3, true)
            AND (ci_sector = ANY ($4::text[]) OR kind = ANY ($6::text[])
                OR unit_id IN (SELECT id FROM named WHERE listed = 'any')
                OR id IN (SELECT organization_id FROM ({MEMBERS}) member WHERE council_id = ANY ($11::uuid[]))
                OR id IN (SELECT id FROM chosen WHERE is_meant))
            AND ($8::uuid[] = '{{}}' OR unit_id IN (SELECT id FROM named WHERE listed = 'only'))
            AND id NOT IN (SELECT id FROM chosen WHERE is_excluded)),
    line AS (
        SELECT body.id, body.name, body.unit_id, body.kana_order, known.id AS contact_id, known.person_id, known.role,
            known.since, coalesce(person.mail_address, '') AS address,
            CASE WHEN known.id IS NULL THEN 'NOBODY' WHEN person.mail_address <> '' THEN 'MAIL'
                WHEN person.phone <> '' OR body.phone <> '' THEN 'PHONE' ELSE 'NEITHER' END AS reach
        FROM body LEFT JOIN (contact known JOIN person ON person.id = known.person_id)
            ON known.organization_id = body.id AND known.since <= $3 AND coalesce(known.until > $3, true)
            AND ($10::text[] = '{{}}' OR known.role = ANY ($10)))"""  # noqa: S608 our own words

LINES = f"""{MEANT}
    SELECT id, unit_id, contact_id, person_id, role, address, reach FROM line
    ORDER BY kana_order, id, array_position($10::text[], role::text), since, contact_id LIMIT {MOST_LINES + 1}"""  # noqa: S608

PREVIEW = f"""{MEANT},
    told AS (
        SELECT id, name, unit_id, kana_order, count(contact_id) AS contacts, count(*) FILTER (WHERE reach = 'MAIL')
            AS with_address, min(array_position(ARRAY['MAIL', 'PHONE', 'NEITHER', 'NOBODY'], reach)) AS best
        FROM line GROUP BY 1, 2, 3, 4)
    SELECT count(*) AS bodies, coalesce(sum(contacts), 0)::int AS contacts,
        coalesce(sum(with_address), 0)::int AS with_address,
        (SELECT json_object_agg(best, number) FROM (SELECT best, count(*) AS number FROM told GROUP BY 1) n) AS reached,
        (SELECT json_agg(one) FROM (
            SELECT id, name, unit_id, contacts, best FROM told
            WHERE $13::uuid IS NULL OR (kana_order, id) > (SELECT kana_order, id FROM organization WHERE id = $13)
            ORDER BY kana_order, id LIMIT $12) one) AS shown
    FROM told"""  # noqa: S608


@verb(*LIAISONS, only_reads=True)
async def preview(
    actor: Actor, criteria: AudienceCriteria, *, first: int = 20, after_id: UUID | None = None
) -> Preview:
    """Whom the criteria mean today, counted, and the first of the bodies, or those that follow one of them.

    Raises as `find_criteria` does, and Invalid for more bodies than are shown at once.
    """
    if not 1 <= first <= MOST_SHOWN:
        raise Invalid(f"1件から{MOST_SHOWN}件までにしてください。", field="first")
    await find_criteria(actor, criteria)
    [row] = await database.rows(PREVIEW, *_values(actor, criteria), first, after_id)
    ways = [*Reach]
    reached = {ways[int(best) - 1]: number for best, number in orjson.loads(row["reached"] or "{}").items()}
    shown = [
        AddressedBody(UUID(one["id"]), one["name"], UUID(one["unit_id"]), one["contacts"], ways[one["best"] - 1])
        for one in orjson.loads(row["shown"] or "[]")
    ]
    return Preview(row["bodies"], row["contacts"], row["with_address"], reached, shown)


async def find(actor: Actor, criteria: AudienceCriteria) -> list[Line]:
    """Whom the criteria mean today, body by body in the order of their names, of each the contacts in the order of the
    roles that are told: what is kept by whoever uses it. Criteria that were checked once are not checked again: what
    has been retired since is simply not meant.

    Raises TooLarge for more than one audience may have.
    """
    found = await database.rows(LINES, *_values(actor, criteria))
    if len(found) > MOST_LINES:
        raise TooLarge(f"宛先が{MOST_LINES:,}件を超えます。署や種別で分けてください。", field="criteria")
    return [
        Line(
            row["id"],
            row["unit_id"],
            row["contact_id"],
            row["person_id"],
            ContactRole(row["role"]) if row["role"] else None,
            row["address"],
            Reach(row["reach"]),
        )
        for row in found
    ]


def _values(actor: Actor, criteria: AudienceCriteria) -> list[object]:
    told = (
        criteria.sectors,
        criteria.unit_ids,
        criteria.kinds,
        criteria.organization_ids,
        criteria.only_unit_ids,
        criteria.excluded_ids,
        criteria.roles,
        criteria.council_ids,
    )
    return [actor.prefecture_id, list(actor.units), actor.today, *map(list, told)]


async def find_criteria(actor: Actor, criteria: AudienceCriteria) -> AudienceCriteria:
    """The criteria, as they may be kept. Raises Incomplete where nobody could be meant, TooLarge for more than is told,
    NotFound for a body, unit or council that is not the actor's, Invalid for a body that has left the register."""
    if criteria.is_empty:
        message = "宛先の条件を一つ以上指定してください（協議会・分野・所属・種別・個別の団体のどれか）。"
        raise Incomplete(message, field="criteria")
    for field in fields(criteria):
        if len(getattr(criteria, field.name)) > MOST_CHOSEN:
            message = f"一つの条件に指定できるのは{MOST_CHOSEN}件までです。所属や種別でまとめて指定してください。"
            raise TooLarge(message, field=field.name)
    for name in ("unit_ids", "only_unit_ids"):
        if not set(getattr(criteria, name)) <= {*actor.units}:
            raise NotFound(MISSING, field=name)
    seen = await councils.kept_by(actor).filter(any_of(Council, "id", criteria.council_ids))
    if {*criteria.council_ids} != {one.id for one in seen}:
        raise NotFound(MISSING, field="council_ids")
    await _must_keep(actor, criteria.organization_ids, "organization_ids", is_to_stand=True)
    await _must_keep(actor, criteria.excluded_ids, "excluded_ids", is_to_stand=False)
    return criteria


async def _must_keep(actor: Actor, ids: Sequence[UUID], field: str, *, is_to_stand: bool) -> None:
    if not ids:
        return
    known = {one.id: one for one in await kept_by(actor).filter(any_of(Organization, "id", ids))}
    if not set(ids) <= known.keys():
        raise NotFound(MISSING, field=field)
    gone = [one.name for one in known.values() if one.retired_on is not None and one.retired_on <= actor.today]
    if is_to_stand and gone:
        more = f"など{len(gone)}団体" if len(gone) > 1 else ""
        raise Invalid(f"登録から外れている団体は宛先にできません: {gone[0]}{more}。", field=field)
