"""The page behind a letter's link for a company: with how many it comes to a drill, and who they are."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from domain import drills, replies
from domain.calendar import Attendee, PartStat
from domain.drills import Participation
from domain.journal import Entry
from domain.looks import Look
from tests import make
from tests.api.answer_page import answer, at_the_door, known, path
from tests.clock import NOW
from tests.make import Town


async def invited(town: Town, **over: Any) -> tuple[Attendee, Participation]:
    drill = await make.drill(town.officer, **over)
    await make.invited(town.officer, drill)
    one = await Attendee.get(appointment_id=drill.appointment_id)
    return one, await Participation.get(drill_id=drill.id)


def test_a_company_says_with_how_many_it_comes(play: Any) -> None:
    async def story(town: Town) -> None:
        one, part = await invited(town)
        async with at_the_door() as client:
            assert 'name="count"' in (await client.get(path(one))).text
        for typed, planned in (("3", 3), ("１２", 12), ("", 12)):
            thanks = await answer(one, partstat="ACCEPTED", count=typed)
            assert thanks.status_code == 200
            assert f"「出席（{planned}人）」のご回答を受け付けました" in thanks.text
            assert (await Participation.get(id=part.id)).planned_count == planned
        await answer(one, partstat="DECLINED", count="7")
        assert (await Participation.get(id=part.id)).planned_count == 12

    play(story)


@pytest.mark.parametrize("typed", ["0", "-1", "三", "1.5", "9" * 10, "11"])
def test_more_than_there_are_places_and_what_is_no_number_is_refused_with_the_answer(play: Any, typed: str) -> None:
    async def story(town: Town) -> None:
        one, part = await invited(town, capacity=10)
        refused = await answer(one, partstat="ACCEPTED", count=typed)
        assert refused.status_code in (400, 409)
        assert 'class="refused"' in refused.text
        assert await known(one) is PartStat.NEEDS_ACTION
        assert (await Participation.get(id=part.id)).planned_count == part.planned_count

    play(story)


def lines_on(page: httpx.Response) -> tuple[str, str]:
    """The number and the names that stand in the form."""
    (count,) = re.findall(r'name="count"[^>]* value="(\d*)"', page.text)
    (names,) = re.findall(r'<textarea id="names"[^>]*>([^<]*)</textarea>', page.text)
    return count, names


def test_a_company_says_who_comes_a_line_each_and_finds_them_there_again(play: Any) -> None:
    async def story(town: Town) -> None:
        one, part = await invited(town)
        async with at_the_door() as client:
            assert lines_on(await client.get(path(one))) == ("", "")
        thanks = await answer(one, partstat="ACCEPTED", count="", names="係長　例塚 恵\r\n\r\n <b>主任 例森</b> \r\n")
        assert "「出席（2人）」のご回答を受け付けました" in thanks.text
        assert lines_on(thanks) == ("", "係長　例塚 恵\n&lt;b&gt;主任 例森&lt;/b&gt;")
        more = await answer(one, partstat="ACCEPTED", count="5", names="係長　例塚 恵")
        assert lines_on(more) == ("5", "係長　例塚 恵")
        assert (await Participation.get(id=part.id)).names == ["係長　例塚 恵"]
        gone = await answer(one, partstat="DECLINED", count="5", names="係長　例塚 恵")
        assert lines_on(gone) == ("5", "")
        assert await Look.filter(operation="rsvp").values_list("columns", "rows") == [
            (["Participation.names"], [f"Participation:{part.id}"]) for _ in range(2)
        ]

    play(story)


def test_fewer_than_are_named_are_refused_and_every_line_is_still_there(play: Any) -> None:
    async def story(town: Town) -> None:
        one, part = await invited(town)
        refused = await answer(one, partstat="ACCEPTED", count="1", names="例塚 恵\r\n例森 空")
        assert (refused.status_code, lines_on(refused)) == (400, ("1", "例塚 恵\n例森 空"))
        assert "参加される人数（1人）が、来られる方（2人）より少なくなっています" in refused.text
        after = await Participation.get(id=part.id)
        assert (await known(one), after.planned_count, after.names) == (PartStat.NEEDS_ACTION, 1, [])

    play(story)


async def form_on(one: Attendee) -> dict[str, str]:
    """The form for a company as it stands on the page, with nothing chosen."""
    async with at_the_door() as client:
        return form_in(await client.get(path(one)))


def form_in(page: httpx.Response) -> dict[str, str]:
    (seen,) = re.findall(r'name="seen" value="(\w+)"', page.text)
    count, names = lines_on(page)
    return {"seen": seen, "count": count, "names": names.replace("\n", "\r\n")}


async def two_of_a_company(town: Town) -> tuple[Attendee, Attendee, Participation]:
    one, part = await invited(town)
    colleague = await make.contact(town.officer, await part.organization, family_name="例山")
    await drills.invite(town.officer, part.drill_id, contact_id=colleague.id)
    return one, await Attendee.get(person_id=colleague.person_id), part


THREE = ["課長 甲", "係長 乙", "主任 丙"]


def test_of_two_open_pages_the_older_one_takes_nothing_from_what_a_colleague_has_said(play: Any) -> None:
    async def story(town: Town) -> None:
        one, other, part = await two_of_a_company(town)
        stale = await form_on(one)
        await answer(other, partstat="ACCEPTED", **await form_on(other) | {"names": "\r\n".join(THREE)})
        untouched = await answer(one, partstat="ACCEPTED", remark="駐車場1台", **stale)
        assert "「出席（3人）」のご回答を受け付けました" in untouched.text
        for typed in ({"names": "部長 丁"}, {"count": "2"}):
            refused = await answer(one, partstat="TENTATIVE", **stale | typed)
            assert (refused.status_code, "来られる方か人数が書き換えられました" in refused.text) == (409, True)
            assert "いまの内容: 3人（課長 甲、係長 乙、主任 丙）" in refused.text
            assert form_in(refused) == stale | typed | {"seen": form_in(refused)["seen"]}
        after = await Participation.get(id=part.id)
        assert (after.planned_count, after.names, await known(one)) == (3, THREE, PartStat.ACCEPTED)
        meant = await answer(one, partstat="ACCEPTED", **form_in(refused) | {"count": "", "names": "部長 丁"})
        after = await Participation.get(id=part.id)
        assert (meant.status_code, after.planned_count, after.names) == (200, 1, ["部長 丁"])

    play(story)


def test_nobody_is_shown_who_comes_without_a_line_that_says_so_also_before_their_post_begins(play: Any) -> None:
    async def story(town: Town) -> None:
        one, part = await invited(town)
        await answer(one, partstat="ACCEPTED", names="\n".join(THREE))
        begins = NOW.date() + timedelta(days=10)
        successor = await make.contact(town.officer, await part.organization, family_name="例山", since=begins)
        await drills.invite(town.officer, part.drill_id, contact_id=successor.id)
        before = await Look.all().count()
        asked = await Attendee.get(person_id=successor.person_id)
        assert (await form_on(asked))["names"].split("\r\n") == THREE
        assert await Look.all().count() == before + 1
        line = await Look.filter(person_id=successor.person_id).get()
        assert (line.columns, line.rows) == (["Participation.names"], [f"Participation:{part.id}"])
        assert line.listed == {f"Participation:{part.id}": 3}

    play(story)


def test_who_comes_is_said_by_nobody_who_has_not_seen_what_stands_there(play: Any) -> None:
    async def story(town: Town) -> None:
        one, part = await invited(town)
        async with at_the_door() as client:
            first = await client.post(path(one), data={"partstat": "ACCEPTED", "names": "\n".join(THREE)})
            assert (first.status_code, (await Participation.get(id=part.id)).names) == (200, THREE)
            refused = await client.post(path(one), data={"partstat": "TENTATIVE", "names": "部長 丁"})
            alone = await client.post(path(one), data={"partstat": "TENTATIVE"})
        assert (refused.status_code, lines_on(refused)) == (409, ("", "部長 丁"))
        assert "いまの内容: 3人（課長 甲、係長 乙、主任 丙）" in refused.text
        assert "いまの内容" not in alone.text
        after = await Participation.get(id=part.id)
        assert (alone.status_code, after.planned_count, after.names) == (200, 3, THREE)
        assert await known(one) is PartStat.TENTATIVE

    play(story)


@pytest.mark.parametrize("by_page", [True, False])
def test_an_answer_that_is_sent_twice_is_one(play: Any, by_page: bool) -> None:
    """By a second press of the button, or by a program that knows of no form."""

    async def story(town: Town) -> None:
        one, part = await invited(town)
        form = (await form_on(one) if by_page else {}) | {"partstat": "ACCEPTED", "names": "\n".join(THREE)}
        async with at_the_door() as client:
            assert [(await client.post(path(one), data=form)).status_code for _ in range(2)] == [200, 200]
        after = await Participation.get(id=part.id)
        assert (after.planned_count, after.names) == (3, THREE)
        assert await Entry.filter(fact="participation-counted").count() == 1

    play(story)


def test_a_page_that_is_older_than_a_call_takes_nothing_from_it_whatever_else_was_wrong_with_it(play: Any) -> None:
    async def story(town: Town) -> None:
        one, part = await invited(town)
        stale = await form_on(one)
        await replies.note(town.officer, one.id, partstat=PartStat.ACCEPTED, planned_count=4, names=THREE)
        too_long = await answer(one, partstat="ACCEPTED", remark="長" * 501, **stale)
        assert (too_long.status_code, lines_on(too_long)) == (400, ("4", "\n".join(THREE)))
        again = await answer(one, partstat="ACCEPTED", **form_in(too_long))
        after = await Participation.get(id=part.id)
        assert (again.status_code, after.planned_count, after.names) == (200, 4, THREE)

    play(story)


def test_a_number_that_nobody_has_typed_gives_way_to_more_names(play: Any) -> None:
    async def story(town: Town) -> None:
        one, part = await invited(town)
        await answer(one, partstat="ACCEPTED", **await form_on(one))
        counts = []
        await answer(one, partstat="ACCEPTED", **await form_on(one) | {"names": "\n".join(THREE[:2])})
        counts.append((await Participation.get(id=part.id)).planned_count)
        await drills.correct_participation(town.officer, part.id, planned_count=5)
        await answer(one, partstat="ACCEPTED", **await form_on(one) | {"names": "\n".join(THREE)})
        counts.append((await Participation.get(id=part.id)).planned_count)
        await answer(one, partstat="ACCEPTED", **await form_on(one) | {"names": "\n".join([*THREE, *THREE])})
        counts.append((await Participation.get(id=part.id)).planned_count)
        fewer = await answer(one, partstat="ACCEPTED", **await form_on(one) | {"count": "2"})
        assert (counts, fewer.status_code) == ([2, 5, 6], 400)

    play(story)


def test_the_longest_answer_fits_into_the_form(play: Any) -> None:
    async def story(town: Town) -> None:
        one, part = await invited(town)
        names = ["𠮷" * drills.LONGEST_NAME] * drills.MOST_NAMES
        thanks = await answer(one, partstat="ACCEPTED", remark="𠮷" * 500, names="\r\n".join(names))
        assert (thanks.status_code, (await Participation.get(id=part.id)).names) == (200, names)

    play(story)
