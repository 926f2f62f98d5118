"""The officer's morning at the size of the nation: what waits, and which partners drift away.

The ceiling is a bare route of the same process with statements that a person wrote for just this answer: the rows that
wait, put in order, counted and cut off in the database; the partners whom nobody knows or has met for half a year.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from api.benchmarks import filling, load, partnership, waiting
from api.benchmarks.ground import Ground, Land
from api.benchmarks.measuring import Report
from api.benchmarks.questions import Question, compare, headquarters
from api.benchmarks.serving import Application, Bare, serving
from domain.actor import TOKYO
from domain.japanese import Period, PeriodBasis
from domain.worklist import WorkKind

WANTED = 0.5
KINDS = [kind for kind in WorkKind if kind is not WorkKind.DRIFTING]
WAITING = """
    query Morning($kinds: [WorkKind!]) {
        worklist(kinds: $kinds, first: 50) { totalCount items { kind subject title since dueOn } } }"""
DRIFTING = "{ relationships(grades: [DRIFTING]) { organization name metOn } }"
# As somebody writes it who knows the rules and has only this to answer: whom to call is asked of the partners alone,
# and with the days of a prefecture that has set none.
DRIFTING_SQL = """
    SELECT json_build_object('relationships', (SELECT coalesce(json_agg(one), '[]') FROM (
        SELECT 'Organization:' || body.id AS organization, body.name, touch.met_on AS "metOn"
        FROM organization body
        JOIN (
            SELECT party.organization_id, min(party.acceded_on) AS since
            FROM agreement_party party JOIN agreement ON agreement.id = party.agreement_id
            WHERE party.removed_at IS NULL AND party.acceded_on <= $2
                AND (party.withdrawn_on IS NULL OR party.withdrawn_on > $2) AND agreement.effective_on <= $2
                AND (agreement.ended_on IS NULL OR agreement.ended_on >= $2)
                AND (agreement.lasts_until IS NULL OR agreement.lasts_until >= $2)
            GROUP BY party.organization_id) partner ON partner.organization_id = body.id
        LEFT JOIN (
            SELECT organization_id, max(starts_at) AS at FROM encounter
            WHERE status IN ('REPORTED', 'CHECKED') AND starts_at <= $3
            GROUP BY organization_id) met ON met.organization_id = body.id
        LEFT JOIN (
            SELECT member.organization_id, max(meeting.starts_at) AS at
            FROM council_attendance came
            JOIN council_meeting meeting ON meeting.id = came.meeting_id
            JOIN council_membership member ON member.id = came.membership_id
            WHERE came.removed_at IS NULL AND came.proxy_holder_id IS NULL
                AND meeting.status IN ('HELD', 'MINUTED') AND meeting.starts_at <= $3
            GROUP BY member.organization_id) seated ON seated.organization_id = body.id
        LEFT JOIN (
            SELECT host.organization_id, max(event.starts_at) AS at
            FROM outreach_host host JOIN outreach_event event ON event.id = host.event_id
            WHERE host.removed_at IS NULL AND host.role <> 'SUPPORTER'
                AND event.status IN ('HELD', 'REPORTED', 'CHECKED') AND event.starts_at <= $3
            GROUP BY host.organization_id) beside ON beside.organization_id = body.id
        CROSS JOIN LATERAL (
            SELECT (greatest(met.at, seated.at, beside.at) AT TIME ZONE 'Asia/Tokyo')::date AS met_on) touch
        WHERE body.unit_id = ANY ($1::uuid[]) AND body.retired_on IS NULL
            AND ($2 - coalesce(touch.met_on, partner.since) > 180 OR NOT EXISTS (
                SELECT FROM contact WHERE contact.organization_id = body.id AND contact.since <= $2
                    AND (contact.until IS NULL OR contact.until > $2)))
        ORDER BY body.kana_order, body.id LIMIT 500) one))::text"""


@dataclass(frozen=True)
class Size:
    """`seconds` is how long each half of a round lasts."""

    agreements: int = 2_000
    parties: int = 15_000
    encounters: int = 100_000
    drills: int = 400
    seats: int = 10
    notices: int = 40
    campaigns: int = 10
    councils: int = 30
    events: int = 200
    rounds: int = 5
    seconds: float = 2.0


async def measure(land: Land, size: Size = Size()) -> Report:
    """Answers per second; about a minute."""
    async with land.ground() as ground:
        await filling.add_organizations(ground, size.parties)
        await filling.add_agreements(ground, size.agreements, size.parties)
        await filling.add_encounters(ground, size.encounters)
        await filling.add_drills(ground, size.drills, size.seats, held=_last_year(ground))
        await partnership.add_partnership(ground, notices=size.notices, campaigns=size.campaigns)
        await partnership.add_meetings(ground, councils=size.councils, events=size.events)
        await filling.settle()
        asked = list(questions(ground))
        handwritten = tuple(one.handwritten for one in asked)
        with serving(Application(ground.url)) as port, serving(Bare(ground.url, handwritten)) as bare:
            lines = [await compare(port, bare, one, size.rounds, size.seconds) for one in asked]
    workload = (
        f"協定{size.agreements:,}件・当事者{size.parties:,}団体・接触{size.encounters:,}件と、担当者・訓練{size.drills:,}件・"
        f"お知らせ{size.notices:,}件・疎通確認{size.campaigns:,}件・協議会{size.councils:,}・"
        f"広報啓発{size.events:,}件から、待っている仕事の"
        f"はじめの50件と総数、遠のいている協定先を HTTP で読む。接続{load.CONNECTIONS}。"
        "天井は同じ答えを手書きのSQLで作り、素の Starlette で返すもの"
    )
    return Report("worklist", workload, tuple(lines))


def _last_year(ground: Ground) -> Period:
    today = ground.hq.now.astimezone(TOKYO).date()
    return Period.of_year(today.year - 1, PeriodBasis.CALENDAR_YEAR)


def questions(ground: Ground) -> Iterator[Question]:
    """As headquarters, which has all stations before it."""
    hq = headquarters(ground)
    yield Question("待っている仕事50件と総数", hq, WAITING, _told(ground, waiting.SQL), WANTED, {"kinds": KINDS})
    yield Question("遠のいている協定先", hq, DRIFTING, _told(ground, DRIFTING_SQL), WANTED)


def _told(ground: Ground, sql: str) -> str:
    """The day, the instant and who asks stand in it as they are: else PostgreSQL would plan it for whatever days there
    may be."""
    now = ground.hq.now
    day, instant = f"DATE '{now.astimezone(TOKYO).date()}'", f"TIMESTAMPTZ '{now.isoformat()}'"
    return sql.replace("$2", day).replace("$3", instant).replace("$4", f"'{ground.hq.person_id}'")
