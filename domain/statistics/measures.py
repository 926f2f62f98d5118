"""What is counted, as one table: `TALLIES`. A new figure of the statistics is one entry here.

A tally counts over facts: a hand-written SELECT whose rows stand for records, each with `id`, `unit_id`, `kind`, what
the tallies add up, and where they count 実 the `body` that is counted once (empty for what is none). The same rows are
what a figure can be traced to. The SELECT may use

    $3, $4  the first instant of the period and the first one after it (timestamptz, midnights of Asia/Tokyo)
    $5, $6  its first and its last day (date)

and answers only for the past: a period that is still running ends today. `key` stands in stored runs for good: a
tally may be added or given up, but a key never changes its meaning.
"""

from __future__ import annotations

from collections.abc import Mapping

from domain import lectures, volunteers, wifi
from domain.activities import Activity, ActivityKind, ActivityParticipation
from domain.drills import Drill, DrillThreat, Improvement, Participation
from domain.encounters import BUSINESS_LABELS, KIND_LABELS, THEME_LABELS, Encounter
from domain.japanese import Measure
from domain.lectures import Lecture, LectureKind
from domain.statistics.agreements import OF_AGREEMENTS
from domain.statistics.contacts import OF_CONTACTS
from domain.statistics.councils import OF_COUNCILS
from domain.statistics.notices import OF_NOTICES
from domain.statistics.outreach import OF_OUTREACH
from domain.statistics.partners import OF_PARTNERS
from domain.statistics.tally import Counting, Facts, Tally
from domain.volunteers import Commission, CommissionKind, GroupBase, VolunteerGroup
from domain.wifi import WifiAdvice, WifiSpot, WifiSurvey

GROUP_BASES: Mapping[str, str] = {
    GroupBase.STUDENT: "学生",
    GroupBase.NPO: "NPO",
    GroupBase.WORKPLACE: "職域",
    GroupBase.NEIGHBORHOOD: "自治会",
    GroupBase.PTA: "PTA",
    GroupBase.OTHER: "その他",
}
COMMISSION_KINDS: Mapping[str, str] = {kind.value: label for kind, label in volunteers.KIND_LABELS.items()}
ACTIVITY_KINDS: Mapping[str, str] = {
    ActivityKind.EDUCATION: "教育活動",
    ActivityKind.PUBLICITY: "広報啓発活動",
    ActivityKind.PURIFICATION: "浄化活動（サイバーパトロール）",
}
LECTURE_KINDS: Mapping[str, str] = {
    LectureKind.LECTURE: "出張講義・講話",
    LectureKind.TEACHER_TRAINING: "教職員研修",
    LectureKind.CYBER_SECURITY_COLLEGE: "サイバーセキュリティ・カレッジ",
}
AUDIENCES: Mapping[str, str] = {audience.value: label for audience, label in lectures.AUDIENCE_LABELS.items()}
DRILL_THREATS: Mapping[str, str] = {
    DrillThreat.RANSOMWARE: "ランサムウェア",
    DrillThreat.TARGETED_MAIL: "標的型メール",
    DrillThreat.DENIAL_OF_SERVICE: "サービス妨害攻撃",
    DrillThreat.DEFACEMENT: "ホームページ改ざん",
    DrillThreat.INFORMATION_LEAK: "情報漏えい",
    DrillThreat.BLACKOUT: "大規模停電",
    DrillThreat.OTHER: "その他",
}
ENCOUNTER_KINDS: Mapping[str, str] = {kind.value: label for kind, label in KIND_LABELS.items()}
ENCOUNTER_THEMES: Mapping[str, str] = {theme.value: label for theme, label in THEME_LABELS.items()}
GUIDED_BUSINESSES: Mapping[str, str] = {business.value: label for business, label in BUSINESS_LABELS.items()}

GROUPS = Facts(
    "VOLUNTEER_GROUP",
    "ボランティア団体",
    VolunteerGroup,
    GROUP_BASES,
    """SELECT id, unit_id, base AS kind, id AS body
       FROM volunteer_group
       WHERE founded_on <= $6 AND coalesce(retired_on > $6, true)""",
)

# Terms, not people: who serves in two kinds is one person in all kinds together. A pause (休止) does not end a term;
# advisers are appointed by the head of headquarters.
COMMISSIONS = Facts(
    "COMMISSION",
    "ボランティア",
    Commission,
    COMMISSION_KINDS,
    """SELECT id, unit_id, kind, person_id AS body,
              term_to >= $6 AND coalesce(ended_on > $6, true) AS is_serving,
              term_from >= $5 AND NOT reappointed AS is_new,
              term_from >= $5 AND reappointed AS is_again,
              coalesce(ended_on BETWEEN $5 AND $6, false) AS is_ended_early
       FROM commission
       WHERE term_from <= $6 AND term_to >= $5 AND coalesce(ended_on > term_from, true)""",
    frozenset({CommissionKind.TECHNICAL_ADVISOR, CommissionKind.SECURITY_ADVISOR}),
)

# Held, with the attendance entered.
ACTIVITIES = Facts(
    "ACTIVITY",
    "ボランティア活動",
    Activity,
    ACTIVITY_KINDS,
    """SELECT id, unit_id, kind, audience_count, copies_count, reported_count, forwarded_count, removed_count
       FROM activity
       WHERE status = 'HELD' AND starts_at >= $3 AND starts_at < $4""",
)
ACTIVITY_PARTICIPATIONS = Facts(
    "ACTIVITY_PARTICIPATION",
    "ボランティア活動の参加者",
    ActivityParticipation,
    ACTIVITY_KINDS,
    """SELECT part.id, activity.unit_id, activity.kind, part.person_id AS body,
              coalesce(minutes_approved, minutes_reported) AS minutes, minutes_approved
       FROM activity
       JOIN activity_participation part ON part.activity_id = activity.id AND part.status = 'ATTENDED'
       WHERE activity.status = 'HELD' AND activity.starts_at >= $3 AND activity.starts_at < $4""",
)
PATROL = frozenset({ActivityKind.PURIFICATION})
NOT_PATROL = frozenset({ActivityKind.EDUCATION, ActivityKind.PUBLICITY})

# Given and reported with head-counts; asked for, refused, postponed and cancelled ones do not count. A lecture comes
# once for itself, once if volunteers came along, once per audience: searching for these would take a search per
# lecture. A volunteer is who was commissioned on the day; who had said yes and stayed away did not come along.
LECTURES = Facts(
    "LECTURE",
    "講義",
    Lecture,
    LECTURE_KINDS,
    """WITH given AS NOT MATERIALIZED (
           SELECT * FROM lecture
           WHERE status IN ('DELIVERED', 'REPORTED') AND starts_at >= $3 AND starts_at < $4)
       SELECT given.id, given.unit_id, given.kind, 1 AS sessions, duration_minutes AS minutes, 0 AS people, 0 AS helped,
              CASE WHEN host.kind IN ('SCHOOL', 'UNIVERSITY', 'TECHNICAL_COLLEGE') THEN host.identity END AS body
       FROM given JOIN organization host ON host.id = school_id
       UNION ALL
       SELECT DISTINCT given.id, given.unit_id, given.kind, 0, 0, 0, 1, NULL
       FROM given
       JOIN lecture_assignment asked ON asked.lecture_id = given.id
       JOIN attendee ON attendee.id = asked.attendee_id AND attendee.attended
       JOIN commission term ON term.person_id = asked.person_id
       WHERE (given.starts_at AT TIME ZONE 'Asia/Tokyo')::date BETWEEN term.term_from AND term.term_to
         AND coalesce((given.starts_at AT TIME ZONE 'Asia/Tokyo')::date < term.ended_on, true)
       UNION ALL
       SELECT given.id, given.unit_id, given.kind, 0, 0, heard.count, 0, NULL
       FROM given JOIN lecture_head_count heard ON heard.lecture_id = given.id""",
)
LECTURE_AUDIENCES = Facts(
    "LECTURE_AUDIENCE",
    "講義の対象",
    Lecture,
    AUDIENCES,
    """SELECT lecture.id, lecture.unit_id, heard.audience AS kind, heard.count AS people
       FROM lecture
       JOIN lecture_head_count heard ON heard.lecture_id = lecture.id AND heard.count > 0
       WHERE status IN ('DELIVERED', 'REPORTED') AND starts_at >= $3 AND starts_at < $4""",
)

# Held to its end, with the attendance entered; who only looked on (視察) or stayed away took no part.
DRILLS = Facts(
    "DRILL",
    "訓練",
    Drill,
    DRILL_THREATS,
    """SELECT id, unit_id, threat AS kind, police_count
       FROM drill
       WHERE status IN ('FINISHED', 'EVALUATING', 'IN_REVIEW', 'CLOSED') AND starts_at >= $3 AND starts_at < $4""",
)
DRILL_PARTICIPATIONS = Facts(
    "DRILL_PARTICIPATION",
    "訓練参加機関",
    Participation,
    DRILL_THREATS,
    """SELECT part.id, drill.unit_id, drill.threat AS kind, part.organization_id AS body, attended_count AS people
       FROM drill
       JOIN drill_participation part ON part.drill_id = drill.id AND attended_count > 0 AND part.role <> 'OBSERVER'
       WHERE status IN ('FINISHED', 'EVALUATING', 'IN_REVIEW', 'CLOSED') AND starts_at >= $3 AND starts_at < $4""",
    by_identity=True,
)

# What was raised by the period's end, and had not been settled before it began.
IMPROVEMENTS = Facts(
    "IMPROVEMENT",
    "訓練の改善事項",
    Improvement,
    DRILL_THREATS,
    """SELECT item.id, item.unit_id, drill.threat AS kind, item.id AS body, item.raised_on >= $5 AS is_new,
              item.status IN ('VERIFIED', 'CLOSED') AND item.settled_on BETWEEN $5 AND $6 AS is_verified,
              coalesce(item.settled_on > $6, true) AS is_open
       FROM improvement item JOIN drill ON drill.id = item.drill_id
       WHERE item.raised_on <= $6 AND coalesce(item.settled_on >= $5, true)""",
)

# As the surveys stood at the end: what was found before and has become better since is counted as that.
WIFI_FACILITIES: Mapping[str, str] = {kind.value: label for kind, label in wifi.FACILITY_LABELS.items()}
WIFI_SPOTS = Facts(
    "WIFI_SPOT",
    "公衆無線LAN",
    WifiSpot,
    WIFI_FACILITIES,
    """SELECT spot.id, spot.unit_id, spot.facility AS kind, spot.id AS body, last.is_fine IS NOT NULL AS is_surveyed,
              coalesce(NOT last.is_fine, false) AS is_wanting, last.is_fine AND was.wanting AS is_improved, was.wanting
       FROM wifi_spot spot
       LEFT JOIN LATERAL (
           SELECT is_fine FROM wifi_survey WHERE spot_id = spot.id AND surveyed_on <= $6
           ORDER BY surveyed_on DESC, id DESC LIMIT 1) last ON true
       CROSS JOIN LATERAL (
           SELECT EXISTS (SELECT FROM wifi_survey WHERE spot_id = spot.id AND surveyed_on <= $6 AND NOT is_fine)
               AS wanting) was
       WHERE spot.found_on <= $6 AND coalesce(spot.retired_on > $6, true)""",
)
WIFI_SURVEYS = Facts(
    "WIFI_SURVEY",
    "公衆無線LANの調査",
    WifiSurvey,
    WIFI_FACILITIES,
    """SELECT survey.id, survey.unit_id, spot.facility AS kind
       FROM wifi_survey survey JOIN wifi_spot spot ON spot.id = survey.spot_id
       WHERE survey.surveyed_on BETWEEN $5 AND $6""",
)
WIFI_ADVICES = Facts(
    "WIFI_ADVICE",
    "公衆無線LANの働き掛け",
    WifiAdvice,
    WIFI_FACILITIES,
    """SELECT advice.id, advice.unit_id, spot.facility AS kind
       FROM wifi_advice advice JOIN wifi_spot spot ON spot.id = advice.spot_id
       WHERE advice.advised_on BETWEEN $5 AND $6""",
)

# Taken place and reported, whether the report has been checked yet or not; planned and cancelled ones do not count.
_ENCOUNTERED = """
       FROM encounter
       WHERE status IN ('REPORTED', 'CHECKED') AND starts_at >= $3 AND starts_at < $4"""
ENCOUNTERS = Facts(
    "ENCOUNTER",
    "接触",
    Encounter,
    ENCOUNTER_KINDS,
    f"SELECT id, unit_id, kind, organization_id AS body {_ENCOUNTERED}",
    by_identity=True,
)
ENCOUNTERS_BY_THEME = Facts(
    "ENCOUNTER_THEME",
    "接触のテーマ",
    Encounter,
    ENCOUNTER_THEMES,
    f"SELECT id, unit_id, theme AS kind, organization_id AS body {_ENCOUNTERED}",
    by_identity=True,
)
GUIDANCE = Facts(
    "GUIDANCE",
    "事業者への指導",
    Encounter,
    GUIDED_BUSINESSES,
    f"SELECT id, unit_id, business AS kind, organization_id AS body {_ENCOUNTERED} AND kind = 'GUIDANCE'",
    by_identity=True,
)

STOCK, FLOW = Measure.AS_OF, Measure.DURING
TOTAL, UNIQUE = Counting.TOTAL, Counting.UNIQUE

TALLIES = (
    *OF_AGREEMENTS,
    *OF_PARTNERS,
    Tally("VOLUNTEER_GROUPS", GROUPS, "団体", "団体", STOCK, counting=UNIQUE),
    Tally("VOLUNTEERS", COMMISSIONS, "委嘱中", "人", STOCK, where="is_serving", counting=UNIQUE),
    Tally("VOLUNTEERS_NEW", COMMISSIONS, "新規委嘱", "人", FLOW, where="is_new", counting=UNIQUE),
    Tally("VOLUNTEERS_AGAIN", COMMISSIONS, "再委嘱", "人", FLOW, where="is_again", counting=UNIQUE),
    Tally("VOLUNTEERS_LEFT", COMMISSIONS, "任期途中の退任", "人", FLOW, where="is_ended_early", counting=UNIQUE),
    Tally("ACTIVITIES", ACTIVITIES, "実施", "回", FLOW, counting=TOTAL),
    Tally("ACTIVITY_AUDIENCE", ACTIVITIES, "対象者", "人", FLOW, "audience_count", counting=TOTAL, only=NOT_PATROL),
    Tally("ACTIVITY_COPIES", ACTIVITIES, "配布", "部", FLOW, "copies_count", counting=TOTAL, only=NOT_PATROL),
    Tally("PATROL_REPORTED", ACTIVITIES, "通報", "件", FLOW, "reported_count", counting=TOTAL, only=PATROL),
    Tally("PATROL_FORWARDED", ACTIVITIES, "転送", "件", FLOW, "forwarded_count", counting=TOTAL, only=PATROL),
    Tally("PATROL_REMOVED", ACTIVITIES, "削除", "件", FLOW, "removed_count", counting=TOTAL, only=PATROL),
    Tally("ACTIVITY_PEOPLE", ACTIVITY_PARTICIPATIONS, "参加者", "人", FLOW, counting=TOTAL),
    Tally("ACTIVITY_PEOPLE_UNIQUE", ACTIVITY_PARTICIPATIONS, "参加者", "人", FLOW, counting=UNIQUE),
    Tally("ACTIVITY_HOURS", ACTIVITY_PARTICIPATIONS, "活動時間", "時間", FLOW, "minutes", counting=TOTAL),
    Tally(
        "ACTIVITY_HOURS_APPROVED",
        ACTIVITY_PARTICIPATIONS,
        "うち承認済",
        "時間",
        FLOW,
        "minutes_approved",
        counting=TOTAL,
    ),
    Tally("LECTURES", LECTURES, "実施", "回", FLOW, "sessions", counting=TOTAL),
    Tally(
        "LECTURES_WITH_VOLUNTEERS", LECTURES, "うちボランティア同行", "回", FLOW, "helped", "helped > 0", counting=TOTAL
    ),
    Tally("LECTURE_SCHOOLS", LECTURES, "学校", "校", FLOW, counting=UNIQUE),
    Tally("LECTURE_PEOPLE", LECTURES, "受講者", "人", FLOW, "people", counting=TOTAL),
    Tally("LECTURE_HOURS", LECTURES, "時間", "時間", FLOW, "minutes", counting=TOTAL),
    Tally("AUDIENCE_LECTURES", LECTURE_AUDIENCES, "実施", "回", FLOW, counting=TOTAL),
    Tally("AUDIENCE_PEOPLE", LECTURE_AUDIENCES, "受講者", "人", FLOW, "people", counting=TOTAL),
    Tally("DRILLS", DRILLS, "実施", "回", FLOW, counting=TOTAL),
    Tally("DRILL_OFFICERS", DRILLS, "警察の参加者", "人", FLOW, "police_count", counting=TOTAL),
    Tally("DRILL_BODIES", DRILL_PARTICIPATIONS, "参加機関", "機関", FLOW, counting=TOTAL),
    Tally("DRILL_BODIES_UNIQUE", DRILL_PARTICIPATIONS, "参加機関", "機関", FLOW, counting=UNIQUE),
    Tally("DRILL_PEOPLE", DRILL_PARTICIPATIONS, "参加者", "人", FLOW, "people", counting=TOTAL),
    Tally("IMPROVEMENTS_NEW", IMPROVEMENTS, "新たな改善事項", "件", FLOW, where="is_new", counting=TOTAL),
    Tally("IMPROVEMENTS_VERIFIED", IMPROVEMENTS, "改善を確認", "件", FLOW, where="is_verified", counting=TOTAL),
    Tally("IMPROVEMENTS_OPEN", IMPROVEMENTS, "改善が済んでいないもの", "件", STOCK, where="is_open", counting=UNIQUE),
    Tally("WIFI_SPOTS", WIFI_SPOTS, "把握", "箇所", STOCK, counting=UNIQUE),
    Tally("WIFI_SURVEYED", WIFI_SPOTS, "調査済", "箇所", STOCK, where="is_surveyed", counting=UNIQUE),
    Tally("WIFI_WANTING", WIFI_SPOTS, "要改善", "箇所", STOCK, where="is_wanting", counting=UNIQUE),
    Tally("WIFI_IMPROVED", WIFI_SPOTS, "改善確認", "箇所", STOCK, where="is_improved", counting=UNIQUE),
    Tally(
        "WIFI_IMPROVEMENT",
        WIFI_SPOTS,
        "改善率",
        "％",
        STOCK,
        where="is_improved",
        share_of="wanting",
        counting=UNIQUE,
    ),
    Tally("WIFI_SURVEYS", WIFI_SURVEYS, "調査", "回", FLOW, counting=TOTAL),
    Tally("WIFI_ADVICES", WIFI_ADVICES, "働き掛け", "回", FLOW, counting=TOTAL),
    Tally("ENCOUNTERS", ENCOUNTERS, "接触", "回", FLOW, counting=TOTAL),
    Tally("ENCOUNTER_BODIES", ENCOUNTERS, "相手先", "団体", FLOW, counting=UNIQUE),
    Tally("THEME_ENCOUNTERS", ENCOUNTERS_BY_THEME, "接触", "回", FLOW, counting=TOTAL),
    Tally("THEME_BODIES", ENCOUNTERS_BY_THEME, "相手先", "団体", FLOW, counting=UNIQUE),
    Tally("GUIDANCE", GUIDANCE, "指導", "回", FLOW, counting=TOTAL),
    Tally("GUIDED_BODIES", GUIDANCE, "指導先", "団体", FLOW, counting=UNIQUE),
    *OF_CONTACTS,
    *OF_OUTREACH,
    *OF_COUNCILS,
    *OF_NOTICES,
)
BY_KEY = {tally.key: tally for tally in TALLIES}
