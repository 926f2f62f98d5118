"""The list of what is to be erased: the clock draws it up, one officer reviews it, another approves."""

from typing import Any

import pytest

from domain import documents, organizations, people, retention, sealing, volunteers
from domain.actor import Actor, Role
from domain.documents import Document, DocumentContent
from domain.errors import Conflict, NotAllowed, NotFound, WrongState
from domain.idempotency import IdempotencyKey
from domain.journal import Entry
from domain.people import Person
from domain.retention import ERASED, ErasureItem, ErasureList, ErasureStatus, LegalHold, Rule
from tests import make
from tests.domain.retention.test_due import late, left
from tests.make import NOW, PDF, Town

SPRING = "2028-04-01"


async def second(town: Town, day: str = SPRING) -> Actor:
    """Another liaison officer of headquarters, on that day."""
    return make.at(await make.actor(town.admin, Role.HQ_LIAISON, town.section, town.hq.units), late(day))


async def drawn(town: Town, day: str = SPRING) -> ErasureList:
    await retention.draw_up(late(day))
    return await ErasureList.filter(status=ErasureStatus.DRAWN_UP).get()


async def approved(town: Town, day: str = SPRING) -> ErasureList:
    found = await drawn(town, day)
    await retention.review(make.at(town.hq, late(day)), found.id)
    return await retention.approve(await second(town, day), found.id)


async def listed() -> list[Any]:
    return [item.person_id for item in await ErasureItem.filter(person_id__isnull=False).order_by("id")]


def test_the_clock_lists_who_is_due_once_however_often_it_runs(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await left(town, "2026-09-01")
        for day in ("2028-03-31", SPRING, "2028-04-02"):
            await retention.draw_up(late(day))
        assert await listed() == [volunteer.person_id]
        (only,) = await ErasureList.all()
        assert (only.unit_id, only.status) == (town.prefecture.id, ErasureStatus.DRAWN_UP)

    play(story)


def test_where_nothing_is_due_there_is_no_list(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.volunteer(town)
        assert await retention.draw_up(late("2026-07-02")) == 0
        assert await ErasureList.all().count() == 0

    play(story)


def test_who_has_reviewed_a_list_does_not_approve_it(play: Any) -> None:
    async def story(town: Town) -> None:
        await left(town, "2026-09-01")
        found, hq = await drawn(town), make.at(town.hq, late(SPRING))
        with pytest.raises(WrongState):
            await retention.approve(await second(town), found.id)
        await retention.review(hq, found.id)
        with pytest.raises(NotAllowed, match="点検した人"):
            await retention.approve(hq, found.id)
        assert (await ErasureList.get()).status is ErasureStatus.REVIEWED
        await retention.carry_out(late(SPRING))
        assert not await Person.filter(erased_at__isnull=False).exists()

    play(story)


def test_only_headquarters_sees_and_decides_a_list(play: Any) -> None:
    async def story(town: Town) -> None:
        await left(town, "2026-09-01")
        found = await drawn(town)
        for actor in (town.officer, town.admin, town.statistician):
            with pytest.raises(NotAllowed):
                await retention.review(actor, found.id)
            assert await retention.visible_to(actor).count() == 0
            assert await retention.items_visible_to(actor).count() == 0
        assert await retention.visible_to(town.hq).count() == 1

    play(story)


def test_a_review_that_is_sent_back_begins_again_with_its_reason(play: Any) -> None:
    async def story(town: Town) -> None:
        await left(town, "2026-09-01")
        found = await drawn(town)
        await retention.review(make.at(town.hq, late(SPRING)), found.id)
        back = await retention.send_back(await second(town), found.id, reason="訴訟の有無を確かめること")
        assert (back.status, back.reviewed_by_id) == (ErasureStatus.DRAWN_UP, None)
        assert back.reason == "訴訟の有無を確かめること"

    play(story)


def test_what_was_approved_is_erased_and_the_list_says_so(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await left(town, "2026-09-01")
        found = await approved(town)
        assert await retention.carry_out(late(SPRING)) == 1
        person = await Person.get(id=volunteer.person_id)
        assert (person.name, person.mail_address, person.search) == (ERASED, "", "")
        (item,) = await ErasureItem.filter(person_id=person.id)
        assert person.erased_at == item.erased_at == late(SPRING)
        assert (await ErasureList.get(id=found.id)).status is ErasureStatus.CARRIED_OUT
        (entry,) = await Entry.filter(fact="person-erased")
        told = {"erased_at": late(SPRING).isoformat(), "list": str(found.id)}
        assert entry.after == {**told, sealing.TOLD: await Entry.filter(salt="").count()}
        assert await retention.carry_out(late(SPRING)) == 0

    play(story)


def test_nothing_of_who_is_held_is_erased_until_the_hold_is_lifted(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await left(town, "2026-09-01")
        found = await approved(town)
        hq = make.at(town.hq, late(SPRING))
        held = await retention.hold(hq, person_id=volunteer.person_id, reason="損害賠償の訴えがあるため")
        with pytest.raises(Conflict, match="すでに止められて"):
            await retention.hold(hq, person_id=volunteer.person_id, reason="もう一度")
        assert await retention.carry_out(late(SPRING)) == 0
        assert (await Person.get(id=volunteer.person_id)).family_name == "髙見本"
        assert (await ErasureList.get(id=found.id)).status is ErasureStatus.CARRIED_OUT
        await retention.draw_up(late("2028-04-02"))
        assert await ErasureItem.filter(person_id=volunteer.person_id).count() == 1
        await retention.lift(hq, held.id, reason="訴えが取り下げられたため")
        with pytest.raises(WrongState, match="すでに解除"):
            await retention.lift(hq, held.id, reason="もう一度")
        await retention.draw_up(late("2028-04-03"))
        assert await ErasureItem.filter(person_id=volunteer.person_id).count() == 2

    play(story)


def test_a_hold_needs_a_reason_and_headquarters(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await make.volunteer(town)
        with pytest.raises(NotAllowed):
            await retention.hold(town.officer, person_id=volunteer.person_id, reason="訴え")
        with pytest.raises(NotFound):
            await retention.hold(town.hq, person_id=volunteer.id, reason="訴え")
        assert await LegalHold.all().count() == 0

    play(story)


def test_who_came_back_after_the_list_was_drawn_up_is_left_as_they_are(play: Any) -> None:
    async def story(town: Town) -> None:
        volunteer = await left(town, "2026-09-01")
        await approved(town)
        await volunteers.recommend_again(make.at(town.officer, late(SPRING)), volunteer.id)
        assert await retention.carry_out(late(SPRING)) == 0
        assert (await Person.get(id=volunteer.person_id)).erased_at is None
        assert (await ErasureItem.get(person_id=volunteer.person_id)).erased_at is None

    play(story)


def test_who_was_erased_gets_no_role_and_no_name_any_more(play: Any) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.hq, await make.company(town.hq))
        await organizations.retire_contact(town.hq, contact.id, version=contact.version, on=town.hq.today)
        volunteer = await left(town, "2026-09-01")
        await approved(town)
        assert await retention.carry_out(late(SPRING)) == 2
        hq = make.at(town.hq, late(SPRING))
        again = (await organizations.Contact.get(id=contact.id)).version
        for attempt in (
            lambda: volunteers.recommend_again(hq, volunteer.id),
            lambda: organizations.reinstate_contact(hq, contact.id, version=again),
            lambda: organizations.correct_contact(hq, contact.id, version=again, family_name="復活"),
        ):
            with pytest.raises(Conflict, match="消去されています"):
                await attempt()
        assert await Person.filter(family_name="復活").count() == 0

    play(story)


def test_an_organization_is_moved_with_a_contact_who_was_erased(play: Any) -> None:
    async def story(town: Town) -> None:
        body = await make.company(town.officer)
        contact = await make.contact(town.officer, body)
        await organizations.retire_contact(town.officer, contact.id, version=contact.version, on=town.hq.today)
        await approved(town)
        await retention.carry_out(late(SPRING))
        await organizations.transfer(town.hq, body.id, version=1, unit_id=town.other_station.id)
        assert (await Person.get(id=contact.person_id)).unit_id == town.other_station.id
        assert (await people.officers_visible_to(town.hq).filter(id=contact.person_id)) == []

    play(story)


def test_old_texts_stand_on_the_list_with_their_number(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.volunteer(town)
        await retention.draw_up(late("2026-12-01"))
        assert await ErasureItem.all().count() == 0
        await retention.draw_up(late("2031-07-02"))
        rules = {item.rule: item.count for item in await ErasureItem.filter(person_id=None)}
        assert set(rules) == {Rule.JOURNAL}
        assert rules[Rule.JOURNAL] == await Entry.filter(at__lt=late("2026-07-02")).count()

    play(story)


def test_the_journal_tells_each_time_that_a_list_is_drawn_up_again_and_what_is_gone_stands_on_it_no_more(
    play: Any,
) -> None:
    async def story(town: Town) -> None:
        key = {"person_id": town.hq.person_id, "key": "架空", "fingerprint": "", "used_at": NOW}
        await IdempotencyKey.create(**key)
        for _ in range(2):  # on one day: a slot that was missed, and the one of the day
            found = await drawn(town, "2026-12-01")
            assert [item.rule for item in await ErasureItem.all()] == [Rule.KEYS]
        await IdempotencyKey.all().delete()
        assert await retention.draw_up(late("2026-12-02")) == 0
        assert await ErasureItem.all().count() == 0
        told = await Entry.filter(kind="ErasureList", row_id=found.id).order_by("id").values_list("fact", flat=True)
        assert told == ["erasure-drawn-up", "erasure-drawn-up-again", "erasure-drawn-up-again"]
        await retention.draw_up(late("2026-12-03"))
        assert (await ErasureList.get()).version == 3

    play(story)


def test_texts_that_wait_for_approval_are_not_listed_once_more(play: Any) -> None:
    async def story(town: Town) -> None:
        await make.volunteer(town)
        found = await drawn(town, "2031-07-02")
        await retention.review(make.at(town.hq, late("2031-07-02")), found.id)
        await retention.draw_up(late("2031-07-03"))
        assert [one.id for one in await ErasureList.all()] == [found.id]

    play(story)


def test_papers_whose_period_is_over_stand_on_the_list_and_are_deleted_once_it_is_approved(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        over = await make.released(town.officer, drill.appointment_id, retention_years=1)
        longer, usual = [
            await make.document(town.officer, drill.appointment_id, name=f"{years}.pdf", content=PDF + years, **kept)
            for years, kept in ((b"3", {"retention_years": 3}), (b"0", {}))
        ]
        await retention.draw_up(late("2028-03-31"))
        assert not await ErasureItem.filter(rule=Rule.PAPERS).exists()
        await approved(town)
        assert (await ErasureItem.get(rule=Rule.PAPERS)).count == 2
        assert await Document.filter(id__in=[over.id, usual.id]).count() == 2
        await retention.carry_out(late(SPRING))
        assert [one.id for one in await Document.all().order_by("id")] == [longer.id]
        assert await DocumentContent.all().count() == 1
        assert (await ErasureItem.get(rule=Rule.PAPERS)).erased_at == late(SPRING)

    play(story)


def test_a_paper_whose_period_was_put_right_before_the_list_is_carried_out_stays(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.officer)
        paper = await make.released(town.officer, drill.appointment_id, retention_years=1)
        await approved(town)
        await documents.correct(make.at(town.officer, late(SPRING)), paper.id, retention_years=5)
        await retention.carry_out(late(SPRING))
        assert await Document.filter(id=paper.id).exists()

    play(story)
