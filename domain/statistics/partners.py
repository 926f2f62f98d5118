"""What is counted of partners, the bodies that are parties of an agreement: a part of `measures`."""

from __future__ import annotations

from collections.abc import Mapping

from domain.japanese import Measure
from domain.organizations import Organization
from domain.statistics.tally import Counting, Facts, Tally
from domain.worklist import GRADE_LABELS, STANDARD, graded_on

STOCK, UNIQUE = Measure.AS_OF, Counting.UNIQUE
GRADES: Mapping[str, str] = {grade.value: label for grade, label in GRADE_LABELS.items()}

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

OF_PARTNERS = (Tally("RELATIONSHIPS", RELATIONSHIPS, "協定先", "団体", STOCK, counting=UNIQUE),)
