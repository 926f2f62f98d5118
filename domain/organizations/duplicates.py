"""重複の疑い: which registered organisations may be one and the same, each pair with the reasons; nothing is merged.

Two bodies whose numbers of one kind differ are two, and so are two of one name in two towns; a branch is not its head
office. What many share says nothing: a domain of mail counts where at most three bodies have it, and of many bodies of
one name each is compared with those that come next, unless it is itself asked for.
"""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from domain import database, records
from domain.actor import LIAISONS, Actor
from domain.organizations.organization import kept_by
from domain.values import dataclass
from domain.verbs import verb

MOST = 100
NEXT = 9
"""With how many of its name a body is compared: all of them, where there are no more than ten."""


class DuplicateReason(StrEnum):
    """同じ法人番号, 表記を揃えると同じ名称, 担当者のメールが同じドメイン."""

    CORPORATE_NUMBER = "CORPORATE_NUMBER"
    NAME = "NAME"
    MAIL_DOMAIN = "MAIL_DOMAIN"


@dataclass(frozen=True)
class Duplicate:
    """Two bodies, the one that was registered first before the other, and why they may be the same one."""

    organization_id: UUID
    name: str
    other_id: UUID
    other_name: str
    reasons: tuple[DuplicateReason, ...]


# The second word of a search key is the name without the form of the company (`describing.described`).
PAIRS = f"""
    WITH body AS (
        SELECT id, name, corporate_number, school_code, municipality_code, parent_organization_id,
            regexp_replace(split_part(search, ' ', 2), '[・·.,、。''’"”]', '', 'g') AS stem
        FROM organization WHERE prefecture_id = $1 AND unit_id = any($2::uuid[]) AND retired_on IS NULL),
    named AS (SELECT *, row_number() OVER (PARTITION BY stem ORDER BY municipality_code, id) AS place FROM body),
    alike AS (
        SELECT one.id AS one, other.id AS other, one.municipality_code, other.municipality_code AS other_code
        FROM named one CROSS JOIN generate_series(1, {NEXT}) further
        JOIN named other ON other.stem = one.stem AND other.place = one.place + further
        UNION ALL
        SELECT one.id, other.id, one.municipality_code, other.municipality_code
        FROM body one JOIN body other ON other.stem = one.stem AND other.id <> one.id WHERE one.id = $3),
    mailbox AS (
        SELECT DISTINCT organization_id, lower(split_part(mail_address, '@', 2)) AS domain
        FROM contact JOIN person ON person.id = contact.person_id
        WHERE coalesce(contact.until > $5, true) AND mail_address <> '' AND organization_id IN (SELECT id FROM body)),
    telling AS (SELECT domain FROM mailbox GROUP BY domain HAVING count(*) BETWEEN 2 AND 3),
    pair AS (
        SELECT one.id AS one, other.id AS other, 'CORPORATE_NUMBER' AS reason
        FROM body one JOIN body other ON other.corporate_number = one.corporate_number AND other.id > one.id
        UNION ALL
        SELECT least(one, other), greatest(one, other), 'NAME' FROM alike
        WHERE '' IN (municipality_code, other_code) OR municipality_code = other_code
        UNION ALL
        SELECT one.organization_id, other.organization_id, 'MAIL_DOMAIN'
        FROM telling JOIN mailbox one USING (domain) JOIN mailbox other USING (domain)
        WHERE other.organization_id > one.organization_id)
    SELECT one.id, one.name, other.id, other.name, array_agg(DISTINCT reason) AS reasons
    FROM pair JOIN body one ON one.id = pair.one JOIN body other ON other.id = pair.other
    WHERE ($3::uuid IS NULL OR $3 IN (one.id, other.id))
        AND coalesce(one.corporate_number = other.corporate_number, true)
        AND coalesce(one.school_code = other.school_code, true)
        AND one.id IS DISTINCT FROM other.parent_organization_id
        AND other.id IS DISTINCT FROM one.parent_organization_id
    GROUP BY one.id, one.name, other.id, other.name
    ORDER BY count(DISTINCT reason) DESC, one.id, other.id LIMIT $4"""  # noqa: S608 - our own words


@verb(*LIAISONS, only_reads=True)
async def find_duplicates(actor: Actor, organization_id: UUID | None = None) -> list[Duplicate]:
    """Pairs among the bodies that the actor's units keep, or those with this one; of many those with most reasons.

    Raises NotFound for a body that they do not keep.
    """
    if organization_id is not None:
        await records.see(kept_by(actor), organization_id, field="organization_id")
    found = await database.records(PAIRS, actor.prefecture_id, list(actor.units), organization_id, MOST, actor.today)
    return [
        Duplicate(one, name, other, other_name, tuple(map(DuplicateReason, sorted(reasons))))
        for one, name, other, other_name, reasons in found
    ]
