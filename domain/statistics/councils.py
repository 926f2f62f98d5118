"""What is counted of councils, their members, their meetings, and what they are told: a part of `measures`."""

from __future__ import annotations

from collections.abc import Mapping

from domain import councils
from domain.councils import Council, CouncilMembership
from domain.information import CouncilInformation
from domain.japanese import Measure
from domain.meetings import CouncilMeeting
from domain.statistics.tally import Counting, Facts, Tally

STOCK, FLOW = Measure.AS_OF, Measure.DURING
TOTAL, UNIQUE = Counting.TOTAL, Counting.UNIQUE

# As they stand at the end. A council counts where its secretariat is. 会員 are whoever makes its quorum, bodies and
# police units; advisers, the secretariat and observers are none.
COUNCIL_KINDS: Mapping[str, str] = {kind.value: label for kind, label in councils.KIND_LABELS.items()}
COUNCILS = Facts(
    "COUNCIL",
    "協議会",
    Council,
    COUNCIL_KINDS,
    """SELECT id, unit_id, kind, id AS body FROM council
       WHERE founded_on <= $6 AND coalesce(dissolved_on > $6, true)""",
)
COUNCIL_MEMBERS = Facts(
    "COUNCIL_MEMBERSHIP",
    "協議会の会員",
    CouncilMembership,
    COUNCIL_KINDS,
    """SELECT member.id, member.unit_id, council.kind,
              coalesce(organization.identity, member.police_unit_id::text) AS body
       FROM council_membership member
       JOIN council ON council.id = member.council_id
       LEFT JOIN organization ON organization.id = member.organization_id
       WHERE member.removed_at IS NULL AND member.role IN ('CHAIR', 'VICE_CHAIR', 'MEMBER')
         AND member.term_from <= $6 AND coalesce(member.term_to >= $6, true)""",
)

# Held, with the attendance entered. A body comes to a meeting once, with however many people, and in whichever role;
# who was stood in for did not come.
COUNCIL_MEETINGS = Facts(
    "COUNCIL_MEETING",
    "協議会の会議",
    CouncilMeeting,
    COUNCIL_KINDS,
    """SELECT meeting.id, meeting.unit_id, council.kind FROM council_meeting meeting
       JOIN council ON council.id = meeting.council_id
       WHERE meeting.status IN ('HELD', 'MINUTED') AND meeting.starts_at >= $3 AND meeting.starts_at < $4""",
)
MEETING_BODIES = Facts(
    "COUNCIL_ATTENDANCE",
    "会議の出席団体",
    CouncilMeeting,
    COUNCIL_KINDS,
    """SELECT DISTINCT meeting.id, meeting.unit_id, council.kind, member.organization_id AS body
       FROM council_meeting meeting
       JOIN council ON council.id = meeting.council_id
       JOIN council_attendance came ON came.meeting_id = meeting.id AND came.removed_at IS NULL
           AND came.proxy_holder_id IS NULL
       JOIN council_membership member ON member.id = came.membership_id AND member.organization_id IS NOT NULL
       WHERE meeting.status IN ('HELD', 'MINUTED') AND meeting.starts_at >= $3 AND meeting.starts_at < $4""",
    by_identity=True,
)

# By the day on which headquarters decided; it counts where it was written.
COUNCIL_INFORMATION = Facts(
    "COUNCIL_INFORMATION",
    "協議会への情報",
    CouncilInformation,
    COUNCIL_KINDS,
    """SELECT told.id, told.unit_id, council.kind, told.status = 'PROVIDED' AS is_provided,
              coalesce(told.recipient_count, 0) AS recipients
       FROM council_information told JOIN council ON council.id = told.council_id
       WHERE told.status IN ('PROVIDED', 'NOT_PROVIDED') AND told.decided_at >= $3 AND told.decided_at < $4""",
)

OF_COUNCILS = (
    Tally("COUNCILS", COUNCILS, "会議体", "会議体", STOCK, counting=UNIQUE),
    Tally("COUNCIL_MEMBERS", COUNCIL_MEMBERS, "会員", "会員", STOCK, counting=TOTAL),
    Tally("COUNCIL_MEMBERS_UNIQUE", COUNCIL_MEMBERS, "会員", "会員", STOCK, counting=UNIQUE),
    Tally("INFORMATION_PROVIDED", COUNCIL_INFORMATION, "提供", "件", FLOW, where="is_provided", counting=TOTAL),
    Tally("INFORMATION_KEPT_BACK", COUNCIL_INFORMATION, "不提供", "件", FLOW, where="NOT is_provided", counting=TOTAL),
    Tally("INFORMATION_RECIPIENTS", COUNCIL_INFORMATION, "提供先", "会員", FLOW, "recipients", counting=TOTAL),
    Tally("COUNCIL_MEETINGS", COUNCIL_MEETINGS, "開催", "回", FLOW, counting=TOTAL),
    Tally("MEETING_BODIES", MEETING_BODIES, "出席団体", "団体", FLOW, counting=TOTAL),
    Tally("MEETING_BODIES_UNIQUE", MEETING_BODIES, "出席団体", "団体", FLOW, counting=UNIQUE),
)
