"""協議会への情報の提供: a station writes, headquarters checks, and the envelope is all that is kept."""

from typing import Any

import pytest

from domain import councils, information
from domain.actor import Actor, Role
from domain.councils import Council
from domain.errors import Invalid, NotAllowed, NotFound, WrongState
from domain.information import CouncilInformation, InformationStatus
from tests import make
from tests.make import Town


async def written(town: Town) -> CouncilInformation:
    """For a council of headquarters with one member."""
    council = await make.council(town.hq)
    await make.member(town.hq, council)
    return await make.information_for(town.officer, council)


async def status() -> InformationStatus:
    return (await CouncilInformation.get()).status


async def partner(town: Town) -> Actor:
    return make.outsider(
        town.hq, Role.PARTNER, await make.contact(town.hq, await make.company(town.hq, "例示銀行株式会社"))
    )


def test_a_station_writes_to_a_council_of_headquarters_whose_members_it_does_not_see(play: Any) -> None:
    async def story(town: Town) -> None:
        told = await written(town)
        assert (told.unit_id, told.status) == (town.station.id, InformationStatus.WRITTEN)
        assert await councils.memberships_visible_to(town.officer).count() == 0
        council = await Council.get()
        with pytest.raises(NotAllowed, match="事務局"):
            await councils.dissolve(town.officer, council.id, on=town.officer.today)
        with pytest.raises(NotAllowed):
            await make.member(town.officer, council, await make.company(town.officer, "例示ガス"))
        assert (await Council.get()).version == council.version

    play(story)


def test_what_headquarters_provides_goes_to_all_who_are_members_that_day_or_to_as_many_as_told(play: Any) -> None:
    async def story(town: Town) -> None:
        told = await written(town)
        given = await information.provide(town.hq, told.id)
        assert (given.status, given.recipient_count, given.decided_by_id) == (
            InformationStatus.PROVIDED,
            1,
            town.hq.person_id,
        )
        other = await make.information_for(town.officer, await Council.get())
        assert (await information.provide(town.hq, other.id, recipient_count=12)).recipient_count == 12

    play(story)


def test_who_has_written_it_does_not_decide_nor_does_a_station(play: Any) -> None:
    async def story(town: Town) -> None:
        told = await written(town)
        with pytest.raises(NotAllowed):
            await information.provide(town.officer, told.id)
        await information.correct(town.hq, told.id, title="標的型メールに関する情報")
        for decide in (information.provide(town.hq, told.id), information.refuse(town.hq, told.id, reason="例")):
            with pytest.raises(NotAllowed, match="起案した人"):
                await decide
        assert await status() is InformationStatus.WRITTEN

    play(story)


def test_what_is_not_provided_says_why_and_is_decided_once(play: Any) -> None:
    async def story(town: Town) -> None:
        told = await written(town)
        with pytest.raises(Invalid):
            await information.refuse(town.hq, told.id, reason=" ")
        assert await status() is InformationStatus.WRITTEN
        await information.refuse(town.hq, told.id, reason="公表前のため")
        with pytest.raises(WrongState):
            await information.provide(town.hq, told.id)
        with pytest.raises(WrongState):
            await information.correct(town.officer, told.id, title="別の件名")
        assert (await CouncilInformation.get()).reason == "公表前のため"

    play(story)


@pytest.mark.parametrize("indicator", ["203.0.113.7", "d41d8cd98f00b204e9800998ecf8427e", "hxxp://login[.]example/"])
def test_an_indicator_stands_in_no_title_and_no_reason_for_only_the_envelope_is_kept(play: Any, indicator: str) -> None:
    async def story(town: Town) -> None:
        told = await written(town)
        title, council = f"{indicator} からの通信", await Council.get()
        for refused_step, field in (
            (make.information_for(town.officer, council, title=title), "title"),
            (information.correct(town.officer, told.id, title=title), "title"),
            (information.refuse(town.hq, told.id, reason=f"{indicator} を含むため"), "reason"),
        ):
            with pytest.raises(Invalid, match="指標") as refused:
                await refused_step
            assert refused.value.field == field
        kept = await CouncilInformation.get()
        assert (kept.title, kept.status, kept.reason) == (told.title, InformationStatus.WRITTEN, "")
        assert kept.version == told.version

    play(story)


def test_it_is_for_the_station_that_wrote_it_and_headquarters(play: Any) -> None:
    async def story(town: Town) -> None:
        told = await written(town)
        for who, rows in ((town.officer, 1), (town.hq, 1), (town.other_officer, 0), (town.statistician, 0)):
            assert await information.visible_to(who).count() == rows
        guest = await partner(town)
        assert await information.visible_to(guest).count() == 0
        with pytest.raises(NotFound):
            await information.withdraw(town.other_officer, told.id)
        for other in (guest, town.statistician):
            with pytest.raises(NotAllowed):
                await information.withdraw(other, told.id)
        await information.withdraw(town.officer, told.id)
        assert await status() is InformationStatus.WITHDRAWN

    play(story)


def test_nothing_is_written_to_a_council_of_another_station_or_one_that_is_dissolved(play: Any) -> None:
    async def story(town: Town) -> None:
        theirs = await make.council(town.other_officer)
        with pytest.raises(NotFound):
            await make.information_for(town.officer, theirs)
        gone = await make.council(town.hq)
        await councils.dissolve(town.hq, gone.id, on=town.hq.today)
        with pytest.raises(WrongState):
            await make.information_for(town.officer, gone)
        assert not await CouncilInformation.exists()

    play(story)
