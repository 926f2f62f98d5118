"""BENCH ONLY: where a desk sends people, past every verb like `filling`: schools and the lectures they asked for, with
volunteers with their terms, and activities with those who came to them.
"""

from __future__ import annotations

from api.benchmarks.filling import unstirred
from api.benchmarks.ground import Ground
from api.benchmarks.questions import Question, headquarters
from domain import database
from domain.actor import TOKYO, Actor, Role
from domain.organizations import Contact
from domain.volunteers import Volunteer

# In each: $1 the instant, $2 the prefecture, $3 the units that own the rows in turn, $4 how many.

SCHOOLS = """
    WITH school AS (
        INSERT INTO organization (id, version, created_at, updated_at, unit_id, prefecture_id, kind, name, name_kana,
            municipality_code, postal_code, address, phone, industry, size, is_small, ceptoar, ministry, bcp,
            contact_system, search, kana_order, identity)
        SELECT uuidv7(), 1, $1::timestamptz, $1::timestamptz, ($3::uuid[])[1 + n % cardinality($3::uuid[])], $2::uuid,
            'SCHOOL', '見本市立第' || n || '小学校', '', '', '', '見本市例示町' || n, '', '', NULL, false, '', '',
            'UNKNOWN', 'UNKNOWN', '見本市立第' || n || '小学校', lpad(n::text, 10, '0'),
            'name:見本市立第' || n || '小学校'
        FROM generate_series(1, $4::int) n
        RETURNING *),
    known AS (
        INSERT INTO person (id, version, created_at, updated_at, prefecture_id, unit_id, is_officer, family_name,
            given_name, family_name_kana, given_name_kana, mail_address, phone, extension, search, kana_order,
            remind_days, wants_digest)
        SELECT id, 1, $1, $1, $2, unit_id, false, '例原', '', '', '', 's' || kana_order || '@school.example', '', '',
            '例原', kana_order, 1, false
        FROM school)
    INSERT INTO contact (id, version, created_at, updated_at, prefecture_id, unit_id, organization_id, person_id, role,
        department, job_title, since, reachable, verified_on, search, kana_order)
    SELECT uuidv7(), 1, $1, $1, $2, unit_id, id, id, 'WORKING', '', '教頭', ($1)::date - 900, '', ($1)::date - 30,
        '例原', kana_order
    FROM school"""

VOLUNTEERS = """
    WITH known AS (
        INSERT INTO person (id, version, created_at, updated_at, prefecture_id, unit_id, is_officer, family_name,
            given_name, family_name_kana, given_name_kana, mail_address, phone, extension, search, kana_order,
            remind_days, wants_digest)
        SELECT uuidv7(), 1, $1::timestamptz, $1::timestamptz, $2::uuid,
            ($3::uuid[])[1 + n % cardinality($3::uuid[])], false, '例塚' || n, '', '', '', 'v' || n || '@example.jp',
            '', '', '例塚' || n, lpad(n::text, 10, '0'), 1, false
        FROM generate_series(1, $4::int) n
        RETURNING *),
    listed AS (
        INSERT INTO volunteer (id, version, created_at, updated_at, prefecture_id, unit_id, person_id, kind, status,
            number, age_band, affiliation, recommended_by_id, recommended_on, term_to, verified_on, reason, remarks,
            search, kana_order)
        SELECT uuidv7(), 1, $1, $1, $2, unit_id, id, 'CYBER_VOLUNTEER',
            CASE WHEN kana_order::int % 5 > 0 THEN 'ACTIVE' ELSE 'EXPIRED' END, kana_order, 'ADULT', '', unit_id,
            ($1)::date - 400, ($1)::date + CASE WHEN kana_order::int % 5 > 0 THEN 300 ELSE -65 END, ($1)::date - 30,
            '', '', search, kana_order
        FROM known
        RETURNING *)
    INSERT INTO commission (id, version, created_at, updated_at, prefecture_id, unit_id, volunteer_id, person_id,
        kind, fiscal_year, serial, number, authority, appointed_by_id, term_from, term_to, reappointed)
    SELECT uuidv7(), 1, $1, $1, $2, unit_id, id, person_id, kind, 2000, kana_order::int, '第' || kana_order || '号',
        '警察本部長', unit_id, term_to - 364, term_to, false
    FROM listed"""

# $4 for each school, three months apart: two are settled, of one school in five the second is only asked for, and the
# others are reported. The officer $5 gives them, but for half of the next, which nobody gives yet; a volunteer helps,
# in turn.
GIVEN = """
    WITH planned AS (
        SELECT uuidv7() AS id, uuidv7() AS appointment_id, school.*, contact.id AS contact_id,
            $1::timestamptz + interval '1 hour' * (school.n % 1920) + interval '91 days' * (2 - back) AS at,
            CASE WHEN back > 2 THEN 'REPORTED' WHEN back = 1 AND school.n % 5 = 0 THEN 'RECEIVED' ELSE 'CONFIRMED' END
                AS now, back
        FROM (SELECT id AS school_id, unit_id, name, row_number() OVER (ORDER BY id) AS n FROM organization
            WHERE kind = 'SCHOOL') school
        JOIN contact ON contact.organization_id = school.school_id, generate_series(1, $4::int) back
        WHERE cardinality($3::uuid[]) > 0),
    dated AS (
        INSERT INTO appointment (id, version, created_at, updated_at, unit_id, prefecture_id, kind, uid, sequence,
            title, starts_at, ends_at, place, online_url, status, changed_at)
        SELECT appointment_id, 1, $1, $1, unit_id, $2::uuid, 'LECTURE', appointment_id || '@police.aohama.example', 0,
            name || ' SNSの安全な使い方', at, at + interval '50 minutes', name || ' 体育館', '', 'CONFIRMED', $1
        FROM planned),
    given AS (
        INSERT INTO lecture (id, version, created_at, updated_at, prefecture_id, unit_id, school_id, contact_id,
            appointment_id, status, kind, audience, theme, expected_count, starts_at, equipment, remarks, reason,
            duration_minutes, reported_at)
        SELECT id, 1, $1, $1, $2, unit_id, school_id, contact_id, appointment_id, now, 'LECTURE', 'PUPIL_ELEM',
            'SNSの安全な使い方', 80, at, '', '', '', CASE WHEN back > 2 THEN 50 END, CASE WHEN back > 2 THEN at END
        FROM planned),
    helped AS (
        SELECT uuidv7() AS attendee_id, planned.*, seat.* FROM planned
        JOIN (SELECT *, row_number() OVER (ORDER BY id) AS turn, count(*) OVER () AS all FROM volunteer) volunteer
            ON volunteer.turn = 1 + (planned.n + planned.back) % volunteer.all
        CROSS JOIN LATERAL (VALUES ($5::uuid, 'LECTURER'), (volunteer.person_id, 'CO_LECTURER')) seat (person_id, role)
        WHERE planned.now <> 'RECEIVED' AND NOT (seat.role = 'LECTURER' AND planned.back = 2 AND planned.n % 2 = 0)),
    asked AS (
        INSERT INTO attendee (id, version, created_at, updated_at, unit_id, prefecture_id, appointment_id, person_id,
            role, partstat, answered_at, channel, remark, invited_at, waits, raised, shown_starts_at)
        SELECT attendee_id, 1, $1, $1, unit_id, $2, appointment_id, person_id, role, 'ACCEPTED', $1, 'PAGE', '', $1,
            false, 0, at
        FROM helped)
    INSERT INTO lecture_assignment (id, version, created_at, updated_at, prefecture_id, unit_id, lecture_id,
        attendee_id, person_id, role, status, asked_by_id)
    SELECT uuidv7(), 1, $1, $1, $2, unit_id, id, attendee_id, person_id, role, 'ACCEPTED', unit_id
    FROM helped"""

# $4 activities, a few hours apart, the last fifth of them to come, each with ten volunteers in turn.
HELD = """
    WITH planned AS (
        SELECT uuidv7() AS id, uuidv7() AS appointment_id, n, ($3::uuid[])[1 + n % cardinality($3::uuid[])] AS unit_id,
            $1::timestamptz + (n - $4 * 4 / 5) * (interval '800 days' / $4::int) AS at, n > $4 * 4 / 5 AS is_ahead
        FROM generate_series(1, $4::int) n),
    dated AS (
        INSERT INTO appointment (id, version, created_at, updated_at, unit_id, prefecture_id, kind, uid, sequence,
            title, starts_at, ends_at, place, online_url, status, changed_at)
        SELECT appointment_id, 1, $1, $1, unit_id, $2::uuid, 'ACTIVITY', appointment_id || '@police.aohama.example', 0,
            '第' || n || '回サイバーパトロール', at, at + interval '2 hours', '', '', 'CONFIRMED', $1
        FROM planned),
    held AS (
        INSERT INTO activity (id, version, created_at, updated_at, prefecture_id, unit_id, appointment_id, kind, status,
            title, starts_at, reason, remarks, reported_count)
        SELECT id, 1, $1, $1, $2, unit_id, appointment_id, 'PURIFICATION',
            CASE WHEN is_ahead THEN 'CONFIRMED' ELSE 'HELD' END, '第' || n || '回サイバーパトロール', at, '', '',
            CASE WHEN NOT is_ahead THEN 3 END
        FROM planned),
    came AS (
        SELECT uuidv7() AS attendee_id, planned.*, volunteer.id AS volunteer_id, volunteer.person_id FROM planned
        CROSS JOIN generate_series(1, 10) seat
        JOIN (SELECT *, row_number() OVER (ORDER BY id) AS n, count(*) OVER () AS all FROM volunteer) volunteer
            ON volunteer.n = 1 + (planned.n * 10 + seat) % volunteer.all),
    asked AS (
        INSERT INTO attendee (id, version, created_at, updated_at, unit_id, prefecture_id, appointment_id, person_id,
            role, partstat, answered_at, channel, remark, invited_at, waits, raised, shown_starts_at)
        SELECT attendee_id, 1, $1, $1, unit_id, $2, appointment_id, person_id, 'PARTICIPANT', 'ACCEPTED', $1, 'PAGE',
            '', $1, false, 0, at
        FROM came)
    INSERT INTO activity_participation (id, version, created_at, updated_at, prefecture_id, unit_id, activity_id,
        volunteer_id, attendee_id, person_id, status, starts_at, reason, minutes_reported, minutes_approved)
    SELECT uuidv7(), 1, $1, $1, $2, unit_id, id, volunteer_id, attendee_id, person_id,
        CASE WHEN is_ahead THEN 'CONFIRMED' ELSE 'ATTENDED' END, at, '', CASE WHEN NOT is_ahead THEN 120 END,
        CASE WHEN NOT is_ahead THEN 120 END
    FROM came"""

# $4 entries for each drill, sealed long ago.
JOURNAL = """
    INSERT INTO journal (id, at, unit_id, prefecture_id, request_id, fact, kind, row_id, before, after, salt, number)
    SELECT uuidv7(), $1::timestamptz - interval '1 minute' * n, drill.unit_id, $2::uuid, 'bench', 'drill-corrected',
        'Drill', drill.id, '{}', '{"place": "大会議室"}', '',
        (SELECT coalesce(max(number), 0) FROM journal) + row_number() OVER ()
    FROM drill, generate_series(1, $4::int) n WHERE cardinality($3::uuid[]) > 0"""

TO_STAFF = """
    { lectures(first: 20, filter: { needsLecturer: true }) { edges { node {
        id theme startsAt school { id name } assignments(first: 5) { edges { node { status role } } } } } } }"""
LECTURES = "{ lectures(first: 20, orderBy: STARTS_AT_DESC) { edges { node { id theme status startsAt } } } }"
ACTIVITIES = """
    query($now: DateTime!) { volunteerActivities(first: 20, filter: { startsFrom: $now }) { edges { node {
        id title startsAt participations(first: 20) { edges { node { status volunteer { id } } } } } } } }"""
EXPIRING = """
    query($from: Date!) { volunteers(first: 20, filter: { status: [ACTIVE], termToFrom: $from }) {
        edges { node { id status termTo person { id familyName } } } } }"""
VOLUNTEER = "query($text: String!) { volunteers(first: 20, filter: { text: $text }) { edges { node { id status } } } }"
DATES = """
    query($now: DateTime!) { appointments(first: 20, filter: { startsFrom: $now }) { edges { node {
        id title startsAt attendees(first: 20) { edges { node { partstat } } } } } } }"""
HISTORY = "query($node: ID!) { journal(first: 20, filter: { node: $node }) { edges { node { at fact after } } } }"


async def add_dispatches(ground: Ground, *, schools: int, lectures: int, volunteers: int, activities: int) -> None:
    """So many lectures for each school."""
    who = (ground.hq.now, ground.hq.prefecture_id, list(ground.hq.units))
    await database.execute(SCHOOLS, *who, schools)
    await database.execute(VOLUNTEERS, *who, volunteers)
    async with unstirred():
        await database.execute(GIVEN, *who, lectures, ground.hq.person_id)
        await database.execute(HELD, *who, activities)


async def add_history(ground: Ground, entries: int) -> None:
    """So many changes of each drill that is there."""
    await database.execute(JOURNAL, ground.hq.now, ground.hq.prefecture_id, list(ground.hq.units), entries)


async def guests(ground: Ground) -> tuple[Actor, Actor]:
    """A school and a volunteer of those that were added."""
    contact = await Contact.filter(department="", job_title="教頭").order_by("id").first()
    volunteer = await Volunteer.filter(status="ACTIVE").order_by("id").first()
    assert contact is not None, "it was added"
    assert volunteer is not None, "it was added"
    now, prefecture_id = ground.hq.now, ground.hq.prefecture_id
    return (
        Actor(Role.SCHOOL, now, contact.person_id, contact.unit_id, prefecture_id, (), contact.organization_id),
        Actor(Role.VOLUNTEER, now, volunteer.person_id, volunteer.unit_id, prefecture_id),
    )


async def questions(ground: Ground) -> list[Question]:
    """What headquarters asks of them."""
    hq, now = headquarters(ground), ground.hq.now
    at, day = {"now": now.isoformat()}, {"from": str(now.astimezone(TOKYO).date())}
    [drill] = await database.rows("SELECT id FROM drill ORDER BY id LIMIT 1")
    return [
        Question("講師の決まらない講義・県本部", hq, TO_STAFF, ""),
        Question("これからの活動・県本部", hq, ACTIVITIES, "", variables=at),
        Question("これからの予定・県本部", hq, DATES, "", variables=at),
        Question("任期の切れるボランティア・県本部", hq, EXPIRING, "", variables=day),
        Question("ボランティアの名前・県本部", hq, VOLUNTEER, "", variables={"text": "例塚123"}),
        Question("訓練の変更履歴・県本部", hq, HISTORY, "", variables={"node": f"Drill:{drill['id']}"}),
    ]
