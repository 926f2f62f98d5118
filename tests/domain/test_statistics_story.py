"""What was entered through the verbs stands in the quarter's figures; the numbers are written out by hand."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from domain import activities, agreements, drills, statistics, volunteers
from domain.activities import ActivityKind, ActivityParticipation, ActivityResults
from domain.agreements import Agreement, AgreementKind, AgreementParty, Signature
from domain.japanese import Period
from domain.statistics import ALL, Report
from domain.volunteers import CommissionKind
from tests import make
from tests.domain.drills import asking
from tests.make import Town

AUTUMN = datetime.fromisoformat("2026-10-01T00:30:00+09:00")
NEXT_APRIL = datetime.fromisoformat("2027-04-01T00:30:00+09:00")


async def in_force(town: Town, *names: str) -> Agreement:
    """Signed today, until 31 March."""
    bodies = [await make.company(town.officer, name) for name in names]
    agreement = await agreements.propose(
        town.officer,
        kind=AgreementKind.JOINT_RESPONSE,
        title="サイバー犯罪に対する共同対処協定",
        organization_ids=[body.id for body in bodies],
    )
    await agreements.negotiate(town.officer, agreement.id)
    await agreements.submit(town.officer, agreement.id)
    await agreements.approve(town.hq, agreement.id)
    signed = [Signature(party.id, "例示 太郎") for party in await AgreementParty.filter(agreement_id=agreement.id)]
    days = {"signed_on": town.officer.today, "expires_on": date(2027, 3, 31)}
    return await agreements.sign(town.officer, agreement.id, signatures=signed, **days)  # type: ignore[arg-type]


async def patrolled(town: Town, minutes: list[int]) -> None:
    """So many volunteers patrolled, each this long; the hours of the first are cut when they are approved."""
    going = [await make.volunteer(town, family_name=f"試験{number}") for number in range(len(minutes))]
    patrol = await make.activity(town.officer, kind=ActivityKind.PURIFICATION)
    await activities.register(town.officer, patrol.id, volunteer_ids=[one.id for one in going])
    await activities.confirm(town.officer, patrol.id)
    after = make.at(town.officer, patrol.starts_at + timedelta(hours=3))
    parts = await ActivityParticipation.filter(activity_id=patrol.id).order_by("id")
    came = [activities.Presence(part.id, said) for part, said in zip(parts, minutes, strict=True)]
    results = ActivityResults(reported_count=12, forwarded_count=10, removed_count=7)
    await activities.hold(after, patrol.id, attended=came, results=results)
    cut = [activities.ApprovedMinutes(parts[0].id, 30)]
    await activities.approve_minutes(make.at(town.hq, after.now), patrol.id, differing=cut)


def told(report: Report, town: Town, *subjects: str) -> dict[str, Any]:
    """The figures of the station that are not 0, all kinds together."""
    return {
        figure.tally.key: figure.value
        for figure in report.figures()
        if figure.unit_id == town.station.id and figure.kind == ALL and figure.subject in subjects and figure.value
    }


def test_an_agreement_counts_from_its_signing_to_its_last_day(play: Any) -> None:
    async def story(town: Town) -> None:
        await in_force(town, "架空電力株式会社", "見本信用金庫")
        subjects = ("AGREEMENT", "AGREEMENT_PARTY")
        summer = await statistics.show(make.at(town.hq, AUTUMN), Period.parse("2026Q2"))
        standing = {"AGREEMENTS_IN_FORCE": 1, "PARTIES": 2, "PARTIES_UNIQUE": 2}
        assert told(summer, town, *subjects) == standing | {"AGREEMENTS_NEW": 1}
        last_day = await statistics.show(make.at(town.hq, NEXT_APRIL - timedelta(days=1)), Period.parse("2026Q4"))
        assert told(last_day, town, *subjects) == standing, "it stands, and may go on yet"
        await agreements.expire(NEXT_APRIL)
        hq = make.at(town.hq, NEXT_APRIL)
        winter = await statistics.show(hq, Period.parse("2026Q4"))
        assert told(winter, town, *subjects) == standing | {"AGREEMENTS_ENDED": 1, "AGREEMENTS_EXPIRED": 1}
        assert told(await statistics.show(hq, Period.parse("2027-04-01")), town, *subjects) == {}

    play(story)


def test_volunteers_count_by_their_terms_and_their_work_by_its_date(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.group(town.officer)
        await patrolled(town, [90, 60])
        adviser = await make.volunteer(town, family_name="例塚", kind=CommissionKind.TECHNICAL_ADVISOR)
        await volunteers.resign(make.at(town.hq, AUTUMN - timedelta(days=10)), adviser.id)
        report = await statistics.show(make.at(town.hq, AUTUMN), Period.parse("2026Q2"))
        assert told(report, town, "VOLUNTEER_GROUP", "COMMISSION", "ACTIVITY", "ACTIVITY_PARTICIPATION") == {
            "VOLUNTEER_GROUPS": 1,
            "VOLUNTEERS": 2,
            "VOLUNTEERS_NEW": 3,
            "VOLUNTEERS_LEFT": 1,
            "ACTIVITIES": 1,
            "PATROL_REPORTED": 12,
            "PATROL_FORWARDED": 10,
            "PATROL_REMOVED": 7,
            "ACTIVITY_PEOPLE": 2,
            "ACTIVITY_PEOPLE_UNIQUE": 2,
            "ACTIVITY_HOURS": Decimal("1.5"),
            "ACTIVITY_HOURS_APPROVED": Decimal("1.5"),
        }

    play(story)


def test_a_drill_counts_when_it_is_finished_with_whoever_came(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.invited(town.officer, await make.drill(town.officer), "テスト鉄道株式会社")
        drill, _ = await asking.finished(town, "架空電力株式会社", "見本信用金庫")
        called_off = await make.drill(town.officer)
        await drills.call_off(town.officer, called_off.id, reason="台風")
        report = await statistics.show(make.at(town.hq, AUTUMN), Period.parse("2026Q2"))
        assert told(report, town, "DRILL", "DRILL_PARTICIPATION") == {
            "DRILLS": 1,
            "DRILL_OFFICERS": 10,
            "DRILL_BODIES": 2,
            "DRILL_BODIES_UNIQUE": 2,
            "DRILL_PEOPLE": 6,
        }
        hq = make.at(town.hq, AUTUMN)
        behind = {"measure": "DRILLS", "unit_id": town.prefecture.id, "period": Period.parse("2026Q2")}
        assert await statistics.records_behind(hq, **behind) == [drill.id]

    play(story)
