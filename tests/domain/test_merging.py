"""Two registered bodies turn out to be one: all that pointed to the one points to the other, and may be put back."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain import agreements, councils, database, drills, encounters, merging, organizations
from domain.actor import Role
from domain.agreements import AgreementParty
from domain.calendar import Attendee
from domain.councils import CouncilMembership
from domain.drills import Participation
from domain.encounters import Encounter, EncounterKind, EncounterTheme
from domain.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from domain.journal import Entry
from domain.lectures import Lecture
from domain.merging import OrganizationMerge, references
from domain.organizations import Contact, CoOwner, Establishment, Organization
from domain.outreach import CoHosting, OutreachEvent, OutreachHost, OutreachStatus
from domain.records import Record
from tests import make
from tests.domain.drills.asking import finished
from tests.make import Town
from tests.test_house import modules

NUMBER = "8999900000001"


async def pointing(body: Organization) -> dict[str, int]:
    """How many rows point to the body, by model."""
    found = {}
    for model, column in references():
        if count := await model.filter(**{column: body.id}).count():
            found[f"{model.__name__}.{column}"] = count
    return found


async def lived(town: Town) -> tuple[Organization, Organization]:
    """A body with everything of its own, at the other station, and the one that it is meant to be."""
    other = town.other_officer
    kept = await make.company(town.officer, "架空電力株式会社")
    gone = await make.company(other, "架空電力㈱", corporate_number=NUMBER)
    contact = await make.contact(other, gone)
    await organizations.add_establishment(other, organization_id=gone.id, name="本店")
    await make.lecture(other, school=gone, contact=contact)
    await drills.invite(other, (await make.drill(other)).id, contact_id=contact.id)
    await make.company(other, "架空電力見本支店", parent_organization_id=gone.id)
    return gone, kept


async def merge(town: Town, gone: Organization, kept: Organization) -> OrganizationMerge:
    gone = await Organization.get(id=gone.id)
    return await merging.merge(town.hq, gone.id, version=gone.version, kept_id=kept.id, reason="同じ会社のため")


def test_no_column_that_points_to_a_body_is_forgotten(play: Any) -> None:
    async def story(_: Town) -> None:
        modules()
        known = {(model._meta.db_table, column) for model, column in references()}
        foreign = await database.records("""
            SELECT conrelid::regclass::text, attname FROM pg_constraint
            JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
            WHERE contype = 'f' AND confrelid = 'organization'::regclass""")
        named = await database.records("""
            SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'
            AND (column_name LIKE '%organization_id' OR column_name IN ('school_id', 'university_id'))""")
        there = {tuple(one) for one in (*foreign, *named)}
        assert {one for one in there if one[0] != "organization_merge"} == known
        assert all(issubclass(model, Record) for model, _ in references())

    play(story)


def test_all_that_pointed_to_a_body_points_to_the_one_that_stays_and_back_again(play: Any) -> None:
    async def story(town: Town) -> None:
        gone, kept = await lived(town)
        before, units = await pointing(gone), await whose(gone)
        assert len(before) >= 6
        made = await merge(town, gone, kept)
        assert await pointing(gone) == {}
        after = await pointing(kept)
        assert after == before | {"Organization.merged_into_id": 1, "CoOwner.organization_id": 1}
        away = await Organization.get(id=gone.id)
        assert (away.retired_on, away.merged_into_id) == (town.hq.today, kept.id)
        assert await whose(kept) == {kept.unit_id}
        back = await merging.undo(town.hq, made.id, version=made.version)
        assert (back.left_behind, back.undone_at) == ([], town.hq.now)
        assert (await pointing(gone), await whose(gone)) == (before, units)
        assert await pointing(kept) == {"CoOwner.organization_id": 1}
        restored = await Organization.get(id=gone.id)
        assert (restored.retired_on, restored.merged_into_id, restored.identity) == (None, None, gone.identity)

    play(story)


async def whose(body: Organization) -> set[Any]:
    found: set[Any] = set()
    for model in (Contact, Establishment):
        found |= {row.unit_id for row in await model.filter(organization_id=body.id)}
    return found


def test_whoever_kept_the_one_that_goes_is_shown_the_one_that_stays(play: Any) -> None:
    async def story(town: Town) -> None:
        gone, kept = await lived(town)
        made = await merge(town, gone, kept)
        assert await organizations.contacts_visible_to(town.other_officer).filter(organization_id=kept.id).exists()
        await merging.undo(town.hq, made.id, version=made.version)
        assert not await organizations.visible_to(town.other_officer).filter(id=kept.id).exists()
        assert (await CoOwner.get(organization_id=kept.id)).ended_on == town.hq.today

    play(story)


def test_what_named_the_one_that_goes_is_free_for_the_one_that_stays(play: Any) -> None:
    async def story(town: Town) -> None:
        gone, kept = await lived(town)
        made = await merge(town, gone, kept)
        await organizations.correct(town.officer, kept.id, version=kept.version, corporate_number=NUMBER)
        with pytest.raises(Conflict, match="先にそちらを訂正"):
            await merging.undo(town.hq, made.id, version=made.version)
        assert (await Organization.get(id=gone.id)).merged_into_id == kept.id

    play(story)


def test_of_a_body_that_has_gone_up_in_another_nothing_is_said_any_more(play: Any) -> None:
    async def story(town: Town) -> None:
        gone, kept = await lived(town)
        await merge(town, gone, kept)
        away = await Organization.get(id=gone.id)
        for attempt in (
            organizations.correct(town.hq, gone.id, version=away.version, name="別名"),
            organizations.reinstate(town.hq, gone.id, version=away.version),
            merging.merge(town.hq, gone.id, version=away.version, kept_id=kept.id, reason="もう一度"),
        ):
            with pytest.raises(WrongState):
                await attempt
        assert (await Organization.get(id=gone.id)).version == away.version

    play(story)


def test_what_was_changed_since_is_left_where_it_is_and_named(play: Any) -> None:
    async def story(town: Town) -> None:
        gone, kept = await lived(town)
        made = await merge(town, gone, kept)
        child = await Organization.get(name="架空電力見本支店")
        await organizations.place_below(town.other_officer, child.id, version=child.version)
        contact = await Contact.get(organization_id=kept.id)
        await organizations.correct_contact(town.officer, contact.id, version=contact.version, department="総務部")
        back = await merging.undo(town.hq, made.id, version=made.version)
        assert back.left_behind == [f"Organization:{child.id}"]
        assert (await Contact.get(id=contact.id)).organization_id == gone.id
        assert (await Organization.get(id=child.id)).parent_organization_id is None

    play(story)


@pytest.mark.parametrize(("days", "is_late"), [(30, False), (31, True)])
def test_a_merging_may_be_undone_for_thirty_days_and_once(play: Any, days: int, is_late: bool) -> None:
    async def story(town: Town) -> None:
        gone, kept = await make.company(town.officer), await make.company(town.officer, "例示ガス")
        made = await merge(town, gone, kept)
        later = make.at(town.hq, town.hq.now + timedelta(days=days))
        if not is_late:
            made = await merging.undo(later, made.id, version=made.version)
        with pytest.raises(WrongState):
            await merging.undo(later, made.id, version=made.version)
        assert ((await Organization.get(id=gone.id)).merged_into_id == kept.id) is is_late

    play(story)


def test_mergings_are_undone_from_the_last_on(play: Any) -> None:
    async def story(town: Town) -> None:
        one, two, three = [await make.company(town.officer, f"例示{n}商店") for n in range(3)]
        first = await merge(town, one, two)
        second = await merge(town, two, three)
        assert (await Organization.get(id=one.id)).merged_into_id == three.id
        with pytest.raises(WrongState, match="先に後の統合"):
            await merging.undo(town.hq, first.id, version=1)
        await merging.undo(town.hq, second.id, version=1)
        await merging.undo(town.hq, first.id, version=1)
        assert await Organization.filter(merged_into_id=None, retired_on=None).count() == 3

    play(story)


def test_two_parties_of_one_agreement_are_not_merged(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town, "架空電力株式会社", "架空電力ＨＤ")
        gone, kept = await Organization.filter(name__contains="架空").order_by("id")
        entries = await Entry.all().count()
        with pytest.raises(Conflict, match=agreement.title):
            await merge(town, gone, kept)
        assert await AgreementParty.filter(organization_id=gone.id).count() == 1
        assert await Entry.all().count() == entries
        party = await AgreementParty.get(organization_id=gone.id)
        await agreements.let_withdraw(town.officer, party.id, on=town.hq.today + timedelta(days=2))
        with pytest.raises(Conflict):
            await merge(town, gone, kept)
        later = replace(town, hq=make.at(town.hq, town.hq.now + timedelta(days=2)))
        await merge(later, gone, kept)
        assert (await AgreementParty.get(id=party.id)).organization_id == gone.id, "as it was signed"

    play(story)


def test_two_parties_of_what_is_over_are_merged_and_stay_as_they_signed(play: Any) -> None:
    async def story(town: Town) -> None:
        agreement = await make.in_force(town, "架空電力株式会社", "架空電力ＨＤ")
        gone, kept = await Organization.filter(name__contains="架空").order_by("id")
        await agreements.terminate(town.hq, agreement.id, reason="相手方の合併")
        await merge(town, gone, kept)
        assert await AgreementParty.filter(organization_id=gone.id).count() == 1

    play(story)


def test_two_members_of_one_council_are_not_merged_before_one_has_left(play: Any) -> None:
    async def story(town: Town) -> None:
        gone, kept = [await make.company(town.hq, name) for name in ("架空電力株式会社", "架空電力ＨＤ")]
        council = await make.council(town.hq)
        _, term = [await make.member(town.hq, council, body) for body in (kept, gone)]
        with pytest.raises(Conflict, match=council.name):
            await merge(town, gone, kept)
        assert (await Organization.get(id=gone.id)).merged_into_id is None
        await councils.end_membership(town.hq, term.id, on=town.hq.today)
        await merge(town, gone, kept)
        assert (await CouncilMembership.get(id=term.id)).organization_id == gone.id

    play(story)


def test_what_both_have_had_at_once_stays_with_each_and_what_is_to_come_is_refused(play: Any) -> None:
    async def story(town: Town) -> None:
        gone, kept = [await make.company(town.hq, name) for name in ("架空電力株式会社", "架空電力ＨＤ")]
        for body in (kept, gone):
            await make.encounter(town.hq, body=body)
        ahead = {"kind": EncounterKind.VISIT, "theme": EncounterTheme.RELATIONSHIP}
        visits = [
            await encounters.plan(town.hq, organization_id=body.id, starts_at=town.hq.now + timedelta(days=1), **ahead)
            for body in (kept, gone)
        ]
        with pytest.raises(Conflict, match="接触の予定"):
            await merge(town, gone, kept)
        await encounters.cancel(town.hq, visits[1].id, reason="重複のため")
        event = await make.outreach_event(town.hq, hosts=[CoHosting(body.id) for body in (kept, gone)])
        with pytest.raises(Conflict, match=event.title):
            await merge(town, gone, kept)
        part = await OutreachHost.get(organization_id=gone.id)
        await OutreachEvent.filter(id=event.id).update(status=OutreachStatus.HELD)
        made = await merge(town, gone, kept)
        assert (await OutreachHost.get(id=part.id)).organization_id == gone.id
        assert (await Encounter.get(organization_id=gone.id)).kind is EncounterKind.CALL
        assert [name for name, _, _ in made.moved] == ["Encounter"], "the visit that was called off"

    play(story)


def test_two_guests_of_a_drill_to_come_are_not_merged_before_one_is_taken_back(play: Any) -> None:
    async def story(town: Town) -> None:
        drill = await make.drill(town.hq)
        mine, theirs = await make.invited(town.hq, drill, "架空電力株式会社", "架空電力ＨＤ")
        gone, kept = [await Organization.get(id=one.organization_id) for one in (mine, theirs)]
        with pytest.raises(Conflict, match=drill.title):
            await merge(town, gone, kept)
        part = await Participation.get(organization_id=gone.id)
        asked = await Attendee.get(organization_id=gone.id)
        await drills.uninvite(town.hq, drill.id, attendee_id=asked.id)
        await merge(town, gone, kept)
        assert (await Participation.get(id=part.id)).organization_id == gone.id
        assert (await Contact.get(id=mine.id)).organization_id == kept.id

    play(story)


def test_who_was_counted_twice_in_a_drill_that_is_over_stays_counted(play: Any) -> None:
    async def story(town: Town) -> None:
        await finished(town, "架空電力株式会社", "架空電力ＨＤ")
        gone, kept = await Organization.filter(name__contains="架空").order_by("id")
        made = await merge(town, gone, kept)
        assert await Participation.filter(organization_id=gone.id).count() == 1
        assert await Attendee.filter(organization_id=gone.id).count() == 1
        assert not any(name in ("Participation", "Attendee") for name, _, _ in made.moved)

    play(story)


def test_only_headquarters_merges_and_only_two_bodies_that_stand(play: Any) -> None:
    async def story(town: Town) -> None:
        head, branch = await make.company(town.officer), await make.company(town.officer, "例示ガス")
        attempts: list[tuple[type[Exception], Any, Organization]] = [
            (NotAllowed, town.officer, branch),
            (NotFound, town.hq, Organization(id=town.hq.person_id)),
            (Invalid, town.hq, head),
        ]
        for refusal, who, kept in attempts:
            with pytest.raises(refusal):
                await merging.merge(who, head.id, version=1, kept_id=kept.id, reason="例")
        await organizations.place_below(town.officer, branch.id, version=1, parent_organization_id=head.id)
        with pytest.raises(Conflict, match="上位"):
            await merge(town, branch, head)
        assert await OrganizationMerge.all().count() == 0

    play(story)


def test_a_partner_goes_along_with_its_body_and_logs_in_for_the_one_that_stays(play: Any) -> None:
    async def story(town: Town) -> None:
        gone, kept = await lived(town)
        lecture = await Lecture.get(school_id=gone.id)
        await merge(town, gone, kept)
        partner = make.outsider(town.hq, Role.PARTNER, await Contact.get(organization_id=kept.id))
        assert [one.id for one in await organizations.visible_to(partner)] == [kept.id]
        assert (await Lecture.get(id=lecture.id)).school_id == kept.id

    play(story)


def test_contacts_who_may_be_one_person_are_offered_after_a_merging(play: Any) -> None:
    async def story(town: Town) -> None:
        gone, kept = await lived(town)
        twin = await make.contact(town.officer, kept, mail_address="other@partner.example")
        shared = await make.contact(
            town.officer, kept, family_name="例山", mail_address="MEGUMI@partner.example", given_name="空"
        )
        assert await merging.find_same_contacts(town.officer, kept.id) == []
        came = await Contact.get(organization_id=gone.id)
        await merge(town, gone, kept)
        leaving = town.officer.today + timedelta(days=30)
        await organizations.retire_contact(town.officer, twin.id, version=twin.version, on=leaving)
        pairs = {frozenset(pair) for pair in await merging.find_same_contacts(town.officer, kept.id)}
        assert pairs == {frozenset((came.id, twin.id)), frozenset((came.id, shared.id))}
        with pytest.raises(NotFound):
            await merging.find_same_contacts(town.officer, town.hq.person_id)

    play(story)
