"""How much personal data one account is shown, and who hears where it is unusually much."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain import database, looks, tokens, watching
from domain.actor import Actor, Role
from domain.errors import RateLimited
from domain.looks import Door
from domain.outbox import Letter
from domain.people import Person
from domain.rights import DataClass, may_read
from domain.watching import SHARES, Share, Shown
from jobs.letters import render
from tests import make
from tests.clock import NOW
from tests.domain.accounts import keys
from tests.domain.test_walls import beside
from tests.make import Town

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FEW = Share(hour=10, day=20, unusual=5)


async def look(who: Actor, count: int, *, at: datetime = NOW, door: Door = Door.GRAPHQL, same: bool = False) -> None:
    """One look at so many different rows, or at one of them as often."""
    ids = [uuid4() for _ in range(count)]
    for rows in [[f"Person:{ids[0]}"]] * count if same else [[f"Person:{id}" for id in ids]]:
        await database.execute(looks.ADD, *looks.line(make.at(who, at), door, "名簿", ["Officer.phone"], rows))


async def told() -> list[tuple[str, str]]:
    """To whom, and of whom."""
    letters = await Letter.filter(kind="unusual-looks").order_by("to_address")
    return [(letter.to_address, letter.facts["who"]) for letter in letters]


def test_whoever_may_read_personal_data_has_a_share_and_outsiders_the_smallest() -> None:
    assert set(SHARES) == {role for role in Role if may_read(role, DataClass.PERSONAL)}
    for share in SHARES.values():
        assert 0 < share.unusual < share.hour < share.day
    for role in (Role.PARTNER, Role.SCHOOL, Role.VOLUNTEER):
        assert SHARES[role].day * 5 <= SHARES[Role.STATION_LIAISON].day <= SHARES[Role.HQ_LIAISON].day


@pytest.mark.parametrize(
    ("shown", "wait"),
    [(Shown(9, 19), None), (Shown(10, 10), 600), (Shown(0, 20), 14400), (Shown(10, 20), 600), (Shown(999, 9), 600)],
)
def test_who_was_shown_the_share_of_an_hour_or_a_day_is_told_to_wait(shown: Shown, wait: int | None) -> None:
    if wait is None:
        shown.must_leave_some(FEW)
        return
    with pytest.raises(RateLimited, match="個人情報の量.*本部の連携担当に相談") as refused:
        shown.must_leave_some(FEW)
    assert refused.value.retry_after == wait


def test_what_was_shown_is_counted_by_account_each_time_and_as_long_as_it_is_not_too_old(play: Any) -> None:
    async def story(town: Town) -> None:
        await look(town.hq, 3)
        await look(town.hq, 4, at=NOW - HOUR - timedelta(seconds=1), same=True)
        await look(town.hq, 50, at=NOW - DAY - timedelta(seconds=1))
        await look(town.officer, 7, door=Door.EXPORT)
        hq, officer = town.hq.person_id, town.officer.person_id
        assert await watching.shown(NOW, hq, Role.HQ_LIAISON) == Shown(3, 7)
        assert await watching.shown(NOW, officer, Role.STATION_LIAISON) == Shown(7, 7)
        assert await watching.shown(NOW, hq, Role.ADMIN) == Shown(0, 0)
        assert await watching.shown(NOW + DAY - HOUR, hq, Role.HQ_LIAISON) == Shown(0, 3)

    play(story)


async def look_at_lists(who: Actor, *sizes: int, id: UUID | None = None) -> None:
    """One look at as many lists, or always at one, in which so many persons stand."""
    for size in sizes:
        rows = {f"Participation:{id or uuid4()}": size, f"Person:{who.person_id}": 1}
        what = (Door.GRAPHQL, "来られる方", ["Participation.names"], rows)
        await database.execute(looks.ADD, *looks.line(who, *what))


def test_everybody_who_stands_in_a_list_is_counted_where_it_is_shown(play: Any) -> None:
    async def story(town: Town) -> None:
        await look_at_lists(town.officer, 20, 0, 1)
        officer = (town.officer.person_id, Role.STATION_LIAISON)
        assert await watching.shown(NOW, *officer) == Shown(24, 24)
        assert await watching.shown(NOW + HOUR, *officer) == Shown(0, 24)

    play(story)


def test_who_reads_the_lists_of_many_companies_is_told_of_and_who_reads_one_over_and_over_is_not(play: Any) -> None:
    async def story(town: Town) -> None:
        most = SHARES[Role.STATION_LIAISON].unusual
        await look_at_lists(town.officer, *[20] * (most // 20), id=uuid4())
        assert await watching.tell_of_unusual(NOW) == 0
        await look_at_lists(town.officer, *[20] * (most // 20))
        assert await watching.tell_of_unusual(NOW) == 1
        letter = await Letter.get(kind="unusual-looks")
        assert letter.facts["count"].startswith(f"{most + 20 + 1:,}件（うち書き出し 0件、")

    play(story)


async def liaisons(town: Town) -> tuple[Actor, Actor]:
    """Two officers with an account as liaison officers of headquarters."""
    await keys.opened(town, town.hq, "hq-1")
    other = await make.actor(town.admin, Role.HQ_LIAISON, town.section, town.hq.units)
    await Person.filter(id=other.person_id).update(mail_address="jiro@police.aohama.example", given_name="次郎")
    await keys.opened(town, other, "hq-2")
    return town.hq, other


def test_who_reads_the_whole_roster_is_told_of_to_headquarters_once_a_day(play: Any) -> None:
    async def story(town: Town) -> None:
        await liaisons(town)
        most = SHARES[Role.STATION_LIAISON].unusual
        for _ in range(2):
            await look(town.officer, most // 2)
        assert await watching.tell_of_unusual(NOW) == 0
        await look(town.officer, 1)
        assert await watching.tell_of_unusual(NOW + HOUR) == 1
        who = "青浜第1警察署 試﨑 花子"
        assert await told() == [("hanako@police.aohama.example", who), ("jiro@police.aohama.example", who)]
        await look(town.officer, 100)
        await watching.tell_of_unusual(NOW + 2 * HOUR)
        assert len(await told()) == 2
        await look(town.officer, most + 1, at=NOW + DAY)
        await watching.tell_of_unusual(NOW + DAY)
        assert len(await told()) == 4

    play(story)


def test_the_letter_says_how_much_and_how_to_look_and_names_nobody_who_was_shown(play: Any) -> None:
    async def story(town: Town) -> None:
        await liaisons(town)
        shown = await make.officer(town.admin, town.other_station, family_name="金糸雀", number="7777")
        _, secret = await tokens.issue(town.admin, person_id=town.officer.person_id, role=town.officer.role, days=1)
        actor = await tokens.actor_of(secret, NOW)
        rows = [f"Person:{shown.id}", *(f"Person:{uuid4()}" for _ in range(SHARES[actor.role].unusual))]
        await database.execute(
            looks.ADD, *looks.line(actor, Door.GRAPHQL, "金糸雀さんをさがす", ["Officer.phone"], rows)
        )
        await watching.tell_of_unusual(NOW)
        letter = await Letter.filter(kind="unusual-looks").first()
        assert letter is not None
        text = render("unusual-looks", letter.facts | {"short_id": "01J4"}).text
        assert f"{SHARES[actor.role].unusual + 1:,}件" in text
        assert f"renkei affected --from {NOW.date()} --to {NOW.date()} --key {actor.key_id}" in text
        assert [one for one in ("金糸雀", "7777", str(shown.id), secret) if one in text] == []

    play(story)


def test_nobody_is_told_of_themself_and_where_nobody_else_is_there_it_goes_to_the_prefecture(play: Any) -> None:
    async def story(town: Town) -> None:
        much = SHARES[Role.HQ_LIAISON].unusual + 1
        await keys.opened(town, town.hq, "hq-1")
        await look(town.hq, much)
        await watching.tell_of_unusual(NOW)
        assert [address for address, _ in await told()] == [town.prefecture.mail_address]
        await Letter.all().delete()
        await liaisons_again(town)
        await watching.tell_of_unusual(NOW)
        assert [address for address, _ in await told()] == ["jiro@police.aohama.example"]

    async def liaisons_again(town: Town) -> None:
        other = await make.actor(town.admin, Role.HQ_LIAISON, town.section, town.hq.units)
        await Person.filter(id=other.person_id).update(mail_address="jiro@police.aohama.example")
        await keys.opened(town, other, "hq-2")

    play(story)


def test_a_larger_export_is_told_of_at_once_and_an_ordinary_day_is_not(play: Any) -> None:
    async def story(town: Town) -> None:
        await look(town.officer, watching.UNUSUAL_EXPORT, door=Door.CONSOLE)
        await look(town.hq, 1_000, same=True)
        assert await watching.tell_of_unusual(NOW) == 0
        await look(town.officer, 1, door=Door.CONSOLE)
        assert await watching.tell_of_unusual(NOW) == 1
        assert [who for _, who in await told()] == ["青浜第1警察署 試﨑 花子"]

    play(story)


def test_outsiders_are_not_named_and_another_prefecture_is_told_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        other = await beside(town)
        await keys.opened(other, other.hq, "hq-1")
        partner, _ = await keys.partner(town)
        await look(partner, SHARES[Role.PARTNER].unusual + 1)
        await watching.tell_of_unusual(NOW)
        assert await told() == [(town.prefecture.mail_address, f"部外の利用者（番号 {partner.person_id}）")]

    play(story)
