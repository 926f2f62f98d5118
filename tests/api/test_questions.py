"""What was answered is answered again, to whoever asks the very same, as long as nothing has been written."""

from collections.abc import Awaitable, Callable, Hashable, Iterator
from contextlib import suppress
from random import Random
from time import time_ns
from typing import Any

import pytest
from graphql import parse, validate
from tortoise.transactions import in_transaction

from api import questions
from api.questions import Kept
from api.reading.declarations import Pages, how_of
from api.schema import schema
from api.shelf import Shelf
from domain import database, drills, lectures, organizations, replies
from domain.actor import Actor
from domain.calendar import Attendee, PartStat
from domain.drills import Drill
from domain.errors import Refused
from domain.lectures import Lecture
from domain.looks import Look
from tests import make
from tests.api.asking import ask, read
from tests.api.reading.comparing import sampled
from tests.api.reading.documents import Document, Writer
from tests.api.reading.prefecture import Lived, lived_in
from tests.api.situations import Crowd
from tests.api.test_reading import SCALARS
from tests.make import Town

MOVING = Document(
    """{
      drills { edges { node { id status } } } organizations { totalCount edges { node { id name } } }
      lectures { edges { node { id status } } } appointments { edges { node { id startsAt } } }
    }""",
    [{}],
)
"""Of which something changes with whatever is done in `writes`."""

LECTURES = "{ lectures { totalCount edges { node { theme version } } } }"


class Regretted(Exception):
    """The change is taken back."""


@pytest.fixture(autouse=True)
def answers() -> Iterator[Shelf[Kept]]:
    questions.ANSWERS.clear()
    yield questions.ANSWERS
    questions.ANSWERS.clear()


def replaced(answers: Shelf[Kept], old: str, new: str) -> None:
    """Spoil what is kept, to know it again."""
    for name, kept in list(answers.kept.items()):
        answers.keep(name, kept._replace(text=kept.text.replace(old, new)))


async def written() -> str:
    """Changes with whatever is written on the server, by its own housekeeping too."""
    [[told]] = await database.records("SELECT pg_current_snapshot()::text")
    return str(told)


def test_while_nothing_is_written_nothing_is_read_again(play: Any, answers: Shelf[Kept]) -> None:
    async def story(town: Town) -> None:
        await make.lecture(town.officer, theme="SNSの安全な使い方")
        before, after = "", "unknown"
        while before != after:
            answers.clear()
            before, first = await written(), await read(town.officer, LECTURES)
            replaced(answers, "SNS", "kept")
            again, after = await read(town.officer, LECTURES), await written()
        assert again["lectures"]["edges"][0]["node"]["theme"] == "keptの安全な使い方"
        assert again["lectures"]["totalCount"] == first["lectures"]["totalCount"] == 1

    play(story)


def test_whatever_is_written_by_whomever_is_told_in_the_next_answer(play: Any) -> None:
    async def story(town: Town) -> None:
        lecture = await make.lecture(town.officer)
        before = await read(town.officer, LECTURES)
        await lectures.refuse(town.hq, lecture.id, reason="日程が合わない")
        after = await read(town.officer, LECTURES)
        assert [answer["lectures"]["edges"][0]["node"]["version"] for answer in (before, after)] == [1, 2]

    play(story)


@pytest.mark.parametrize("is_kept", [True, False])
def test_a_change_is_told_once_it_is_done_and_never_where_it_is_taken_back(play: Any, is_kept: bool) -> None:
    async def story(town: Town) -> None:
        lecture = await make.lecture(town.officer, theme="元の題")

        async def told() -> str:
            return str((await read(town.officer, LECTURES))["lectures"]["edges"][0]["node"]["theme"])

        said = [await told()]
        with suppress(Regretted):
            async with in_transaction("default"):
                await Lecture.filter(id=lecture.id).update(theme="新しい題")
                said += [await told(), await told()]
                if not is_kept:
                    raise Regretted
        said += [await told(), await told()]
        end = "新しい題" if is_kept else "元の題"
        assert said == ["元の題", "元の題", "元の題", end, end]

    play(story)


def test_nobody_is_told_what_was_read_for_another(in_crowd: Any, answers: Shelf[Kept]) -> None:
    """All roots that list rows, asked by all roles in turn, twice: what each is told alone is what they are told among
    the others."""

    async def story(crowd: Crowd) -> None:
        documents = [f"{{ {name}(first: 50) {{ totalCount edges {{ node {{ id }} }} }} }}" for name in lists()]
        alone, among = {}, {}
        for role, actor in crowd.actors.items():
            for document in documents:
                answers.clear()
                alone[role, document] = await ask(actor, document)
        answers.clear()
        for _ in range(2):
            for document in documents:
                for role, actor in crowd.actors.items():
                    among[role, document] = await ask(actor, document)
                    assert among[role, document] == alone[role, document]
        assert len(answers.kept) > 20
        assert len({str(answer) for answer in among.values()}) > len(documents)

    in_crowd(story)


def lists() -> list[str]:
    root = schema._schema.query_type
    assert root is not None
    return [name for name, field in root.fields.items() if isinstance(how_of(root, field), Pages)]


class Watched(Shelf[Kept]):
    """Counts how often what was kept was true still."""

    true = 0

    def find(self, name: Hashable) -> Kept | None:
        found = super().find(name)
        self.true += found is not None
        return found

    def keep(self, name: Hashable, thing: Kept) -> None:
        self.true -= name in self.kept
        super().keep(name, thing)


def writes(town: Town, lived: Lived, dice: Random) -> list[Callable[[], Awaitable[object]]]:
    """What is done between two rounds, by one station or the other, by headquarters, and by a guest."""
    name = f"架空商事{dice.randrange(10**6)}"
    both = dice.choice([(town.officer, town.other_station), (town.other_officer, town.station)])

    async def shared() -> None:
        body = await make.company(both[0], f"{name}販売")
        await organizations.share(both[0], body.id, unit_id=both[1].id, reason="経済安全保障")

    async def answered() -> None:
        asked = dice.choice(await Attendee.filter(removed_at=None).order_by("id"))
        await replies.answer_by_link(town.hq.now, asked.id, partstat=dice.choice([*PartStat]))

    async def moved() -> None:
        drill = dice.choice(await Drill.all().order_by("id"))
        await drills.correct(town.hq, drill.id, place=name)

    async def let_go() -> None:
        places = {drill.appointment_id: drill.id for drill in await Drill.all()}
        held = await Attendee.filter(appointment_id__in=list(places), removed_at=None).order_by("id")
        for asked in dice.sample(held, min(len(held), 1)):  # in the long run nobody is left
            await drills.uninvite(town.hq, places[asked.appointment_id], attendee_id=asked.id)

    async def refused() -> None:
        await lectures.refuse(town.hq, dice.choice(lived.lectures).id, reason="日程が合わない")

    return [lambda: make.company(both[0], name), shared, answered, moved, let_go, refused]


async def told(actor: Actor, document: Document) -> list[Any]:
    return [await ask(actor, document.text, **variables) for variables in document.variables]


async def drawn(lived: Lived, pair: tuple[str, str], seed: int, wanted: int) -> list[Document]:
    """What either may ask: half of it shows nobody's data, so that it is kept."""
    actors = [lived.actors[name] for name in pair]
    writer = Writer(schema._schema, actors[0].role, Random(seed), await sampled(schema._schema, actors[0], SCALARS))
    found: dict[bool, list[Document]] = {True: [], False: []}
    while min(map(len, found.values())) < wanted // 2:
        document = writer.document()
        if not validate(schema._schema, parse(document.text)):
            looks = await Look.all().count()
            answers = [await told(actor, document) for actor in actors]
            is_shown = await Look.all().count() > looks
            if "errors" not in str(answers) and len(found[is_shown]) < wanted // 2:
                found[is_shown].append(document)
    return [*found[False], *found[True]]


@pytest.mark.parametrize(
    "pair", [("officer", "other_officer"), ("partner", "other_partner"), ("school", "other_school")]
)
def test_what_is_answered_again_is_what_would_be_read_whoever_has_asked_and_whatever_was_written(
    play: Any, monkeypatch: Any, pair: tuple[str, str], full: bool
) -> None:
    """Documents drawn at random, asked by two of one role in turn, twice each, between changes."""
    wanted, rounds, seed = (60, 30, time_ns()) if full else (6, 2, 20260701)

    async def story(town: Town) -> None:
        lived, dice = await lived_in(town), Random(seed)
        documents = [MOVING, *await drawn(lived, pair, seed, wanted)]
        assert "errors" not in str([await told(lived.actors[name], MOVING) for name in pair])
        kept = Watched(questions.ROOM, lambda one: len(one.text))
        asked = [(lived.actors[name], document) for document in documents for name in pair] * 2
        for _ in range(rounds):
            for write in dice.sample(writes(town, lived, dice), 4):
                with suppress(Refused):
                    await write()
            dice.shuffle(asked)
            asked.sort(key=lambda one: documents.index(one[1]) > wanted // 2)
            monkeypatch.setattr(questions, "ANSWERS", kept)
            answers = [await told(actor, document) for actor, document in asked]
            monkeypatch.setattr(questions, "ANSWERS", Shelf(0, lambda _: 1))
            for answer, (actor, document) in zip(answers, asked, strict=True):
                assert answer == await told(actor, document), (seed, document)
        assert kept.true >= rounds * wanted

    play(story)


def test_of_personal_data_nothing_is_kept(play: Any, answers: Shelf[Kept]) -> None:
    async def story(town: Town) -> None:
        contact = await make.contact(town.officer, await make.company(town.officer), family_name="例﨑")
        node = f'node(id: "Person:{contact.person_id}")'
        named = await read(town.officer, f"{{ {node} {{ ... on Person {{ familyName }} }} }}")
        assert (named["node"], list(answers.kept)) == ({"familyName": "例﨑"}, [])
        await read(town.officer, f"{{ {node} {{ id }} }}")
        assert len(answers.kept) == 1

    play(story)


def test_another_server_in_the_same_place_is_asked_itself(play: Any, answers: Shelf[Kept]) -> None:
    async def story(town: Town) -> None:
        await make.lecture(town.officer)
        await read(town.officer, LECTURES)
        [(name, kept)] = answers.kept.items()
        started, database, snapshot = kept.state.rsplit(" ", 2)
        answers.keep(name, Kept(f"{started[:-1]}x {database} {snapshot}", "{}"))
        assert (await read(town.officer, LECTURES))["lectures"]["totalCount"] == 1

    play(story)
