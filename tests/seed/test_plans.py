"""What the story promises holds on whatever day it is told: plans need no database, so many days are tried."""

from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest

from domain.actor import TOKYO
from domain.japanese import is_open_day
from seed import activities, agreements, drills, scenes, volunteers
from seed.days import Year, at
from seed.lecture_plans import SESSIONS, Diary, Fate, Helpers, quarter
from seed.names import dealt
from seed.roster import Generation, members
from seed.town import MOVER, PLAYED, dice

AWKWARD = (
    "2026-04-01",
    "2026-03-31",
    "2026-12-31",
    "2027-01-01",
    "2028-02-29",
    "2026-05-05",
    "2026-09-22",
    "2026-07-20",
)
DAYS = [date.fromisoformat(day) for day in AWKWARD] + [date(2026, 1, 10) + timedelta(days=61 * n) for n in range(12)]


class Names:
    """As much of a town as the roster needs."""

    def __init__(self) -> None:
        self.names = dealt(dice("names"), PLAYED)


ROSTER = members(Names())
STAYING = [one.number for one in ROSTER if one.generation is Generation.STAYING]


def planned(today):
    year, diary = Year.around(today), Diary()
    helpers = Helpers(STAYING, at(volunteers.ceremony(year), "12:00"))
    own, campaign = scenes.lectures(year, diary, helpers), scenes.outing(year, diary)
    lectures = [plan for period in year.quarters for plan in quarter(period, diary, helpers)]
    return year, own, lectures, [campaign, *activities.outings(year, ROSTER, diary)]


def instants(plan):
    told = [plan.requested_at, plan.accepted_at, plan.assigned_at, plan.answered_at, plan.confirmed_at]
    return [
        *told,
        *([plan.postponed_at] if plan.postponed_at else []),
        plan.starts_at,
        plan.delivered_at,
        plan.reported_at,
    ]


@pytest.fixture(params=DAYS, ids=str, scope="module")
def plans(request):
    return planned(request.param)


def test_the_present_quarter_is_the_fourth_of_five_that_follow_each_other(plans):
    year, *_ = plans
    assert year.quarters[3].includes(year.today)
    assert all(one.ends_on + timedelta(days=1) == other.starts_on for one, other in pairwise(year.quarters))
    assert year.founded < year.april <= year.today


def test_each_quarter_has_its_sessions(plans):
    year, _, lectures, _ = plans
    held = [plan.starts_at.astimezone(TOKYO).date() for plan in lectures if plan.fate is Fate.HELD]
    counts = [sum(period.includes(day) for day in held) for period in year.quarters]
    assert counts == [SESSIONS[period.quarter or 0] for period in year.quarters]


def test_people_do_one_thing_after_the_other_and_nothing_before_the_founding(plans):
    year, own, lectures, _ = plans
    assert [plan for plan in (*own, *lectures) if instants(plan) != sorted(instants(plan))] == []
    assert min([plan.requested_at for plan in (*own, *lectures)]) > at(year.founded, "12:00")


def test_nobody_is_in_two_places_on_one_day(plans):
    _, own, lectures, outings = plans
    engaged = [
        (number, day)
        for plan in (*own, *lectures)
        for number in (plan.lecturer, *plan.helpers)
        for day in {plan.first_at.date(), plan.starts_at.date()}
    ]
    engaged += [(number, outing.starts_at.date()) for outing in outings for number in outing.members]
    assert len(set(engaged)) == len(engaged)


def test_who_goes_to_another_desk_gives_no_lecture_for_another_strand_of_the_story_tells_of_them(plans):
    _, own, lectures, _ = plans
    assert MOVER not in {number for plan in (*own, *lectures) for number in (plan.lecturer, plan.declined_by)}


def test_no_minor_is_sent_on_patrol_and_every_outing_has_somebody(plans):
    *_, outings = plans
    minors = {one.number for one in ROSTER if one.is_minor}
    patrols = [outing for outing in outings if outing.kind is activities.PATROL]
    assert [outing for outing in patrols if minors & set(outing.members)] == []
    assert [outing for outing in outings if not outing.members] == []


def test_the_scenes_stand_where_somebody_who_looks_around_needs_them(plans):
    year, (declined, storm, received, arranged, reported), *_ = plans
    dawn = at(year.today, "00:00")
    assert declined.confirmed_at < dawn < declined.starts_at
    assert storm.postponed_at < dawn < storm.first_at < storm.starts_at
    assert received.requested_at < dawn <= received.accepted_at
    assert arranged.answered_at < dawn <= arranged.confirmed_at
    assert reported.reported_at < dawn


def test_drills_are_planned_after_the_founding_and_stand_at_their_steps_today(plans):
    year, *_ = plans
    *_, recent, firm, inviting, prepared = drills.exercises(year)
    dawn = at(year.today, "00:00")
    assert min([one.before(75) for one in drills.exercises(year)]) > at(year.founded, "17:00")
    assert all(is_open_day(one.day) for one in drills.exercises(year))
    assert recent.after(9) < dawn
    assert firm.before(firm.firm) < dawn < at(firm.day, "00:00")
    assert inviting.before(inviting.notice) < dawn < inviting.before(inviting.firm + 3)
    assert prepared.before(70) < dawn


def test_agreements_are_signed_step_by_step(plans):
    year, *_ = plans
    steps = [pact.steps(year) for pact in agreements.PACTS]
    assert [one for one in steps if one != sorted(one)] == []
    assert max([one[-1] for one in steps]) < at(year.today, "00:00")


def test_dice_of_one_purpose_fall_alike_and_of_another_not():
    assert dice("names").random() == dice("names").random() != dice("signers").random()
    assert isinstance(dice("names"), Random)
