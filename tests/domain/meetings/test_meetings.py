"""協議会の会議: who is asked and what they hear, who came, whether that was enough, and what was resolved."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from domain import councils, meetings, organizations, replies, walls
from domain.actor import Actor, Role
from domain.calendar import Appointment, AppointmentStatus, Attendee, PartStat
from domain.councils import Council, CouncilMembership, CouncilRole
from domain.documents import Document
from domain.errors import Conflict, Incomplete, Invalid, NotAllowed, NotFound, WrongState
from domain.journal import Entry
from domain.meetings import (
    CouncilAttendance,
    CouncilMeeting,
    CouncilResolution,
    MeetingPresence,
    MeetingProxy,
    MeetingStatus,
    ResolutionOutcome,
)
from domain.organizations import Contact, ContactRole
from domain.outbox import Letter
from tests import make
from tests.domain.test_walls import everything
from tests.make import Town

WEEK, HOUR = timedelta(days=7), timedelta(hours=1)
BODIES = ("例示銀行株式会社", "例示ガス株式会社", "例示水道企業団")


@dataclass
class Table:
    """A council of three bodies and their contacts, and a meeting of it that is planned."""

    council: Council
    meeting: CouncilMeeting
    members: list[CouncilMembership]
    contacts: list[Contact]


async def table(town: Town, **over: Any) -> Table:
    me, council = town.officer, await make.council(town.officer)
    bodies = [await make.company(me, name) for name in BODIES]
    members = [await make.member(me, council, body) for body in bodies]
    contacts = [
        await make.contact(me, body, mail_address=f"{number}@a.example", job_title="情報システム部長")
        for number, body in enumerate(bodies)
    ]
    return Table(council, await make.meeting(me, council, **over), members, contacts)


async def letters(kind: str) -> list[str]:
    return sorted([letter.to_address for letter in await Letter.filter(kind=kind)])


def after(who: Actor, meeting: CouncilMeeting) -> Actor:
    return make.at(who, meeting.starts_at + 3 * HOUR)


async def status(meeting: CouncilMeeting) -> MeetingStatus:
    return (await CouncilMeeting.get(id=meeting.id)).status


def test_the_members_are_asked_each_by_a_letter_of_their_own_and_the_date_is_firm(play: Any) -> None:
    async def story(town: Town) -> None:
        it = await table(town)
        other = await make.company(town.officer, "例示鉄道株式会社")
        await make.contact(town.officer, other, mail_address="stranger@a.example")
        await meetings.invite_members(town.officer, it.meeting.id)
        assert await status(it.meeting) is MeetingStatus.INVITED
        assert await letters("meeting-invitation") == ["0@a.example", "1@a.example", "2@a.example"]
        letter = await Letter.filter(kind="meeting-invitation").first()
        assert letter is not None
        assert letter.facts["agenda"] == ["・事業計画", "・役員の選任"]
        date = await Appointment.get(id=it.meeting.appointment_id)
        assert (date.status, date.sequence) == (AppointmentStatus.CONFIRMED, 1)
        with pytest.raises(Incomplete):
            await meetings.invite_members(town.officer, it.meeting.id)

    play(story)


def test_of_each_body_one_is_asked_in_the_order_of_the_roles_and_who_has_no_address_is_left_out(play: Any) -> None:
    async def story(town: Town) -> None:
        it = await table(town)
        body = await it.members[0].organization
        head = {"role": ContactRole.REPRESENTATIVE, "mail_address": "head@a.example"}
        await make.contact(town.officer, body, **head)
        for old, given in ((it.contacts[1], {"mail_address": ""}),):
            await organizations.correct_contact(town.officer, old.id, version=old.version, **given)
        await meetings.invite_members(town.officer, it.meeting.id)
        assert await letters("meeting-invitation") == ["2@a.example", "head@a.example"]

    play(story)


def test_nobody_of_a_body_that_is_no_member_that_day_is_asked(play: Any) -> None:
    async def story(town: Town) -> None:
        it = await table(town)
        await councils.end_membership(town.officer, it.members[0].id, on=town.officer.today)
        with pytest.raises(Invalid) as refused:
            await meetings.invite(town.officer, it.meeting.id, contact_ids=[it.contacts[0].id])
        assert refused.value.field == "contact_ids"
        assert not await Attendee.exists()
        assert await status(it.meeting) is MeetingStatus.PLANNED

    play(story)


def test_an_officer_is_asked_too_and_without_a_place_nobody(play: Any) -> None:
    async def story(town: Town) -> None:
        it = await table(town, place="")
        officer = town.officer.person_id
        with pytest.raises(Incomplete) as refused:
            await meetings.invite(town.officer, it.meeting.id, officer_ids=[officer])
        assert refused.value.field == "place"
        assert not await Letter.exists()
        await meetings.correct(town.officer, it.meeting.id, online_url="https://meet.example/a")
        await meetings.invite(town.officer, it.meeting.id, officer_ids=[officer])
        assert await letters("meeting-invitation") == ["hanako@police.aohama.example"]

    play(story)


def test_a_postponed_meeting_keeps_its_uid_and_everybody_is_asked_anew(play: Any) -> None:
    async def story(town: Town) -> None:
        it = await table(town)
        await meetings.invite_members(town.officer, it.meeting.id)
        asked = await Attendee.all().order_by("id")
        await replies.note(town.officer, asked[0].id, partstat=PartStat.ACCEPTED)
        before = await Appointment.get(id=it.meeting.appointment_id)
        dates = {"starts_at": before.starts_at + WEEK, "ends_at": before.ends_at + WEEK}
        await meetings.postpone(town.officer, it.meeting.id, reason="会場の都合", **dates)
        now = await Appointment.get(id=before.id)
        assert (now.uid, now.sequence, now.status) == (before.uid, before.sequence + 1, AppointmentStatus.CONFIRMED)
        assert {one.partstat for one in await Attendee.all()} == {PartStat.NEEDS_ACTION}
        assert len(await letters("meeting-rescheduled")) == 3
        assert await status(it.meeting) is MeetingStatus.INVITED

    play(story)


def test_whoever_is_invited_hears_that_it_is_off_and_why_and_nothing_is_held_then(play: Any) -> None:
    async def story(town: Town) -> None:
        it = await table(town)
        await meetings.invite_members(town.officer, it.meeting.id)
        await meetings.cancel(town.officer, it.meeting.id, reason="荒天")
        assert len(await letters("meeting-cancelled")) == 3
        with pytest.raises(WrongState):
            await make.met(town.officer, it.meeting, it.members[0])
        assert await status(it.meeting) is MeetingStatus.CANCELLED
        assert not await CouncilAttendance.exists()

    play(story)


def test_another_agenda_and_another_place_are_told_and_nothing_else(play: Any) -> None:
    async def story(town: Town) -> None:
        it = await table(town)
        await meetings.invite_members(town.officer, it.meeting.id)
        await meetings.correct(town.officer, it.meeting.id, quorum=2)
        assert await letters("meeting-changed") == []
        await meetings.correct(town.officer, it.meeting.id, agenda=["予算"])
        assert len(await letters("meeting-changed")) == 3
        sequence = (await Appointment.get(id=it.meeting.appointment_id)).sequence
        await meetings.correct(town.officer, it.meeting.id, place="市民会館")
        assert (await Appointment.get(id=it.meeting.appointment_id)).sequence == sequence + 1

    play(story)


def test_a_contact_who_leaves_is_asked_no_longer_and_whoever_asked_them_hears_of_it(play: Any) -> None:
    async def story(town: Town) -> None:
        it = await table(town)
        await meetings.invite_members(town.hq, it.meeting.id)
        [asked] = await Attendee.filter(person_id=it.contacts[0].person_id)
        await replies.note(town.officer, asked.id, partstat=PartStat.ACCEPTED)
        gone = await Contact.get(id=it.contacts[0].id)
        await organizations.retire_contact(town.officer, gone.id, version=gone.version, on=town.officer.today + WEEK)
        assert (await Attendee.get(id=asked.id)).removed_at is not None
        assert await letters("meeting-released") == ["0@a.example"]
        assert len(await letters("attendee-lost")) == 1

    play(story)


def test_who_came_is_kept_with_the_post_of_that_day_and_the_quorum_follows(play: Any) -> None:
    async def story(town: Town) -> None:
        it = await table(town)
        await meetings.invite_members(town.officer, it.meeting.id)
        came = [MeetingPresence(it.members[0].id, contact_id=it.contacts[0].id)]
        proxies = [MeetingProxy(it.members[1].id, it.members[0].id)]
        held = await meetings.hold(after(town.officer, it.meeting), it.meeting.id, attended=came, proxies=proxies)
        counts = (held.member_count, held.quorum, held.present_count, held.proxy_count, held.is_quorate)
        assert counts == (3, 2, 1, 1, True)
        contact = await Contact.get(id=it.contacts[0].id)
        await organizations.correct_contact(town.officer, contact.id, version=contact.version, job_title="社長")
        row = await CouncilAttendance.get(proxy_holder_id=None)
        assert (row.person_id, row.job_title) == (contact.person_id, "情報システム部長")
        attended = {one.person_id: one.attended for one in await Attendee.all()}
        assert [attended[one.person_id] for one in it.contacts] == [True, False, False]

    play(story)


def test_observers_and_advisers_make_no_quorum(play: Any) -> None:
    async def story(town: Town) -> None:
        it = await table(town)
        role = {"role": CouncilRole.OBSERVER}
        watching = await make.member(town.officer, it.council, await make.company(town.officer, "例示保険"), **role)
        held = await make.met(town.officer, it.meeting, it.members[0], watching)
        assert (held.member_count, held.present_count, held.is_quorate) == (3, 1, False)

    play(story)


@pytest.mark.parametrize("case", ["absent holder", "giver came", "twice", "no member", "nobody"])
def test_what_cannot_have_been_is_refused_and_the_meeting_is_not_held(play: Any, case: str) -> None:
    async def story(town: Town) -> None:
        it = await table(town)
        first, second, third = [one.id for one in it.members]
        watching = await make.member(
            town.officer, it.council, await make.company(town.officer, "例示保険"), role=CouncilRole.OBSERVER
        )
        proxies = {
            "absent holder": [MeetingProxy(second, third)],
            "giver came": [MeetingProxy(first, first)],
            "twice": [MeetingProxy(second, first)] * 2,
            "no member": [MeetingProxy(watching.id, first)],
            "nobody": [],
        }[case]
        came = [] if case == "nobody" else [MeetingPresence(first, job_title="課長")]
        with pytest.raises((Invalid, Incomplete)):
            await meetings.hold(after(town.officer, it.meeting), it.meeting.id, attended=came, proxies=proxies)
        assert await status(it.meeting) is MeetingStatus.PLANNED
        assert not await CouncilAttendance.exists()

    play(story)


def test_a_contact_comes_only_for_its_own_body_and_nothing_is_held_ahead_of_time(play: Any) -> None:
    async def story(town: Town) -> None:
        it = await table(town)
        wrong = [MeetingPresence(it.members[0].id, contact_id=it.contacts[1].id)]
        with pytest.raises(Invalid):
            await meetings.hold(after(town.officer, it.meeting), it.meeting.id, attended=wrong)
        right = [MeetingPresence(it.members[0].id, contact_id=it.contacts[0].id)]
        with pytest.raises(WrongState):
            await meetings.hold(town.officer, it.meeting.id, attended=right)
        assert await status(it.meeting) is MeetingStatus.PLANNED

    play(story)


def test_a_resolution_takes_a_quorum_and_no_more_votes_than_there_were(play: Any) -> None:
    async def story(town: Town) -> None:
        it = await table(town)
        adopted = {"wording": "事業計画を承認する", "result": ResolutionOutcome.ADOPTED}
        with pytest.raises(WrongState):
            await meetings.resolve(town.officer, it.meeting.id, votes_for=1, **adopted)
        await make.met(town.officer, it.meeting, it.members[0])
        with pytest.raises(WrongState, match="定足数"):
            await meetings.resolve(town.officer, it.meeting.id, votes_for=1, **adopted)
        there = [MeetingPresence(one.id, job_title="課長") for one in it.members[:2]]
        who = after(town.officer, it.meeting)
        await meetings.correct_attendance(who, it.meeting.id, attended=there, reason="記入漏れ")
        for votes in ({"votes_for": 2, "votes_abstained": 1}, {"votes_for": 1, "votes_against": 1}):
            with pytest.raises(Invalid):
                await meetings.resolve(who, it.meeting.id, **votes, **adopted)
        for facts in ({"votes_for": 2}, {"votes_for": 1, "votes_against": 1, "result": ResolutionOutcome.CONTINUED}):
            with pytest.raises(Invalid) as refused:
                await meetings.resolve(who, it.meeting.id, **{**adopted, **facts}, is_decided_by_chair=True)
            assert refused.value.field == "is_decided_by_chair"
        assert not await CouncilResolution.exists()
        tie = {"votes_for": 1, "votes_against": 1, "is_decided_by_chair": True}
        assert (await meetings.resolve(who, it.meeting.id, **tie, **adopted)).result is ResolutionOutcome.ADOPTED
        await meetings.strike_resolution(who, (await CouncilResolution.get()).id)
        await meetings.resolve(who, it.meeting.id, votes_for=2, item=1, **adopted)
        with pytest.raises(Conflict, match="事業計画を承認する"):
            await meetings.correct_attendance(who, it.meeting.id, attended=there[:1], reason="記入漏れ")
        assert await CouncilAttendance.filter(removed_at=None).count() == 2

    play(story)


def test_minutes_are_a_text_or_a_paper_of_the_date_and_end_what_can_be_changed(play: Any) -> None:
    async def story(town: Town) -> None:
        it = await table(town)
        await make.met(town.officer, it.meeting, *it.members)
        who = after(town.officer, it.meeting)
        with pytest.raises(Incomplete):
            await meetings.minute(who, it.meeting.id)
        elsewhere = await make.meeting(town.officer, it.council, title="臨時会")
        foreign = await make.document(who, elsewhere.appointment_id)
        with pytest.raises(NotFound):
            await meetings.minute(who, it.meeting.id, document_id=foreign.id)
        assert await status(it.meeting) is MeetingStatus.HELD
        paper = await make.document(who, it.meeting.appointment_id)
        await meetings.minute(who, it.meeting.id, document_id=paper.id, minutes_text="原案可決")
        with pytest.raises(WrongState):
            await meetings.resolve(who, it.meeting.id, wording="追加", result=ResolutionOutcome.CONTINUED, votes_for=1)
        await meetings.correct_minutes(who, it.meeting.id, minutes_text="原案のとおり可決", reason="誤記")
        entry = await Entry.filter(fact="meeting-minutes-corrected").get()
        assert (entry.before["minutes_text"], entry.after["reason"]) == ("原案可決", "誤記")

    play(story)


def test_a_member_sees_the_meetings_to_which_it_is_asked_and_nothing_of_the_others(play: Any) -> None:
    async def story(town: Town) -> None:
        it = await table(town)
        partner = make.outsider(town.officer, Role.PARTNER, it.contacts[0])
        stranger = make.outsider(town.officer, Role.PARTNER, it.contacts[1])
        assert await meetings.visible_to(partner).count() == 0
        await meetings.invite(town.officer, it.meeting.id, contact_ids=[it.contacts[0].id])
        await make.met(town.officer, it.meeting, *it.members)
        for who, rows in ((partner, 1), (stranger, 0), (town.hq, 1), (town.other_officer, 0), (town.statistician, 0)):
            assert await meetings.visible_to(who).count() == rows
        for guest, rows in ((partner, 1), (stranger, 0)):
            assert len(await everything(CouncilMeeting, walls.for_reading(guest))) == rows
            assert await everything(CouncilAttendance, walls.for_reading(guest)) == []
            assert await everything(CouncilResolution, walls.for_reading(guest)) == []
        for other in (partner, town.statistician):
            with pytest.raises(NotAllowed):
                await meetings.cancel(other, it.meeting.id, reason="例")
        with pytest.raises(NotFound):
            await meetings.cancel(town.other_officer, it.meeting.id, reason="例")
        assert await status(it.meeting) is MeetingStatus.HELD

    play(story)


def test_a_council_is_not_dissolved_while_meetings_are_ahead_on_that_day_or_later(play: Any) -> None:
    async def story(town: Town) -> None:
        me, at = town.officer, await table(town)
        asked = await meetings.invite_members(me, at.meeting.id)
        days = [asked.starts_at + number * WEEK for number in (1, 2, 3)]
        later = [
            await make.meeting(me, at.council, title=f"第{number}回総会", starts_at=day)
            for number, day in enumerate(days, 2)
        ]
        before = await Entry.all().count()
        for on in (asked.day, me.today):
            with pytest.raises(WrongState, match="第1回総会.*第3回総会」 ほか1件.*中止するか、開催日") as refused:
                await councils.dissolve(me, at.council.id, on=on)
            assert f"{asked.day:%Y年%-m月%-d日}「第1回総会」" in str(refused.value)
        assert await Entry.all().count() == before
        assert (await Council.get()).dissolved_on is None
        assert not await CouncilMembership.exclude(term_to=None).exists()
        for one in later:
            await meetings.cancel(me, one.id, reason="解散のため")
        await councils.dissolve(me, at.council.id, on=asked.day + timedelta(days=1))
        assert (await make.met(me, asked, at.members[0])).status is MeetingStatus.HELD

    play(story)


async def handed_over(town: Town, at: Table) -> Council:
    version = (await Council.get(id=at.council.id)).version
    return await councils.transfer(town.hq, at.council.id, version=version, unit_id=town.other_station.id)


def test_the_new_secretariat_leads_the_meetings_that_are_planned_and_the_old_one_keeps_what_is_over(play: Any) -> None:
    async def story(town: Town) -> None:
        me, you, at = town.officer, town.other_officer, await table(town)
        paper = await make.document(me, at.meeting.appointment_id)
        over = await make.meeting(me, at.council, title="準備会", starts_at=me.now + HOUR)
        await make.met(me, over, at.members[0])
        before = await Appointment.get(id=at.meeting.appointment_id)
        await handed_over(town, at)
        assert [one.title for one in await meetings.visible_to(me)] == ["準備会"]
        assert [one.title for one in await meetings.visible_to(you)] == ["第1回総会"]
        date = await Appointment.get(id=before.id)
        assert (date.unit_id, date.uid, date.sequence) == (town.other_station.id, before.uid, before.sequence)
        assert (await Document.get(id=paper.id)).unit_id == town.other_station.id
        await meetings.correct(you, at.meeting.id, place="例示会館")
        assert (await make.met(you, at.meeting, at.members[0])).status is MeetingStatus.HELD

    play(story)


def test_a_council_is_not_handed_over_while_people_are_invited_to_a_meeting(play: Any) -> None:
    async def story(town: Town) -> None:
        at = await table(town)
        await make.meeting(town.officer, at.council, title="第2回総会")
        await meetings.invite_members(town.officer, at.meeting.id)
        before = await Entry.all().count()
        with pytest.raises(WrongState, match="案内済の会議があります.*「第1回総会」）.*先にいまの事務局で"):
            await handed_over(town, at)
        assert await Entry.all().count() == before
        for model in (Council, CouncilMembership, CouncilMeeting, Appointment):
            assert {one.unit_id for one in await model.all()} == {town.station.id}
        await meetings.cancel(town.officer, at.meeting.id, reason="事務局の変更のため")
        assert (await handed_over(town, at)).unit_id == town.other_station.id

    play(story)


def test_a_meeting_lies_within_the_time_of_its_council_and_ahead(play: Any) -> None:
    async def story(town: Town) -> None:
        council = await make.council(town.officer)
        for starts_at in (town.officer.now - HOUR, town.officer.now):
            with pytest.raises(Invalid):
                await make.meeting(town.officer, council, starts_at=starts_at)
        await councils.dissolve(town.officer, council.id, on=town.officer.today + WEEK)
        with pytest.raises(WrongState, match="解散"):
            await make.meeting(town.officer, council)
        assert not await CouncilMeeting.exists()
        assert not await Appointment.exists()

    play(story)
