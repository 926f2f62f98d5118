"""What volunteers are written when they leave the roster, or have to wait for a seat."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from domain import activities, replies, volunteers
from domain.activities import ActivityParticipation, ParticipationStatus
from domain.calendar import Attendee, PartStat
from domain.outbox import Letter, Method
from jobs.letters import render
from tests import make
from tests.make import Town

AT_NIGHT = datetime(2027, 3, 31, 15, 10, tzinfo=UTC)
KINDS = ("volunteer-resigned", "volunteer-dismissed", "volunteer-expired")


async def farewells() -> list[Letter]:
    return await Letter.filter(kind__in=KINDS).order_by("id")


def read(letter: Letter) -> str:
    return render(letter.kind, letter.facts | {"short_id": "01J4"}).text


def test_whoever_resigns_gets_a_confirmation_with_the_number_of_the_term_that_ends(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town)
        await volunteers.reappoint(town.hq, volunteer.id)
        await volunteers.resign(make.oneself(town.officer, volunteer), volunteer.id)
        [letter] = await farewells()
        assert (letter.kind, letter.to_address) == ("volunteer-resigned", "ichiro@volunteer.example")
        assert "番号：令和８年度第１号" in read(letter).splitlines()
        assert "令和８年７月１日付けで確かに承りました" in read(letter)

    play(story)


def test_whoever_resigns_before_having_been_appointed_is_told_of_no_number(play: Any) -> None:
    async def story(town: Town) -> None:
        candidate = await make.recommended(town.officer)
        await volunteers.resign(town.officer, candidate.id)
        [letter] = await farewells()
        assert "番号" not in read(letter).replace("代表番号", "").replace("暗証番号", "")

    play(story)


def test_why_somebody_was_dismissed_stays_in_the_house(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town)
        await volunteers.dismiss(town.hq, volunteer.id, reason="秘密を守らなかったため")
        [letter] = await farewells()
        assert letter.kind == "volunteer-dismissed"
        assert "秘密を守らなかった" not in read(letter) + str(letter.facts)
        assert "お返しください" in read(letter)

    play(story)


def test_whose_term_has_ended_is_thanked_once_and_not_at_night(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town)
        for night in (AT_NIGHT, AT_NIGHT + timedelta(days=1)):
            await volunteers.expire(night)
        [letter] = await farewells()
        assert (letter.kind, letter.person_id) == ("volunteer-expired", volunteer.person_id)
        assert letter.due_at == datetime(2027, 4, 1, 0, 0, tzinfo=UTC)
        assert "令和９年３月31日で満了しました" in read(letter)
        assert "腕章" in read(letter)

    play(story)


def test_each_term_that_ends_is_told(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town)
        await volunteers.expire(AT_NIGHT)
        await volunteers.reappoint(make.at(town.hq, AT_NIGHT), volunteer.id, term_from=date(2027, 4, 1))
        await volunteers.expire(AT_NIGHT + timedelta(days=366))
        assert [letter.facts["ended_on"] for letter in await farewells()] == ["令和９年３月31日", "令和10年３月31日"]

    play(story)


def test_whoever_has_no_address_leaves_without_a_letter(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town, mail_address="")
        await volunteers.resign(town.officer, volunteer.id)
        assert await Letter.all().count() == 0

    play(story)


def test_whoever_waits_for_a_seat_is_told_so_and_how_to_step_back(play: Any) -> None:
    async def story(town: Town) -> None:
        first, second = [await make.volunteer(town, family_name=name) for name in ("髙見本", "試﨑")]
        activity = await make.activity(town.officer, capacity=1)
        await activities.invite(town.officer, activity.id, volunteer_ids=[first.id, second.id])
        for volunteer in (first, second, second):
            attendee = await Attendee.get(person_id=volunteer.person_id)
            await replies.answer_by_link(town.officer.now, attendee.id, partstat=PartStat.ACCEPTED)
        waiting = await ActivityParticipation.get(volunteer_id=second.id)
        [letter] = await Letter.filter(kind="activity-waitlisted")
        assert waiting.status is ParticipationStatus.WAITLISTED
        assert (letter.person_id, letter.method) == (second.person_id, Method.REQUEST)
        assert letter.facts["attendee_id"] == str(waiting.attendee_id)

    play(story)


def test_whoever_waits_for_a_seat_hears_that_the_date_is_firm_and_of_another_place(play: Any) -> None:
    async def story(town: Town) -> None:
        first, second = [await make.volunteer(town, family_name=name) for name in ("髙見本", "試﨑")]
        activity = await make.activity(town.officer, capacity=1)
        await activities.invite(town.officer, activity.id, volunteer_ids=[first.id, second.id])
        for volunteer in (first, second):
            attendee = await Attendee.get(person_id=volunteer.person_id)
            await replies.answer_by_link(town.officer.now, attendee.id, partstat=PartStat.ACCEPTED)
        await activities.confirm(town.officer, activity.id)
        same = {"starts_at": activity.starts_at, "ends_at": activity.starts_at + timedelta(hours=2)}
        await activities.reschedule(town.officer, activity.id, place="市民会館", **same)
        told = await Letter.filter(kind="activity-still-waitlisted").order_by("id")
        assert {letter.person_id for letter in told} == {second.person_id}
        assert [letter.facts["status"] for letter in told] == ["CONFIRMED", "CONFIRMED"]
        assert [letter.facts["place"] for letter in told] == ["見本駅前広場", "市民会館"]
        assert {letter.facts["partstat"] for letter in told} == {PartStat.TENTATIVE}

    play(story)
