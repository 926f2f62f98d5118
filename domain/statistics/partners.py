"""What is counted of partners, the bodies that are parties of an agreement, and of 重要インフラ: a part of
`measures`."""

from __future__ import annotations

from collections.abc import Mapping

from domain.japanese import Measure
from domain.organizations import CI_SECTOR_LABELS, Organization
from domain.statistics.agreements import STANDING
from domain.statistics.industries import INDUSTRIES, NOTE, OF_TRADE
from domain.statistics.tally import Counting, Facts, Tally
from domain.worklist import GRADE_LABELS, STANDARD, graded_on

STOCK, UNIQUE = Measure.AS_OF, Counting.UNIQUE
CI_SECTORS: Mapping[str, str] = {sector.value: label for sector, label in CI_SECTOR_LABELS.items()}
GRADES: Mapping[str, str] = {grade.value: label for grade, label in GRADE_LABELS.items()}

A_YEAR_BEFORE = "((($6::date - interval '1 year')::date + 1)::timestamp AT TIME ZONE 'Asia/Tokyo')"

# A partner counts with whoever keeps the body, not where its agreement is kept: it is theirs to stay in touch. The
# nation has a relationship for each prefecture that knows the body. The days are those of a prefecture that has set
# none: a figure that is published means the same everywhere, whatever the desk goes by in its daily work.
RELATIONSHIPS = Facts(
    "RELATIONSHIP",
    "協定先との関係",
    Organization,
    GRADES,
    f"""SELECT id, unit_id, grade AS kind, id AS body
        FROM ({graded_on("$1", "$6::date", "$4::timestamptz - interval '1 microsecond'")}) partner""",  # noqa: S608
    note=f"関係は全国同じ目安による（接触{STANDARD.met_days}日、訓練{STANDARD.drill_days}日、連絡先の確認"
    f"{STANDARD.verified_days}日、満了前{STANDARD.ending_days}日）。県で定めた目安にはよらない。",
)

# Who was a partner on the last day, with what they had ready as it is known now, and whether they took part in a drill
# within the year before: whoever only looked on did not.
PARTNERS = Facts(
    "PARTNER",
    "協定先の備え",
    Organization,
    INDUSTRIES,
    f"""SELECT organization.id, organization.unit_id, trade.division AS kind, organization.identity AS body,
               bcp = 'YES' AS has_bcp, contact_system = 'YES' AS has_contact_system,
               EXISTS (SELECT FROM drill_participation part JOIN drill ON drill.id = part.drill_id
                       WHERE part.organization_id = organization.id AND part.attended_count > 0
                         AND part.role <> 'OBSERVER' AND drill.starts_at < $4
                         AND drill.status IN ('FINISHED', 'EVALUATING', 'IN_REVIEW', 'CLOSED')
                         AND drill.starts_at >= {A_YEAR_BEFORE}) AS has_drilled
        FROM (SELECT DISTINCT organization.id {STANDING}) partner
        JOIN organization ON organization.id = partner.id AND coalesce(organization.retired_on > $6, true)
        {OF_TRADE}""",  # noqa: S608 - our own words
    note=NOTE,
)

# Critical infrastructure, partner or not, as it stood at the end, as far as rows tell: what a body has ready is as of
# now.
CI_BODIES = Facts(
    "ORGANIZATION",
    "重要インフラ",
    Organization,
    CI_SECTORS,
    """SELECT id, unit_id, ci_sector AS kind, identity AS body, bcp = 'YES' AS has_bcp,
              contact_system = 'YES' AS has_contact_system
       FROM organization
       WHERE ci_sector IS NOT NULL AND (created_at AT TIME ZONE 'Asia/Tokyo')::date <= $6
         AND coalesce(retired_on > $6, true)""",
)
OF_PARTNERS = (
    Tally("RELATIONSHIPS", RELATIONSHIPS, "協定先", "団体", STOCK, counting=UNIQUE),
    Tally("PARTNERS", PARTNERS, "協定先", "団体", STOCK, counting=UNIQUE),
    Tally("PARTNERS_WITH_BCP", PARTNERS, "うち業務継続計画あり", "団体", STOCK, where="has_bcp", counting=UNIQUE),
    Tally(
        "PARTNERS_WITH_CONTACT_SYSTEM",
        PARTNERS,
        "うち緊急連絡体制あり",
        "団体",
        STOCK,
        where="has_contact_system",
        counting=UNIQUE,
    ),
    Tally("PARTNERS_DRILLED", PARTNERS, "うち1年以内に訓練", "団体", STOCK, where="has_drilled", counting=UNIQUE),
    Tally("CI_BODIES", CI_BODIES, "事業者", "団体", STOCK, counting=UNIQUE),
    Tally("CI_BODIES_WITH_BCP", CI_BODIES, "うち業務継続計画あり", "団体", STOCK, where="has_bcp", counting=UNIQUE),
    Tally(
        "CI_BODIES_WITH_CONTACT_SYSTEM",
        CI_BODIES,
        "うち緊急連絡体制あり",
        "団体",
        STOCK,
        where="has_contact_system",
        counting=UNIQUE,
    ),
)
