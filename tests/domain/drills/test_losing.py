"""A contact who is asked to a drill leaves: their calendar is told, whoever planned too, and the body stays reached."""

from datetime import timedelta
from typing import Any

import pytest

from domain import drills, organizations, replies
from domain.calendar import Attendee, PartStat
from domain.drills import Drill, Participation, ParticipationReply
from domain.japanese import from_to
from domain.organizations import Contact
from domain.outbox import Letter, Method
from jobs import post_letters
from tests import make
from tests.clock import NOW
from tests.domain.incoming.arriving import Invitation, invitation, known
from tests.jobs.test_post_letters import Pigeons, desk
from tests.make import Town

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
OFFICER = "hanako@police.aohama.example"


async def leaves(town: Town, asked: Invitation, after: timedelta = DAY) -> None:
    contact = await Contact.get(person_id=asked.attendee.person_id)
    hq = make.at(town.hq, NOW + HOUR)
    await organizations.retire_contact(hq, contact.id, version=contact.version, on=(NOW + after).date())


async def said_yes(town: Town) -> Invitation:
    asked = await invitation(town)
    await replies.answer_by_link(NOW, asked.attendee.id, partstat=PartStat.ACCEPTED)
    await Letter.all().delete()
    return asked


async def told() -> list[tuple[str, str, Method | None]]:
    return [(one.kind, one.to_address, one.method) for one in await Letter.all().order_by("id")]


async def reply() -> ParticipationReply:
    return (await Participation.get()).reply


def test_of_a_contact_who_had_said_yes_and_leaves_the_planner_hears_and_the_body_has_to_answer_again(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await said_yes(town)
        await leaves(town, asked)
        address = "contact1@partner.example"
        assert await told() == [("drill-released", address, Method.CANCEL), ("attendee-lost", OFFICER, None)]
        lost = await Letter.get(kind="attendee-lost")
        assert (lost.facts["person"], lost.facts["reason"]) == ("例塚 恵", "担当を離れるため")
        after = await known(town, asked.drill)
        assert after.attendee.removed_at == NOW + HOUR
        assert await reply() is ParticipationReply.AWAITED

    play(story)


def test_of_a_contact_who_had_not_answered_nobody_is_missed_but_they_are_asked_no_more(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await invitation(town)
        await Letter.all().delete()
        await leaves(town, asked)
        assert [kind for kind, _, _ in await told()] == ["drill-released"]
        assert await reply() is ParticipationReply.AWAITED

    play(story)


def test_a_body_of_which_somebody_else_has_said_yes_still_comes(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await said_yes(town)
        body = await organizations.visible_to(town.officer).get(id=asked.attendee.organization_id)
        other = await make.contact(town.officer, body, family_name="試﨑", mail_address="new@partner.example")
        await drills.invite(town.officer, asked.drill.id, contact_id=other.id)
        colleague = await Attendee.get(person_id=other.person_id)
        await replies.answer_by_link(NOW, colleague.id, partstat=PartStat.ACCEPTED)
        await leaves(town, asked)
        assert await reply() is ParticipationReply.ACCEPTED

    play(story)


def test_a_contact_whose_last_day_comes_after_the_drill_goes_to_it(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await said_yes(town)
        await leaves(town, asked, timedelta(days=60))
        assert await told() == []
        assert (await Attendee.get(id=asked.attendee.id)).removed_at is None
        assert await reply() is ParticipationReply.ACCEPTED

    play(story)


def test_that_a_drill_is_put_off_or_called_off_reaches_whoever_is_there_for_a_body_left_alone(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await said_yes(town)
        body = await organizations.visible_to(town.officer).get(id=asked.attendee.organization_id)
        await make.contact(town.officer, body, family_name="試﨑", mail_address="new@partner.example")
        await leaves(town, asked)
        then = NOW + timedelta(days=40)
        officer = make.at(town.officer, NOW + 2 * DAY)
        drill = await Drill.get(id=asked.drill.id)
        await drills.postpone(officer, drill.id, reason="会場の都合", starts_at=then, ends_at=then + HOUR)
        assert await reply() is ParticipationReply.AWAITED
        await drills.call_off(officer, drill.id, reason="荒天のため")
        news = [(f"drill-body-{what}", "new@partner.example", None) for what in ("rescheduled", "cancelled")]
        assert (await told())[2:] == news
        pigeons = Pigeons()
        for minutes in (5, 6):  # one after the other
            await post_letters.post_letters(NOW + 2 * DAY + timedelta(minutes=minutes), desk(pigeons))
        theirs = [one for one in pigeons.taken if one.to_address == "new@partner.example"]
        assert [one.calendar for one in theirs] == [None, None]
        assert [word for one in theirs for word in ("カレンダー", "次のページ") if word in one.text] == []
        was, now = from_to(drill.starts_at, drill.starts_at + 3 * HOUR), from_to(then, then + HOUR)
        assert f"変わったところ：\n・日時：{was} → {now}\n" in theirs[0].text

    play(story)


@pytest.mark.parametrize("has_somebody_without_an_address", [False, True])
def test_where_nobody_of_a_body_left_alone_can_be_written_to_whoever_asked_it_hears_that_it_must_be_called(
    play: Any, has_somebody_without_an_address: bool
) -> None:
    async def story(town: Town) -> None:
        asked = await said_yes(town)
        body = await organizations.visible_to(town.officer).get(id=asked.attendee.organization_id)
        if has_somebody_without_an_address:
            await make.contact(town.officer, body, family_name="試﨑", mail_address="")
        await leaves(town, asked)
        await Letter.all().delete()
        officer, then = make.at(town.officer, NOW + 2 * DAY), NOW + timedelta(days=40)
        await drills.postpone(officer, asked.drill.id, reason="会場の都合", starts_at=then, ends_at=then + HOUR)
        await drills.call_off(officer, asked.drill.id, reason="荒天のため")
        assert await told() == [("body-unreached", OFFICER, None)] * 2
        facts = [one.facts for one in await Letter.all().order_by("id")]
        said = [[one[name] for name in ("organization", "news", "reason")] for one in facts]
        assert said == [[body.name, "日時の変更", "会場の都合"], [body.name, "中止", "荒天のため"]]

    play(story)


def test_a_body_whose_invitation_was_taken_back_hears_no_more_of_the_drill(play: Any) -> None:
    async def story(town: Town) -> None:
        asked = await said_yes(town)
        body = await organizations.visible_to(town.officer).get(id=asked.attendee.organization_id)
        await make.contact(town.officer, body, family_name="試﨑", mail_address="new@partner.example")
        await drills.uninvite(town.officer, asked.drill.id, attendee_id=asked.attendee.id)
        await drills.call_off(town.officer, asked.drill.id, reason="荒天のため")
        assert [kind for kind, _, _ in await told()] == ["drill-released"]
        assert await reply() is ParticipationReply.WITHDRAWN

    play(story)
