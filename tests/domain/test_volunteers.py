"""Volunteers from the recommendation to the end of their term, and what is refused on the way."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain import feeds, volunteers
from domain.actor import Role
from domain.errors import Conflict, Incomplete, Invalid, NotAllowed, NotFound, WrongState
from domain.feeds import FeedAddress, Subscription
from domain.journal import Entry
from domain.organizations import OrganizationKind
from domain.outbox import Letter
from domain.people import Person
from domain.volunteers import (
    LABELS,
    MOVES,
    AgeBand,
    Commission,
    CommissionKind,
    GroupBase,
    GuardianConsent,
    Volunteer,
    VolunteerGroup,
    VolunteerStatus,
)
from tests import make
from tests.clock import NOW
from tests.make import Town

HOUR = timedelta(hours=1)
TODAY = date(2026, 7, 1)
END = date(2027, 3, 31)
APRIL_FIRST = datetime(2027, 3, 31, 15, 5, tzinfo=UTC)


async def status(volunteer: Volunteer) -> VolunteerStatus:
    return (await Volunteer.get(id=volunteer.id)).status


async def commissioned(on: date) -> set[UUID]:
    """Who is commissioned on a day, as a count of persons (人) has it."""
    running = await Commission.filter(term_from__lte=on, term_to__gte=on)
    return {one.person_id for one in running if one.ended_on is None or one.ended_on > on}


def test_every_state_has_a_label_and_its_row_of_moves() -> None:
    assert set(MOVES) == set(LABELS) == set(VolunteerStatus)


def test_a_station_recommends_and_headquarters_appoints_until_the_next_31_march(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town)
        assert (volunteer.status, volunteer.term_to) == (VolunteerStatus.ACTIVE, END)
        commission = await Commission.get(volunteer_id=volunteer.id)
        assert (commission.term_from, commission.term_to, commission.reappointed) == (TODAY, END, False)
        assert (commission.number, commission.authority) == ("令和８年度第１号", "生活安全部長")
        assert (await Person.get(id=volunteer.person_id)).is_officer is False

    play(story)


def test_the_letter_of_appointment_tells_the_term(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.volunteer(town)
        [letter] = await Letter.all()
        assert (letter.kind, letter.to_address) == ("appointed", "ichiro@volunteer.example")
        assert letter.facts["title"] == "サイバー防犯ボランティア"
        assert letter.facts["when"] == "令和８年７月１日から令和９年３月31日まで"
        assert letter.facts["recipient"] == "髙見本 一郎 様"

    play(story)


def test_a_term_that_begins_in_march_ends_in_the_same_month(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.screened(town)
        march = make.at(town.hq, datetime(2027, 3, 1, tzinfo=UTC))
        await volunteers.appoint(march, volunteer.id, authority="生活安全部長")
        assert (await Commission.get()).term_to == END

    play(story)


def test_whoever_recommended_does_not_appoint(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.recommended(town.hq, unit_id=town.station.id)
        await volunteers.screen(town.hq, volunteer.id)
        with pytest.raises(NotAllowed, match="推薦した人"):
            await volunteers.appoint(town.hq, volunteer.id, authority="生活安全部長")
        with pytest.raises(NotAllowed):
            await volunteers.appoint(town.officer, volunteer.id, authority="生活安全部長")
        assert await status(volunteer) is VolunteerStatus.SCREENING
        assert await Commission.all().count() == await Letter.all().count() == 0

    play(story)


def test_nobody_is_appointed_without_having_been_screened(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.recommended(town.officer)
        with pytest.raises(WrongState, match="審査"):
            await volunteers.appoint(town.hq, volunteer.id, authority="生活安全部長")
        assert await status(volunteer) is VolunteerStatus.RECOMMENDED
        assert await Commission.all().count() == 0

    play(story)


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"authority": " "}, "authority"),
        ({"authority": "長" * 101}, "authority"),
        ({"term_from": date(2026, 3, 1)}, "term_from"),
        ({"term_from": date(2028, 4, 1)}, "term_from"),
    ],
)
def test_an_appointment_that_cannot_be_right_is_refused(play: Any, over: dict[str, Any], field: str) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.screened(town)
        with pytest.raises(Invalid) as refused:
            await volunteers.appoint(town.hq, volunteer.id, **({"authority": "生活安全部長"} | over))
        assert refused.value.field == field
        assert await status(volunteer) is VolunteerStatus.SCREENING
        assert await Commission.all().count() == 0

    play(story)


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"family_name": " "}, "family_name"),
        ({"family_name": "長" * 61}, "family_name"),
        ({"mail_address": "a..b.@docomo.ne.jp"}, "mail_address"),
        ({"affiliation": "校" * 201}, "affiliation"),
    ],
)
def test_a_recommendation_with_unusable_text_is_refused(play: Any, over: dict[str, Any], field: str) -> None:
    async def story(town: Town) -> None:
        known = await Person.all().count()
        with pytest.raises(Invalid) as refused:
            await make.recommended(town.officer, **over)
        assert refused.value.field == field
        assert (await Person.all().count(), await Volunteer.all().count()) == (known, 0)

    play(story)


def test_a_group_or_university_of_another_station_is_not_found(play: Any) -> None:
    async def story(town: Town) -> None:
        theirs = await make.group(town.other_officer)
        with pytest.raises(NotFound) as refused:
            await make.recommended(town.officer, group_id=theirs.id)
        assert refused.value.field == "group_id"
        firm = await make.company(town.officer)
        with pytest.raises(NotFound) as refused:
            await make.recommended(town.officer, university_id=firm.id)
        assert refused.value.field == "university_id"
        assert await Volunteer.all().count() == 0

    play(story)


def test_a_student_is_recommended_with_group_and_university(play: Any) -> None:
    async def story(town: Town) -> None:
        university = await make.company(town.officer, "例示大学")
        await university.update_from_dict({"kind": OrganizationKind.UNIVERSITY}).save()
        group = await make.group(town.officer, organization_id=university.id)
        student = await make.recommended(
            town.officer,
            kind=CommissionKind.UNIVERSITY_STUDENT,
            group_id=group.id,
            university_id=university.id,
            number="V-001",
        )
        assert (student.group_id, student.university_id, student.number) == (group.id, university.id, "V-001")
        with pytest.raises(Conflict, match="名簿番号"):
            await make.recommended(town.officer, number="V-001")
        assert await Volunteer.all().count() == 1

    play(story)


def test_a_candidate_is_passed_over_with_a_reason(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.screened(town)
        with pytest.raises(Invalid):
            await volunteers.reject(town.hq, volunteer.id, reason=" ")
        assert await status(volunteer) is VolunteerStatus.SCREENING
        await volunteers.reject(town.hq, volunteer.id, reason="県外への転居が決まっているため")
        assert await status(volunteer) is VolunteerStatus.REJECTED

    play(story)


def test_of_two_officers_who_appoint_the_same_one_at_once_one_is_refused(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.screened(town)
        tries = [volunteers.appoint(town.hq, volunteer.id, authority="生活安全部長") for _ in range(2)]
        done = await asyncio.gather(*tries, return_exceptions=True)
        assert sorted(type(one).__name__ for one in done) == ["Volunteer", "WrongState"]
        assert await Commission.all().count() == await Letter.all().count() == 1

    play(story)


def test_commissions_given_at_once_have_different_numbers(play: Any) -> None:
    async def story(town: Town) -> None:
        waiting = [await make.screened(town, family_name=name) for name in ("見本", "試﨑", "𠮷例")]
        await asyncio.gather(*[volunteers.appoint(town.hq, one.id, authority="生活安全部長") for one in waiting])
        assert sorted([one.serial for one in await Commission.all()]) == [1, 2, 3]

    play(story)


def test_a_number_that_was_given_out_on_paper_is_kept_and_not_given_twice(play: Any) -> None:
    async def story(town: Town) -> None:
        first, second = await make.screened(town), await make.screened(town, family_name="試﨑")
        await volunteers.appoint(town.hq, first.id, authority="生活安全部長", number="青サ委第12号")
        with pytest.raises(Conflict, match="委嘱番号"):
            await volunteers.appoint(town.hq, second.id, authority="生活安全部長", number="青サ委第12号")
        assert (await Commission.get()).number == "青サ委第12号"
        assert await status(second) is VolunteerStatus.SCREENING

    play(story)


def test_reappointed_before_the_end_the_terms_follow_on_each_other(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town)
        march = make.at(town.hq, datetime(2027, 3, 10, tzinfo=UTC))
        await volunteers.reappoint(march, volunteer.id)
        first, second = await Commission.all().order_by("term_from")
        assert (second.term_from, second.term_to) == (date(2027, 4, 1), date(2028, 3, 31))
        assert (second.reappointed, second.authority, second.number) == (True, first.authority, "令和９年度第１号")
        assert await volunteers.expire(APRIL_FIRST) == 0
        assert await status(volunteer) is VolunteerStatus.ACTIVE
        assert await Letter.filter(kind="appointed").count() == 2

    play(story)


def test_terms_do_not_overlap(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town)
        with pytest.raises(Invalid) as refused:
            await volunteers.reappoint(town.hq, volunteer.id, term_from=date(2027, 3, 31))
        assert refused.value.field == "term_from"
        assert await Commission.all().count() == 1

    play(story)


def test_a_term_ends_by_itself_after_its_last_day_and_only_once(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town)
        assert await volunteers.expire(APRIL_FIRST - timedelta(minutes=10)) == 0
        assert await status(volunteer) is VolunteerStatus.ACTIVE
        assert await volunteers.expire(APRIL_FIRST) == 1
        assert await volunteers.expire(APRIL_FIRST) == 0
        assert await status(volunteer) is VolunteerStatus.EXPIRED
        entry = await Entry.get(row_id=volunteer.id, fact="volunteer-expired")
        assert (entry.person_id, entry.role) == (None, None)

    play(story)


def test_whoever_has_expired_is_appointed_again_from_today(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town)
        await volunteers.expire(APRIL_FIRST)
        may = make.at(town.hq, datetime(2027, 5, 20, tzinfo=UTC))
        await volunteers.reappoint(may, volunteer.id)
        assert await status(volunteer) is VolunteerStatus.ACTIVE
        person = volunteer.person_id
        days = [TODAY - timedelta(1), TODAY, END, date(2027, 4, 1), date(2027, 5, 20), date(2028, 4, 1)]
        assert [person in await commissioned(day) for day in days] == [False, True, True, False, True, False]

    play(story)


def test_a_whole_roster_is_appointed_again_in_one_act_but_those_left_out(play: Any) -> None:
    async def story(town: Town) -> None:
        roster = [await make.volunteer(town, family_name=name) for name in ("見本", "試﨑", "𠮷例")]
        graduated = roster[1]
        april = make.at(town.hq, datetime(2027, 4, 2, tzinfo=UTC))
        await volunteers.expire(APRIL_FIRST)
        act = await volunteers.reappoint_roster(april, ending_on=END, leaving_out=[graduated.id])
        given = await Commission.filter(reappointment_id=act.id)
        assert {one.volunteer_id for one in given} == {roster[0].id, roster[2].id}
        assert (act.count, act.term_from) == (2, date(2027, 4, 1))
        assert [await status(one) for one in roster] == [
            VolunteerStatus.ACTIVE,
            VolunteerStatus.EXPIRED,
            VolunteerStatus.ACTIVE,
        ]
        assert len(await commissioned(END)) == 3
        assert len(await commissioned(date(2027, 4, 1))) == 2
        with pytest.raises(Incomplete):
            await volunteers.reappoint_roster(april, ending_on=END, leaving_out=[graduated.id])
        assert await Commission.all().count() == 5

    play(story)


def test_a_roster_of_one_group_leaves_the_others_alone(play: Any) -> None:
    async def story(town: Town) -> None:
        group = await make.group(town.officer)
        inside = await make.volunteer(town, group_id=group.id)
        await make.volunteer(town, family_name="試﨑")
        await volunteers.reappoint_roster(town.hq, ending_on=END, group_id=group.id, unit_id=town.station.id)
        assert [one.volunteer_id for one in await Commission.filter(reappointed=True)] == [inside.id]

    play(story)


@pytest.mark.parametrize("whom", ["stranger", "minor"])
def test_a_roster_is_appointed_again_as_a_whole_or_not_at_all(play: Any, whom: str) -> None:
    async def story(town: Town) -> None:
        await make.volunteer(town)
        minor = await make.screened(town, family_name="例塚", age_band=AgeBand.FROM_15_TO_17)
        until = {"given_on": TODAY, "expires_on": END}
        await volunteers.record_consent(town.officer, minor.id, guardian_name="例塚 保", **until)
        await volunteers.appoint(town.hq, minor.id, authority="生活安全部長")
        left_out = [town.officer.person_id] if whom == "stranger" else []
        with pytest.raises(NotFound if left_out else Incomplete) as refused:
            await volunteers.reappoint_roster(town.hq, ending_on=END, leaving_out=left_out)
        assert refused.value.field == "leaving_out"
        assert left_out or "例塚" in refused.value.message
        assert await Commission.filter(reappointed=True).count() == 0

    play(story)


def test_whoever_leaves_loses_their_feed_in_the_same_act(play: Any) -> None:
    async def story(town: Town) -> None:
        for leave in ("resign", "dismiss", "expire"):
            volunteer = await make.volunteer(town, family_name=leave)
            feed = await feeds.subscribe(town.officer, person_id=volunteer.person_id)
            if leave == "resign":
                await volunteers.resign(make.oneself(town.officer, volunteer), volunteer.id)
            elif leave == "dismiss":
                await volunteers.dismiss(town.hq, volunteer.id, reason="秘密を守らなかったため")
            else:
                await volunteers.expire(APRIL_FIRST)
            assert (await Subscription.get(id=feed.id)).revoked_at is not None

    play(story)


def test_whoever_pauses_loses_their_feeds_in_the_same_act_and_gets_them_at_new_addresses_on_coming_back(
    play: Any,
) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town)
        me = make.oneself(town.officer, volunteer)
        opened = [await feeds.subscribe(town.officer, person_id=me.person_id, label=label) for label in ("電話", "家")]
        await make.told(opened[0])
        await feeds.revoke(me, opened[1].id)
        before = await Letter.filter(kind="feed-address").count()
        await volunteers.suspend(make.at(town.officer, NOW + HOUR), volunteer.id, reason="試験のため")
        for at in (make.at(town.officer, NOW + HOUR), make.at(me, NOW + HOUR)):
            with pytest.raises(WrongState, match="休止中"):
                await feeds.subscribe(at, person_id=me.person_id, label="別の端末")
        pausing = await Subscription.get(id=opened[0].id)
        assert (pausing.revoked_at, pausing.generation) == (NOW + HOUR, 1)
        assert await feeds.own(make.at(me, NOW + HOUR)).count() == 0
        assert await Letter.filter(kind="feed-address").count() == before
        await volunteers.resume(make.at(town.officer, NOW + 2 * HOUR), volunteer.id)
        assert [one.ended_at for one in await FeedAddress.filter(subscription_id=opened[0].id)] == [NOW + HOUR]
        back, ended = [await Subscription.get(id=feed.id) for feed in opened]
        assert (back.revoked_at, back.generation) == (None, 2)
        assert (ended.revoked_at, ended.generation) == (NOW, 1)
        letter = (await Letter.filter(kind="feed-address").order_by("-id"))[0]
        assert (letter.facts["subscription_id"], letter.facts["generation"]) == (str(back.id), 2)
        assert await Letter.filter(kind="feed-address").count() == before + 1

    play(story)


def test_whoever_leaves_out_of_a_pause_gets_no_feed_back_when_they_are_taken_on_again(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town)
        feed = await feeds.subscribe(town.officer, person_id=volunteer.person_id)
        await volunteers.suspend(town.officer, volunteer.id, reason="留学のため")
        await volunteers.resign(town.officer, volunteer.id)
        again = await volunteers.recommend_again(town.officer, volunteer.id, kind=volunteer.kind)
        await volunteers.screen(town.hq, again.id)
        await volunteers.appoint(town.hq, again.id, authority="生活安全部長")
        await volunteers.suspend(town.officer, again.id, reason="留学のため")
        await volunteers.resume(town.officer, again.id)
        after = await Subscription.get(id=feed.id)
        assert (after.revoked_at, after.generation) == (NOW, 1)

    play(story)


def test_a_minor_whose_consent_is_withdrawn_pauses_without_a_feed(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town, age_band=AgeBand.FROM_15_TO_17)
        feed = await feeds.subscribe(town.officer, person_id=volunteer.person_id)
        consent = await GuardianConsent.get(person_id=volunteer.person_id)
        await volunteers.withdraw_consent(town.officer, consent.id)
        assert (await Subscription.get(id=feed.id)).revoked_at == NOW

    play(story)


def test_whoever_still_serves_in_another_kind_keeps_their_feed(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town)
        feed = await feeds.subscribe(town.officer, person_id=volunteer.person_id)
        monitor = await volunteers.recommend_again(town.officer, volunteer.id, kind=CommissionKind.CYBER_PATROL_MONITOR)
        await volunteers.screen(town.hq, monitor.id)
        await volunteers.appoint(town.hq, monitor.id, authority="生活安全部長")
        await volunteers.resign(town.officer, volunteer.id)
        assert (await Subscription.get(id=feed.id)).revoked_at is None
        assert await commissioned(TODAY) == {volunteer.person_id}
        await volunteers.resign(town.officer, monitor.id)
        assert (await Subscription.get(id=feed.id)).revoked_at is not None
        assert await commissioned(TODAY) == set()

    play(story)


def test_a_term_that_ended_early_counts_until_the_day_before(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town)
        await volunteers.reappoint(town.hq, volunteer.id)
        august = make.at(town.officer, datetime(2026, 8, 20, tzinfo=UTC))
        await volunteers.resign(august, volunteer.id, on=date(2026, 8, 15))
        days = (date(2026, 8, 14), date(2026, 8, 15), date(2027, 4, 1))
        assert [len(await commissioned(day)) for day in days] == [1, 0, 0]
        assert (await Volunteer.get(id=volunteer.id)).left_on == date(2026, 8, 15)

    play(story)


def test_nobody_leaves_on_a_day_to_come_or_without_a_reason(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town)
        with pytest.raises(Invalid) as refused:
            await volunteers.resign(town.officer, volunteer.id, on=date(2026, 7, 2))
        assert refused.value.field == "on"
        with pytest.raises(Invalid) as refused:
            await volunteers.dismiss(town.hq, volunteer.id, reason=" ")
        assert refused.value.field == "reason"
        assert await status(volunteer) is VolunteerStatus.ACTIVE
        assert (await Commission.get()).ended_on is None

    play(story)


def test_a_volunteer_pauses_and_comes_back(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town)
        await volunteers.suspend(town.officer, volunteer.id, reason="受験のため")
        assert await commissioned(TODAY) == {volunteer.person_id}
        await volunteers.resume(town.officer, volunteer.id)
        assert await status(volunteer) is VolunteerStatus.ACTIVE
        with pytest.raises(WrongState):
            await volunteers.resume(town.officer, volunteer.id)

    play(story)


def test_whoever_paused_past_the_end_of_the_term_is_not_simply_resumed(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town)
        await volunteers.suspend(town.officer, volunteer.id, reason="留学のため")
        with pytest.raises(WrongState, match="再委嘱"):
            await volunteers.resume(make.at(town.officer, APRIL_FIRST), volunteer.id)
        assert await status(volunteer) is VolunteerStatus.SUSPENDED

    play(story)


def test_the_same_person_comes_onto_the_roster_once_for_each_kind(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town)
        with pytest.raises(WrongState):
            await volunteers.recommend_again(town.officer, volunteer.id)
        await volunteers.resign(town.officer, volunteer.id)
        again = await volunteers.recommend_again(town.officer, volunteer.id)
        assert (again.person_id, again.status) == (volunteer.person_id, VolunteerStatus.RECOMMENDED)
        with pytest.raises(Conflict, match="すでに名簿"):
            await volunteers.recommend_again(town.officer, volunteer.id)
        assert await Volunteer.all().count() == 2

    play(story)


def test_a_correction_keeps_the_old_name_and_reaches_the_running_term(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer, group = await make.volunteer(town), await make.group(town.officer)
        await volunteers.correct(
            town.officer,
            volunteer.id,
            version=volunteer.version,
            family_name="高見本",
            group_id=group.id,
        )
        assert (await Person.get(id=volunteer.person_id)).name == "高見本 一郎"
        assert (await Commission.get()).group_id == group.id
        entry = await Entry.get(row_id=volunteer.person_id, fact="volunteer-person-corrected")
        assert (entry.before["family_name"], entry.after["family_name"]) == ("髙見本", "高見本")
        with pytest.raises(Conflict, match="ほかの人が先に"):
            await volunteers.correct(
                town.hq, volunteer.id, version=1, age_band=AgeBand.UNDER_15, family_name="別", number="9"
            )
        assert (await Volunteer.get(id=volunteer.id)).number is None

    play(story)


def test_groups_are_known_by_name_and_end_when_nobody_serves_in_them(play: Any) -> None:
    async def story(town: Town) -> None:
        group = await make.group(town.officer)
        with pytest.raises(Conflict, match="同じ名前の団体"):
            await make.group(town.officer, name="例示大学　サイバー防犯ボランティア")
        member = await make.volunteer(town, group_id=group.id)
        with pytest.raises(Incomplete):
            await volunteers.retire_group(town.officer, group.id, on=TODAY)
        assert (await VolunteerGroup.get()).retired_on is None
        await volunteers.resign(town.officer, member.id)
        await volunteers.retire_group(town.officer, group.id, on=TODAY)
        assert (await VolunteerGroup.get()).retired_on == TODAY
        with pytest.raises(NotFound):
            await make.recommended(town.officer, group_id=group.id)

    play(story)


def test_a_group_is_corrected_but_not_founded_tomorrow(play: Any) -> None:
    async def story(town: Town) -> None:
        group = await make.group(town.officer)
        about = {"name": "例示大学防犯隊", "base": GroupBase.OTHER}
        with pytest.raises(Invalid) as refused:
            await volunteers.correct_group(town.officer, group.id, version=1, founded_on=date(2026, 7, 2), **about)
        assert refused.value.field == "founded_on"
        assert (await VolunteerGroup.get()).name == group.name
        await volunteers.correct_group(town.officer, group.id, version=1, founded_on=TODAY, **about)
        assert (await VolunteerGroup.get()).base is GroupBase.OTHER

    play(story)


def test_volunteers_are_seen_by_their_station_and_headquarters_and_themselves_only(play: Any) -> None:
    async def story(town: Town) -> None:
        group = await make.group(town.officer)
        one = await make.volunteer(town, group_id=group.id)
        await make.volunteer(town, family_name="例塚", age_band=AgeBand.FROM_15_TO_17)
        firm = await make.contact(town.officer, await make.company(town.officer))
        partner, school = (make.outsider(town.officer, role, firm) for role in (Role.PARTNER, Role.SCHOOL))
        own = make.oneself(town.officer, one)
        seen = {
            actor.role: [
                await volunteers.visible_to(actor).count(),
                await volunteers.groups_visible_to(actor).count(),
                await volunteers.commissions_visible_to(actor).count(),
                await volunteers.consents_visible_to(actor).count(),
            ]
            for actor in (town.officer, own, partner, school, town.admin, town.statistician)
        }
        nobody = [0, 0, 0, 0]
        assert seen == {
            Role.STATION_LIAISON: [2, 1, 2, 1],
            Role.VOLUNTEER: [1, 1, 1, 0],
            Role.PARTNER: nobody,
            Role.SCHOOL: nobody,
            Role.ADMIN: nobody,
            Role.STATISTICIAN: nobody,
        }
        assert await volunteers.visible_to(town.hq).count() == 2
        assert await volunteers.visible_to(town.other_officer).count() == 0
        with pytest.raises(NotFound):
            await volunteers.suspend(town.other_officer, one.id, reason="他署")
        assert await status(one) is VolunteerStatus.ACTIVE

    play(story)
