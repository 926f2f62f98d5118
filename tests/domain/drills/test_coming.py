"""With how many an organisation comes to a drill, and who they are: said, put right, and forgotten in time."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain import database, drills, replies
from domain.actor import TOKYO
from domain.calendar import Attendee, PartStat
from domain.drills import Drill, ParticipationReply
from domain.errors import Conflict, Invalid, NotFound, WrongState
from domain.journal import Entry
from domain.organizations import Contact
from domain.outbox import Letter
from domain.replies import Coming
from domain.retention.due import Rule
from domain.retention.texts import count_texts, sweep
from tests import make
from tests.clock import NOW
from tests.domain.drills.asking import attendee_of, everything, participation_of
from tests.domain.lectures.giving import confirmed as lecture_confirmed
from tests.make import Town

TABLES = "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
NAMES = ("係長 例塚 恵", "主任 例森 空")


async def asked(town: Town, **over: Any) -> tuple[Drill, Contact]:
    drill = await make.drill(town.officer, **over)
    [contact] = await make.invited(town.officer, drill)
    return drill, contact


async def says(contact: Contact, partstat: PartStat = PartStat.ACCEPTED, now: datetime = NOW, **coming: Any) -> None:
    """Whoever answers has the form before them as it stands."""
    one = await attendee_of(contact)
    seen = {"seen": drills.standing(await participation_of(contact)).seen} if coming else {}
    await replies.answer_by_link(now, one.id, partstat=partstat, coming=Coming(**seen | coming))


async def expected(contact: Contact) -> tuple[int, list[str]]:
    part = await participation_of(contact)
    return part.planned_count, part.names


async def told() -> list[str]:
    """The answers as they were told back."""
    return [one.facts["answer"] for one in await Letter.filter(kind="answer-received").order_by("id")]


def test_whoever_answers_for_a_company_says_who_comes_and_they_are_counted(play: Any) -> None:
    async def story(town: Town) -> None:
        _, contact = await asked(town)
        await says(contact, names=["  係長 例塚 恵　", "", *NAMES[1:], " "])
        assert await expected(contact) == (2, list(NAMES))
        await says(contact, count=5, now=NOW + timedelta(hours=1))
        assert await expected(contact) == (5, list(NAMES))
        await says(contact, names=NAMES[:1], count=3, now=NOW + timedelta(hours=2))
        assert await expected(contact) == (3, [NAMES[0]])
        await says(contact, names=[], now=NOW + timedelta(hours=3))
        assert await expected(contact) == (3, [])
        assert await told() == ["出席（2人）", "出席（5人）", "出席（3人）"]

    play(story)


def test_an_officer_notes_by_telephone_with_how_many_they_come_and_who(play: Any) -> None:
    async def story(town: Town) -> None:
        _, contact = await asked(town)
        noted = {"partstat": PartStat.ACCEPTED, "planned_count": 3, "names": NAMES}
        await replies.note(town.officer, (await attendee_of(contact)).id, **noted)
        assert await expected(contact) == (3, list(NAMES))
        assert await told() == ["出席（3人）"]

    play(story)


@pytest.mark.parametrize(
    ("field", "coming"),
    [
        ("planned_count", {"count": 1, "names": NAMES}),
        ("planned_count", {"count": 0}),
        ("names", {"names": ["例"] * 21}),
        ("names", {"names": ["長" * 61]}),
        ("names", {"names": ["例塚\n恵"]}),
        ("names", {"names": ["例\u202e塚"]}),
    ],
)
def test_fewer_than_are_named_and_lines_that_are_none_are_refused_with_the_answer(
    play: Any, field: str, coming: dict[str, Any]
) -> None:
    async def story(town: Town) -> None:
        _, contact = await asked(town)
        one, before = await attendee_of(contact), await everything()
        noted = {"planned_count": coming.get("count"), "names": coming.get("names")}
        for refused in (
            says(contact, **coming),
            replies.note(town.officer, one.id, partstat=PartStat.ACCEPTED, **noted),
        ):
            with pytest.raises(Invalid) as why:
                await refused
            assert why.value.field == field
        assert await everything() == before

    play(story)


def test_a_number_below_the_names_that_are_known_is_refused_whoever_says_it(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, contact = await asked(town)
        await says(contact, names=NAMES)
        part = await participation_of(contact)
        colleague = await make.contact(town.officer, await contact.organization, family_name="例山")
        before = await everything()
        for refused in (
            says(contact, count=1),
            drills.correct_participation(town.officer, part.id, planned_count=1),
            drills.invite(town.officer, drill.id, contact_id=colleague.id, planned_count=1),
        ):
            with pytest.raises(Invalid, match="2人"):
                await refused
        assert await everything() == before

    play(story)


@pytest.mark.parametrize("coming", [{"count": 3}, {"names": NAMES[:1]}, {"names": []}])
def test_nobody_says_by_a_link_who_comes_without_having_seen_what_stands_there(play: Any, coming: Any) -> None:
    async def story(town: Town) -> None:
        _, contact = await asked(town)
        await says(contact, names=NAMES)
        before = await everything()
        with pytest.raises(Conflict, match="いまの内容を確かめて"):
            await says(contact, seen=None, now=NOW + timedelta(hours=1), **coming)
        assert await everything() == before
        await says(contact, PartStat.DECLINED, seen=None, now=NOW + timedelta(hours=1), **coming)
        assert await expected(contact) == (2, [])

    play(story)


def test_as_many_as_fit_on_the_page_may_be_named_and_no_more_are_kept_than_come(play: Any) -> None:
    async def story(town: Town) -> None:
        _, contact = await asked(town)
        longest = ["長" * drills.LONGEST_NAME] * drills.MOST_NAMES
        await says(contact, names=longest)
        assert await expected(contact) == (20, longest)

    play(story)


def test_whoever_is_counted_alone_cannot_bring_anybody(play: Any) -> None:
    async def story(town: Town) -> None:
        await lecture_confirmed(town)
        one, before = await Attendee.get(person_id=town.officer.person_id), await everything()
        for field, said in (("planned_count", {"planned_count": 2}), ("names", {"names": NAMES})):
            with pytest.raises(Invalid) as why:
                await replies.note(town.officer, one.id, partstat=PartStat.ACCEPTED, **said)
            assert why.value.field == field
        assert await everything() == before

    play(story)


def test_where_seats_are_few_a_company_is_not_told_how_many_the_others_take(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer, capacity=8)
        contact, other = await make.invited(town.officer, drill, "甲社", "乙社")
        await says(other, count=5)
        before, one = await everything(), await attendee_of(contact)
        with pytest.raises(Conflict) as why:
            await says(contact, count=4)
        assert not set("0123456789") & set(why.value.message)
        with pytest.raises(Conflict, match="9人になり、定員の8人"):
            await replies.note(town.officer, one.id, partstat=PartStat.ACCEPTED, planned_count=4)
        assert await everything() == before

    play(story)


def test_a_no_takes_the_names_away_and_so_does_a_new_date(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, contact = await asked(town)
        await says(contact, names=NAMES)
        await says(contact, PartStat.DECLINED, names=NAMES, now=NOW + timedelta(hours=1))
        assert await expected(contact) == (2, [])
        await says(contact, PartStat.TENTATIVE, names=NAMES, now=NOW + timedelta(hours=2))
        assert await expected(contact) == (2, list(NAMES))
        moved = {"starts_at": NOW + timedelta(days=40), "ends_at": NOW + timedelta(days=40, hours=1)}
        await drills.postpone(town.officer, drill.id, reason="台風", **moved)
        assert await expected(contact) == (2, [])

    play(story)


def test_while_a_colleague_comes_the_list_of_the_company_stays(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, contact = await asked(town)
        colleague = await make.contact(town.officer, await contact.organization, family_name="例山")
        await drills.invite(town.officer, drill.id, contact_id=colleague.id)
        await says(contact, names=NAMES)
        await says(colleague)
        await says(contact, PartStat.DECLINED, now=NOW + timedelta(hours=1))
        part = await participation_of(contact)
        assert (part.reply, part.names) == (ParticipationReply.ACCEPTED, list(NAMES))
        await says(colleague, PartStat.DECLINED, now=NOW + timedelta(hours=1))
        assert await expected(contact) == (2, [])

    play(story)


def test_names_are_gone_once_the_drill_was_reported_or_called_off(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, contact = await asked(town)
        await says(contact, names=NAMES)
        await drills.confirm(town.officer, drill.id)
        after = make.at(town.officer, drill.starts_at + timedelta(hours=1))
        await drills.start(after, drill.id)
        came = [drills.Attended((await participation_of(contact)).id, 2)]
        await drills.finish(after, drill.id, attendance=came)
        await drills.evaluate(after, drill.id)
        assert await expected(contact) == (2, list(NAMES))
        await drills.submit_report(after, drill.id, summary="通報は12分で行われた。")
        assert await expected(contact) == (2, [])
        other = await make.drill(town.officer, title="別の訓練", starts_at=NOW + timedelta(days=50))
        [second] = await make.invited(town.officer, other, "乙社")
        await says(second, names=NAMES)
        await drills.call_off(town.officer, other.id, reason="台風")
        assert await expected(second) == (2, [])

    play(story)


def test_whoever_wants_to_stand_in_no_list_is_taken_out_also_after_the_drill(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, contact = await asked(town)
        part = await participation_of(contact)
        with pytest.raises(WrongState, match="名簿はありません"):
            await drills.correct_participation(town.officer, part.id, names=NAMES)
        await says(contact, names=NAMES)
        await drills.confirm(town.officer, drill.id)
        after = make.at(town.officer, drill.starts_at + timedelta(hours=1))
        await drills.start(after, drill.id)
        await drills.finish(after, drill.id, attendance=[drills.Attended(part.id, 2)])
        before = await everything()
        for refused, why in (
            ({"names": NAMES[:1], "planned_count": 1}, WrongState),
            ({"names": [*NAMES, "主任 例川"]}, Invalid),
            ({"names": ["例塚\n恵"]}, Invalid),
        ):
            with pytest.raises(why):
                await drills.correct_participation(after, part.id, **refused)
        with pytest.raises(NotFound):
            await drills.correct_participation(town.other_officer, part.id, names=[])
        assert await everything() == before
        await drills.correct_participation(after, part.id, names=NAMES[:1])
        assert await expected(contact) == (2, [NAMES[0]])
        await drills.correct_participation(after, part.id, names=[])
        assert await expected(contact) == (2, [])
        with pytest.raises(WrongState, match="名簿はありません"):
            await drills.correct_participation(after, part.id, names=NAMES)

    play(story)


def test_names_of_a_drill_that_nobody_reports_are_swept_ninety_days_later(play: Any) -> None:
    async def story(town: Town) -> None:
        drill, contact = await asked(town)
        await says(contact, names=NAMES)
        over = (drill.starts_at + timedelta(hours=3)).astimezone(TOKYO).date()
        for days, left in ((90, list(NAMES)), (91, [])):
            await sweep(town.prefecture.id, Rule.LETTERS, over + timedelta(days=days))
            assert (await participation_of(contact)).names == left
        assert await count_texts(town.prefecture.id, Rule.LETTERS, over + timedelta(days=91)) == 0

    play(story)


def test_nobody_who_is_named_stands_in_a_journal_a_letter_or_any_other_row(play: Any) -> None:
    async def story(town: Town) -> None:
        _, contact = await asked(town)
        await says(contact, names=["課長 鳥飼 隠"])
        await says(contact, names=["課長 鳥飼 隠", "主任 鳥飼 隠二"], now=NOW + timedelta(hours=1))
        tables = [one["name"] for one in await database.rows(TABLES)]
        holds = "SELECT count(*) AS count FROM {} t WHERE t::text LIKE '%鳥飼%'"
        found = {table for table in tables if (await database.rows(holds.format(table)))[0]["count"]}
        assert found == {"drill_participation"}
        counted = await Entry.filter(fact="participation-counted").order_by("id")
        assert [one.after["names"] for one in counted] == [1, 2]

    play(story)
