"""Many who act at the same moment, in transactions of their own: one effect, no seat too many, no edit lost."""

import asyncio
from collections import Counter
from random import Random
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from domain import activities, database, organizations, replies
from domain.activities import ActivityParticipation, ParticipationStatus
from domain.calendar import Attendee, AttendeeRole, PartStat
from domain.errors import Conflict
from domain.idempotency import IdempotencyKey
from domain.journal import Entry
from domain.organizations import Organization
from tests import make
from tests.api.asking import change
from tests.make import Town


def test_fifty_twins_of_one_key_have_one_effect_and_one_answer(play: Any) -> None:
    async def story(town: Town) -> None:
        input = {"kind": "COMPANY", "name": "架空電力株式会社", "idempotencyKey": "k-1"}
        before = await Entry.all().count()
        twins = [change(town.officer, "registerOrganization", "organization { id }", **input) for _ in range(50)]
        answers = await asyncio.gather(*twins)
        [body] = await Organization.all()
        assert {answer["data"]["registerOrganization"]["organization"]["id"] for answer in answers} == {
            f"Organization:{body.id}"
        }
        assert await Entry.all().count() == before + 1
        assert await IdempotencyKey.filter(row_id=body.id).count() == 1

    play(story)


def test_of_those_who_race_for_the_seats_as_many_get_one_as_there_are(play: Any, full: bool) -> None:
    racers, seats = (100, 10) if full else (12, 4)

    async def story(town: Town) -> None:
        people = [
            await make.volunteer(town, family_name=f"例塚{number}", mail_address=f"v{number}@volunteer.example")
            for number in range(racers)
        ]
        activity = await make.activity(town.officer, capacity=seats)
        await activities.invite(town.officer, activity.id, volunteer_ids=[one.id for one in people])
        asked = await Attendee.filter(appointment_id=activity.appointment_id)
        now = town.officer.now
        saying = [replies.answer_by_link(now, one.id, partstat=PartStat.ACCEPTED) for one in asked]
        await asyncio.gather(*saying)
        parts = await ActivityParticipation.filter(activity_id=activity.id)
        assert Counter(part.status for part in parts) == {
            ParticipationStatus.CONFIRMED: seats,
            ParticipationStatus.WAITLISTED: racers - seats,
        }
        turns = sorted(part.turn for part in parts if part.turn is not None)
        assert turns == list(range(1, racers - seats + 1))
        held = await Attendee.filter(appointment_id=activity.appointment_id, busy_from__isnull=False)
        confirmed = [part.attendee_id for part in parts if part.status is ParticipationStatus.CONFIRMED]
        assert {one.id for one in held} == set(confirmed)

    play(story)


def test_of_two_officers_edits_none_is_lost_however_they_meet(play: Any, full: bool) -> None:
    rounds, draw = (1_000, Random()) if full else (25, Random(20260701))

    async def edit(town: Town, body: Organization, version: int, facts: dict[str, str]) -> bool:
        await asyncio.sleep(draw.uniform(0, 0.004))
        try:
            await organizations.correct(town.officer, body.id, version=version, **facts)
        except Conflict:
            return False
        return True

    async def story(town: Town) -> Counter[int]:
        body, met = await make.company(town.officer), Counter[int]()
        for number in range(rounds):
            before = await Organization.get(id=body.id)
            edits: list[dict[str, str]] = [{"address": f"見本市{number}"}, {"industry": f"業種{number}"}]
            read = [before.version, before.version - draw.choice((0, 0, 1))]
            done = await asyncio.gather(*[edit(town, body, one, facts) for one, facts in zip(read, edits, strict=True)])
            after = await Organization.get(id=body.id)
            assert sum(done) == 1
            assert after.version == before.version + 1
            for facts, is_done in zip(edits, done, strict=True):
                [(name, value)] = facts.items()
                assert (getattr(after, name) == value) is is_done
            met[done.index(True)] += 1
        assert await Entry.filter(row_id=body.id, fact="organization-corrected").count() == rounds
        return met

    assert set(play(story)) == {0, 1}


BUSY = "UPDATE attendee SET busy_from = $1, busy_to = $2 WHERE id = $3"


def test_a_double_booking_is_refused_by_the_database_itself(play: Any) -> None:
    """Past every verb, and by two at once."""

    async def story(town: Town) -> None:
        lectures = [await make.lecture(town.officer, school=await make.school(town.officer, name)) for name in "甲乙"]
        rows = [
            await Attendee.create(
                appointment_id=one.appointment_id,
                person_id=town.officer.person_id,
                role=AttendeeRole.LECTURER,
                unit_id=town.station.id,
                prefecture_id=town.prefecture.id,
                created_at=town.officer.now,
                updated_at=town.officer.now,
            )
            for one in lectures
        ]
        start, end = lectures[0].starts_at, lectures[0].starts_at.replace(hour=23)
        booking = [database.execute(BUSY, start, end, one.id) for one in rows]
        refused = [one for one in await asyncio.gather(*booking, return_exceptions=True) if one]
        assert len(refused) == 1
        assert "attendee_busy" in str(refused[0]) or getattr(refused[0], "sqlstate", "") == "40P01"
        assert await Attendee.filter(busy_from__isnull=False).count() == 1
        [free] = await Attendee.filter(busy_from=None, person_id=town.officer.person_id)
        with pytest.raises(IntegrityError, match="attendee_busy"):
            await database.execute(BUSY, start, end, free.id)

    play(story)
