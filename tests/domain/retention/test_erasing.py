"""Proof of erasure: unique words in every place where somebody is written down, and none of them found afterwards."""

from datetime import timedelta
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from domain import activities, database, feeds, outbox, replies, retention, sealing, statistics, tokens, volunteers
from domain.activities import ActivityParticipation, ActivityResults
from domain.actor import Role
from domain.calendar import Attendee, PartStat
from domain.idempotency import IdempotencyKey
from domain.japanese import Period
from domain.journal import Entry
from domain.looks import Look
from domain.outbox import Letter
from domain.people import Person
from domain.retention import ErasureItem
from domain.volunteers import AgeBand, GuardianConsent, Volunteer
from tests import make
from tests.clock import NOW
from tests.domain.retention.test_due import late, left
from tests.domain.retention.test_lists import SPRING, approved
from tests.domain.test_walls import another_prefecture
from tests.make import Town

COLUMNS = """SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = 'public' ORDER BY table_name, column_name"""
CANARY = "カナリア"


async def places(word: str) -> set[str]:
    """Every column of the whole database in which the word stands, in whatever type."""
    found = set()
    for row in await database.rows(COLUMNS):
        table, column = row["table_name"], row["column_name"]
        asked = f'SELECT 1 FROM "{table}" WHERE strpos(lower("{column}"::text), $1) > 0 LIMIT 1'  # noqa: S608
        if await database.rows(asked, word.lower()):
            found.add(f"{table}.{column}")
    return found


def canary(number: int) -> dict[str, Any]:
    """What is known of one person, each value with a word that stands nowhere else."""
    return {
        "family_name": f"{CANARY}氏{number}",
        "given_name": f"{CANARY}名{number}",
        "family_name_kana": f"{CANARY}シ{number}",
        "given_name_kana": f"{CANARY}メイ{number}",
        "mail_address": f"canary{number}@bird.example",
        "phone": f"03-5555-{number:04}",
        "extension": f"5{number:04}",
    }


async def volunteer(town: Town, number: int) -> Volunteer:
    band = AgeBand.FROM_15_TO_17 if number % 2 else AgeBand.ADULT
    about = {"affiliation": f"{CANARY}学校{number}", "remarks": f"{CANARY}備考{number}", "number": f"CANARY-{number}"}
    asked = await make.screened(town, age_band=band, **canary(number), **about)
    if asked.is_minor:
        guardian = {"guardian_name": f"{CANARY}保護者{number}", "conditions": f"{CANARY}条件{number}"}
        await volunteers.record_consent(town.officer, asked.id, given_on=town.officer.today, **guardian)
    return await volunteers.appoint(town.hq, asked.id, authority="生活安全部長")


async def contact(town: Town, body: Any, number: int) -> Any:
    about = {"department": f"{CANARY}部{number}", "job_title": f"{CANARY}長{number}"}
    return await make.contact(town.officer, body, **canary(number), **about)


async def planted(town: Town, count: int = 100) -> list[Person]:
    """So many persons, half of them volunteers, in every place that the program has for what it knows of somebody."""
    going = [await volunteer(town, number) for number in range(count // 2)]
    body = await make.company(town.officer)
    asked = [await contact(town, body, number) for number in range(count // 2, count)]
    activity = await make.activity(town.officer)
    await activities.register(town.officer, activity.id, volunteer_ids=[one.id for one in going])
    await activities.confirm(town.officer, activity.id)
    for attendee in await Attendee.all():
        remark = f"{CANARY}返事{attendee.person_id}"
        await replies.note(town.officer, attendee.id, partstat=PartStat.ACCEPTED, remark=remark)
    after = make.at(town.officer, activity.starts_at + timedelta(hours=3))
    parts = await ActivityParticipation.all().order_by("id")
    came = [activities.Presence(part.id, 60 + number) for number, part in enumerate(parts)]
    await activities.hold(after, activity.id, attended=came, results=ActivityResults(audience_count=50))
    for one in [*going[:3], *asked[:3]]:
        await feeds.subscribe(town.officer, person_id=one.person_id)
        role = Role.VOLUNTEER if isinstance(one, Volunteer) else Role.PARTNER
        await tokens.issue(town.admin, person_id=one.person_id, role=role, label=f"{CANARY}の端末")
        key = {"person_id": one.person_id, "key": f"{CANARY}鍵", "fingerprint": "0" * 64, "used_at": NOW}
        await IdempotencyKey.create(**key)
    facts = {"lecturer": f"{CANARY}氏0 {CANARY}名0", "unit_name": "青浜"}
    whom = {"unit_id": town.station.id, "to": ("係", "desk@police.example"), "facts": facts, "owed_at": NOW}
    await outbox.owe("lecturer-silent:1", "lecturer-silent", **whom)
    return await Person.filter(family_name__startswith=CANARY).order_by("id")


async def gone(town: Town) -> None:
    """Everybody leaves, and the years pass."""
    for one in await Volunteer.all():
        await volunteers.dismiss(make.at(town.hq, late("2026-09-01")), one.id, reason=f"{CANARY}理由{one.id}")
    await database.execute("UPDATE contact SET until = '2026-09-01'")
    await sealing.seal(late("2026-09-01"), 100_000)
    await approved(town)


def test_of_a_hundred_persons_who_were_erased_no_word_is_left_in_the_whole_database(play: Any) -> None:
    async def story(town: Town) -> None:
        persons = await planted(town)
        await gone(town)
        stood = await places(CANARY)
        assert {"person.family_name", "guardian_consent.guardian_name", "letter.facts", "journal.after"} <= stood
        assert {"attendee.remark", "token.label", "volunteer.reason", "contact.department", "letter.to_name"} <= stood
        assert await retention.carry_out(late(SPRING)) == len(persons) == 100
        for word in (CANARY, "canary", "bird.example", "03-5555-", "03555500"):  # as long as no seal has it by chance
            assert await places(word) == set(), word
        assert await GuardianConsent.all().count() == await IdempotencyKey.all().count() == 0

    play(story)


def test_the_journal_still_holds_after_an_erasure_and_tells_of_it_with_ids_only(play: Any) -> None:
    async def story(town: Town) -> None:
        persons = await planted(town, 6)
        await gone(town)
        await retention.carry_out(late(SPRING))
        while await sealing.seal(late(SPRING)):
            pass
        assert await sealing.verify(late(SPRING)) == []
        told = await Entry.filter(fact="person-erased")
        assert {entry.row_id for entry in told} == {person.id for person in persons}
        assert {frozenset(entry.after) for entry in told} == {frozenset({"erased_at", "list", sealing.TOLD})}

    play(story)


def test_every_figure_of_a_past_quarter_is_the_same_after_an_erasure(play: Any) -> None:
    async def story(town: Town) -> None:
        await planted(town, 10)
        await gone(town)
        who = make.at(town.statistician, late(SPRING))

        async def counted() -> list[Any]:
            periods = [Period.parse(name) for name in ("2026Q2", "2026", "2026-08-31")]
            reports = [await statistics.show(who, period, fresh=True) for period in periods]
            return [(one.unit_id, one.tally.key, one.kind, one.value) for all in reports for one in all.figures()]

        before = await counted()
        assert any(key == "ACTIVITY_HOURS" or value for _, key, _, value in before)
        await retention.carry_out(late(SPRING))
        assert await counted() == before

    play(story)


def test_feeds_and_tokens_of_who_is_erased_open_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        await planted(town, 6)
        await database.execute("UPDATE contact SET until = '2026-09-01'")
        for one in await Volunteer.all():
            await volunteers.dismiss(make.at(town.hq, late("2026-09-01")), one.id, reason="退会")
        await approved(town)
        assert await feeds.Subscription.filter(revoked_at=None).exists()
        await retention.carry_out(late(SPRING))
        assert not await feeds.Subscription.filter(revoked_at=None).exists()
        left_open = tokens.Token.filter(role__in=(Role.VOLUNTEER, Role.PARTNER), revoked_at=None)
        assert not await left_open.filter(expires_at__gt=late(SPRING)).exists()

    play(story)


def test_an_erasure_that_fails_half_way_has_erased_nothing(play: Any) -> None:
    async def story(town: Town) -> None:
        await planted(town, 6)
        await gone(town)
        before = await places(CANARY)
        await database.execute("ALTER TABLE person ADD CONSTRAINT stop CHECK (erased_at IS NULL)")
        try:
            with pytest.raises(IntegrityError):
                await retention.carry_out(late(SPRING))
            assert await places(CANARY) == before
        finally:
            await database.execute("ALTER TABLE person DROP CONSTRAINT stop")

    play(story)


def test_texts_go_by_their_age_and_that_they_were_there_stays(play: Any) -> None:
    async def story(town: Town) -> None:
        await planted(town, 4)
        await Letter.all().update(sent_at=NOW)
        words = ["Person:00000000-0000-0000-0000-000000000001"]
        who = {"person_id": town.hq.person_id, "role": town.hq.role, "unit_id": town.hq.unit_id}
        seen = {"door": "GRAPHQL", "columns": ["Person.phone"], "rows": words, "prefecture_id": town.prefecture.id}
        await Look.create(at=NOW, **who, **seen)
        letters, entries = await Letter.all().count(), await Entry.all().count()
        await approved(town, "2031-12-01")
        assert await ErasureItem.filter(person_id__isnull=False).count() == 0
        listed = {item.rule.value for item in await ErasureItem.all()}
        assert listed == {"LETTERS", "LOOKS", "JOURNAL", "KEYS"}
        await retention.carry_out(late("2031-12-01"))
        assert (await Letter.all().count(), await Letter.exclude(to_address="").count()) == (letters, 0)
        assert await Attendee.exclude(remark="").count() == await Look.all().count() == 0
        assert await Entry.all().count() > entries
        assert await Entry.filter(at__lt=late("2026-11-01")).exclude(salt="").count() == 0
        assert (await Person.filter(family_name__startswith=CANARY).count()) == 4

    play(story)


def test_texts_of_who_is_held_stay(play: Any) -> None:
    async def story(town: Town) -> None:
        one, other = [await left(town, "2026-09-01", family_name=name) for name in ("保持", "消去")]
        await Letter.all().update(sent_at=late("2026-09-02"))
        await retention.hold(make.at(town.hq, late(SPRING)), person_id=one.person_id, reason="訴訟のため")
        await approved(town)
        await retention.carry_out(late(SPRING))
        assert await Letter.filter(person_id=one.person_id).exclude(to_address="").count() == 2
        assert await Letter.filter(person_id=other.person_id).exclude(to_address="").count() == 0

    play(story)


def test_letters_to_and_about_a_living_namesake_stay(play: Any) -> None:
    async def story(town: Town) -> None:
        erased = await left(town, "2026-09-01")
        living = await make.volunteer(town)
        whom = {"unit_id": town.station.id, "to": ("係", "desk@police.example"), "owed_at": late(SPRING)}
        await outbox.owe("1", "lecturer-silent", facts={"lecturer": "髙見本 一郎"}, **whom)
        await approved(town)
        await retention.carry_out(late(SPRING))
        assert await Letter.filter(person_id=living.person_id, given_up_at=None).exclude(to_address="").count() == 1
        assert await Letter.filter(person_id=erased.person_id).exclude(to_address="").count() == 0
        assert (await Letter.get(key="1")).given_up_at is None

    play(story)


def test_a_letter_about_the_erased_goes_with_them_but_in_no_other_prefecture(play: Any) -> None:
    async def story(town: Town) -> None:
        erased = await left(town, "2026-09-01")
        elsewhere = await another_prefecture(town)
        whom = {"unit_id": town.station.id, "to": ("係", "desk@police.example"), "owed_at": late(SPRING)}
        await outbox.owe("1", "lecturer-silent", facts={"lecturer": "髙見本 一郎"}, **whom)
        await outbox.owe("2", "lecturer-silent", facts={"lecturer": "別の 人"}, **whom)
        await outbox.owe("3", "lecturer-silent", facts={"lecturer": "髙見本 一郎"}, **whom | {"unit_id": elsewhere.id})
        await approved(town)
        await retention.carry_out(late(SPRING))
        assert await Letter.filter(person_id=erased.person_id).exclude(to_address="").count() == 0
        assert {letter.key for letter in await Letter.filter(to_name="係")} == {"2", "3"}
        assert (await Letter.get(key="1")).given_up_at == late(SPRING)
        assert (await Letter.get(key="3")).given_up_at is None

    play(story)
