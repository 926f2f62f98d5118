"""BENCH ONLY: masses of rows written straight into an empty database, past every verb and without any journal.

Nothing else may write like this: the rows obey the constraints, but nobody has decided them. What is written is
the same each time but for ids and instants.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from api.benchmarks.ground import Ground
from domain import database
from domain.japanese import Period

# In each: $1 the instant, $2 the units that own the rows in turn, $3 the prefecture, $4 how many; of dates, $5 is the
# first and $6 how far apart they are.

ORGANIZATIONS = """
    INSERT INTO organization (id, version, created_at, updated_at, unit_id, prefecture_id, kind, name, name_kana,
        municipality_code, postal_code, address, phone, industry, size, is_small, ceptoar, ministry, bcp,
        contact_system, search, kana_order, identity)
    SELECT uuidv7(), 1, $1::timestamptz, $1::timestamptz, ($2::uuid[])[1 + n % cardinality($2::uuid[])], $3::uuid,
        'COMPANY', '架空商事' || n || '株式会社', 'カクウショウジ' || n, '', '', '見本市例示町' || n, '', '卸売業',
        CASE n % 2 WHEN 0 THEN 'SMALL' END, n % 2 = 0, '', '', 'UNKNOWN', 'UNKNOWN',
        '架空商事' || n || '株式会社 架空商事' || n, lpad(n::text, 10, '0'), 'name:架空商事' || n
    FROM generate_series(1, $4::int) n"""

DRILLS = """
    WITH held AS (
        INSERT INTO appointment (id, version, created_at, updated_at, unit_id, prefecture_id, kind, uid, sequence,
            title, starts_at, ends_at, place, online_url, status, changed_at)
        SELECT uuidv7(), 1, $1::timestamptz, $1::timestamptz, ($2::uuid[])[1 + n % cardinality($2::uuid[])], $3::uuid,
            'DRILL', gen_random_uuid() || '@police.aohama.example', 0, '第' || n || '回共同対処訓練',
            $5::timestamptz + n * $6::interval, $5 + n * $6 + interval '3 hours', '大会議室', '', 'CONFIRMED', $1
        FROM generate_series(0, $4::int - 1) n
        RETURNING *)
    INSERT INTO drill (id, version, created_at, updated_at, unit_id, prefecture_id, appointment_id, status, format,
        threat, title, search, purpose, scenario, objectives, starts_at, reason, summary)
    SELECT uuidv7(), 1, $1, $1, unit_id, prefecture_id, id, $7, 'TABLETOP', 'RANSOMWARE', title, title,
        '連絡の手順を確かめる', '', '["警察への通報を15分以内に行う"]', starts_at, '', ''
    FROM held"""

APPOINTMENTS = """
    INSERT INTO appointment (id, version, created_at, updated_at, unit_id, prefecture_id, kind, uid, sequence,
        title, starts_at, ends_at, place, online_url, status, changed_at)
    SELECT uuidv7(), 1, $1::timestamptz, $1::timestamptz, ($2::uuid[])[1 + n % cardinality($2::uuid[])], $3::uuid,
        'LECTURE', n || '-lecture@police.aohama.example', n % 3, '見本市立第' || n || '小学校 SNSの安全な使い方',
        $5::timestamptz + n * $6::interval, $5 + n * $6 + interval '50 minutes',
        '見本市立第' || n || '小学校 体育館', '', 'CONFIRMED', $1
    FROM generate_series(0, $4::int - 1) n"""

# Each drill has organisations of its own, the partner's in every 25th: so it stands in 4 of 100 of them. Every fifth
# that takes part holds the drill with us, so that whoever asks for trainees is not given everything; each body in one
# of five of its own, for it is the turns in which all take part that are counted on. They were invited to one drill
# after the other: rows of one instant PostgreSQL takes for few, whatever page of them is asked for.
PARTICIPATIONS = """
    INSERT INTO drill_participation (id, version, created_at, updated_at, unit_id, prefecture_id, drill_id,
        appointment_id, organization_id, role, reply, planned_count, names, attended_count, was_asked)
    SELECT uuidv7(), 1, drill.invited_at, drill.invited_at, drill.unit_id, drill.prefecture_id, drill.id,
        drill.appointment_id, bodies.ids[1 + (drill.n * $2::int + seat) % cardinality(bodies.ids)],
        CASE ((drill.n * $2::int + seat) / cardinality(bodies.ids) + seat) % 5 WHEN 0 THEN 'CO_HOST' ELSE 'TRAINEE' END,
        'ACCEPTED', 1 + seat % 4, '[]', CASE drill.status WHEN 'FINISHED' THEN 1 + seat % 4 END, true
    FROM (SELECT *, row_number() OVER (ORDER BY starts_at) AS n,
            $1::timestamptz - interval '1 minute' * row_number() OVER (ORDER BY starts_at DESC) AS invited_at
            FROM drill) drill,
        (SELECT array_agg(id ORDER BY id) AS ids FROM organization) bodies,
        generate_series(0, $2::int - 1) seat"""

# One person of each body, the contact who is there or somebody else, is asked to all of its drills, and comes.
ATTENDEES = """
    WITH body AS (
        SELECT organization.*, coalesce(contact.person_id, uuidv7()) AS coming_id, contact.id IS NULL AS is_unknown
        FROM organization LEFT JOIN contact ON contact.organization_id = organization.id),
    known AS (
        INSERT INTO person (id, version, created_at, updated_at, prefecture_id, unit_id, is_officer, family_name,
            given_name, family_name_kana, given_name_kana, mail_address, phone, extension, search, kana_order,
            remind_days, wants_digest)
        SELECT coming_id, 1, $1::timestamptz, $1::timestamptz, prefecture_id, unit_id, false, '例塚', '', '', '',
            '', '', '', '例塚', kana_order, 1, false
        FROM body WHERE is_unknown)
    INSERT INTO attendee (id, version, created_at, updated_at, unit_id, prefecture_id, appointment_id, person_id,
        organization_id, role, partstat, answered_at, channel, remark, invited_at, waits, raised, shown_starts_at)
    SELECT uuidv7(), 1, part.created_at, part.created_at, part.unit_id, part.prefecture_id, part.appointment_id,
        body.coming_id, body.id, 'PARTICIPANT', 'ACCEPTED', part.created_at, 'PAGE', '', part.created_at, false, 0,
        drill.starts_at
    FROM drill_participation part
    JOIN drill ON drill.id = part.drill_id
    JOIN body ON body.id = part.organization_id"""
TRIGGERS = "ALTER TABLE attendee {} TRIGGER USER"

# $5 is who answers for them, $6 how many parties there are in all: of each agreement as many, the bodies in turn.
AGREEMENTS = """
    WITH signed AS (
        INSERT INTO agreement (id, version, created_at, updated_at, unit_id, prefecture_id, kind, status, title, number,
            more_numbers, classification_code, research_theme, purpose, items, responsible_id, author_id, signed_on,
            signed_at, effective_on, auto_renews_months, notice_days, reason, search, kana_order)
        SELECT uuidv7(), 1, $1::timestamptz, $1::timestamptz, ($2::uuid[])[1 + n % cardinality($2::uuid[])], $3::uuid,
            'JOINT_RESPONSE', 'IN_FORCE', '第' || n || '号協定', '', '[]', '', '', '', '[]', $5::uuid, $5::uuid,
            ($1::timestamptz)::date - 900, '', ($1::timestamptz)::date - 900, 0, 0, '', '第' || n || '号協定',
            lpad(n::text, 10, '0')
        FROM generate_series(1, $4::int) n
        RETURNING *)
    INSERT INTO agreement_party (id, version, created_at, updated_at, unit_id, prefecture_id, agreement_id, side,
        organization_id, acceded_on, signatory_name, signatory_title)
    SELECT uuidv7(), 1, $1, $1, signed.unit_id, signed.prefecture_id, signed.id, 'PARTNER', body.id,
        signed.effective_on, '見本', ''
    FROM (SELECT *, row_number() OVER (ORDER BY id) - 1 AS n FROM organization) body
    JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS n FROM signed) signed ON signed.n = body.n % $4
    WHERE body.n < $6::int"""

# Of the last two years, in turn with each body. What waits is a week's of that: one in a hundred is still planned, one
# waits to be checked, and of one the next step is due.
ENCOUNTERS = """
    INSERT INTO encounter (id, version, created_at, updated_at, unit_id, prefecture_id, kind, status, theme,
        organization_id, starts_at, purpose, outcome, reason, next_step, next_due_on, next_owner_id, reported_by_id,
        reported_at, search)
    SELECT uuidv7(), 1, $1::timestamptz, $1::timestamptz, body.unit_id, $3::uuid, 'CALL',
        CASE n % 100 WHEN 0 THEN 'PLANNED' WHEN 50 THEN 'REPORTED' ELSE 'CHECKED' END, 'RELATIONSHIP', body.id,
        $1::timestamptz - n * (interval '700 days' / $4::int), '', '', '',
        CASE WHEN n % 100 = 7 THEN '資料' ELSE '' END, CASE WHEN n % 100 = 7 THEN ($1::timestamptz)::date - 5 END,
        CASE WHEN n % 100 = 7 THEN $5::uuid END, $6::uuid,
        CASE WHEN n % 100 > 0 THEN $1::timestamptz END, '第' || n || '回ノ接触'
    FROM generate_series(1, $4::int) n
    JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS at FROM organization) body
        ON body.at = n % (SELECT count(*) FROM organization)
    WHERE cardinality($2::uuid[]) > 0"""

# After the model of the one letter that is there, which goes: $1 drills, $2 letters for each, $3 letters in all.
INVITATIONS = """
    WITH model AS (DELETE FROM letter RETURNING letter.*)
    INSERT INTO letter (id, key, kind, unit_id, person_id, appointment_id, to_name, to_address, method, facts,
        request_id, owed_at, due_at, attempts, returned_code, gathers)
    SELECT uuidv7(), 'bench:' || date.id || ':' || seat, model.kind, date.unit_id, gen_random_uuid(), date.id,
        to_name, 'partner' || seat || '@example.jp', method,
        facts || jsonb_build_object('uid', date.uid, 'title', date.title, 'attendee_id', gen_random_uuid()),
        request_id, owed_at, due_at, 0, '', true
    FROM model, generate_series(1, $2::int) seat,
        (SELECT * FROM appointment WHERE status = 'CONFIRMED' ORDER BY starts_at LIMIT $1::int) date
    LIMIT $3::int"""


async def add_organizations(ground: Ground, count: int) -> None:
    """Companies, in turn of each unit."""
    await database.execute(ORGANIZATIONS, *_owned(ground), count)


async def add_drills(ground: Ground, count: int, seats: int, *, held: Period | None = None) -> None:
    """Drills, to come an hour apart, or evenly held in a period; so many organisations send somebody to each."""
    first, apart = (held.starts_at, _apart(held, count)) if held else (ground.hq.now, timedelta(hours=1))
    await database.execute(DRILLS, *_owned(ground), count, first, apart, "FINISHED" if held else "CONFIRMED")
    await database.execute(PARTICIPATIONS, ground.hq.now, seats)
    async with unstirred():
        await database.execute(ATTENDEES, ground.hq.now)


async def add_agreements(ground: Ground, count: int, parties: int) -> None:
    """Agreements in force for years, with so many parties in all, each body of one agreement."""
    await database.execute(AGREEMENTS, *_owned(ground), count, ground.hq.person_id, parties)


async def add_encounters(ground: Ground, count: int) -> None:
    """Encounters of the last two years, evenly, in turn with each body."""
    officers = (ground.hq.person_id, ground.partner.person_id)
    await database.execute(ENCOUNTERS, *_owned(ground), count, *officers)


def _apart(period: Period, count: int) -> timedelta:
    return (period.ends_before - period.starts_at) / count


async def add_appointments(ground: Ground, count: int) -> None:
    """Dates from now on, evenly over the year that a feed shows."""
    apart = min(timedelta(hours=6), timedelta(days=360) / count)
    await database.execute(APPOINTMENTS, *_owned(ground), count, ground.hq.now, apart)


async def add_invitations(ground: Ground, drills: int, seats: int, most: int) -> None:
    """Letters that invite to drills to come, after the model of the only one that is owed."""
    await database.execute(DRILLS, *_owned(ground), drills, ground.hq.now, timedelta(hours=1), "CONFIRMED")
    await database.execute(INVITATIONS, drills, seats, most)


@asynccontextmanager
async def unstirred() -> AsyncIterator[None]:
    """Whoever is asked stirs no feed: there is none yet, and a trigger for each of a million would take minutes."""
    await database.execute(TRIGGERS.format("DISABLE"))
    yield
    await database.execute(TRIGGERS.format("ENABLE"))


async def settle() -> None:
    """Let PostgreSQL know what there is, and that everybody may see it, as it would by itself after a while."""
    await database.execute("VACUUM ANALYZE")


def _owned(ground: Ground) -> tuple[object, ...]:
    return ground.hq.now, list(ground.hq.units), ground.hq.prefecture_id
