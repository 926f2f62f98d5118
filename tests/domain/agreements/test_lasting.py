"""An agreement lasts beyond its signed end where it is extended, or renews itself unless notice is given."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain import agreements
from domain.agreements import Agreement, AgreementExtension, AgreementStatus, ExtensionKind
from domain.errors import Invalid, WrongState
from domain.journal import Entry
from domain.outbox import Letter
from jobs.letters import render
from tests import make
from tests.make import Town

MARCH, SEPTEMBER = date(2027, 3, 31), date(2027, 9, 30)
YEARLY = {"auto_renews_months": 12, "notice_days": 60}


def at_night(day: date) -> datetime:
    return datetime.fromisoformat(f"{day.isoformat()}T00:05:00+09:00")


async def as_it_stands(agreement: Agreement) -> tuple[AgreementStatus, date | None, date | None]:
    row = await Agreement.get(id=agreement.id)
    return row.status, row.expires_on, row.lasts_until


def test_an_extension_moves_the_end_and_leaves_the_day_that_was_signed(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town)
        await agreements.extend(town.officer, agreement.id, until=SEPTEMBER, reason="協議に時間を要するため")
        assert await as_it_stands(agreement) == (AgreementStatus.IN_FORCE, MARCH, SEPTEMBER)
        step = await AgreementExtension.get(agreement_id=agreement.id)
        assert (step.kind, step.until, step.decided_on) == (ExtensionKind.EXTENSION, SEPTEMBER, town.officer.today)
        assert await agreements.expire(at_night(date(2027, 4, 1))) == 0
        assert await agreements.owe_notices(at_night(date(2027, 1, 5))) == 0
        assert await agreements.owe_notices(at_night(date(2027, 7, 5))) == 2
        assert (await Letter.get(kind="agreement-expiring", person_id=None)).facts["expires_on"] == "令和９年９月30日"
        assert await agreements.expire(at_night(date(2027, 10, 1))) == 1
        assert (await Agreement.get(id=agreement.id)).ended_on == SEPTEMBER

    play(story)


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"until": MARCH}, "until"),
        ({"until": date(2037, 4, 1)}, "until"),
        ({"reason": " "}, "reason"),
        ({"decided_on": date(2026, 6, 30)}, "decided_on"),
        ({"decided_on": date(2099, 1, 1)}, "decided_on"),
    ],
)
def test_an_extension_ends_later_and_was_decided_with_a_reason(play: Any, over: dict[str, Any], field: str) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town)
        before = await Entry.all().count()
        with pytest.raises(Invalid) as refused:
            await agreements.extend(town.officer, agreement.id, **({"until": SEPTEMBER, "reason": "協議"} | over))
        assert refused.value.field == field
        assert await Entry.all().count() == before
        assert await as_it_stands(agreement) == (AgreementStatus.IN_FORCE, MARCH, MARCH)

    play(story)


def test_neither_a_draft_nor_one_without_an_end_nor_one_that_is_renewed_is_extended(play: Any) -> None:
    async def story(town: Town) -> None:
        draft = await make.proposed(town.officer)
        endless = await make.in_force(town, "見本信用金庫", expires_on=None)
        old = await make.in_force(town, "例示ガス株式会社")
        await agreements.discuss_renewal(town.officer, old.id)
        new = await agreements.renew(town.officer, old.id, effective_on=date(2027, 4, 1), expires_on=SEPTEMBER)
        await make.awaiting(town, new)
        signatures = await make.signatures(new)
        await agreements.sign(town.officer, new.id, signed_on=town.officer.today, signatures=signatures)
        for agreement in (draft, endless, old):
            with pytest.raises(WrongState):
                await agreements.extend(town.officer, agreement.id, until=SEPTEMBER, reason="協議")
        assert await AgreementExtension.all().count() == 0

    play(story)


def test_it_renews_itself_at_its_end_as_often_as_the_clock_was_late(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town, terms=YEARLY)
        assert await agreements.expire(at_night(MARCH)) == 0
        assert await agreements.expire(at_night(date(2028, 4, 2))) == 1
        assert await agreements.expire(at_night(date(2028, 4, 2))) == 0
        steps = await AgreementExtension.filter(agreement_id=agreement.id).order_by("until")
        assert [(step.kind, step.decided_on, step.until) for step in steps] == [
            (ExtensionKind.AUTOMATIC, date(2027, 4, 1), date(2028, 3, 31)),
            (ExtensionKind.AUTOMATIC, date(2028, 4, 1), date(2029, 3, 31)),
        ]
        assert await as_it_stands(agreement) == (AgreementStatus.IN_FORCE, MARCH, date(2029, 3, 31))

    play(story)


@pytest.mark.parametrize(
    ("ends", "months", "until"),
    [
        (date(2026, 9, 30), 6, date(2027, 3, 31)),
        (date(2027, 1, 30), 1, date(2027, 2, 28)),
        (date(2028, 2, 28), 12, date(2029, 2, 28)),
    ],
)
def test_months_are_counted_by_the_calendar_from_the_first_day(play: Any, ends: date, months: int, until: date) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town, terms={"auto_renews_months": months}, expires_on=ends)
        await agreements.expire(at_night(ends + timedelta(days=1)))
        assert (await Agreement.get(id=agreement.id)).lasts_until == until

    play(story)


def test_with_notice_given_in_time_it_ends_and_taken_back_it_goes_on(play: Any) -> None:
    async def story(town: Town) -> None:
        ending, going_on = [
            await make.in_force(town, name, terms=YEARLY) for name in ("架空電力株式会社", "見本信用金庫")
        ]
        for agreement in (ending, going_on):
            given = await agreements.give_notice(town.officer, agreement.id, reason="先方の申出")
            assert given.notice_given_on == town.officer.today
        with pytest.raises(WrongState):
            await agreements.give_notice(town.officer, ending.id, reason="先方の申出")
        await agreements.take_back_notice(town.officer, going_on.id)
        with pytest.raises(WrongState):
            await agreements.take_back_notice(town.officer, going_on.id)
        await agreements.expire(at_night(date(2027, 4, 1)))
        assert await as_it_stands(ending) == (AgreementStatus.EXPIRED, MARCH, MARCH)
        assert await as_it_stands(going_on) == (AgreementStatus.IN_FORCE, MARCH, date(2028, 3, 31))

    play(story)


def test_notice_is_heard_until_its_last_day_and_no_longer(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town, terms=YEARLY)
        late = make.at(town.officer, datetime.fromisoformat("2027-02-10T09:00:00+09:00"))
        with pytest.raises(Invalid, match="2027年1月30日まで") as refused:
            await agreements.give_notice(late, agreement.id, reason="先方の申出")
        assert refused.value.field == "on"
        for bad in ({"reason": ""}, {"on": date(2099, 1, 1)}, {"on": date(2026, 6, 30)}):
            with pytest.raises(Invalid):
                await agreements.give_notice(town.officer, agreement.id, **({"reason": "先方の申出"} | bad))
        assert (await Agreement.get(id=agreement.id)).notice_given_on is None
        given = await agreements.give_notice(late, agreement.id, on=date(2027, 1, 30), reason="先方の申出")
        assert given.notice_given_on == date(2027, 1, 30)

    play(story)


def test_one_that_does_not_renew_itself_needs_no_notice(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town)
        with pytest.raises(WrongState, match="自動更新しない"):
            await agreements.give_notice(town.officer, agreement.id, reason="先方の申出")
        assert (await Agreement.get(id=agreement.id)).version == agreement.version

    play(story)


def test_the_officer_is_told_before_the_last_day_for_notice_and_not_of_an_end_that_does_not_come(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town, terms=YEARLY)
        day = at_night(date(2026, 10, 1))
        while day.date() <= date(2027, 4, 2):
            await agreements.owe_notices(day)
            day += timedelta(days=1)
        told = await Letter.filter(person_id=agreement.responsible_id, kind__startswith="agreement-").order_by(
            "owed_at"
        )
        assert [(letter.kind, letter.facts["days"]) for letter in told] == [
            ("agreement-renewing-itself", days) for days in (90, 60, 30)
        ]
        text = render(told[0].kind, told[0].facts | {"short_id": "01J4"}).text
        assert "更新しない旨の通知の期限：令和９年１月30日（あと90日）" in text

    play(story)


def test_a_signed_renewal_takes_over_instead(play: Any) -> None:
    async def story(town: Town) -> None:
        old = await make.in_force(town, terms=YEARLY)
        await agreements.discuss_renewal(town.officer, old.id)
        new = await agreements.renew(town.officer, old.id, effective_on=date(2027, 4, 1), expires_on=date(2028, 3, 31))
        assert (new.auto_renews_months, new.notice_days) == (12, 60)
        await make.awaiting(town, new)
        signatures = await make.signatures(new)
        await agreements.sign(town.officer, new.id, signed_on=town.officer.today, signatures=signatures)
        await agreements.expire(at_night(date(2027, 4, 1)))
        assert await as_it_stands(old) == (AgreementStatus.RENEWED, MARCH, MARCH)
        assert await AgreementExtension.all().count() == 0

    play(story)


def test_without_an_end_nothing_renews_itself(play: Any) -> None:
    async def story(town: Town) -> None:
        with pytest.raises(Invalid, match="満了日を入力") as refused:
            await make.in_force(town, terms=YEARLY, expires_on=None)
        assert refused.value.field == "expires_on"
        assert (await Agreement.get()).status is AgreementStatus.AWAITING_SIGNATURE

    play(story)


@pytest.mark.parametrize("terms", [{"auto_renews_months": -1}, {"auto_renews_months": 121}, {"notice_days": 367}])
def test_a_draft_names_months_and_days_that_an_agreement_has(play: Any, terms: dict[str, int]) -> None:
    async def story(town: Town) -> None:
        draft = await make.proposed(town.officer)
        with pytest.raises(Invalid) as refused:
            await agreements.correct(town.officer, draft.id, version=draft.version, **terms)
        assert refused.value.field == next(iter(terms))
        assert (await Agreement.get(id=draft.id)).version == draft.version

    play(story)
