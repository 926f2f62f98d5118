"""What stands in a feed, and what never does."""

from datetime import timedelta
from typing import Any

from domain import calendar, drills, feeds, lectures, replies
from domain.actor import Role
from domain.calendar import AppointmentKind, Attendee, PartStat
from domain.feeds import Subscription
from exports import ical
from exports.feeds import WRITER
from tests import make
from tests.api.test_feeds import DAY, HOUR, events, fetch, stations
from tests.clock import NOW
from tests.domain.lectures.giving import confirmed
from tests.exports.strict_ical import findings
from tests.make import Town


def test_a_cancelled_date_is_struck_out_for_thirty_days_and_then_gone(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await confirmed(town)
        feed = await stations(town)
        await lectures.cancel(town.officer, lecture.id, reason="台風")
        answer = await fetch(feed)
        [event] = events(answer)
        assert (event.status, event.transparency) == ("CANCELLED", "TRANSPARENT")
        assert event.summary.startswith("【中止】")
        assert findings(answer.content) == []
        assert len(events(await fetch(feed, NOW + 29 * DAY))) == 1
        assert events(await fetch(feed, NOW + 30 * DAY)) == []

    play(story)


def test_a_feed_names_nobody(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.school(town.officer)
        teacher = await make.contact(town.officer, body, family_name="隠田", mail_address="teacher@school.example")
        lecture = await confirmed(town, school=body, contact=teacher)
        personal = await make.told(await feeds.subscribe(town.officer, person_id=town.officer.person_id))
        for feed in (
            await stations(town),
            personal,
            await make.told(await feeds.subscribe(town.officer, person_id=teacher.person_id)),
        ):
            text = (await fetch(feed)).text.replace("\r\n ", "")
            assert lecture.theme in text
            for told in ("ATTENDEE", "ORGANIZER", "METHOD", "隠田", "試﨑", "@school", "hanako", "000-0000"):
                assert told not in text
        assert await Attendee.all().count() == 2

    play(story)


CANARIES = {
    "phone": "080-1357-9246",
    "extension": "9753",
    "mail": "canary@hidden.example",
    "family": "隠田",
    "given": "鳥介",
    "remarks": "児童の山田さんが被害に遭った",
    "equipment": "黄色い鳥かご",
    "scenario": "受付の端末に鳥の絵が出る",
    "objective": "籠を五分で閉じる",
    "remark": "腰が痛いので座ります",
    "coming": "課長 鳥飼 籠",
    "address": "見本市鳥町1-2-3",
}


def test_nothing_but_title_time_and_place_of_what_is_known_reaches_a_calendar(play: Any) -> None:
    """Of everything else that is typed, a canary is looked for in every feed and every object by CalDAV."""

    async def story(town: Town) -> None:
        reached = {name: CANARIES[name] for name in ("phone", "extension")} | {"mail_address": CANARIES["mail"]}
        named = {"family_name": CANARIES["family"], "given_name": CANARIES["given"]}
        school = await make.school(town.officer, phone=CANARIES["phone"], address=CANARIES["address"])
        teacher = await make.contact(town.officer, school, **named, **reached)
        said = {"remarks": CANARIES["remarks"], "equipment": CANARIES["equipment"]}
        lecture = await confirmed(town, school=school, contact=teacher, place="体育館", **said)
        company = await make.contact(town.officer, await make.company(town.officer), **named, **reached)
        told = {"scenario": CANARIES["scenario"], "objectives": [CANARIES["objective"]]}
        drill = await make.drill(town.officer, **told)
        await drills.invite(town.officer, drill.id, contact_id=company.id)
        answering = await Attendee.get(person_id=company.person_id)
        noted = {"remark": CANARIES["remark"], "names": [CANARIES["coming"]]}
        await replies.note(town.officer, answering.id, partstat=PartStat.ACCEPTED, **noted)
        people = [town.officer.person_id, teacher.person_id, company.person_id]
        opened = [await make.told(await feeds.subscribe(town.officer, person_id=person_id)) for person_id in people]
        written = [(await fetch(feed)).content for feed in (await stations(town), *opened)]
        for feed in opened:
            dates = (await feeds.contents(await Subscription.get(id=feed.id), WRITER, NOW)).dates
            written += [ical.single(date.entry) for date in dates]
        texts = [body.decode().replace("\r\n ", "") for body in written]
        assert [any(shown in text for text in texts) for shown in (lecture.theme, "体育館", drill.title)] == [True] * 3
        assert {name: canary for name, canary in CANARIES.items() if any(canary in text for text in texts)} == {}
        assert [findings(body) for body in written[:4]] == [[]] * 4
        for text in texts:
            assert text.count("BEGIN:VEVENT") == text.count("CLASS:PRIVATE") > 0

    play(story)


def test_a_series_is_as_many_events_as_it_has_dates_and_none_recurs(play: Any) -> None:
    """So there is nothing that programs could unfold differently."""

    async def story(town: Town) -> None:
        weeks = [NOW + timedelta(days=7 * week) for week in range(1, 5)]
        for starts_at in weeks:
            ends_at = starts_at + HOUR
            await calendar.propose(town.officer, AppointmentKind.DRILL, town.station, "毎週の訓練", starts_at, ends_at)
        answer = await fetch(await stations(town))
        shown = events(answer)
        assert [event.start for event in shown] == weeks
        assert len({event.uid for event in shown}) == len({event.summary for event in shown}) * 4 == 4
        for name in (b"RRULE", b"RDATE", b"EXDATE", b"EXRULE", b"RECURRENCE-ID"):
            assert name not in answer.content
        assert "VEVENT_HAS_RRULE" in findings(answer.content.replace(b"CLASS:", b"RRULE:FREQ=WEEKLY\r\nCLASS:", 1))

    play(story)


def test_whoever_is_asked_again_sees_with_the_higher_sequence_that_it_was_changed_for_them(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        first, second = await make.invited(town.officer, drill, "甲社", "乙社")
        opened = [
            await make.told(await feeds.subscribe(town.officer, person_id=one.person_id)) for one in (first, second)
        ]
        before = [events(await fetch(feed)) for feed in opened]
        attendee = await Attendee.get(person_id=first.person_id)
        await drills.uninvite(make.at(town.officer, NOW + HOUR), drill.id, attendee_id=attendee.id)
        await drills.invite(make.at(town.officer, NOW + 2 * HOUR), drill.id, contact_id=first.id)
        after = [events(await fetch(feed, NOW + 3 * HOUR)) for feed in opened]
        told = [
            [(event.sequence, event.DTSTAMP, event.LAST_MODIFIED) for [event] in shown] for shown in (before, after)
        ]
        assert told == [
            [(0, NOW, NOW), (0, NOW, NOW)],
            [(2, NOW + 2 * HOUR, NOW + 2 * HOUR), (0, NOW, NOW)],
        ]

    play(story)


def test_a_title_full_of_signs_breaks_out_of_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.school(town.officer, 'a,b;c\\n"d" 𠮷﨑👮‍♀️ END:VEVENT')
        await make.lecture(town.officer, school=body, theme="x:y,z", place="1,2;3")
        answer = await fetch(await stations(town))
        assert findings(answer.content) == []
        [event] = events(answer)
        assert event.summary == f"【調整中】{body.name} x:y,z"
        assert event.location == "1,2;3"

    play(story)


def test_a_partner_sees_in_the_feed_only_what_it_is_asked_to(play: Any) -> None:
    async def story(town: Town) -> None:
        await confirmed(town)
        contact = await make.contact(town.officer, await make.company(town.officer))
        partner = make.outsider(town.officer, Role.PARTNER, contact)
        feed = await make.told(await feeds.subscribe(partner, person_id=partner.person_id))
        assert events(await fetch(feed)) == []

    play(story)
