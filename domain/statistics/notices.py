"""What is counted of お知らせ: a part of the table of all figures (`measures`)."""

from __future__ import annotations

from collections.abc import Mapping

from domain.encounters import THEME_LABELS
from domain.japanese import Measure
from domain.notices import SEVERITY_LABELS, Notice, NoticeRecipient
from domain.statistics.tally import Counting, Facts, Tally

FLOW = Measure.DURING
TOTAL, UNIQUE = Counting.TOTAL, Counting.UNIQUE
SEVERITIES: Mapping[str, str] = {severity.value: label for severity, label in SEVERITY_LABELS.items()}
THEMES: Mapping[str, str] = {theme.value: label for theme, label in THEME_LABELS.items()}

# What was sent, but for what only takes another one back; what has been taken back since was sent all the same. Who
# has said so in time for the end of the period counts as knowing, however.
NOTICES = Facts(
    "NOTICE",
    "お知らせ",
    Notice,
    SEVERITIES,
    """SELECT id, unit_id, severity AS kind
       FROM notice
       WHERE sent_at >= $3 AND sent_at < $4 AND NOT is_withdrawal""",
)
NOTICES_BY_THEME = Facts(
    "NOTICE_THEME",
    "お知らせのテーマ",
    Notice,
    THEMES,
    """SELECT id, unit_id, theme AS kind,
              (SELECT count(*) FROM notice_recipient told WHERE told.notice_id = notice.id) AS bodies
       FROM notice
       WHERE sent_at >= $3 AND sent_at < $4 AND NOT is_withdrawal""",
)
NOTICE_RECIPIENTS = Facts(
    "NOTICE_RECIPIENT",
    "お知らせの宛先",
    NoticeRecipient,
    SEVERITIES,
    """SELECT told.id, told.unit_id, notice.severity AS kind, told.organization_id AS body,
              notice.acknowledge_by IS NOT NULL AS is_asked,
              notice.acknowledge_by IS NOT NULL AND coalesce(told.acknowledged_at < $4, false) AS is_known,
              coalesce(told.phoned_at < $4, false) AS is_phoned
       FROM notice
       JOIN notice_recipient told ON told.notice_id = notice.id
       WHERE notice.sent_at >= $3 AND notice.sent_at < $4 AND NOT notice.is_withdrawal""",
    by_identity=True,
)

OF_NOTICES = (
    Tally("NOTICES", NOTICES, "送付", "件", FLOW, counting=TOTAL),
    Tally("THEME_NOTICES", NOTICES_BY_THEME, "送付", "件", FLOW, counting=TOTAL),
    Tally("THEME_NOTICE_BODIES", NOTICES_BY_THEME, "送付先", "団体", FLOW, "bodies", counting=TOTAL),
    Tally("NOTICE_RECIPIENTS", NOTICE_RECIPIENTS, "送付先", "団体", FLOW, counting=TOTAL),
    Tally("NOTICE_BODIES", NOTICE_RECIPIENTS, "送付先", "団体", FLOW, counting=UNIQUE),
    Tally(
        "NOTICES_KNOWN", NOTICE_RECIPIENTS, "確認率", "％", FLOW, where="is_known", share_of="is_asked", counting=TOTAL
    ),
    Tally("NOTICES_PHONED", NOTICE_RECIPIENTS, "電話連絡", "団体", FLOW, where="is_phoned", counting=TOTAL),
)
