"""However many are asked, moved or told, it takes as many statements; each has an entry and a letter of their own."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from domain import agreements, campaigns, encounters, meetings, notices, outreach
from domain.agreements import AgreementKind
from domain.audience import AudienceCriteria
from domain.calendar import Attendee, PartStat
from domain.campaigns import CampaignContact
from domain.errors import Conflict, NotFound
from domain.journal import Entry
from domain.notices import NoticeRecipient
from domain.organizations import Contact, Organization
from domain.outbox import Letter
from domain.outreach import CoHosting
from tests import make
from tests.domain.notices.telling import sent
from tests.make import Town
from tests.statements import spoken

DAY = timedelta(days=1)
Work = Callable[[], Awaitable[Any]]
Guests = tuple[Organization, list[Contact]]


async def body(town: Town, count: int) -> Guests:
    """A body with so many contacts."""
    found = await make.company(town.officer, f"例示{count}株式会社")
    mails = [f"m{count}.{number}@partner.example" for number in range(count)]
    return found, [await make.contact(town.officer, found, mail_address=mail) for mail in mails]


async def statements(work: Work) -> int:
    with spoken() as said:
        await work()
    return len(said)


async def meeting_of(town: Town, to: Guests) -> tuple[Any, Work, Work]:
    council = await make.council(town.officer, f"{to[0].name}協議会")
    await make.member(town.officer, council, to[0])
    date = await make.meeting(town.officer, council)
    later, ids = date.starts_at + DAY, [one.id for one in to[1]]
    moved = {"starts_at": later, "ends_at": later + timedelta(hours=2), "reason": "会場の都合"}
    return (
        date,
        lambda: meetings.invite(town.officer, date.id, contact_ids=ids),
        lambda: meetings.postpone(town.officer, date.id, **moved),
    )


async def signing_of(town: Town, to: Guests) -> tuple[Any, Work, Work]:
    told: dict[str, Any] = {"kind": AgreementKind.MEMORANDUM, "title": f"{to[0].name}との覚書"}
    draft = await agreements.propose(town.officer, organization_ids=[to[0].id], **told)
    date = await make.ceremony(town.officer, await make.awaiting(town, draft))
    later, ids = date.starts_at + DAY, [one.id for one in to[1]]
    moved = {"starts_at": later, "ends_at": later + timedelta(hours=1), "reason": "会場の都合"}
    return (
        date,
        lambda: agreements.invite_to_signing(town.officer, date.id, contact_ids=ids),
        lambda: agreements.move_signing(town.officer, date.id, **moved),
    )


async def event_of(town: Town, to: Guests) -> tuple[Any, Work, Work]:
    date = await make.outreach_event(town.officer, hosts=[CoHosting(to[0].id)])
    later, ids = date.starts_at + DAY, [one.id for one in to[1]]
    moved = {"starts_at": later, "ends_at": later + timedelta(hours=2), "reason": "会場の都合"}
    return (
        date,
        lambda: outreach.invite(town.officer, date.id, contact_ids=ids),
        lambda: outreach.reschedule(town.officer, date.id, **moved),
    )


async def visit_to(town: Town, to: Guests) -> tuple[Any, Work, Work]:
    date = await make.planned_encounter(town.officer, body=to[0])
    later, ids = date.starts_at + DAY, [one.id for one in to[1]]
    await encounters.invite(town.officer, date.id, officer_ids=[town.officer.person_id or date.id])
    await date.refresh_from_db()
    return (
        date,
        lambda: encounters.invite(town.officer, date.id, contact_ids=ids),
        lambda: encounters.correct(town.officer, date.id, version=date.version + 1, starts_at=later),
    )


@pytest.mark.parametrize("of", [meeting_of, signing_of, event_of, visit_to])
def test_twelve_are_asked_and_moved_by_as_many_statements_as_three(play: Any, of: Callable[..., Any]) -> None:
    async def story(town: Town) -> None:
        asked: list[tuple[int, int]] = []
        for count in (3, 12):
            to = await body(town, count)
            date, invite, move = await of(town, to)
            people = [one.person_id for one in to[1]]
            asked.append((await statements(invite), await _answered(date, people) or await statements(move)))
            attendees = await Attendee.filter(appointment_id=date.appointment_id, person_id__in=people)
            assert {one.partstat for one in attendees} == {PartStat.NEEDS_ACTION}
            entries = Entry.filter(row_id__in=[one.id for one in attendees])
            facts = sorted(entry.fact for entry in await entries)
            assert facts == ["attendee-asked"] * count + ["attendee-asked-anew"] * count
            assert await Letter.filter(appointment_id=date.appointment_id, person_id__in=people).count() == 2 * count
        assert asked[0] == asked[1]

    play(story)


async def _answered(date: Any, people: Sequence[Any]) -> None:
    """They have said yes to the day that is moved."""
    theirs = Attendee.filter(appointment_id=date.appointment_id, person_id__in=people)
    await theirs.update(partstat=PartStat.ACCEPTED)


def test_whoever_was_let_go_is_asked_again_beside_others_and_nobody_twice(play: Any) -> None:
    async def story(town: Town) -> None:
        _, contacts = to = await body(town, 3)
        date, invite, _ = await meeting_of(town, to)
        await invite()
        [gone] = await Attendee.filter(appointment_id=date.appointment_id, person_id=contacts[1].person_id)
        await meetings.uninvite(town.officer, date.id, attendee_id=gone.id)
        late = await make.contact(town.officer, to[0], mail_address="late@partner.example")
        with pytest.raises(Conflict):
            await meetings.invite(town.officer, date.id, contact_ids=[contacts[1].id, contacts[0].id])
        with pytest.raises(NotFound):
            await meetings.invite(town.officer, date.id, contact_ids=[late.id, date.id])
        again = await Attendee.get(id=gone.id)
        assert again.removed_at is not None, "nothing was done for some of them"
        await meetings.invite(town.officer, date.id, contact_ids=[late.id, contacts[1].id, late.id])
        again = await Attendee.get(id=gone.id)
        assert (again.removed_at, again.raised > gone.raised) == (None, True)
        assert await Attendee.filter(appointment_id=date.appointment_id, removed_at=None).count() == 4

    play(story)


def test_a_campaign_asks_twelve_by_as_many_statements_as_three(play: Any) -> None:
    async def story(town: Town) -> None:
        said = []
        for count in (3, 12):
            bodies = AudienceCriteria(organization_ids=[(await body(town, count))[0].id])
            draft = await make.campaign(town.officer, criteria=bodies)

            async def send(draft: Any = draft) -> None:
                await campaigns.send(town.officer, draft.id, version=draft.version)

            said.append(await statements(send))
            asked = await CampaignContact.filter(campaign_id=draft.id)
            keys = [f"contact-check:{one.id}" for one in asked]
            assert len(asked) == await Letter.filter(key__in=keys).count() == count
        assert said[0] == said[1]

    play(story)


def test_twelve_who_have_not_heard_of_a_notice_are_put_on_the_telephone_list_at_once(play: Any) -> None:
    async def story(town: Town) -> None:
        said = []
        for count in (3, 12):
            bodies = [await make.company(town.officer, f"見本{count}の{number}") for number in range(count)]
            contacts = [await make.contact(town.officer, one, mail_address="n@partner.example") for one in bodies]
            notice = await sent(town.officer, *contacts)
            assert notice.acknowledge_by is not None
            late = notice.acknowledge_by

            async def follow_up(late: Any = late) -> None:
                assert await notices.follow_up(late) == count  # noqa: B023

            said.append(await statements(follow_up))
            escalated = await NoticeRecipient.filter(notice_id=notice.id, escalated_at=late)
            entries = Entry.filter(row_id__in=[one.id for one in escalated], fact="notice-escalated")
            assert len(escalated) == await entries.count() == count
            assert {one.version for one in escalated} == {2}
        assert said[0] == said[1]

    play(story)
