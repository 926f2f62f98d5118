"""What is counted of 広報啓発: a part of the table of all figures (`measures`)."""

from __future__ import annotations

from collections.abc import Mapping

from domain.japanese import Measure
from domain.outreach import AUDIENCE_LABELS, KIND_LABELS, ROLE_LABELS, THEME_LABELS, OutreachEvent, OutreachHost
from domain.statistics.tally import Counting, Facts, Tally

# Held, whether it has been reported yet or not; planned and cancelled ones do not count. What goes on for weeks counts
# when it begins.
_HELD = """
       FROM outreach_event event
       WHERE event.status IN ('HELD', 'REPORTED', 'CHECKED') AND event.starts_at >= $3 AND event.starts_at < $4"""
KINDS: Mapping[str, str] = {kind.value: label for kind, label in KIND_LABELS.items()}
THEMES: Mapping[str, str] = {theme.value: label for theme, label in THEME_LABELS.items()}
AUDIENCES: Mapping[str, str] = {audience.value: label for audience, label in AUDIENCE_LABELS.items()}
ROLES: Mapping[str, str] = {role.value: label for role, label in ROLE_LABELS.items()}

OUTREACH = Facts(
    "OUTREACH",
    "広報啓発",
    OutreachEvent,
    KINDS,
    f"""SELECT id, unit_id, kind, urges_reporting, body_count, people_count, visitor_count, media_count,
              (SELECT sum(copies) FROM outreach_material own WHERE own.event_id = event.id AND removed_at IS NULL)
                  AS copies {_HELD}""",  # noqa: S608 - our own words
)
OUTREACH_BY_THEME = Facts(
    "OUTREACH_THEME",
    "広報啓発のテーマ",
    OutreachEvent,
    THEMES,
    f"SELECT id, unit_id, theme AS kind, people_count {_HELD}",
)
OUTREACH_BY_AUDIENCE = Facts(
    "OUTREACH_AUDIENCE",
    "広報啓発の対象",
    OutreachEvent,
    AUDIENCES,
    f"SELECT id, unit_id, audience AS kind, people_count {_HELD}",
)
OUTREACH_HOSTS = Facts(
    "OUTREACH_HOST",
    "広報啓発の共催等",
    OutreachHost,
    ROLES,
    """SELECT host.id, event.unit_id, host.role AS kind, host.organization_id AS body
       FROM outreach_event event
       JOIN outreach_host host ON host.event_id = event.id AND host.removed_at IS NULL
       WHERE event.status IN ('HELD', 'REPORTED', 'CHECKED') AND event.starts_at >= $3 AND event.starts_at < $4""",
    by_identity=True,
)

FLOW, TOTAL, UNIQUE = Measure.DURING, Counting.TOTAL, Counting.UNIQUE
OF_OUTREACH = (
    Tally("OUTREACH", OUTREACH, "実施", "回", FLOW, counting=TOTAL),
    Tally("OUTREACH_URGING", OUTREACH, "うち通報・相談の促進", "回", FLOW, where="urges_reporting", counting=TOTAL),
    Tally("OUTREACH_BODIES", OUTREACH, "参加団体", "団体", FLOW, "body_count", counting=TOTAL),
    Tally("OUTREACH_PEOPLE", OUTREACH, "参加者", "人", FLOW, "people_count", counting=TOTAL),
    Tally("OUTREACH_VISITORS", OUTREACH, "来場者", "人", FLOW, "visitor_count", counting=TOTAL),
    Tally("OUTREACH_COPIES", OUTREACH, "配布", "部", FLOW, "copies", counting=TOTAL),
    Tally("OUTREACH_MEDIA", OUTREACH, "報道", "件", FLOW, "media_count", counting=TOTAL),
    Tally("THEME_OUTREACH", OUTREACH_BY_THEME, "実施", "回", FLOW, counting=TOTAL),
    Tally("THEME_OUTREACH_PEOPLE", OUTREACH_BY_THEME, "参加者", "人", FLOW, "people_count", counting=TOTAL),
    Tally("AUDIENCE_OUTREACH", OUTREACH_BY_AUDIENCE, "実施", "回", FLOW, counting=TOTAL),
    Tally("AUDIENCE_OUTREACH_PEOPLE", OUTREACH_BY_AUDIENCE, "参加者", "人", FLOW, "people_count", counting=TOTAL),
    Tally("OUTREACH_HOSTS", OUTREACH_HOSTS, "団体", "団体", FLOW, counting=TOTAL),
    Tally("OUTREACH_HOSTS_UNIQUE", OUTREACH_HOSTS, "団体", "団体", FLOW, counting=UNIQUE),
)
