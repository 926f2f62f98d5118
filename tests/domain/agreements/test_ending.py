"""An agreement runs out, or is ended by headquarters; the desk is told in good time."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain import agreements, people, units
from domain.agreements import Agreement, AgreementStatus
from domain.errors import Invalid, NotAllowed
from domain.journal import Entry
from domain.outbox import Letter
from domain.people import Person
from jobs.letters import render
from tests import make
from tests.make import Town

IN_JANUARY = datetime.fromisoformat("2027-01-05T08:30:00+09:00")


def test_it_expires_the_day_after_its_last_day(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town)
        assert await agreements.expire(datetime.fromisoformat("2027-03-31T23:59:00+09:00")) == 0
        assert await agreements.expire(datetime.fromisoformat("2027-04-01T00:05:00+09:00")) == 1
        ended = await Agreement.get(id=agreement.id)
        assert (ended.status, ended.ended_on) == (AgreementStatus.EXPIRED, date(2027, 3, 31))

    play(story)


def test_the_responsible_officer_and_the_unit_are_told_at_90_60_and_30_days_and_never_twice(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.in_force(town)
        day = datetime.fromisoformat("2026-12-01T08:30:00+09:00")
        while day.date() <= date(2027, 4, 2):
            await agreements.owe_notices(day)
            await agreements.owe_notices(day)
            day += timedelta(days=1)
        told = await Letter.filter(kind="agreement-expiring").order_by("owed_at", "id")
        own, ours = [[one for one in told if bool(one.person_id) is is_own] for is_own in (True, False)]
        assert [letter.facts["days"] for letter in own] == [letter.facts["days"] for letter in ours] == [90, 60, 30]
        assert {letter.to_address for letter in ours} == {"station1@police.aohama.example"}
        assert "担当：試﨑 花子" in render(ours[0].kind, ours[0].facts | {"short_id": "01J4"}).text
        assert told[0].facts["expires_on"] == "令和９年３月31日"

    play(story)


def test_while_both_sides_talk_about_going_on_the_notice_says_so_and_comes_once(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town)
        for day in (IN_JANUARY, IN_JANUARY + timedelta(days=1), IN_JANUARY + timedelta(days=30)):
            await agreements.owe_notices(day)
            if day == IN_JANUARY:
                await agreements.discuss_renewal(town.officer, agreement.id)
        before, talking = [
            render(letter.kind, letter.facts | {"short_id": "01J4"}).text
            for letter in await Letter.filter(kind="agreement-expiring", person_id=None).order_by("owed_at")
        ]
        assert "更新するかどうかの協議を始めてください。" in before
        assert "協議を始めてください" not in talking
        assert "更新の協議中です。" in talking

    play(story)


def test_no_notice_comes_of_an_agreement_whose_renewal_is_signed_unless_that_is_ended(play: Any) -> None:
    async def story(town: Town) -> None:
        old = await make.in_force(town)
        await agreements.discuss_renewal(town.officer, old.id)
        days = {"effective_on": date(2027, 4, 1), "expires_on": date(2028, 3, 31)}
        new = await agreements.renew(town.officer, old.id, **days)
        await make.awaiting(town, new)
        signed_on = {"signed_on": town.officer.today, "signatures": await make.signatures(new)}
        await agreements.sign(town.officer, new.id, **signed_on)
        assert await agreements.owe_notices(IN_JANUARY) == 0
        await agreements.terminate(town.hq, new.id, reason="相手方の都合")
        assert await agreements.owe_notices(IN_JANUARY) == 2

    play(story)


def test_only_headquarters_terminates_and_says_why(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town)
        with pytest.raises(NotAllowed):
            await agreements.terminate(town.officer, agreement.id, reason="解散")
        with pytest.raises(Invalid):
            await agreements.terminate(town.hq, agreement.id, reason=" ")
        assert (await Agreement.get(id=agreement.id)).status is AgreementStatus.IN_FORCE
        await agreements.terminate(town.hq, agreement.id, reason="相手方の解散")
        assert (await Agreement.get(id=agreement.id)).status is AgreementStatus.TERMINATED

    play(story)


@pytest.mark.parametrize("on", [date(2099, 1, 1), date(2026, 7, 2), date(2026, 6, 30)])
def test_it_is_ended_on_a_day_on_which_it_was_in_force_and_that_has_come(play: Any, on: date) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town)
        before = await Entry.all().count()
        with pytest.raises(Invalid):
            await agreements.terminate(town.hq, agreement.id, reason="相手方の解散", on=on)
        assert await Entry.all().count() == before
        assert (await Agreement.get(id=agreement.id)).status is AgreementStatus.IN_FORCE

    play(story)


def test_a_notice_goes_to_the_unit_when_the_responsible_officer_is_gone_or_has_no_address(play: Any) -> None:
    async def story(town: Town) -> None:
        mute = await make.officer(town.admin, town.station, mail_address="")
        for responsible in (mute, await Person.get(id=town.officer.person_id)):
            agreement = await make.in_force(town, f"{responsible.id}株式会社")
            await agreements.entrust(town.officer, agreement.id, officer_id=responsible.id)
        gone = await Person.get(id=town.officer.person_id)
        await people.retire(town.admin, gone.id, version=gone.version, on=date(2026, 10, 1))
        assert await agreements.owe_notices(IN_JANUARY) == 2
        told = await Letter.filter(kind="agreement-expiring")
        assert {letter.to_address for letter in told} == {"station1@police.aohama.example"}
        assert {letter.facts["recipient"] for letter in told} == {"青浜第1警察署 御中"}
        assert {letter.person_id for letter in told} == {None}

    play(story)


def test_a_letter_of_a_unit_without_a_telephone_names_the_prefectures(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.in_force(town)
        await units.correct(town.admin, town.station.id, version=town.station.version, phone="")
        await agreements.owe_notices(IN_JANUARY)
        letter = await Letter.get(kind="agreement-expiring", person_id=None)
        assert letter.facts["unit_phone"] == "000-0000-0001"

    play(story)
