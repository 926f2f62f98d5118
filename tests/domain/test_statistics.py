"""The quarter's figures: counted right, shown to whom they belong, kept, and traced to their records."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain import agreements, lectures, statistics, units
from domain.activities import ActivityKind
from domain.actor import TOKYO, Actor, Role
from domain.agreements import AgreementKind, CooperationItem, OutputKind
from domain.councils import CouncilKind
from domain.drills import DrillThreat, Participation, ParticipationRole
from domain.encounters import EncounterKind, EncounterTheme, GuidedBusiness
from domain.errors import Invalid, NotAllowed, NotFound
from domain.installation import found_national
from domain.japanese import Measure, Period, months_later
from domain.lectures import Audience, Counted, Lecture, LectureKind
from domain.notices import NoticeSeverity
from domain.organizations import CiSector, ContactRole, Industry, Organization, OrganizationKind, OrganizationSize
from domain.outreach import OutreachAudience, OutreachHostRole, OutreachKind, OutreachTheme
from domain.statistics import ALL, BY_KEY, TALLIES, Counting, Report, Run, RunRow
from domain.units import UnitKind
from domain.volunteers import CommissionKind, GroupBase
from domain.wifi import WifiFacility
from domain.worklist import RelationshipGrade
from tests import make
from tests.domain import random_year, recount
from tests.domain.drills.asking import finished
from tests.domain.random_year import AFTERWARDS
from tests.domain.test_walls import beside
from tests.make import Town

ONE_BY_ONE = ["AGREEMENTS_IN_FORCE", "AGREEMENTS_ENDED", "PARTIES", "VOLUNTEER_GROUPS", "ACTIVITIES"]
ONE_BY_ONE += ["ACTIVITY_PEOPLE", "LECTURES", "DRILLS", "DRILL_BODIES"]
LATER = datetime.fromisoformat("2026-10-01T00:30:00+09:00")
SUMMER = Period.of_quarter(2026, 2)
PERIODS = ["2027Q4", "2028Q1", "2027", "CY2028Q1", "2028", "CY2028", "2028-02-29", "2028-03-31", "2028-04-01"]


async def given(town: Town, who: Actor | None = None, *, people: int = 58, **over: Any) -> Lecture:
    """A lecture in two weeks that has been given."""
    who = who or town.officer
    lecture = await make.lecture(who, **over)
    await lectures.accept(who, lecture.id)
    await lectures.assign(who, lecture.id, person_id=who.person_id)
    await lectures.confirm(who, lecture.id)
    after = make.at(who, lecture.starts_at + timedelta(hours=2))
    counts = [Counted(Audience.PUPIL_ELEM, people)]
    return await lectures.deliver(after, lecture.id, duration_minutes=50, head_counts=counts)


def at(actor: Actor, now: datetime = LATER) -> Actor:
    return make.at(actor, now)


def total(report: Report, key: str, kind: str = ALL) -> Any:
    assert report.whole_id is not None
    return report.value(report.whole_id, BY_KEY[key], kind)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sql_and_plain_loops_count_alike_at_the_edges_of_days_and_years(seed: int, play: Any) -> None:
    async def story(town: Town) -> None:
        await random_year.drawn(town, seed)
        places = await recount.rows_of()
        for code in PERIODS:
            period = Period.parse(code)
            report = await statistics.show(at(town.statistician, AFTERWARDS), period, fresh=True)
            items = await recount.recounted(period, report.as_of)
            for tally in report.tallies:
                for kind in (ALL, *tally.facts.kinds):
                    known = [item for item in items[tally.key] if kind in (ALL, item[1])]
                    assert total(report, tally.key, kind) == recount.figure(tally.key, kind, known), (
                        code,
                        tally.key,
                        kind,
                    )
                    for unit in report.units:
                        own = [item for item in known if places[item[0]] == unit.id]
                        is_station = unit.kind is UnitKind.STATION
                        expected = recount.figure(tally.key, kind, own, is_station=is_station)
                        assert report.value(unit.id, tally, kind) == expected, (code, tally.key, kind, unit.name)

    play(story)


def test_a_random_year_has_something_of_everything(play: Any) -> None:
    async def story(town: Town) -> Report:
        await random_year.drawn(town, 1)
        return await statistics.show(at(town.statistician, AFTERWARDS), Period.parse("2027Q4"), fresh=True)

    report = play(story)
    assert [tally.key for tally in TALLIES if not total(report, tally.key)] == []


def test_every_kind_has_its_label() -> None:
    kinds = {"AGREEMENT": AgreementKind, "AGREEMENT_PARTY": AgreementKind, "LECTURE": LectureKind}
    kinds |= {"AGREEMENT_COMMITMENT": CooperationItem, "RESEARCH_OUTPUT": OutputKind}
    kinds |= {"AGREEMENT_PARTY_BUSINESS": OrganizationKind, "AGREEMENT_PARTY_SIZE": OrganizationSize}
    kinds |= {"VOLUNTEER_GROUP": GroupBase, "COMMISSION": CommissionKind}
    kinds |= {"ACTIVITY": ActivityKind, "ACTIVITY_PARTICIPATION": ActivityKind}
    kinds |= {"ENCOUNTER": EncounterKind, "ENCOUNTER_THEME": EncounterTheme, "GUIDANCE": GuidedBusiness}
    kinds |= {"NOTICE": NoticeSeverity, "NOTICE_THEME": EncounterTheme, "NOTICE_RECIPIENT": NoticeSeverity}
    kinds |= dict.fromkeys(("AGREEMENT_INDUSTRY", "AGREEMENT_PARTY_INDUSTRY", "PARTNER"), Industry)
    kinds |= {"AGREEMENT_BUSINESS": OrganizationKind, "AGREEMENT_SIZE": OrganizationSize}
    kinds |= {"CAMPAIGN_COUNCIL": CouncilKind, "CAMPAIGN_SECTOR": CiSector}
    kinds |= {"RELATIONSHIP": RelationshipGrade}
    kinds |= {"LECTURE_AUDIENCE": Audience, "DRILL": DrillThreat, "DRILL_PARTICIPATION": DrillThreat}
    kinds |= {"IMPROVEMENT": DrillThreat}
    kinds |= {"ORGANIZATION": CiSector, "CONTACT": ContactRole, "CAMPAIGN_CONTACT": ContactRole}
    kinds |= {"COUNCIL": CouncilKind, "COUNCIL_MEMBERSHIP": CouncilKind}
    kinds |= {"OUTREACH": OutreachKind, "OUTREACH_THEME": OutreachTheme}
    kinds |= {"OUTREACH_AUDIENCE": OutreachAudience, "OUTREACH_HOST": OutreachHostRole}
    kinds |= {"COUNCIL_INFORMATION": CouncilKind, "COUNCIL_MEETING": CouncilKind, "COUNCIL_ATTENDANCE": CouncilKind}
    kinds |= dict.fromkeys(("WIFI_SPOT", "WIFI_SURVEY", "WIFI_ADVICE"), WifiFacility)
    assert {tally.facts.name: set(tally.facts.kinds) for tally in TALLIES} == {
        name: {kind.value for kind in known} for name, known in kinds.items()
    }


def test_keys_are_unique_and_fit_where_they_are_kept() -> None:
    assert len(BY_KEY) == len(TALLIES)
    assert max(len(key) for key in BY_KEY) <= 60


def test_a_lecture_counts_at_its_station_with_schools_once_and_people_each_time(play: Any) -> None:
    async def story(town: Town) -> None:
        school = await make.school(town.officer)
        teacher = await make.contact(town.officer, school)
        for days in (14, 15):
            starts_at = town.officer.now + timedelta(days=days)
            await given(town, school=school, contact=teacher, starts_at=starts_at)
        await make.lecture(town.officer, school=school, contact=teacher)
        report = await statistics.show(at(town.statistician), SUMMER)
        figures = {figure.tally.key: figure for figure in report.figures() if figure.unit_id == town.station.id}
        by_key = {
            figure.tally.key: figure.value
            for figure in report.figures()
            if (figure.unit_id, figure.kind) == (town.station.id, ALL) and figure.subject == "LECTURE"
        }
        assert by_key == {
            "LECTURES": 2,
            "LECTURES_WITH_VOLUNTEERS": 0,
            "LECTURE_SCHOOLS": 1,
            "LECTURE_PEOPLE": 116,
            "LECTURE_HOURS": Decimal("1.7"),
        }
        people = figures["LECTURE_PEOPLE"]
        assert (people.unit_label, people.counting, people.measure) == ("人", Counting.TOTAL, Measure.DURING)
        assert (people.basis.label, people.period_code, people.as_of) == ("年度", "2026Q2", date(2026, 9, 30))

    play(story)


def test_a_school_that_two_stations_serve_is_one_school_in_the_total(play: Any) -> None:
    async def story(town: Town) -> None:
        school = await make.school(town.officer)
        teacher = await make.contact(town.officer, school)
        first = await given(town, school=school, contact=teacher)
        starts_at = town.officer.now + timedelta(days=20)
        second = await given(town, school=school, contact=teacher, starts_at=starts_at)
        await Lecture.filter(id=second.id).update(unit_id=town.other_station.id)
        report = await statistics.show(at(town.hq), SUMMER)
        schools = BY_KEY["LECTURE_SCHOOLS"]
        assert [report.value(unit, schools) for unit in (first.unit_id, town.other_station.id)] == [1, 1]
        assert total(report, "LECTURE_SCHOOLS") == 1

    play(story)


def test_a_corrected_head_count_is_what_counts(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await given(town)
        counts = [Counted(Audience.TEACHER, 7)]
        await lectures.correct_head_counts(at(town.officer), lecture.id, head_counts=counts, reason="写し間違い")
        report = await statistics.show(at(town.hq), SUMMER)
        assert total(report, "LECTURE_PEOPLE") == 7
        assert total(report, "AUDIENCE_LECTURES", "PUPIL_ELEM") == 0

    play(story)


@pytest.mark.parametrize(
    ("starts_at", "period"),
    [
        ("2026-10-01T00:00+09:00", "2026Q3"),
        ("2026-10-01T08:59+09:00", "2026Q3"),
        ("2026-09-30T23:59+09:00", "2026Q2"),
    ],
)
def test_a_day_begins_at_midnight_in_japan(starts_at: str, period: str, play: Any) -> None:
    async def story(town: Town) -> None:
        await given(town, starts_at=datetime.fromisoformat(starts_at))
        statistician = at(town.statistician, LATER + timedelta(days=200))
        quarters = [Period.parse(code) for code in ("2026Q2", "2026Q3")]
        counted = [total(await statistics.show(statistician, quarter), "LECTURES") for quarter in quarters]
        assert counted == ([0, 1] if period == "2026Q3" else [1, 0])

    play(story)


def test_headquarters_is_one_row_and_a_section_counts_to_its_station(play: Any) -> None:
    async def story(town: Town) -> None:
        report = await statistics.show(at(town.statistician), SUMMER)
        assert [unit.name for unit in report.units] == ["青浜県警察本部", "青浜第1警察署", "青浜第2警察署"]
        assert set(report.units[0].members) >= {town.prefecture.id, town.section.id}

    play(story)


def test_a_closed_station_leaves_the_table_but_not_with_what_still_counts(play: Any) -> None:
    async def story(town: Town) -> None:
        await given(town)
        for unit in (town.station, town.other_station):
            await units.retire(town.admin, unit.id, version=unit.version, on=date(2026, 7, 1))
        report = await statistics.show(at(town.statistician), SUMMER)
        assert [unit.id for unit in report.units][1:] == [town.station.id]
        assert report.value(town.station.id, BY_KEY["LECTURES"]) == 1
        assert report.value(town.station.id, BY_KEY["AGREEMENTS_IN_FORCE"]) is None
        assert total(report, "AGREEMENTS_IN_FORCE") == 0

    play(story)


def test_a_single_day_has_stocks_only(play: Any) -> None:
    async def story(town: Town) -> None:
        report = await statistics.show(at(town.statistician), Period.parse("2026-09-30"))
        assert {figure.measure for figure in report.figures()} == {Measure.AS_OF}

    play(story)


def test_a_running_period_is_counted_up_to_today_and_says_so(play: Any) -> None:
    async def story(town: Town) -> None:
        report = await statistics.show(town.statistician, SUMMER)
        assert (report.as_of, report.is_preliminary) == (date(2026, 7, 1), True)
        with pytest.raises(Invalid, match="まだ始まっていない"):
            await statistics.show(town.statistician, Period.of_quarter(2026, 3))

    play(story)


def test_a_station_sees_its_own_row_and_no_total(play: Any) -> None:
    async def story(town: Town) -> None:
        await given(town)
        await statistics.compute_quarter(LATER)
        for fresh in (False, True):
            report = await statistics.show(at(town.other_officer), SUMMER, fresh=fresh)
            assert ([unit.id for unit in report.units], report.whole_id) == ([town.other_station.id], None)
            assert not any(figure.value for figure in report.figures())
            kept = await statistics.rows_visible_to(at(town.other_officer))
            assert {figure.unit_id for figure in kept} == {town.other_station.id}
        own = await statistics.show(at(town.officer), SUMMER)
        assert own.value(town.station.id, BY_KEY["LECTURES"]) == 1
        for who in (town.hq, town.statistician):
            assert await statistics.rows_visible_to(at(who)).count() == await RunRow.all().count()

    play(story)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.PARTNER, Role.SCHOOL, Role.VOLUNTEER])
def test_administrators_and_outsiders_get_no_figures(role: Role, play: Any) -> None:
    async def story(town: Town) -> None:
        await statistics.compute_quarter(LATER)
        stranger = replace(town.admin, role=role)
        with pytest.raises(NotAllowed):
            await statistics.show(at(stranger), SUMMER)
        with pytest.raises(NotAllowed):
            await statistics.compute(at(stranger), period="2026Q2")
        assert await statistics.visible_to(stranger).count() == 0
        assert await statistics.rows_visible_to(stranger).count() == 0

    play(story)


async def national(town: Town) -> Actor:
    npa = await found_national(town.admin.now)
    return Actor(Role.NATIONAL, LATER, town.admin.person_id, npa.id, npa.id)


def test_the_nation_sees_prefectures_side_by_side_and_no_station(play: Any) -> None:
    async def story(town: Town) -> None:
        await given(town)
        actor = await national(town)
        fresh = await statistics.show(actor, SUMMER)
        await statistics.compute(actor, period="2026Q2")
        assert await statistics.rows_visible_to(actor).count() == await RunRow.all().count() > 0
        assert await statistics.rows_visible_to(at(town.hq)).count() == 0
        for report in (fresh, await statistics.show(actor, SUMMER)):
            assert [unit.name for unit in report.units] == ["青浜県警察"]
            assert report.value(town.prefecture.id, BY_KEY["LECTURES"]) == total(report, "LECTURES") == 1
            assert {figure.unit_id for figure in report.figures()} == {town.prefecture.id, actor.unit_id}
        with pytest.raises(NotAllowed):
            await statistics.records_behind(actor, measure="LECTURES", unit_id=town.prefecture.id, period=SUMMER)

    play(story)


def test_a_body_that_two_prefectures_know_by_one_number_is_one_body_to_the_nation(play: Any) -> None:
    async def story(town: Town) -> None:
        other = await beside(town)
        for prefecture in (town, other):
            body = await make.company(prefecture.hq, corporate_number="8999900000001")
            for days in (1, 2):
                await make.encounter(make.at(prefecture.hq, prefecture.hq.now + timedelta(days=days)), body=body)
        report = await statistics.show(await national(town), SUMMER)
        for often, different in (("ENCOUNTERS", "ENCOUNTER_BODIES"), ("THEME_ENCOUNTERS", "THEME_BODIES")):
            for id in (town.prefecture.id, other.prefecture.id):
                assert (report.value(id, BY_KEY[often]), report.value(id, BY_KEY[different])) == (2, 1)
            assert (total(report, often), total(report, different)) == (4, 1)

    play(story)


def test_whoever_is_told_apart_by_identity_is_an_organization() -> None:
    """Else nobody would be found, and the figure be none."""
    facts = {tally.facts.name: tally.facts for tally in TALLIES if tally.facts.by_identity}
    assert len(facts) > 5
    assert [name for name, one in facts.items() if "organization_id AS body" not in one.select] == []


def test_the_clock_keeps_the_last_quarter_once_for_each_prefecture_and_the_nation(play: Any) -> None:
    async def story(town: Town) -> None:
        actor = await national(town)
        assert await statistics.compute_quarter(LATER) == 2
        assert await statistics.compute_quarter(LATER + timedelta(hours=3)) == 0
        runs = await Run.all()
        assert {(run.unit_id, run.starts_on, run.ends_on, run.person_id) for run in runs} == {
            (town.prefecture.id, SUMMER.starts_on, SUMMER.ends_on, None),
            (actor.unit_id, SUMMER.starts_on, SUMMER.ends_on, None),
        }

    play(story)


def test_what_was_kept_is_shown_until_it_is_computed_anew(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await given(town)
        await statistics.compute_quarter(LATER)
        next_day = LATER + timedelta(days=1)
        counts = [Counted(Audience.PUPIL_ELEM, 60)]
        await lectures.correct_head_counts(at(town.officer), lecture.id, head_counts=counts, reason="訂正")
        kept = await statistics.show(at(town.statistician, next_day), SUMMER)
        assert (total(kept, "LECTURE_PEOPLE"), kept.computed_at) == (58, LATER)
        fresh = await statistics.show(at(town.statistician, next_day), SUMMER, fresh=True)
        assert (total(fresh, "LECTURE_PEOPLE"), fresh.computed_at) == (60, next_day)
        await statistics.compute(at(town.hq, next_day), period="2026Q2")
        renewed = await statistics.show(at(town.statistician, next_day), Period.parse("CY2026Q3"))
        assert (total(renewed, "LECTURE_PEOPLE"), renewed.computed_at) == (60, next_day)
        assert renewed.counts == fresh.counts
        assert await Run.all().count() == 2

    play(story)


def test_a_run_of_a_running_period_does_not_answer_for_it(play: Any) -> None:
    async def story(town: Town) -> None:
        early = await statistics.compute(town.statistician, period="2026Q2")
        assert (early.as_of, early.ends_on) == (date(2026, 7, 1), date(2026, 9, 30))
        await given(town)
        assert total(await statistics.show(at(town.statistician), SUMMER), "LECTURES") == 1

    play(story)


def test_a_tally_that_a_kept_run_does_not_know_does_not_apply_and_the_others_stand_where_they_stood(play: Any) -> None:
    async def story(town: Town) -> None:
        await given(town)
        await statistics.compute_quarter(LATER)
        before = await statistics.show(at(town.statistician), SUMMER)
        run = await Run.get()
        tallies = [tally for tally, kinds in run.columns for _ in kinds]
        for row in await RunRow.all():
            row.counts = [count for tally, count in zip(tallies, row.counts, strict=True) if tally != "LECTURES"]
            await row.save()
        run.columns = [column for column in run.columns if column[0] != "LECTURES"]
        await run.save()
        after = await statistics.show(at(town.statistician), SUMMER)
        expected = {key: None if key[1] == "LECTURES" else count for key, count in before.counts.items()}
        assert after.counts == expected
        assert total(before, "LECTURES") == 1

    play(story)


def test_a_figure_is_traced_to_its_records_by_liaison_officers_only(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await given(town)
        await make.lecture(town.officer, school=await make.school(town.officer, "見本市立例示小学校"))
        behind = {"measure": "LECTURE_PEOPLE", "unit_id": town.station.id, "period": SUMMER}
        assert await statistics.records_behind(at(town.officer), **behind) == [lecture.id]
        whole = behind | {"unit_id": town.prefecture.id}
        assert await statistics.records_behind(at(town.hq), **whole, kind="LECTURE") == [lecture.id]
        assert await statistics.records_behind(at(town.hq), **whole, kind="TEACHER_TRAINING") == []
        for hidden in (behind, whole):
            with pytest.raises(NotFound):
                await statistics.records_behind(at(town.other_officer), **hidden)
        with pytest.raises(NotAllowed):
            await statistics.records_behind(at(town.statistician), **whole)
        with pytest.raises(Invalid):
            await statistics.records_behind(at(town.hq), **(whole | {"measure": "NAMES"}))
        with pytest.raises(Invalid):
            await statistics.records_behind(at(town.hq), **whole, kind="SPEECH")

    play(story)


def test_as_many_records_stand_behind_a_figure_as_it_says(play: Any) -> None:
    async def story(town: Town) -> None:
        await random_year.drawn(town, 4, size=15)
        hq = at(town.hq, AFTERWARDS)
        period = Period.parse("2027Q4")
        report = await statistics.show(hq, period)
        for tally in report.tallies:
            behind = await statistics.records_behind(hq, measure=tally.key, unit_id=town.prefecture.id, period=period)
            found = total(report, tally.key)
            assert len(behind) == found if tally.key in ONE_BY_ONE else bool(behind) >= bool(found)

    play(story)


def test_a_partner_counts_as_drilled_for_a_year_and_an_observer_never_does(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, _ = await finished(town, "架空電力株式会社", "例示銀行")
        looking_on, power = [await Organization.get(name=name) for name in ("例示銀行", "架空電力株式会社")]
        kind, ids = AgreementKind.MEMORANDUM, [looking_on.id, power.id]
        draft = await agreements.propose(town.officer, kind=kind, title="覚書", organization_ids=ids)
        ready = await make.awaiting(town, draft)
        signed = {"signed_on": town.officer.today, "signatures": await make.signatures(ready)}
        await agreements.sign(town.officer, ready.id, **signed)
        await Participation.filter(organization_id=looking_on.id).update(role=ParticipationRole.OBSERVER)
        held = make.at(town.officer, drill.starts_at).today
        afterwards = at(town.statistician, datetime(2028, 6, 1, tzinfo=TOKYO))
        counted = []
        for day in (held - timedelta(days=1), held, months_later(held, 12) - timedelta(days=1), months_later(held, 12)):
            report = await statistics.show(afterwards, Period.on(day))
            counted.append((total(report, "PARTNERS"), total(report, "PARTNERS_DRILLED")))
        assert counted == [(2, 0), (2, 1), (2, 1), (2, 0)]

    play(story)
