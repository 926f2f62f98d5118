"""Many who act at the same moment, in transactions and processes of their own: one effect, no seat too many, no edit
lost."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import httpx
import pytest
from tortoise.exceptions import IntegrityError

from domain import activities, database, organizations, replies, tokens
from domain.activities import Activity, ActivityParticipation, ParticipationStatus
from domain.actor import Actor, Role
from domain.calendar import Appointment, Attendee, AttendeeRole
from domain.idempotency import IdempotencyKey
from domain.journal import Entry, plain
from domain.organizations import Organization
from domain.outbox import Letter
from tests import make
from tests.api.asking import change, codes
from tests.api.serving import NO_AUTHORITIES
from tests.api.test_serve import SECRET, serving
from tests.api.test_serve import ask as knock
from tests.make import Town
from tests.storms.port import PATIENCE

SERVED = re.compile(r'renkei_requests_total\{method="POST",route="([^"]+)",status="200",worker="(\d+)"\} ([\d.]+)')


@contextmanager
def two_processes(url: str) -> Iterator[str]:
    """The address of the program; neither of its processes writes down that anything went wrong."""
    with serving(url, "--port", "0", "--workers", "2") as (running, address), ThreadPoolExecutor(1) as reading:
        said = reading.submit(running.communicate)
        try:
            yield address
        finally:
            running.terminate()
    lines = said.result()[1].splitlines()
    assert [line for line in lines if json.loads(line)["level"] not in ("DEBUG", "INFO")] == []


async def at_once(address: str, asked: Sequence[tuple[str, Mapping[str, Any]]]) -> list[httpx.Response]:
    """What is said to each of these, posted at one moment, each over a connection of its own that stands before."""
    async with AsyncExitStack() as up:
        told: dict[str, Any] = {"base_url": address, "verify": NO_AUTHORITIES, "trust_env": False, "timeout": PATIENCE}
        clients = [await up.enter_async_context(httpx.AsyncClient(**told)) for _ in asked]
        for client in clients:
            await client.get("/healthz")
        posting = [client.post(path, **how) for client, (path, how) in zip(clients, asked, strict=True)]
        return await asyncio.gather(*posting)


def served(address: str, admin: str, route: str) -> list[float]:
    """How many posts each process has answered there."""
    looks = [knock(address, "/metrics", headers={"Authorization": f"Bearer {admin}"}).text for _ in range(2)]
    return [float(count) for text in looks for known, _, count in SERVED.findall(text) if known == route]


async def now_in_town() -> tuple[Town, str]:
    """A town of today, for `renkei serve` knows no other day; and a token of its administrator."""
    town = await make.town(datetime.now(UTC))
    _, admin = await tokens.issue(town.admin, person_id=town.admin.person_id, role=Role.ADMIN)
    return town, admin


TWINS = 50
PLAN = """
    mutation($input: PlanActivityInput!) { planActivity(input: $input) { volunteerActivity { id title } } }"""


def test_fifty_twins_of_one_key_in_two_processes_have_one_effect_and_one_answer(
    run: Any, database_url: str, full: bool
) -> None:
    """Of one officer, by two programs; those of another officer who uses the same key are another's."""
    rounds, draw = (10, Random()) if full else (2, Random(20260701))

    async def begun() -> tuple[Town, str, list[tuple[Actor, str]]]:
        town, admin = await now_in_town()
        keys = []
        for who in (town.officer, town.officer, town.other_officer):
            told = {"person_id": who.person_id, "role": who.role, "unit_id": who.unit_id}
            keys.append((who, (await tokens.issue(town.admin, **told))[1]))
        return town, admin, keys

    def twin(who: Actor, key: str, number: int) -> tuple[str, dict[str, Any]]:
        starts_at = who.now + timedelta(days=10)
        input = {
            "kind": "PUBLICITY",
            "title": f"第{number}回 広報啓発活動",
            "startsAt": starts_at.isoformat(),
            "endsAt": (starts_at + timedelta(hours=2)).isoformat(),
            "idempotencyKey": f"k-{number}",
        }
        sent = {"query": PLAN, "variables": {"input": input}}
        return "/graphql", {"json": sent, "headers": {"Authorization": f"Bearer {key}"}}

    async def written() -> list[int]:
        return [await kind.all().count() for kind in (Activity, Appointment, IdempotencyKey, Entry)]

    town, admin, (one, same, other) = run(begun())
    before = run(written())
    with two_processes(database_url) as address:
        for number in range(rounds):
            asking = [*([one] * (TWINS // 2)), *([same] * (TWINS // 2)), *([other] * TWINS)]
            draw.shuffle(asking)
            answers = run(at_once(address, [twin(who, key, number) for who, key in asking]))
            said = {(who.person_id, answer.text) for (who, _), answer in zip(asking, answers, strict=True)}
            assert len(said) == 2, said
            [mine, others] = [json.loads(text)["data"]["planActivity"]["volunteerActivity"] for _, text in said]
            assert mine["title"] == others["title"] == f"第{number}回 広報啓発活動"
            assert mine["id"] != others["id"]
        assert served(address, admin, "/graphql") == [rounds * TWINS] * 2
    effects = 2 * rounds
    assert run(written()) == [more + effects * each for more, each in zip(before, (1, 1, 1, 2), strict=True)]


def test_of_those_who_race_for_the_seats_as_many_get_one_as_there_are(run: Any, database_url: str, full: bool) -> None:
    racers, seats = (100, 10) if full else (24, 4)

    async def begun() -> tuple[str, Activity, list[str]]:
        town, admin = await now_in_town()
        people = [
            await make.volunteer(town, family_name=f"例塚{number}", mail_address=f"v{number}@volunteer.example")
            for number in range(racers)
        ]
        activity = await make.activity(town.officer, capacity=seats)
        await activities.invite(town.officer, activity.id, volunteer_ids=[one.id for one in people])
        asked = await Attendee.filter(appointment_id=activity.appointment_id)
        return admin, activity, [f"/rsvp/{tokens.derive(SECRET, replies.PURPOSE, one.id)}" for one in asked]

    async def ended(activity: Activity) -> None:
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
        told = Letter.filter(appointment_id=activity.appointment_id).exclude(kind="activity-invitation")
        assert Counter(await told.values_list("person_id", "kind")) == Counter(
            (part.person_id, "activity-waitlisted" if part.turn else "answer-received") for part in parts
        )

    admin, activity, links = run(begun())
    with two_processes(database_url) as address:
        answers = run(at_once(address, [(link, {"data": {"partstat": "ACCEPTED"}}) for link in links]))
        assert [answer.status_code for answer in answers if "受け付けました" in answer.text] == [200] * racers
        assert served(address, admin, "/rsvp/{token}") == [racers / 2] * 2
    run(ended(activity))


WORDS = ("name", "address", "industry", "ceptoar", "ministry")
FOLLOWING = {"search", "kana_order", "identity"}
"""What is made of the name."""

STALE, NOT_SEEN = [("CONFLICT", "version")], [("NOT_FOUND", None)]


@dataclass(frozen=True)
class Edit:
    """What an officer sends who has read a body as it stood: whatever that was, it is to be another. `values` are the
    columns that are to hold it, as the journal tells them; `refused` is what was said to it."""

    who: Actor
    read: Organization
    mutation: str
    values: dict[str, Any]
    key: str
    refused: list[tuple[str, str | None]]


@dataclass
class Register:
    """A body, with two that it may stand below, and two stations that may keep it; the one that does and headquarters
    edit it."""

    town: Town
    body: UUID
    above: Sequence[UUID]
    draw: Random
    edits: list[Edit]

    def keepers(self, body: Organization) -> tuple[Actor, Actor]:
        town = self.town
        return (town.officer if body.unit_id == town.station.id else town.other_officer), town.hq

    def meant(self, who: Actor, read: Organization, key: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
        """A mutation, its input, and what is to be in the row."""
        words = {word: f"見本{key}" for word in self.draw.sample(WORDS, self.draw.randint(1, 3))}
        ways: list[tuple[str, dict[str, Any], dict[str, Any]]] = [("correctOrganization", words, words)] * 3
        if read.retired_on:
            ways.append(("reinstateOrganization", {}, {"retired_on": None}))
        else:
            day = who.today.isoformat()
            above = self.draw.choice([one for one in (None, *self.above) if one != read.parent_organization_id])
            below = {"parentOrganizationId": above and f"Organization:{above}"}
            ways.append(("retireOrganization", {"on": day}, {"retired_on": day}))
            ways.append(("placeOrganizationBelow", below, {"parent_organization_id": above and str(above)}))
        if who is self.town.hq:
            [unit] = {self.town.station.id, self.town.other_station.id} - {read.unit_id}
            ways += [("transferOrganization", {"unitId": f"Unit:{unit}"}, {"unit_id": str(unit)})] * 2
        return self.draw.choice(ways)

    async def edit(self, who: Actor, remembered: Organization | None, key: str) -> Edit:
        """An officer reads the body, or remembers it, thinks, and sends what it is to be."""
        await asyncio.sleep(self.draw.uniform(0, 0.006))
        read = remembered or await Organization.get(id=self.body)
        mutation, said, values = self.meant(who, read, key)
        await asyncio.sleep(self.draw.uniform(0, 0.004))
        told = {"organizationId": f"Organization:{self.body}", "version": read.version, "idempotencyKey": key, **said}
        return Edit(who, read, mutation, values, key, codes(await change(who, mutation, **told)))

    async def meet(self, before: Organization, earlier: Organization, number: int) -> Organization:
        """Two edit it at once, or one after the other; now and then as they remember it from `earlier`. The body as it
        is then."""
        told = await Entry.all().count()
        editing = [
            self.edit(who, earlier if self.draw.random() < 0.1 else None, f"{number}{mark}")
            for who, mark in zip(self.keepers(before), "甲乙", strict=True)
        ]
        self.draw.shuffle(editing)
        at_once = self.draw.random() < 0.8
        edits = await asyncio.gather(*editing) if at_once else [await one for one in editing]
        after = await Organization.get(id=self.body)
        must_have_happened(before, after, edits, await Entry.all().order_by("id").offset(told))
        self.edits += edits
        return after


def must_have_happened(before: Organization, after: Organization, edits: list[Edit], entries: list[Entry]) -> None:
    """Of these edits, in the order of the journal, those that were done and no others; each was of what stood then, and
    who was refused had read what stood no more."""
    done = {edit.who.person_id: edit for edit in edits if not edit.refused}
    assert sorted(entry.person_id for entry in entries) == sorted(done)
    in_turn, row = [done[entry.person_id] for entry in entries], facts(before)
    assert [edit.read.version for edit in in_turn] == list(range(before.version, after.version))
    for edit, entry in zip(in_turn, entries, strict=True):
        assert {name: value for name, value in entry.after.items() if name not in FOLLOWING} == edit.values
        assert entry.before == {name: row[name] for name in entry.after}
        row |= entry.after
    assert facts(after) == row
    for edit in edits:
        if edit.refused == NOT_SEEN:
            assert after.unit_id not in edit.who.units
        elif edit.refused:
            assert edit.refused == STALE
            assert edit.read.version < after.version


def facts(body: Organization) -> dict[str, Any]:
    """All that is known of it, as the journal would tell it."""
    columns = set(Organization._meta.fields_db_projection) - {"version", "updated_at"}
    return {name: plain(getattr(body, name)) for name in columns}


def test_of_two_officers_edits_none_is_lost_and_none_is_done_unseen_however_they_meet(
    play: Any, full: bool, capsys: Any
) -> None:
    rounds, draw = (1_000, Random()) if full else (100, Random(20260701))

    async def story(town: Town) -> list[Edit]:
        above = [(await make.company(town.officer, name)).id for name in ("架空本社", "架空連合会")]
        for one in above:
            await organizations.share(town.officer, one, unit_id=town.other_station.id, reason="支店がある")
        earlier = body = await make.company(town.officer)
        register, letters = Register(town, body.id, above, draw, []), await Letter.all().count()
        for number in range(rounds):
            earlier, body = body, await register.meet(body, earlier, number)
        keys = await IdempotencyKey.all().values_list("person_id", "key")
        done = [edit for edit in register.edits if not edit.refused]
        assert sorted(keys) == sorted((edit.who.person_id, edit.key) for edit in done)
        assert await Letter.all().count() == letters
        return register.edits

    edits: list[Edit] = play(story)
    refused = [edit for edit in edits if edit.refused]
    done = Counter(edit.mutation for edit in edits if not edit.refused)
    met = Counter(sum(not one.refused for one in edits[at : at + 2]) for at in range(0, len(edits), 2))
    with capsys.disabled():
        print(f"\n{rounds} meetings of two: {dict(done)} done, {len(refused)} refused; done by how many: {dict(met)}")
    assert met.total() == rounds
    assert met[1] > rounds / 4
    assert met[2] > 0
    assert len(done) == 5
    assert {edit.who.role for edit in refused} == {Role.STATION_LIAISON, Role.HQ_LIAISON}


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
