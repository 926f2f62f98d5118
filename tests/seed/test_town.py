"""青浜県 is what it promises to be: invented, whole, and the same whenever it is told on the same day."""

import asyncio
import re
import subprocess
import sys
from collections import Counter
from datetime import timedelta

from api import demonstration
from api.demonstration import Place
from domain import database
from domain.activities import Activity, ActivityKind, ActivityStatus
from domain.agreements import STANDING, Agreement, AgreementParty, AgreementStatus, Side
from domain.calendar import Appointment
from domain.councils import VOTING, Council, CouncilKind, CouncilMembership
from domain.criteria import any_of
from domain.drills import Drill, DrillStatus, Improvement, ImprovementStatus
from domain.encounters import Encounter, EncounterStatus, is_elsewhere
from domain.information import CouncilInformation, InformationStatus
from domain.japanese import corporate_number, school_code
from domain.journal import Entry
from domain.lectures import HeadCount, Lecture, LectureStatus
from domain.meetings import CouncilMeeting, MeetingStatus
from domain.notices import Notice, NoticeRecipient, NoticeStatus
from domain.organizations import Contact, Organization, OrganizationKind
from domain.outbox import Letter
from domain.outreach import OutreachEvent, OutreachHost, OutreachKind, OutreachStatus
from domain.people import Person
from domain.statistics import Run
from domain.units import Unit, UnitKind
from domain.volunteers import AgeBand, Volunteer, VolunteerGroup, VolunteerStatus, has_consent
from domain.wifi import WifiSpot, WifiStatus
from jobs.schedule import SCHEDULE, Alone
from seed.days import at
from seed.lecture_plans import SESSIONS
from tests.seed.contents import contents
from tests.test_readme import README

GIVEN = (LectureStatus.DELIVERED, LectureStatus.REPORTED)


def test_the_same_day_gives_the_same_town(look, demo, new_database, tmp_path, full):
    """The whole of it told a second time takes long; otherwise what is planned is compared, in two processes whose
    sets are in different orders."""
    told = look(contents())
    first, second = ((demo.today, told), again(new_database(), tmp_path)) if full else (plans("1"), plans("2"))
    assert all(told.values())
    assert first == second


def again(url, directory):
    """A second demonstration of the same day, up to where its doors open."""

    async def tell():
        told = await demonstration.prepare(Place(directory), url, "http://127.0.0.1", reset=False, say=lambda _: None)
        async with database.opened(url):
            return told.told_on, await contents()

    return asyncio.run(tell())


def plans(order):
    """What is planned for one day, by a process of its own."""
    command = "from tests.seed.test_plans import planned; print(planned(__import__('datetime').date(2026, 11, 22)))"
    done = subprocess.run(
        [sys.executable, "-c", command], env={"PYTHONHASHSEED": order}, capture_output=True, text=True
    )
    assert done.stdout, done.stderr
    return done.stdout


def test_the_police_have_three_desks_and_22_stations_with_56_liaison_officers(look):
    async def count():
        officers = Person.filter(is_officer=True, number__isnull=False)
        kinds = Counter([unit.kind for unit in await Unit.all()])
        return kinds, await officers.count(), await Unit.filter(kind=UnitKind.STATION, name_kana="").count()

    kinds, officers, unspoken = look(count())
    assert (kinds[UnitKind.STATION], kinds[UnitKind.HEADQUARTERS] - 2, officers, unspoken) == (22, 3, 56, 0)


def test_18_agreements_with_124_organisations_are_in_force(look):
    async def parties():
        standing = await Agreement.filter(status__in=STANDING)
        own = any_of(AgreementParty, "agreement_id", [one.id for one in standing])
        rows = await AgreementParty.filter(own, side=Side.PARTNER, withdrawn_on=None)
        return len(standing), [row.organization_id for row in rows]

    agreements, bodies = look(parties())
    assert (agreements, len(bodies), len(set(bodies))) == (18, 124, 124)


def test_agreements_have_been_renewed_have_ended_and_are_still_talked_about(look):
    async def states():
        return {agreement.status for agreement in await Agreement.all()}

    assert look(states()) >= {
        AgreementStatus.NEGOTIATING,
        AgreementStatus.IN_APPROVAL,
        AgreementStatus.AWAITING_SIGNATURE,
        AgreementStatus.RENEWING,
        AgreementStatus.RENEWED,
    }


def test_some_agreement_ends_within_90_days_and_its_officer_was_told(look, year):
    async def ending():
        soon = Agreement.filter(status__in=STANDING, lasts_until__lte=year.today + timedelta(days=90))
        told = await Letter.filter(kind="agreement-expiring")
        return {one.title for one in await soon}, {letter.facts["title"] for letter in told}

    titles, told = look(ending())
    assert len(titles) >= 2
    assert titles <= told


def test_the_quarters_that_are_over_have_their_lectures_of_about_105_people(look, year):
    async def given(period):
        inside = {"starts_at__gte": period.starts_at, "starts_at__lt": period.ends_before}
        lectures = await Lecture.filter(status__in=GIVEN, **inside)
        own = any_of(HeadCount, "lecture_id", [one.id for one in lectures])
        return len(lectures), sum([one.count for one in await HeadCount.filter(own)])

    whole = [(period.quarter, *look(given(period))) for period in year.quarters[:2]]
    assert [(quarter, lectures) for quarter, lectures, _ in whole] == [(q, SESSIONS[q]) for q, _, _ in whole]
    assert 95 <= sum([heard for *_, heard in whole]) / sum([count for _, count, _ in whole]) <= 115


def test_lectures_stand_at_every_step_of_their_lives(look):
    async def states():
        return {lecture.status for lecture in await Lecture.all()}

    assert look(states()) >= {
        LectureStatus.RECEIVED,
        LectureStatus.COORDINATING,
        LectureStatus.CONFIRMED,
        LectureStatus.REPORTED,
        LectureStatus.REFUSED,
        LectureStatus.CANCELLED,
        LectureStatus.WITHDRAWN,
    }


def test_no_request_of_the_past_was_forgotten(look, year):
    async def overdue():
        ended = (*GIVEN, LectureStatus.REFUSED, LectureStatus.CANCELLED, LectureStatus.WITHDRAWN)
        return await Lecture.filter(starts_at__lt=at(year.today, "00:00")).exclude(status__in=ended).count()

    assert look(overdue()) == 0


def test_eight_drills_of_the_year_were_held_or_are_coming_and_one_was_moved_with_its_uid(look):
    async def drills():
        unheld = (DrillStatus.CANCELLED, DrillStatus.DRAFT, DrillStatus.PLANNING)
        moved = await Appointment.filter(title="町村サイバー攻撃対処訓練").get()
        return await Drill.all().exclude(status__in=unheld).count(), moved.sequence

    count, sequence = look(drills())
    assert count == 8
    assert sequence >= 2


def test_most_contacts_of_partners_were_confirmed_within_the_year_and_some_wait_for_it(look, year):
    async def verified():
        known = await Contact.filter(until=None).prefetch_related("organization")
        return [one.verified_on for one in known if one.organization.school_code is None]

    days, a_year_ago = look(verified()), year.today - timedelta(days=365)
    stale = [day for day in days if day < a_year_ago]
    assert len(stale) < len(days) / 5
    assert stale or year.founded >= a_year_ago  # in the first days of a quarter nothing is older than a year


def test_what_the_drills_have_left_was_mostly_mended_and_some_of_it_is_overdue(look, year):
    async def left():
        return await Improvement.all()

    items = look(left())
    verified = [one for one in items if one.status is ImprovementStatus.VERIFIED]
    overdue = [one for one in items if one.settled_on is None and one.due_on < year.today]
    assert len(items) >= 8
    assert len(items) / 2 < len(verified) < len(items)
    assert overdue
    assert all(one.verified_by_id not in (one.done_by_id, one.owner_id) for one in verified)


def test_partners_are_met_all_year_and_some_encounters_wait_for_their_report_or_for_what_follows(look, year):
    async def met():
        counts = Counter([one.status for one in await Encounter.all()])
        waiting = Encounter.filter(status=EncounterStatus.PLANNED)
        open_steps = Encounter.filter(next_due_on__isnull=False, next_done_on=None)
        by_desk = await Encounter.filter(unit__kind=UnitKind.HEADQUARTERS).first()
        elsewhere = Encounter.filter(organization_id=by_desk.organization_id, starts_at__gt=by_desk.starts_at)
        near = [one for one in await elsewhere if is_elsewhere(one, by_desk)]
        days = [one.day for one in await waiting]
        return counts, days, await open_steps.count(), len(near)

    counts, days, steps, near = look(met())
    assert 380 <= sum(counts.values()) / (year.today - year.begins).days * 365 <= 410
    assert set(counts) >= {EncounterStatus.PLANNED, EncounterStatus.REPORTED, EncounterStatus.CHECKED}
    assert min(days) < year.today < max(days)
    assert steps > 0
    assert near > 0


def test_210_volunteers_serve_in_nine_groups_and_each_of_34_minors_with_consent(look, year):
    async def roster():
        serving = await Volunteer.filter(status=VolunteerStatus.ACTIVE)
        minors = [one for one in serving if one.age_band is not AgeBand.ADULT]
        lacking = [one.number for one in minors if not await has_consent(one.person_id, year.today)]
        return len(serving), len(minors), lacking, await VolunteerGroup.all().count()

    waiting = (40, 9) if year.today == year.april else (0, 0)  # the new ones are appointed at nine o'clock
    assert look(roster()) == (210 - waiting[0], 34 - waiting[1], [], 9)


def test_the_volunteers_were_active_in_all_three_ways(look):
    async def held():
        rows = await Activity.filter(status=ActivityStatus.HELD)
        patrols = [one for one in rows if one.kind is ActivityKind.PURIFICATION]
        return {one.kind for one in rows}, all(one.removed_count < one.reported_count for one in patrols)

    assert look(held()) == (set(ActivityKind), True)


def test_of_the_networks_of_each_station_some_were_wanting_and_some_are_better(look):
    async def found():
        spots = await WifiSpot.all()
        return len(spots), {spot.status for spot in spots}

    count, states = look(found())
    assert count == 44
    assert states >= {WifiStatus.FINE, WifiStatus.ADVISED, WifiStatus.IMPROVED}


def test_each_station_goes_to_the_public_and_some_of_it_waits_for_each_step(look, year):
    async def found():
        events = await OutreachEvent.all()
        hosts = await OutreachHost.filter(organization__kind=OrganizationKind.NON_LIFE_INSURER).count()
        over = [one for one in events if one.status is OutreachStatus.PLANNED and one.day < year.today]
        return Counter([one.status for one in events]), {one.kind for one in events}, hosts, len(over)

    counts, kinds, with_insurers, over = look(found())
    assert 60 <= sum(counts.values()) <= 100
    assert set(counts) == set(OutreachStatus) - {OutreachStatus.CANCELLED}
    assert kinds == set(OutreachKind)
    assert with_insurers >= 2
    assert over > 0


def test_five_councils_have_their_members_and_have_met(look):
    async def found():
        names = {one.id: one.kind for one in await Council.all()}
        members = await CouncilMembership.filter(role__in=VOTING)
        meetings = await CouncilMeeting.all()
        return (
            Counter([names[one.council_id] for one in members]),
            Counter([one.status for one in meetings]),
            {one.is_quorate for one in meetings if one.status is MeetingStatus.MINUTED},
            {one.status for one in await CouncilInformation.all()},
        )

    members, statuses, quorate, told = look(found())
    sizes = {CouncilKind.PREFECTURAL: 33, CouncilKind.CYBER_TERROR: 48, CouncilKind.STATION: 60}
    assert members == sizes | {CouncilKind.NETWORK: 150}
    assert statuses == {MeetingStatus.MINUTED: 3, MeetingStatus.HELD: 1, MeetingStatus.INVITED: 2}
    assert quorate == {True}
    assert told == {InformationStatus.PROVIDED, InformationStatus.NOT_PROVIDED, InformationStatus.WRITTEN}


def test_nothing_in_it_exists(look):
    async def everything():
        people, bodies = await Person.all(), await Organization.all()
        mails = [person.mail_address for person in people if person.mail_address]
        phones = [one.phone for one in (*people, *bodies, *await Unit.all()) if one.phone]
        numbers = [body.corporate_number for body in bodies if body.corporate_number]
        return mails, phones, numbers, [body.school_code for body in bodies if body.school_code]

    mails, phones, numbers, codes = look(everything())
    assert [mail for mail in mails if not mail.endswith(".example")] == []
    assert [phone for phone in phones if not phone.startswith("000-0000-0")] == []
    assert [number for number in numbers if corporate_number(number)[1:5] != "9999"] == []
    assert [code for code in codes if (school_code(code)[2:4], code[5:9]) != ("48", "9999")] == []
    assert (len(numbers), len(codes)) == (134, 428)


def test_each_station_has_a_switchboard_of_its_own(look):
    async def numbers():
        phones = {unit.name: unit.phone for unit in await Unit.filter(kind=UnitKind.STATION)}
        others = {one.phone for one in (*await Organization.all(), *await Unit.exclude(kind=UnitKind.STATION))}
        return phones, others

    phones, others = look(numbers())
    assert (len(phones), len(set(phones.values()))) == (22, 22)
    assert others & set(phones.values()) == set()


def test_the_readme_counts_what_is_there(look, year):
    async def counted():
        partners = any_of(
            AgreementParty, "agreement_id", [one.id for one in await Agreement.filter(status__in=STANDING)]
        )
        bound = await AgreementParty.filter(partners, side=Side.PARTNER, withdrawn_on=None)
        serving = await Volunteer.filter(status=VolunteerStatus.ACTIVE).count()
        bodies = await Organization.filter(corporate_number__isnull=False).count()
        return bodies, len({row.organization_id for row in bound}), await Volunteer.all().count(), serving + waiting

    waiting = 40 if year.today == year.april else 0  # appointed at nine o'clock

    said = re.search(r"(\d+) organisations, (\d+) of them partners.+?; (\d+) volunteers, (\d+) of them", README)
    assert tuple(map(int, said.groups())) == look(counted())


def test_its_names_have_the_characters_that_break_careless_programs(look):
    async def names():
        return "".join([person.name for person in await Person.all()])

    assert set("髙﨑𠮷\ufa10\ufa19\ufa1b") <= set(look(names()))


def test_no_letter_of_the_past_waits_to_be_posted_nor_was_any_posted(look, year):
    async def past():
        letters = Letter.filter(due_at__lt=at(year.today, "00:00"))
        return (
            await letters.count(),
            await letters.filter(sent_at=None).count(),
            await letters.exclude(attempts=0).count(),
        )

    written, waiting, posted = look(past())
    assert written > 1_000
    assert (waiting, posted) == (0, 0)


def test_every_request_has_its_entry_in_the_journal_from_the_founding_to_yesterday(look, year):
    async def written():
        told = Entry.filter(at__lt=at(year.today, "00:00"))
        first, last = await told.order_by("at").first(), await told.order_by("-at").first()
        rows = {entry.row_id for entry in await told.filter(fact="lecture-requested")}
        return first.at, last.at, rows == {lecture.id for lecture in await Lecture.all()}

    first, last, is_whole = look(written())
    assert first == at(year.founded, "09:00")
    assert last > at(year.today - timedelta(days=1), "00:00")
    assert is_whole


def test_the_figures_of_the_quarters_that_are_over_are_kept(look, year):
    async def kept():
        return {run.starts_on for run in await Run.all()}

    assert look(kept()) == {period.starts_on for period in year.quarters[:3]}


TRACES = {
    "officers-arrive": (Entry, {"fact": "officer-arrived"}),
    "agreements-expire": (Entry, {"fact": "agreement-expired"}),
    "volunteers-expire": (Entry, {"fact": "volunteer-expired"}),
    "offers-lapse": (Entry, {"fact": "lecturer-offer-lapsed"}),
    "agreement-notices": (Letter, {"kind": "agreement-expiring"}),
    "notices": (Entry, {"fact": "notice-escalated"}),
    "reminders": (Letter, {"kind": "reminder-day-before"}),
    "quarter-statistics": (Entry, {"fact": "statistics-computed"}),
}
"""By what one sees that a job of the schedule has been at work."""

FROM_NOW_ON = {
    *("password-resets", "seal-journal", "journal-head", "accounts-tidy", "erase", "erasure-lists", "unusual-looks"),
    *("digests", "unanswered", "reports-due", "seats-pass-on", "addresses-tidy"),
}
"""Jobs that begin when the town's own clock runs: nobody seals, tidies, erases or is urged as if it had been in the
past."""


def test_notices_have_been_sent_read_taken_back_and_of_the_newest_not_everybody_knows(look):
    async def told():
        states = Counter([one.status for one in await Notice.all()])
        newest = await Notice.filter(status=NoticeStatus.SENT).order_by("-sent_at").first()
        own = NoticeRecipient.filter(notice_id=newest.id)
        return states, await own.count(), await own.filter(acknowledged_at=None, escalated_at__isnull=False).count()

    states, recipients, to_call = look(told())
    assert set(states) >= {NoticeStatus.SENT, NoticeStatus.WITHDRAWN, NoticeStatus.IN_REVIEW, NoticeStatus.APPROVED}
    assert 0 < to_call < recipients / 2


def test_whatever_the_schedule_does_by_itself_has_been_done_in_the_year(look):
    async def idle():
        return [name for name, (model, trace) in TRACES.items() if not await model.filter(**trace).exists()]

    assert TRACES.keys() | FROM_NOW_ON == {job.name for job in SCHEDULE if isinstance(job.work, Alone)}
    assert look(idle()) == []
