"""What is counted of contacts and of 疎通確認, which asks whether they are still there: a part of `measures`."""

from __future__ import annotations

from collections.abc import Mapping

from domain.campaigns import CampaignContact
from domain.councils import MEMBERS_ON, Council
from domain.japanese import Measure
from domain.organizations import CONTACT_ROLE_LABELS, Contact
from domain.statistics.councils import COUNCIL_KINDS
from domain.statistics.partners import CI_SECTORS
from domain.statistics.tally import Counting, Facts, Tally

STOCK, FLOW = Measure.AS_OF, Measure.DURING
TOTAL, UNIQUE = Counting.TOTAL, Counting.UNIQUE
CONTACT_ROLES: Mapping[str, str] = {role.value: label for role, label in CONTACT_ROLE_LABELS.items()}

# As they stood at the end, as far as rows tell: when a contact was looked at is as of now. Within a year is meant
# whatever a prefecture has set for its daily work: what is published does not change its meaning with a setting.
CONTACTS = Facts(
    "CONTACT",
    "担当者連絡先",
    Contact,
    CONTACT_ROLES,
    """SELECT id, unit_id, role AS kind, id AS body, true AS stands,
              coalesce(verified_on > ($6::date - interval '1 year')::date, false) AS is_fresh
       FROM contact
       WHERE since <= $6 AND coalesce(until > $6, true)""",
)

# A campaign counts in the period in which it was closed: nothing of it changes any more then. Who was asked counts
# where the body is kept. By council they count at its secretariat, of the councils that had the body among their
# members when the letters left: a contact of two councils counts in both, so these do not add up to who was asked.
_ASKED = """asked.reply IN ('CONFIRMED', 'CHANGED') AS is_reached, true AS stands
       FROM campaign_contact asked JOIN campaign ON campaign.id = asked.campaign_id
           AND campaign.status = 'CLOSED' AND campaign.ended_on BETWEEN $5 AND $6"""
_MEMBERS = MEMBERS_ON.format(day="(campaign.sent_at AT TIME ZONE 'Asia/Tokyo')::date")
CAMPAIGN_CONTACTS = Facts(
    "CAMPAIGN_CONTACT",
    "疎通確認",
    CampaignContact,
    CONTACT_ROLES,
    f"SELECT asked.id, asked.unit_id, asked.role AS kind, {_ASKED}",
)
COUNCIL_CONTACTS = Facts(
    "CAMPAIGN_COUNCIL",
    "疎通確認の協議会",
    Council,
    COUNCIL_KINDS,
    f"""SELECT council.id, council.unit_id, council.kind, line.is_reached, line.stands
        FROM (SELECT DISTINCT member.council_id, asked.id, {_ASKED}
              JOIN LATERAL ({_MEMBERS}) member ON member.organization_id = asked.organization_id) line
        JOIN council ON council.id = line.council_id""",  # noqa: S608 - our own words
)
SECTOR_CONTACTS = Facts(
    "CAMPAIGN_SECTOR",
    "疎通確認の重要インフラ分野",
    CampaignContact,
    CI_SECTORS,
    f"""SELECT asked.id, asked.unit_id, body.ci_sector AS kind, {_ASKED}
        JOIN organization body ON body.id = asked.organization_id AND body.ci_sector IS NOT NULL""",
)


def _reach(key: str, facts: Facts) -> tuple[Tally, Tally, Tally]:
    return (
        Tally(f"{key}S_ASKED", facts, "確認した連絡先", "人", FLOW, counting=TOTAL),
        Tally(f"{key}S_REACHED", facts, "うち到達", "人", FLOW, where="is_reached", counting=TOTAL),
        Tally(f"{key}_REACH", facts, "到達率", "％", FLOW, where="is_reached", share_of="stands", counting=TOTAL),
    )


OF_CONTACTS = (
    Tally("CONTACTS", CONTACTS, "連絡先", "人", STOCK, counting=UNIQUE),
    Tally("CONTACTS_FRESH", CONTACTS, "うち1年以内に確認", "人", STOCK, where="is_fresh", counting=UNIQUE),
    Tally(
        "CONTACT_FRESHNESS",
        CONTACTS,
        "確認率",
        "％",
        STOCK,
        where="is_fresh",
        share_of="stands",
        counting=UNIQUE,
    ),
    *_reach("CONTACT", CAMPAIGN_CONTACTS),
    *_reach("COUNCIL_CONTACT", COUNCIL_CONTACTS),
    *_reach("SECTOR_CONTACT", SECTOR_CONTACTS),
)
