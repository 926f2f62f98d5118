"""到達率: of the contacts of one campaign how many were reached, in all and by who keeps them, council,
sector and role."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain import councils, database, records
from domain.actor import LIAISONS, TOKYO, Actor
from domain.campaigns.campaign import visible_to
from domain.councils import MEMBERS_ON
from domain.organizations import CI_SECTOR_LABELS, CONTACT_ROLE_LABELS, CiSector, ContactRole
from domain.values import dataclass
from domain.verbs import verb


class RateBy(StrEnum):
    """全体, 所属, 協議会, 重要インフラ分野, 役割."""

    ALL = "ALL"
    UNIT = "UNIT"
    COUNCIL = "COUNCIL"
    SECTOR = "SECTOR"
    ROLE = "ROLE"


@dataclass(frozen=True)
class ReachRate:
    """How many of those who were asked were reached. `id` is the unit's or council's, `sector` or `role` says of
    which else; bodies of no sector are told as 「分野なし」, and those of no council in none."""

    by: RateBy
    label: str
    id: UUID | None
    sector: CiSector | None
    role: ContactRole | None
    asked: int
    reached: int

    @property
    def percent(self) -> Decimal:
        """To one place; whoever is listed was asked, so there is always a whole."""
        return (Decimal(100 * self.reached) / self.asked).quantize(Decimal("0.1"), ROUND_HALF_UP)


MEMBERS = MEMBERS_ON.format(day="$3")
RATES = f"""
    WITH line AS (
        SELECT asked.unit_id, asked.organization_id, asked.role, body.ci_sector,
            asked.reply IN ('CONFIRMED', 'CHANGED') AS is_reached
        FROM campaign_contact asked JOIN organization body ON body.id = asked.organization_id
        WHERE asked.campaign_id = $1 AND asked.unit_id = ANY ($2::uuid[]))
    SELECT CASE WHEN grouping(unit.id) = 0 THEN 'UNIT' WHEN grouping(line.ci_sector) = 0 THEN 'SECTOR'
            WHEN grouping(line.role) = 0 THEN 'ROLE' ELSE 'ALL' END AS by,
        unit.id, unit.name, unit.code AS place, line.ci_sector, line.role,
        count(*) AS asked, count(*) FILTER (WHERE is_reached) AS reached
    FROM line JOIN unit ON unit.id = line.unit_id
    GROUP BY GROUPING SETS ((), (unit.id, unit.name, unit.code), (line.ci_sector), (line.role))
    UNION ALL
    SELECT 'COUNCIL', council.id, council.name, council.kana_order, NULL, NULL,
        count(*), count(*) FILTER (WHERE is_reached)
    FROM council JOIN (SELECT DISTINCT council_id, organization_id FROM ({MEMBERS}) member) one
        ON one.council_id = council.id
    JOIN line USING (organization_id)
    WHERE council.id = ANY ($4::uuid[]) GROUP BY council.id, council.name, council.kana_order
    ORDER BY place, ci_sector, role"""  # noqa: S608 our own words


@verb(*LIAISONS, only_reads=True)
async def reach_rates(actor: Actor, campaign_id: UUID) -> list[ReachRate]:
    """The whole first, then by unit, council (as it was when the letters left), sector and role: of the contacts and
    councils that the actor sees. Raises NotFound; nothing before it was sent."""
    campaign = await records.see(visible_to(actor), campaign_id)
    if campaign.sent_at is None:
        return []
    seen = [one.id for one in await councils.kept_by(actor)]
    sent_on = campaign.sent_at.astimezone(TOKYO).date()
    found = await database.rows(RATES, campaign.id, list(actor.units), sent_on, seen)
    ways = [*RateBy]
    return sorted([_rate(row) for row in found if row["asked"]], key=lambda rate: ways.index(rate.by))


def _rate(row: dict[str, Any]) -> ReachRate:
    by = RateBy(row["by"])
    sector = CiSector(row["ci_sector"]) if row["ci_sector"] else None
    role = ContactRole(row["role"]) if row["role"] else None
    label = {
        RateBy.ALL: "全体",
        RateBy.UNIT: row["name"],
        RateBy.COUNCIL: row["name"],
        RateBy.SECTOR: CI_SECTOR_LABELS[sector] if sector else "分野なし",
        RateBy.ROLE: CONTACT_ROLE_LABELS[role] if role else "",
    }[by]
    return ReachRate(by, label, row["id"], sector, role, row["asked"], row["reached"])
