"""The mail of the morning: for officers who want it and may see what it tells, with what is coming and what is due."""

from datetime import timedelta
from typing import Any

from domain import digests, encounters, people, replies, tokens
from domain.actor import Actor, Role
from domain.calendar import Attendee, PartStat
from domain.encounters import NextStep
from domain.outbox import Letter
from domain.people import Person
from domain.tokens import Token
from domain.units import Unit
from jobs.letters import render
from tests import make
from tests.clock import NOW
from tests.make import Town

DAY = timedelta(days=1)
MORNING = NOW + 23 * DAY


async def subscribed(town: Town, who: Actor) -> None:
    """The officer has a way in, and wants the digest."""
    unit, person = await Unit.get(id=who.unit_id), await Person.get(id=who.person_id)
    await tokens.mint(town.admin, person, who.role, unit, "試験", MORNING + 99 * DAY)
    await people.choose_notices(who, wants_digest=True)


async def sent(now: Any = MORNING) -> list[Letter]:
    await Letter.all().delete()
    await digests.owe(now)
    return await Letter.filter(kind="digest").order_by("to_address")


def test_an_officer_who_wants_it_reads_in_the_morning_what_is_coming_and_who_has_not_answered(play: Any) -> None:
    async def story(town: Town) -> None:
        await subscribed(town, town.officer)
        drill = await make.drill(town.officer)
        contacts = await make.invited(town.officer, drill, "架空電力株式会社", "見本信用金庫", "例示ガス株式会社")
        first = await Attendee.get(person_id=contacts[0].person_id)
        await replies.answer_by_link(NOW, first.id, partstat=PartStat.ACCEPTED)
        [letter] = await sent()
        assert letter.to_address == "hanako@police.aohama.example"
        text = render("digest", letter.facts | {"short_id": "01J4"}).text
        line = "・令和８年７月29日（水）午前９時 第1回共同対処訓練"
        assert f"【7日以内の予定】\n{line}\n" in text
        assert (
            "【きょうの仕事】\n■未回答の招待（1件）\n・令和８年７月29日 第1回共同対処訓練　2人から回答がありません。"
            in text
        )
        assert "架空電力" not in text

    play(story)


def test_a_digest_comes_once_a_morning_and_not_where_there_is_nothing_to_tell(play: Any) -> None:
    async def story(town: Town) -> None:
        await subscribed(town, town.officer)
        assert await sent() == []
        await make.drill(town.officer)
        assert len(await sent()) == 1
        await digests.owe(MORNING + timedelta(hours=1))
        assert await Letter.filter(kind="digest").count() == 1
        await digests.owe(MORNING + DAY)
        assert await Letter.filter(kind="digest").count() == 2

    play(story)


def test_what_should_have_taken_place_is_named_until_it_is_entered(play: Any) -> None:
    async def story(town: Town) -> None:
        await subscribed(town, town.officer)
        activity = await make.activity(town.officer)
        [letter] = await sent(activity.starts_at + timedelta(hours=3))
        why = "活動の日を過ぎました。実施結果を入力してください。"
        assert letter.facts["works"] == ["■活動の実施結果（1件）", f"・令和８年７月11日 駅前での広報啓発活動　{why}"]

    play(story)


def test_visits_without_a_report_and_what_is_to_be_done_are_named_with_the_body_and_nothing_of_their_content(
    play: Any,
) -> None:
    async def story(town: Town) -> None:
        await subscribed(town, town.officer)
        visit = await make.planned_encounter(town.officer)
        step = NextStep("総務課の例塚さんに案内を送る", town.officer.today + 2 * DAY)
        met = await make.encounter(town.officer, body=await make.company(town.officer, "例示ガス"), next_step=step)
        colleague = await make.officer(town.hq, town.station)
        own, theirs = [await make.company(town.officer, name) for name in ("例示酒造", "例示製菓")]
        for body, due in ((own, 100), (theirs, 2)):
            another = NextStep("電話する", town.officer.today + due * DAY, body is theirs and colleague.id or None)
            await make.encounter(town.officer, body=body, next_step=another)
        [letter] = await sent(visit.starts_at + 10 * DAY)
        assert letter.facts["works"] == [
            "■次の対応（1件）",
            "・例示ガス　次の対応の期限は令和８年７月３日です。",
            "■接触の報告（1件）",
            "・令和８年７月８日 架空電力株式会社　予定した接触の日を過ぎました。結果を報告してください。",
        ]
        await encounters.settle_next_step(make.at(town.officer, NOW + 3 * DAY), met.id)
        await encounters.cancel(town.officer, visit.id, reason="先方の都合")
        assert await sent(visit.starts_at + 10 * DAY) == []

    play(story)


def test_a_letter_that_did_not_arrive_is_counted_the_morning_after(play: Any) -> None:
    async def story(town: Town) -> None:
        await subscribed(town, town.officer)
        await make.lecture(town.officer)
        await Letter.all().update(given_up_at=MORNING - timedelta(hours=3))
        await digests.owe(MORNING)
        assert (await Letter.get(kind="digest")).facts["waiting"] == ["・この1日に届けられなかった手紙 1通"]

    play(story)


def test_a_station_reads_of_its_own_dates_and_headquarters_of_all(play: Any) -> None:
    async def story(town: Town) -> None:
        await Person.filter(id=town.hq.person_id).update(mail_address="hq@police.aohama.example")
        await Person.filter(id=town.other_officer.person_id).update(mail_address="z@police.aohama.example")
        for who in (town.officer, town.other_officer, town.hq):
            await subscribed(town, who)
        await make.drill(town.officer)
        told = [letter.to_address for letter in await sent()]
        assert told == ["hanako@police.aohama.example", "hq@police.aohama.example"]
        visit = await make.planned_encounter(town.officer)
        own, of_all = [letter.facts["works"] for letter in await sent(visit.starts_at + 10 * DAY)]
        assert any("架空電力株式会社　予定した" in line for line in own)
        assert any(f"架空電力株式会社（{town.station.name}）　予定した" in line for line in of_all), "whose it is"

    play(story)


def test_whoever_may_come_in_no_more_or_wants_none_reads_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        await subscribed(town, town.officer)
        await make.drill(town.officer)
        await people.choose_notices(town.officer, wants_digest=False)
        assert await sent() == []
        await people.choose_notices(town.officer, wants_digest=True)
        await Token.filter(person_id=town.officer.person_id).update(revoked_at=NOW)
        assert await sent() == []
        person, unit = await Person.get(id=town.officer.person_id), await Unit.get(id=town.station.id)
        await tokens.mint(town.admin, person, Role.ADMIN, unit, "別の役割", MORNING + 99 * DAY)
        assert await sent() == []

    play(story)


def test_of_many_dates_the_first_are_named_and_the_others_counted(play: Any) -> None:
    async def story(town: Town) -> None:
        await subscribed(town, town.officer)
        for number in range(digests.MOST + 3):
            await make.drill(town.officer, title=f"訓練{number}")
        [letter] = await sent()
        assert len(letter.facts["coming"]) == digests.MOST + 1
        assert letter.facts["coming"][-1] == "・ほか3件"

    play(story)
