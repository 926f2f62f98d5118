"""BENCH ONLY: what a desk has beside agreements and encounters, past every verb like `filling`: contacts, notices with
those who have not said that they know, campaigns with those who have not answered, what drills have left to mend, and
councils with their meetings and events with those who held them.
"""

from __future__ import annotations

from api.benchmarks.ground import Ground
from domain import database

# In each: $1 the instant, $2 the prefecture, $3 who did it.

# One body in twelve has nobody, one in three two; one in fifty was verified longer ago than a year.
CONTACTS = """
    WITH body AS (SELECT *, row_number() OVER (ORDER BY id) AS n FROM organization),
    seat AS (SELECT body.*, one, uuidv7() AS person_id FROM body, generate_series(1, 2) one
        WHERE n % 12 > 0 AND (one = 1 OR n % 3 = 0) AND $3::uuid IS NOT NULL),
    known AS (
        INSERT INTO person (id, version, created_at, updated_at, prefecture_id, unit_id, is_officer, family_name,
            given_name, family_name_kana, given_name_kana, mail_address, phone, extension, search, kana_order,
            remind_days, wants_digest)
        SELECT person_id, 1, $1::timestamptz, $1::timestamptz, $2::uuid, unit_id, false, '例塚', n || '-' || one, '',
            '', 'c' || n || '.' || one || '@partner.example', '', '', '例塚', lpad(n::text, 10, '0'), 1, false
        FROM seat)
    INSERT INTO contact (id, version, created_at, updated_at, prefecture_id, unit_id, organization_id, person_id, role,
        department, job_title, since, reachable, verified_on, search, kana_order)
    SELECT uuidv7(), 1, $1, $1, $2, unit_id, id, person_id, 'WORKING', '', '係長', ($1)::date - 900, '',
        ($1)::date - CASE n % 50 WHEN 49 THEN 400 ELSE n % 360 END::int, '例塚', lpad(n::text, 10, '0')
    FROM seat"""

# $4 notices over two years, each to a thousand bodies in turn, or to all where there are fewer; of the five that hold,
# one in fifty is to be called.
NOTICES = """
    WITH told AS (
        INSERT INTO notice (id, version, created_at, updated_at, prefecture_id, unit_id, status, number, title, text,
            theme, severity, handling, tlp, valid_until, acknowledge_by, criteria, is_withdrawal, reason, search,
            sent_by_id, sent_at)
        SELECT uuidv7(), 1, $1::timestamptz, $1::timestamptz, $2::uuid, unit.id, 'SENT', '', '注意喚起' || n, '',
            'INFORMATION', 'ADVISORY', 'OPEN', 'CLEAR', ($1)::date + CASE WHEN n <= 5 THEN 30 ELSE -1 END,
            $1 - interval '2 days', '{}', false, '', '注意喚起' || n, $3::uuid, $1 - interval '5 days'
        FROM generate_series(1, $4::int) n, (SELECT id FROM unit WHERE kind = 'PREFECTURE' LIMIT 1) unit
        RETURNING *)
    INSERT INTO notice_recipient (id, version, created_at, updated_at, prefecture_id, unit_id, notice_id,
        organization_id, is_written_to, is_restricted, acknowledged_at, escalated_at, calls, remark)
    SELECT uuidv7(), 1, $1, $1, $2, told.unit_id, told.id, body.id, true, false,
        CASE WHEN body.n % 50 > 0 THEN $1 - interval '4 days' END, CASE WHEN body.n % 50 = 0 THEN $1 END, 0, ''
    FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM told) told
    JOIN (SELECT *, row_number() OVER (ORDER BY id) AS n, count(*) OVER () AS all FROM organization) body
        ON (body.n + told.n * (body.all - 300 % body.all)) % body.all < 1000"""

# $4 campaigns that each asked a thousand contacts in turn, or all; one in twenty of the two that are open has not
# answered in time.
CAMPAIGNS = """
    WITH asked AS (
        INSERT INTO campaign (id, version, created_at, updated_at, prefecture_id, unit_id, status, title, message,
            due_on, criteria, is_prefectural, bodies_left_out, contacts_left_out, sent_at, sent_by_id, reason, search)
        SELECT uuidv7(), 1, $1::timestamptz, $1::timestamptz, $2::uuid, unit.id,
            CASE WHEN n <= 2 THEN 'SENT' ELSE 'CLOSED' END, '連絡先の確認' || n, '', ($1)::date - 3, '{}', true, 0, 0,
            $1 - interval '20 days', $3::uuid, '', '連絡先の確認' || n
        FROM generate_series(1, $4::int) n, (SELECT id FROM unit WHERE kind = 'PREFECTURE' LIMIT 1) unit
        RETURNING *)
    INSERT INTO campaign_contact (id, version, created_at, updated_at, prefecture_id, unit_id, campaign_id, contact_id,
        organization_id, role, is_written, reply, calls, remark)
    SELECT uuidv7(), 1, $1, $1, $2, known.unit_id, asked.id, known.id, known.organization_id, known.role, true,
        CASE WHEN asked.status = 'SENT' AND known.n % 20 = 0 THEN 'AWAITED' ELSE 'CONFIRMED' END, 0, ''
    FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM asked) asked
    JOIN (SELECT *, row_number() OVER (ORDER BY id) AS n, count(*) OVER () AS all FROM contact) known
        ON (known.n + asked.n * (known.all - 1000 % known.all)) % known.all < 1000"""

# One for every tenth body that took part in a drill; one in ten is still open, of which one in ten is overdue.
IMPROVEMENTS = """
    INSERT INTO improvement (id, version, created_at, updated_at, prefecture_id, unit_id, status, what, raised_on,
        due_on, evidence, settled_on, reason, drill_id, organization_id)
    SELECT uuidv7(), 1, $1::timestamptz, $1::timestamptz, $2::uuid, unit_id,
        CASE WHEN n % 100 = 0 THEN 'OPEN' ELSE 'CLOSED' END, '連絡網の見直し', ($1)::date - 90,
        ($1)::date + CASE WHEN n % 1000 = 0 THEN -5 ELSE 60 END, '', CASE WHEN n % 100 > 0 THEN ($1)::date - 10 END, '',
        drill_id, organization_id
    FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM drill_participation) part
    WHERE n % 10 = 0 AND $3::uuid IS NOT NULL"""

# $4 councils of sixty bodies each; every third of these is in the next one as well.
COUNCILS = """
    WITH formed AS (
        INSERT INTO council (id, version, created_at, updated_at, prefecture_id, unit_id, kind, name, name_kana,
            purpose, members_are_known, founded_on, remarks, search, kana_order, identity)
        SELECT uuidv7(), 1, $1::timestamptz, $1::timestamptz, $2::uuid, unit.id, 'NETWORK', '第' || n || '協議会', '',
            '', true, ($1)::date - 2000, '', '第' || n || '協議会', lpad(n::text, 10, '0'), 'name:第' || n || '協議会'
        FROM generate_series(1, $4::int) n, (SELECT id FROM unit WHERE kind = 'PREFECTURE' LIMIT 1) unit
        WHERE $3::uuid IS NOT NULL
        RETURNING *)
    INSERT INTO council_membership (id, version, created_at, updated_at, prefecture_id, unit_id, council_id,
        organization_id, name, role, term_from, kana_order)
    SELECT uuidv7(), 1, $1, $1, $2, formed.unit_id, formed.id, body.id, '', 'MEMBER', ($1)::date - 900, body.kana_order
    FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM formed) formed
    JOIN (SELECT *, row_number() OVER (ORDER BY id) AS n FROM organization) body
        ON body.n BETWEEN formed.n * 40 - 39 AND formed.n * 40 + 20"""

# Of each four a year for two years, and the next one. The last of every fifth has no minutes yet, that of every seventh
# is not entered as held. Of the members three of four came to each, of whom one in ten had given a proxy.
MEETINGS = """
    WITH planned AS (
        SELECT uuidv7() AS id, uuidv7() AS appointment_id, formed.*, back,
            $1::timestamptz - interval '20 days' - (back - 1) * interval '91 days' - formed.n * interval '1 hour' AS at,
            CASE WHEN back = 0 OR (back = 1 AND formed.n % 7 = 0) THEN 'INVITED'
                WHEN back = 1 AND formed.n % 5 = 0 THEN 'HELD' ELSE 'MINUTED' END AS now
        FROM (SELECT id AS council_id, unit_id, name, row_number() OVER (ORDER BY id) AS n FROM council) formed,
            generate_series(0, 8) back
        WHERE $3::uuid IS NOT NULL),
    dated AS (
        INSERT INTO appointment (id, version, created_at, updated_at, unit_id, prefecture_id, kind, uid, sequence,
            title, starts_at, ends_at, place, online_url, status, changed_at)
        SELECT appointment_id, 1, $1, $1, unit_id, $2::uuid, 'MEETING', appointment_id || '@police.aohama.example', 0,
            name, at, at + interval '2 hours', '大会議室', '', 'CONFIRMED', $1
        FROM planned),
    met AS (
        INSERT INTO council_meeting (id, version, created_at, updated_at, prefecture_id, unit_id, council_id,
            appointment_id, status, title, agenda, starts_at, minutes_text, reason, search)
        SELECT id, 1, $1, $1, $2, unit_id, council_id, appointment_id, now, name, '[]', at, '', '', name
        FROM planned
        RETURNING *)
    INSERT INTO council_attendance (id, version, created_at, updated_at, prefecture_id, unit_id, meeting_id,
        membership_id, proxy_holder_id, job_title, department)
    SELECT uuidv7(), 1, $1, $1, $2, met.unit_id, met.id, member.id,
        CASE WHEN (member.n + met.n) % 10 = 0 THEN nullif(member.chair_id, member.id) END, '', ''
    FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM met) met
    JOIN (SELECT *, row_number() OVER (ORDER BY id) AS n, first_value(id) OVER (PARTITION BY council_id ORDER BY id)
            AS chair_id FROM council_membership) member
        ON member.council_id = met.council_id AND (member.n + met.n) % 4 > 0
    WHERE met.status IN ('HELD', 'MINUTED')"""

# $4 events of the last two years, one in twenty of them to be entered, reported or checked; each was held with a body,
# helped at by another, and lent its name by a third.
EVENTS = """
    WITH planned AS (
        SELECT uuidv7() AS id, uuidv7() AS appointment_id, unit.id AS unit_id, n,
            $1::timestamptz - n * (interval '700 days' / $4::int) AS at,
            CASE WHEN n % 60 = 0 THEN 'PLANNED' WHEN n % 60 = 20 THEN 'HELD' WHEN n % 60 = 40 THEN 'REPORTED'
                ELSE 'CHECKED' END AS now
        FROM generate_series(1, $4::int) n, (SELECT id FROM unit WHERE kind = 'PREFECTURE' LIMIT 1) unit),
    dated AS (
        INSERT INTO appointment (id, version, created_at, updated_at, unit_id, prefecture_id, kind, uid, sequence,
            title, starts_at, ends_at, place, online_url, status, changed_at)
        SELECT appointment_id, 1, $1, $1, unit_id, $2::uuid, 'OUTREACH', appointment_id || '@police.aohama.example', 0,
            '第' || n || '回セミナー', at, at + interval '2 hours', '市民会館', '', 'CONFIRMED', $1
        FROM planned),
    held AS (
        INSERT INTO outreach_event (id, version, created_at, updated_at, prefecture_id, unit_id, appointment_id, kind,
            status, theme, audience, title, search, starts_at, urges_reporting, remarks, summary, reason,
            reported_by_id, reported_at)
        SELECT id, 1, $1, $1, $2, unit_id, appointment_id, 'SEMINAR', now, 'GENERAL', 'SME', '第' || n || '回セミナー',
            '第' || n || '回セミナー', at, true, '', '', '', CASE WHEN now IN ('REPORTED', 'CHECKED') THEN $3::uuid END,
            CASE WHEN now IN ('REPORTED', 'CHECKED') THEN at + interval '1 day' END
        FROM planned
        RETURNING *)
    INSERT INTO outreach_host (id, version, created_at, updated_at, prefecture_id, unit_id, event_id, organization_id,
        role)
    SELECT uuidv7(), 1, $1, $1, $2, held.unit_id, held.id, body.id,
        (ARRAY['CO_HOST', 'COOPERATOR', 'SUPPORTER'])[1 + (body.n + held.n) % 3]
    FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM held) held
    JOIN (SELECT *, row_number() OVER (ORDER BY id) AS n FROM organization) body
        ON body.n BETWEEN held.n * 11 - 10 AND held.n * 11 - 8"""


async def add_partnership(ground: Ground, *, notices: int, campaigns: int) -> None:
    """To the bodies and drills that are there."""
    who = (ground.hq.now, ground.hq.prefecture_id, ground.hq.person_id)
    await database.execute(CONTACTS, *who)
    await database.execute(NOTICES, *who, notices)
    await database.execute(CAMPAIGNS, *who, campaigns)
    await database.execute(IMPROVEMENTS, *who)


async def add_meetings(ground: Ground, *, councils: int, events: int) -> None:
    """Where the bodies that are there came together."""
    who = (ground.hq.now, ground.hq.prefecture_id, ground.hq.person_id)
    await database.execute(COUNCILS, *who, councils)
    await database.execute(MEETINGS, *who)
    await database.execute(EVENTS, *who, events)
