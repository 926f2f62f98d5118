"""BENCH ONLY: what waits for headquarters this morning, as somebody writes it who has only this to answer.

    $1  the units, $2 today, $3 the instant, $4 who asks

With the days of a prefecture that has set none, without why each line waits and who answers for it, and counted in
the same pass in which the first fifty are found.
"""

from __future__ import annotations


def _on(instant: str) -> str:
    return f"({instant} AT TIME ZONE 'Asia/Tokyo')::date"


def _by_another(row: str, *facts: str) -> str:
    told = ", ".join(f"'{fact}'" for fact in facts)
    return f"NOT EXISTS (SELECT FROM journal WHERE row_id = {row}.id AND person_id = $4 AND fact IN ({told}))"


OF_ENCOUNTERS = f"""
    SELECT 'STEP_DUE' AS kind, 'Encounter' AS type, e.id, o.name AS title, {_on("e.starts_at")} AS since,
        e.next_due_on AS due_on
    FROM encounter e JOIN organization o ON o.id = e.organization_id
    WHERE e.unit_id = ANY ($1) AND e.next_due_on <= $2 + 7 AND e.next_done_on IS NULL AND e.status <> 'CANCELLED'
        AND e.next_owner_id IS NOT NULL
    UNION ALL
    SELECT 'STEP_UNASSIGNED', 'Encounter', e.id, o.name, {_on("e.starts_at")}, e.next_due_on
    FROM encounter e JOIN organization o ON o.id = e.organization_id
    WHERE e.unit_id = ANY ($1) AND e.next_due_on IS NOT NULL AND e.next_done_on IS NULL AND e.status <> 'CANCELLED'
        AND e.next_owner_id IS NULL
    UNION ALL
    SELECT 'ENCOUNTER_DUE', 'Encounter', e.id, o.name, {_on("e.starts_at")}, {_on("e.starts_at")}
    FROM encounter e JOIN organization o ON o.id = e.organization_id
    WHERE e.unit_id = ANY ($1) AND e.status = 'PLANNED' AND e.starts_at < $3
    UNION ALL
    SELECT 'ENCOUNTER_TO_CHECK', 'Encounter', e.id, o.name, {_on("e.reported_at")}, NULL
    FROM encounter e JOIN organization o ON o.id = e.organization_id
    WHERE e.unit_id = ANY ($1) AND e.status = 'REPORTED' AND {
    _by_another("e", "encounter-reported", "encounter-noted", "encounter-report-corrected", "encounter-taken-in")
}"""  # noqa: S608 our own words
OF_CONTACTS = f"""
    SELECT 'CONTACT_STALE', 'Contact', c.id, o.name, coalesce(c.verified_on, c.since), NULL
    FROM contact c JOIN organization o ON o.id = c.organization_id
    WHERE c.unit_id = ANY ($1) AND c.since <= $2 AND (c.until IS NULL OR c.until > $2) AND o.retired_on IS NULL
        AND coalesce(c.verified_on, c.since) < $2 - 365 AND c.organization_id IN (
            SELECT p.organization_id FROM agreement_party p JOIN agreement a ON a.id = p.agreement_id
            WHERE p.removed_at IS NULL AND p.acceded_on <= $2 AND (p.withdrawn_on IS NULL OR p.withdrawn_on > $2)
                AND (a.ended_on IS NULL OR a.ended_on >= $2) AND (a.lasts_until IS NULL OR a.lasts_until >= $2))
    UNION ALL
    SELECT 'CONTACT_TO_CALL', 'CampaignContact', s.id, o.name, CASE WHEN s.is_written
        THEN least(m.due_on + 1, {_on("coalesce(l.returned_at, l.given_up_at)")}) ELSE {_on("m.sent_at")} END, m.due_on
    FROM campaign m JOIN campaign_contact s ON s.campaign_id = m.id JOIN organization o ON o.id = s.organization_id
    LEFT JOIN letter l ON l.key = 'contact-check:' || s.id
    WHERE m.status = 'SENT' AND s.unit_id = ANY ($1) AND s.reply IN ('AWAITED', 'NOT_REACHED')
        AND (NOT s.is_written OR m.due_on < $2 OR l.returned_at IS NOT NULL OR l.given_up_at IS NOT NULL)
    UNION ALL
    SELECT 'CONTACT_CHANGED', 'ContactProposal', p.id, o.name, {_on("p.updated_at")}, NULL
    FROM contact_proposal p JOIN contact c ON c.id = p.contact_id JOIN organization o ON o.id = c.organization_id
    WHERE p.unit_id = ANY ($1) AND p.status = 'WAITING'
    UNION ALL
    SELECT 'CAMPAIGN_OVER', 'Campaign', m.id, m.title, m.due_on + 1, NULL
    FROM campaign m
    WHERE m.unit_id = ANY ($1) AND m.status = 'SENT' AND m.due_on < $2 AND NOT EXISTS (
        SELECT FROM campaign_contact s WHERE s.campaign_id = m.id AND s.reply IN ('AWAITED', 'NOT_REACHED'))"""  # noqa: S608
OF_AGREEMENTS = f"""
    SELECT 'AGREEMENT_ENDING', 'Agreement', a.id, a.title, a.lasts_until - 90, a.lasts_until
    FROM agreement a
    WHERE a.unit_id = ANY ($1) AND a.status IN ('IN_FORCE', 'RENEWING') AND a.lasts_until BETWEEN $2 AND $2 + 90
        AND (a.auto_renews_months = 0 OR a.notice_given_on IS NOT NULL) AND NOT EXISTS (
            SELECT FROM agreement n WHERE n.renews_id = a.id AND n.status IN ('IN_FORCE', 'RENEWING'))
    UNION ALL
    SELECT 'NOTICE_DUE', 'Agreement', a.id, a.title, a.lasts_until - a.notice_days - 30, a.lasts_until - a.notice_days
    FROM agreement a
    WHERE a.unit_id = ANY ($1) AND a.status IN ('IN_FORCE', 'RENEWING') AND a.auto_renews_months > 0
        AND a.notice_given_on IS NULL AND a.lasts_until - a.notice_days BETWEEN $2 AND $2 + 30 AND NOT EXISTS (
            SELECT FROM agreement n WHERE n.renews_id = a.id AND n.status IN ('IN_FORCE', 'RENEWING'))
    UNION ALL
    SELECT 'PARTY_GONE', 'AgreementParty', p.id, a.title || '（' || o.name || '）', o.retired_on, NULL
    FROM organization o JOIN agreement_party p ON p.organization_id = o.id JOIN agreement a ON a.id = p.agreement_id
    WHERE p.unit_id = ANY ($1) AND o.retired_on <= $2 AND o.merged_into_id IS NULL AND p.removed_at IS NULL
        AND p.acceded_on IS NOT NULL AND p.withdrawn_on IS NULL AND a.status IN ('IN_FORCE', 'RENEWING')
    UNION ALL
    SELECT 'AGREEMENT_TO_APPROVE', 'Agreement', a.id, a.title, {_on("a.updated_at")}, NULL
    FROM agreement a
    WHERE a.unit_id = ANY ($1) AND a.status = 'IN_APPROVAL' AND {
    _by_another(
        "a",
        *("agreement-proposed", "agreement-renewal-drafted", "agreement-corrected"),
        *("agreement-party-added", "agreement-party-removed", "agreement-submitted"),
    )
}
    UNION ALL
    SELECT 'AMENDMENT_TO_APPROVE', 'AgreementAmendment', m.id, a.title, {_on("m.created_at")}, NULL
    FROM agreement_amendment m JOIN agreement a ON a.id = m.agreement_id
    WHERE m.unit_id = ANY ($1) AND m.status = 'PROPOSED' AND a.status IN ('IN_FORCE', 'RENEWING')
        AND {_by_another("m", "amendment-proposed")}
    UNION ALL
    SELECT 'SIGNING_OVER', 'SigningCeremony', c.id, a.title, {_on("c.starts_at")}, {_on("c.starts_at")}
    FROM signing_ceremony c JOIN agreement a ON a.id = c.agreement_id
    WHERE c.unit_id = ANY ($1) AND c.status = 'PLANNED' AND c.starts_at < $3"""  # noqa: S608 our own words
OF_LECTURES = f"""
    SELECT CASE l.status WHEN 'RECEIVED' THEN 'LECTURE_REQUESTED' WHEN 'CONFIRMED' THEN 'LECTURE_OVER'
            WHEN 'DELIVERED' THEN 'LECTURE_UNREPORTED' ELSE 'LECTURER_MISSING' END, 'Lecture', l.id, s.name,
        CASE WHEN l.status IN ('CONFIRMED', 'DELIVERED') THEN {_on("l.starts_at")} ELSE {_on("l.created_at")} END,
        CASE WHEN l.status <> 'DELIVERED' THEN {_on("l.starts_at")} END
    FROM lecture l JOIN organization s ON s.id = l.school_id
    WHERE l.unit_id = ANY ($1) AND (l.status IN ('RECEIVED', 'DELIVERED')
        OR l.status = 'CONFIRMED' AND l.starts_at < $3
        OR l.status IN ('ACCEPTED', 'COORDINATING') AND l.starts_at > $3 AND NOT EXISTS (
            SELECT FROM lecture_assignment g WHERE g.lecture_id = l.id AND g.status IN ('OFFERED', 'ACCEPTED')))"""  # noqa: S608
OF_DRILLS = f"""
    SELECT 'DRILL_OVER', 'Drill', d.id, d.title, {_on("d.starts_at")}, {_on("d.starts_at")}
    FROM drill d JOIN appointment w ON w.id = d.appointment_id
    WHERE d.unit_id = ANY ($1) AND d.status IN ('CONFIRMED', 'RUNNING', 'PAUSED') AND w.ends_at < $3
    UNION ALL
    SELECT 'DRILL_TO_APPROVE', 'Drill', d.id, d.title, {_on("d.reported_at")}, NULL
    FROM drill d
    WHERE d.unit_id = ANY ($1) AND d.status = 'IN_REVIEW' AND {
    _by_another("d", "drill-finished", "drill-recorded", "drill-attendance-corrected", "drill-reported")
}
    UNION ALL
    SELECT 'IMPROVEMENT_DUE', 'Improvement', i.id, coalesce(o.name, d.title), i.raised_on, i.due_on
    FROM improvement i JOIN drill d ON d.id = i.drill_id LEFT JOIN organization o ON o.id = i.organization_id
    WHERE i.unit_id = ANY ($1) AND i.status IN ('OPEN', 'IN_PROGRESS') AND i.due_on <= $2 + 7
    UNION ALL
    SELECT 'IMPROVEMENT_TO_VERIFY', 'Improvement', i.id, coalesce(o.name, d.title), i.done_on, NULL
    FROM improvement i JOIN drill d ON d.id = i.drill_id LEFT JOIN organization o ON o.id = i.organization_id
    WHERE i.unit_id = ANY ($1) AND i.status = 'DONE' AND i.owner_id IS DISTINCT FROM $4
        AND {_by_another("i", "improvement-finished")}"""  # noqa: S608 our own words
OF_DATES = f"""
    SELECT 'ACTIVITY_OVER', 'VolunteerActivity', v.id, v.title, {_on("v.starts_at")}, {_on("v.starts_at")}
    FROM activity v JOIN appointment w ON w.id = v.appointment_id
    WHERE v.unit_id = ANY ($1) AND v.status IN ('PLANNED', 'CONFIRMED') AND w.ends_at < $3
    UNION ALL
    SELECT 'MEETING_OVER', 'CouncilMeeting', g.id, g.title, {_on("g.starts_at")}, {_on("g.starts_at")}
    FROM council_meeting g JOIN appointment w ON w.id = g.appointment_id
    WHERE g.unit_id = ANY ($1) AND g.status IN ('PLANNED', 'INVITED') AND w.ends_at < $3
    UNION ALL
    SELECT 'MEETING_TO_MINUTE', 'CouncilMeeting', g.id, g.title, {_on("g.starts_at")}, NULL
    FROM council_meeting g WHERE g.unit_id = ANY ($1) AND g.status = 'HELD'
    UNION ALL
    SELECT 'UNANSWERED', 'Appointment', w.id, w.title, {_on("min(t.invited_at)")}, {_on("w.starts_at")}
    FROM appointment w JOIN attendee t ON t.appointment_id = w.id
    WHERE w.unit_id = ANY ($1) AND w.status <> 'CANCELLED' AND w.starts_at > $3 AND w.starts_at < $3 + interval '7 days'
        AND t.removed_at IS NULL AND NOT t.waits AND t.partstat = 'NEEDS-ACTION' AND t.invited_at IS NOT NULL
    GROUP BY w.id
    UNION ALL
    SELECT 'MAIL_WAITING', 'IncomingMail', m.id, coalesce(w.title, ''), {_on("m.received_at")}, {_on("w.starts_at")}
    FROM incoming_mail m LEFT JOIN appointment w ON w.id = m.appointment_id
    WHERE m.unit_id = ANY ($1) AND m.status = 'WAITING'
    UNION ALL
    SELECT CASE WHEN e.status = 'HELD' THEN 'OUTREACH_UNREPORTED' ELSE 'OUTREACH_OVER' END, 'OutreachEvent', e.id,
        e.title, CASE WHEN e.status = 'HELD' THEN coalesce(e.lasts_until, {_on("e.starts_at")})
            ELSE {_on("e.starts_at")} END,
        CASE WHEN e.status = 'PLANNED' THEN coalesce(e.lasts_until, {_on("e.starts_at")}) END
    FROM outreach_event e JOIN appointment w ON w.id = e.appointment_id
    WHERE e.unit_id = ANY ($1) AND (e.status = 'HELD' OR e.status = 'PLANNED' AND w.ends_at < $3
        AND coalesce(e.lasts_until, {_on("e.starts_at")}) <= $2)
    UNION ALL
    SELECT 'OUTREACH_TO_CHECK', 'OutreachEvent', e.id, e.title, {_on("e.reported_at")}, NULL
    FROM outreach_event e
    WHERE e.unit_id = ANY ($1) AND e.status = 'REPORTED' AND {
    _by_another("e", "outreach-reported", "outreach-recorded", "outreach-report-corrected", "outreach-taken-in")
}"""  # noqa: S608 our own words
OF_WORDS = f"""
    SELECT 'NOTICE_TO_READ', 'Notice', n.id, n.title, {_on("n.submitted_at")}, {_on("n.acknowledge_by")}
    FROM notice n
    WHERE n.unit_id = ANY ($1) AND n.status = 'IN_REVIEW'
        AND {_by_another("n", "notice-drafted", "notice-corrected", "notice-submitted")}
    UNION ALL
    SELECT 'NOTICE_TO_CALL', 'NoticeRecipient', r.id, o.name, {_on("r.escalated_at")}, {_on("n.acknowledge_by")}
    FROM notice n JOIN notice_recipient r ON r.notice_id = n.id JOIN organization o ON o.id = r.organization_id
    WHERE n.status IN ('SENDING', 'SENT') AND n.valid_until >= $2 AND r.escalated_at IS NOT NULL
        AND r.acknowledged_at IS NULL AND (r.unit_id = ANY ($1) OR o.unit_id = ANY ($1))
        AND (NOT r.is_restricted OR o.unit_id = ANY ($1) OR EXISTS (
            SELECT FROM organization_co_owner c
            WHERE c.organization_id = o.id AND c.ended_on IS NULL AND c.unit_id = ANY ($1)))
    UNION ALL
    SELECT 'INFORMATION_TO_CHECK', 'CouncilInformation', f.id, f.title, {_on("f.created_at")}, NULL
    FROM council_information f
    WHERE f.unit_id = ANY ($1) AND f.status = 'WRITTEN'
        AND {_by_another("f", "information-written", "information-corrected")}
    UNION ALL
    SELECT 'WIFI_WANTING', 'WifiSpot', s.id, s.name, s.surveyed_on, NULL
    FROM wifi_spot s WHERE s.unit_id = ANY ($1) AND s.status = 'NEEDS_IMPROVEMENT' AND s.retired_on IS NULL
    UNION ALL
    SELECT 'WIFI_ADVISED', 'WifiSpot', s.id, s.name, max(v.advised_on), NULL
    FROM wifi_spot s JOIN wifi_advice v ON v.spot_id = s.id
    WHERE s.unit_id = ANY ($1) AND s.status = 'ADVISED' AND s.retired_on IS NULL
    GROUP BY s.id HAVING max(v.advised_on) < $2 - 30"""  # noqa: S608 our own words
ALL = (OF_ENCOUNTERS, OF_CONTACTS, OF_AGREEMENTS, OF_LECTURES, OF_DRILLS, OF_DATES, OF_WORDS)
SQL = f"""
    SELECT json_build_object('worklist', json_build_object('totalCount', coalesce(max(total), 0), 'items',
        coalesce(json_agg(json_build_object('kind', kind, 'subject', type || ':' || id, 'title', title, 'since', since,
            'dueOn', due_on)), '[]')))::text
    FROM (
        SELECT *, count(*) OVER () AS total FROM ({" UNION ALL ".join(ALL)}) work
        ORDER BY due_on NULLS LAST, since, kind COLLATE "C", title COLLATE "C", id LIMIT 50) item"""  # noqa: S608
