"""Officers and the posts they hold over time; what they could do ends with the post."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from domain import accounts, feeds, people, tokens, units
from domain.accounts import Account, Stage, sessions
from domain.actor import Role
from domain.errors import Conflict, Invalid, NotFound, Unauthenticated, WrongState
from domain.feeds import Subscription
from domain.journal import Entry
from domain.outbox import Letter
from domain.people import Person, Post, QualificationLevel
from domain.tokens import Token
from tests import make
from tests.domain.accounts import keys
from tests.make import Town

SPRING, SUMMER, AUTUMN = date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 1)
DAY = timedelta(days=1)


async def posts(officer: Person) -> list[tuple[Any, date, date | None]]:
    return [
        (post.unit_id, post.since, post.until) for post in await Post.filter(person_id=officer.id).order_by("since")
    ]


def test_an_officer_begins_in_a_first_post(play: Any) -> None:
    async def story(town: Town) -> None:
        officer = await make.officer(town.hq, town.station, since=SPRING, job_title="係長", number=" A-1 ")
        assert await posts(officer) == [(town.station.id, SPRING, None)]
        assert (officer.number, officer.is_officer, officer.prefecture_id) == ("A-1", True, town.prefecture.id)

    play(story)


def test_two_officers_without_a_number_are_two(play: Any) -> None:
    async def story(town: Town) -> None:
        for blank in ("", " ", None):
            assert (await make.officer(town.hq, town.station, number=blank)).number is None

    play(story)


def test_a_transfer_leaves_no_day_out_and_counts_none_twice(play: Any) -> None:
    async def story(town: Town) -> None:
        officer = await make.officer(town.hq, town.station, since=SPRING)
        officer = await people.transfer(town.hq, officer.id, version=1, unit_id=town.other_station.id, on=SUMMER)
        officer = await people.transfer(town.hq, officer.id, version=2, unit_id=town.section.id, on=AUTUMN)
        assert await posts(officer) == [
            (town.station.id, SPRING, SUMMER - DAY),
            (town.other_station.id, SUMMER, AUTUMN - DAY),
            (town.section.id, AUTUMN, None),
        ]
        assert officer.unit_id == town.other_station.id

    play(story)


MIDNIGHT = datetime(2026, 9, 30, 15, 0, tzinfo=UTC)
"""When 1 October begins in Japan."""


def test_an_announced_transfer_takes_effect_on_its_day_and_once(play: Any) -> None:
    async def story(town: Town) -> None:
        officer = await make.officer(town.hq, town.station, since=SPRING)
        after = await people.transfer(town.hq, officer.id, version=1, unit_id=town.other_station.id, on=AUTUMN)
        assert (after.version, after.unit_id) == (2, town.station.id)
        assert await people.arrive(MIDNIGHT - timedelta(seconds=1)) == []
        assert (await Person.get(id=officer.id)).unit_id == town.station.id
        assert [one.id for one in await people.arrive(MIDNIGHT)] == [officer.id]
        assert (await Person.get(id=officer.id)).unit_id == town.other_station.id
        entries = await Entry.all().count()
        assert await people.arrive(MIDNIGHT + DAY) == []
        assert await Entry.all().count() == entries

    play(story)


def announced(town: Town, officer: Person) -> Awaitable[Person]:
    return people.transfer(town.hq, officer.id, version=1, unit_id=town.other_station.id, on=AUTUMN)


def test_what_is_opened_between_the_announcement_and_the_day_ends_on_the_day(play: Any) -> None:
    async def story(town: Town) -> None:
        officer = await make.officer(town.hq, town.station, since=SPRING)
        await announced(town, officer)
        who = replace(town.officer, person_id=officer.id)
        _, own = await tokens.issue_own(who, days=366)
        _, issued = await tokens.issue(town.admin, person_id=officer.id, role=Role.STATION_LIAISON, days=366)
        account = await keys.opened(town, who, "officer-1")
        session = await sessions.open_session(MIDNIGHT, account, Stage.INSIDE, "")
        feed = await feeds.subscribe_unit(who, unit_id=town.station.id)
        await people.arrive(MIDNIGHT)
        for secret in (own, issued):
            with pytest.raises(Unauthenticated):
                await tokens.actor_of(secret, MIDNIGHT)
        assert await accounts.visit(session, MIDNIGHT) is None
        assert (await Account.get(id=account.id)).ended_at == MIDNIGHT
        assert (await Subscription.get(id=feed.id)).revoked_at == MIDNIGHT
        assert await Letter.filter(kind="unit-feed-ended").count() == 1

    play(story)


@pytest.mark.parametrize("comes", ["before the announcement", "after it"])
def test_what_was_prepared_in_the_new_unit_outlives_the_transfer(play: Any, comes: str) -> None:
    async def story(town: Town) -> None:
        officer = await make.officer(town.hq, town.station, since=SPRING)
        new = {"person_id": officer.id, "role": Role.STATION_LIAISON, "unit_id": town.other_station.id}
        if comes == "after it":
            await announced(town, officer)
        _, secret = await tokens.issue(town.admin, **new, days=366)
        account = await accounts.invite(town.admin, **new, login="officer-1")
        own = await feeds.subscribe(town.hq, person_id=officer.id)
        if comes == "before the announcement":
            await announced(town, officer)
        await people.arrive(MIDNIGHT)
        assert (await tokens.actor_of(secret, MIDNIGHT)).units == (town.other_station.id,)
        assert (await Account.get(id=account.id)).ended_at is None
        assert (await Subscription.get(id=own.id)).revoked_at is None

    play(story)


def test_who_arrives_late_loses_what_is_open_at_that_instant_and_keeps_what_ended_before(play: Any) -> None:
    async def story(town: Town) -> None:
        officer = await make.officer(town.hq, town.station, since=SPRING)
        before, _ = await tokens.issue(town.admin, person_id=officer.id, role=Role.STATION_LIAISON, days=366)
        await announced(town, officer)
        since, _ = await tokens.issue(town.admin, person_id=officer.id, role=Role.STATION_LIAISON, days=366)
        await people.arrive(MIDNIGHT + DAY)
        assert (await Token.get(id=before.id)).expires_at == MIDNIGHT
        assert (await Token.get(id=since.id)).revoked_at == MIDNIGHT + DAY

    play(story)


def test_an_officer_whose_last_day_is_known_gets_no_address_of_the_station(play: Any) -> None:
    async def story(town: Town) -> None:
        officer = await make.officer(town.hq, town.station, since=SPRING)
        who = replace(town.officer, person_id=officer.id)
        of_another = await feeds.subscribe_unit(town.officer, unit_id=town.station.id)
        await people.retire(town.hq, officer.id, version=1, on=AUTUMN)
        for attempt in (feeds.subscribe_unit(who, unit_id=town.station.id), feeds.rotate(who, of_another.id)):
            with pytest.raises(WrongState):
                await attempt
        kept = await Subscription.get()
        assert (kept.id, kept.reader_id, kept.generation) == (of_another.id, town.officer.person_id, 1)

    play(story)


def test_an_announced_transfer_may_be_changed_before_its_day(play: Any) -> None:
    async def story(town: Town) -> None:
        officer = await make.officer(town.hq, town.station, since=SPRING)
        officer = await people.transfer(town.hq, officer.id, version=1, unit_id=town.other_station.id, on=AUTUMN)
        officer = await people.transfer(town.hq, officer.id, version=2, unit_id=town.section.id, on=AUTUMN)
        assert await posts(officer) == [
            (town.station.id, SPRING, AUTUMN - DAY),
            (town.section.id, AUTUMN, None),
        ]
        await people.arrive(MIDNIGHT)
        assert (await Person.get(id=officer.id)).unit_id == town.section.id

    play(story)


def test_who_retires_before_the_announced_day_arrives_nowhere(play: Any) -> None:
    async def story(town: Town) -> None:
        officer = await make.officer(town.hq, town.station, since=SPRING)
        officer = await people.transfer(town.hq, officer.id, version=1, unit_id=town.other_station.id, on=AUTUMN)
        await people.retire(town.hq, officer.id, version=2, on=AUTUMN)
        assert await people.arrive(MIDNIGHT) == []
        assert (await Person.get(id=officer.id)).unit_id == town.station.id

    play(story)


def test_a_transfer_on_the_day_of_joining_replaces_the_post_that_was_never_held(play: Any) -> None:
    async def story(town: Town) -> None:
        officer = await make.officer(town.hq, town.station, since=SUMMER)
        officer = await people.transfer(town.hq, officer.id, version=1, unit_id=town.other_station.id, on=SUMMER)
        assert await posts(officer) == [(town.other_station.id, SUMMER, None)]
        entry = await Entry.get(fact="post-corrected")
        assert entry.before["unit_id"] == str(town.station.id)

    play(story)


def test_a_transfer_before_the_day_of_joining_is_refused(play: Any) -> None:
    async def story(town: Town) -> None:
        officer = await make.officer(town.hq, town.station, since=SUMMER)
        with pytest.raises(Invalid) as refused:
            await people.transfer(town.hq, officer.id, version=1, unit_id=town.other_station.id, on=SPRING)
        assert refused.value.field == "on"
        assert await posts(officer) == [(town.station.id, SUMMER, None)]
        assert (await Person.get(id=officer.id)).unit_id == town.station.id

    play(story)


def test_of_two_who_transfer_the_same_officer_at_once_one_reads_again(play: Any) -> None:
    async def story(town: Town) -> None:
        officer = await make.officer(town.hq, town.station, since=SPRING)
        tries = [
            people.transfer(town.hq, officer.id, version=1, unit_id=unit.id, on=SUMMER)
            for unit in (town.other_station, town.section)
        ]
        done = await asyncio.gather(*tries, return_exceptions=True)
        assert sorted(type(one).__name__ for one in done) == ["Conflict", "Person"]
        assert len(await posts(officer)) == 2

    play(story)


def test_another_job_in_the_same_unit_is_a_new_post_and_a_new_version(play: Any) -> None:
    async def story(town: Town) -> None:
        officer = await make.officer(town.hq, town.station, since=SPRING, job_title="係長")
        _, secret = await tokens.issue(town.admin, person_id=officer.id, role=Role.STATION_LIAISON)
        officer = await people.transfer(
            town.hq, officer.id, version=1, unit_id=town.station.id, job_title="課長", on=SUMMER
        )
        assert officer.version == 2
        assert len(await posts(officer)) == 2
        assert (await tokens.actor_of(secret, town.hq.now)).person_id == officer.id

    play(story)


def test_the_database_itself_refuses_two_posts_on_one_day(play: Any) -> None:
    async def story(town: Town) -> None:
        officer = await make.officer(town.hq, town.station, since=SPRING)
        with pytest.raises(IntegrityError):
            await people.hold(town.hq, officer, town.other_station.id, "", SUMMER)
        assert len(await posts(officer)) == 1

    play(story)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_order_of_transfers_every_day_has_one_post(play: Any, seed: int) -> None:
    async def story(town: Town) -> None:
        chance = Random(seed)
        days = sorted(chance.choices(range(300), k=8)) + chance.choices(range(300), k=4)
        officer = await make.officer(town.hq, town.station, since=SPRING)
        places = (town.other_station, town.station)
        for number, day in enumerate(days):
            try:
                officer = await people.transfer(
                    town.hq,
                    officer.id,
                    version=officer.version,
                    unit_id=places[number % 2].id,
                    on=SPRING + timedelta(days=day),
                )
            except Invalid:
                officer = await Person.get(id=officer.id)
        held = await posts(officer)
        assert len(held) > 3
        assert held[0][1] == SPRING
        assert held[-1][2] is None
        assert all(one[2] is not None and one[2] + DAY == after[1] for one, after in zip(held, held[1:], strict=False))

    play(story)


def test_what_an_officer_could_do_in_a_station_ends_with_the_transfer(play: Any) -> None:
    async def story(town: Town) -> None:
        officer = await make.officer(town.hq, town.station, since=SPRING)
        _, secret = await tokens.issue(town.admin, person_id=officer.id, role=Role.STATION_LIAISON)
        await people.transfer(town.hq, officer.id, version=1, unit_id=town.other_station.id, on=town.hq.today)
        with pytest.raises(Unauthenticated):
            await tokens.actor_of(secret, town.hq.now)

    play(story)


def test_a_transfer_in_the_future_lets_the_officer_work_until_its_day(play: Any) -> None:
    async def story(town: Town) -> None:
        officer = await make.officer(town.hq, town.station, since=SPRING)
        _, secret = await tokens.issue(town.admin, person_id=officer.id, role=Role.STATION_LIAISON, days=366)
        await people.transfer(town.hq, officer.id, version=1, unit_id=town.other_station.id, on=AUTUMN)
        ends = town.hq.now.replace(month=9, day=30, hour=15)
        assert (await tokens.actor_of(secret, ends - timedelta(seconds=1))).unit_id == town.station.id
        with pytest.raises(Unauthenticated):
            await tokens.actor_of(secret, ends)

    play(story)


def test_who_retires_keeps_neither_token_nor_feed_and_leaves_all_at_once(play: Any) -> None:
    async def story(town: Town) -> None:
        officer = await make.officer(town.hq, town.station, since=SPRING)
        _, secret = await tokens.issue(town.admin, person_id=officer.id, role=Role.STATION_LIAISON)
        feed = await feeds.subscribe(town.hq, person_id=officer.id)
        await people.retire(town.hq, officer.id, version=1, on=SUMMER)
        with pytest.raises(Unauthenticated):
            await tokens.actor_of(secret, town.hq.now)
        assert (await Subscription.get(id=feed.id)).revoked_at == town.hq.now
        assert await posts(officer) == [(town.station.id, SPRING, SUMMER - DAY)]
        assert (await Person.get(id=officer.id)).retired_on == SUMMER

    play(story)


def test_a_retirement_that_fails_ends_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        officer = await make.officer(town.hq, town.station, since=SUMMER)
        _, secret = await tokens.issue(town.admin, person_id=officer.id, role=Role.STATION_LIAISON)
        with pytest.raises(Invalid):
            await people.retire(town.hq, officer.id, version=1, on=SPRING)
        with pytest.raises(Conflict):
            await people.retire(town.hq, officer.id, version=7, on=AUTUMN)
        assert (await tokens.actor_of(secret, town.hq.now)).person_id == officer.id
        assert (await Person.get(id=officer.id)).retired_on is None
        assert await posts(officer) == [(town.station.id, SUMMER, None)]

    play(story)


def test_who_has_retired_is_neither_transferred_nor_retired_again_nor_given_a_token(play: Any) -> None:
    async def story(town: Town) -> None:
        officer = await make.officer(town.hq, town.station, since=SPRING)
        await people.retire(town.hq, officer.id, version=1, on=SUMMER)
        entries = await Entry.all().count()
        for attempt in (
            people.transfer(town.hq, officer.id, version=2, unit_id=town.other_station.id, on=AUTUMN),
            people.retire(town.hq, officer.id, version=2, on=AUTUMN),
            tokens.issue(town.admin, person_id=officer.id, role=Role.STATION_LIAISON),
            feeds.subscribe(town.hq, person_id=officer.id),
        ):
            with pytest.raises(WrongState):
                await attempt
        assert await Entry.all().count() == entries

    play(story)


def test_nobody_is_sent_to_a_unit_that_is_closed(play: Any) -> None:
    async def story(town: Town) -> None:
        officer = await make.officer(town.hq, town.station, since=SPRING)
        await units.retire(town.admin, town.other_station.id, version=1, on=AUTUMN)
        with pytest.raises(Invalid) as refused:
            await people.transfer(town.hq, officer.id, version=1, unit_id=town.other_station.id, on=AUTUMN)
        assert refused.value.field == "unit_id"
        with pytest.raises(Invalid):
            await make.officer(town.hq, town.other_station, since=AUTUMN)
        assert len(await posts(officer)) == 1

    play(story)


def test_a_correction_changes_what_is_told_and_leaves_the_rest(play: Any) -> None:
    async def story(town: Town) -> None:
        officer = await make.officer(
            town.hq, town.station, family_name_kana="タメサキ", phone="(001)000-7171", extension="7171"
        )
        level = QualificationLevel.ADVANCED
        after = await people.correct(
            town.hq, officer.id, version=1, family_name="髙﨑", qualification=level, qualified_on=SPRING
        )
        assert (after.family_name, after.given_name, after.phone) == ("髙﨑", "花子", "001-000-7171")
        assert after.search.startswith("高崎花子")
        emptied = await people.correct(town.hq, officer.id, version=2, phone="")
        assert (emptied.phone, emptied.extension, emptied.qualification) == ("", "7171", level)

    play(story)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("mail_address", "a..b.@docomo.ne.jp"),
        ("mail_address", "山田@x.example"),
        ("mail_address", "a@x.example, b@x.example"),
        ("mail_address", "a@x.example\nBcc: evil@x.example"),
        ("phone", "110番の隣"),
        ("phone", "001-000-7171 内線7171"),
        ("extension", "7" * 21),
        ("given_name", "名" * 61),
        ("family_name_kana", "セ" * 121),
    ],
)
def test_how_an_officer_is_reached_is_checked_where_it_is_entered(play: Any, column: str, value: str) -> None:
    async def story(town: Town) -> None:
        officer = await make.officer(town.hq, town.station)
        before = await Person.all().count(), await Entry.all().count()
        for attempt in (
            make.officer(town.hq, town.station, **{column: value}),
            people.correct(town.hq, officer.id, version=1, **{column: value}),
        ):
            with pytest.raises(Invalid) as refused:
                await attempt
            assert refused.value.field == column
        assert (await Person.all().count(), await Entry.all().count()) == before

    play(story)


def test_a_carrier_address_that_no_server_takes_is_refused_with_the_way_out(play: Any) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(Invalid) as refused:
            await make.officer(town.hq, town.station, mail_address="a..b.@docomo.ne.jp")
        assert "別のメールアドレス" in refused.value.message

    play(story)


def test_a_station_sees_every_officer_but_only_its_own_other_people(play: Any) -> None:
    async def story(town: Town) -> None:
        teacher = await make.contact(town.officer, await make.school(town.officer))
        seen = {
            role: {person.id for person in await people.visible_to(who)}
            for role, who in {
                "officer": town.officer,
                "other": town.other_officer,
                "admin": town.admin,
                "statistician": town.statistician,
                "teacher": make.outsider(town.officer, Role.SCHOOL, teacher),
            }.items()
        }
        officers = {person.id for person in await Person.filter(is_officer=True)}
        assert seen == {
            "officer": officers | {teacher.person_id},
            "other": officers,
            "admin": officers,
            "statistician": set(),
            "teacher": {teacher.person_id},
        }

    play(story)


def test_another_prefecture_sees_no_officer_of_ours(play: Any) -> None:
    async def story(town: Town) -> None:
        foreign = replace(town.hq, prefecture_id=town.station.id, units=(town.station.prefecture_id,))
        with pytest.raises(NotFound):
            await people.retire(foreign, town.officer.person_id, version=1, on=AUTUMN)
        assert (await Person.get(id=town.officer.person_id)).retired_on is None

    play(story)
