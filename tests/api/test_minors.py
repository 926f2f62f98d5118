"""A minor who takes part is named to the police alone: not to partners, schools or other volunteers, in no feed, no
file, and no letter to anybody else."""

import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from graphql import GraphQLField, GraphQLObjectType, get_named_type, is_required_argument

from api import rights
from api.schema import schema
from domain import activities, feeds, lectures, statistics
from domain.actor import Actor, Role
from domain.calendar import AttendeeRole
from domain.errors import Invalid
from domain.japanese import Period
from domain.outbox import Letter
from domain.volunteers import AgeBand, Volunteer
from exports.files import Format
from exports.register import register_text
from exports.statistics import statistics_file
from jobs import letters as rendering
from tests import make
from tests.api.asking import ask
from tests.api.test_feeds import fetch
from tests.make import Town

NAMED = {
    "family_name": "雛鳥氏",
    "given_name": "雛鳥名",
    "family_name_kana": "ヒナドリシ",
    "given_name_kana": "ヒナドリメイ",
    "mail_address": "hinadori@minor.example",
    "phone": "03-5555-7777",
    "affiliation": "雛鳥中学校",
    "remarks": "雛鳥備考",
}
OWN = {"school": "SNSの安全な使い方", "partner": "第1回共同対処訓練", "volunteer": "駅前での広報啓発活動"}
WORDS = ("雛鳥", "ヒナドリ", "hinadori", "5555-7777", "雛親")


def found_in(text: str) -> list[str]:
    return [word for word in WORDS if word in text]


async def taking_part(town: Town) -> tuple[Volunteer, dict[str, Actor]]:
    """A minor who helps in a lecture and goes to an activity, and everybody outside who is there too."""
    group = await make.group(town.officer)
    minor = await make.volunteer(town, age_band=AgeBand.FROM_15_TO_17, group_id=group.id, **NAMED)
    adult = await make.volunteer(town, group_id=group.id)
    body = await make.school(town.officer)
    teacher = await make.contact(town.officer, body)
    lecture = await make.lecture(town.officer, school=body, contact=teacher)
    await lectures.accept(town.officer, lecture.id)
    await lectures.assign(town.officer, lecture.id, person_id=town.officer.person_id)
    await lectures.assign(town.officer, lecture.id, person_id=minor.person_id, role=AttendeeRole.CO_LECTURER)
    await lectures.confirm(town.officer, lecture.id)
    activity = await make.activity(town.officer, group_id=group.id)
    await activities.register(town.officer, activity.id, volunteer_ids=[minor.id, adult.id])
    await activities.confirm(town.officer, activity.id)
    (guest,) = await make.invited(town.officer, await make.drill(town.officer))
    await make.in_force(town, "例示銀行株式会社")
    outside = {
        "school": make.outsider(town.officer, Role.SCHOOL, teacher),
        "partner": make.outsider(town.officer, Role.PARTNER, guest),
        "volunteer": make.oneself(town.officer, adult),
    }
    return minor, outside


# ------------------------------------------------------------------ the whole schema, as far as a role may ask


def readable(role: Role) -> set[str]:
    """The fields that the permission table opens to a role."""
    lines = [line for line in rights.REVIEWED.read_text(encoding="utf-8").splitlines() if line.startswith("field ")]
    stated = [line.removeprefix("field ").rsplit(": ", 1) for line in lines]
    open_to = ("everybody known", "with what holds it")
    return {name.split("(")[0] for name, who in stated if who.startswith(open_to) or role in who.split()}


def asked(field: GraphQLField, name: str) -> str | None:
    """The field as it is written down, or nothing where it cannot be asked without an id."""
    if any(is_required_argument(argument) for argument in field.args.values()):
        return None
    return f"{name}(first: 3)" if "first" in field.args else name


def row_of(field: GraphQLField) -> tuple[GraphQLObjectType | None, str]:
    """The type of the rows behind a field, and how a selection is put around them."""
    gtype = get_named_type(field.type)
    if not isinstance(gtype, GraphQLObjectType):
        return None, ""
    if "edges" not in gtype.fields:
        return gtype, "{ %s }"
    node = get_named_type(get_named_type(gtype.fields["edges"].type).fields["node"].type)
    return (node, "{ totalCount edges { node { %s } } }") if isinstance(node, GraphQLObjectType) else (None, "")


def selected(gtype: GraphQLObjectType, allowed: set[str], depth: int) -> str:
    """Everything that may be read of a type, and so many steps beyond."""
    return " ".join(["__typename", *[text for _, text in parts(gtype, allowed, depth)]])


def parts(gtype: GraphQLObjectType, allowed: set[str], depth: int) -> Iterator[tuple[bool, str]]:
    for name, field in gtype.fields.items():
        called, (row, around) = asked(field, name), row_of(field)
        if called is None or f"{gtype.name}.{name}" not in allowed:
            continue
        if row is None:
            yield False, called
        elif depth:
            yield True, f"{called} {around % selected(row, allowed, depth - 1)}"


def documents(role: Role) -> Iterator[str]:
    """One document for each root field and each step beyond its rows."""
    allowed = readable(role)
    for name, field in schema._schema.query_type.fields.items():  # type: ignore[union-attr]
        called, (row, around) = asked(field, name), row_of(field)
        if called is None or row is None or f"Query.{name}" not in allowed:
            continue
        beyond = [text for is_step, text in parts(row, allowed, 2) if is_step]
        for step in ("", *beyond):
            yield f"{{ {called} {around % f'{selected(row, allowed, 0)} {step}'} }}"


async def everything(who: Actor) -> tuple[str, list[Any]]:
    """All answers together, and what was refused."""
    answers = [await ask(who, document) for document in documents(who.role)]
    return str([answer.get("data") for answer in answers]), [one for each in answers for one in each.get("errors", [])]


def test_no_answer_of_the_whole_schema_names_a_minor_to_anybody_outside(play: Any) -> None:
    async def story(town: Town) -> None:
        _, outside = await taking_part(town)
        told, _ = await everything(town.officer)
        assert set(found_in(told)) >= {"雛鳥", "ヒナドリ", "hinadori", "5555-7777"}
        for name, who in outside.items():
            told, refused = await everything(who)
            assert refused == [], name
            assert OWN[name] in told
            assert found_in(told) == [], name

    play(story)


def test_no_feed_names_a_minor_to_anybody_else(play: Any) -> None:
    async def story(town: Town) -> None:
        _, outside = await taking_part(town)
        readers = [town.officer.person_id, *[who.person_id for who in outside.values()]]
        shown = [await make.told(await feeds.subscribe(town.officer, person_id=reader)) for reader in readers]
        shown.append(await make.told(await feeds.subscribe_unit(town.officer, unit_id=town.station.id)))
        for feed in shown:
            text = (await fetch(feed)).text.replace("\r\n ", "")
            assert "BEGIN:VEVENT" in text
            assert found_in(text) == []

    play(story)


def test_no_letter_to_anybody_else_names_a_minor(play: Any) -> None:
    async def story(town: Town) -> None:
        minor, _ = await taking_part(town)
        own = await Letter.filter(person_id=minor.person_id)
        others = await Letter.exclude(person_id=minor.person_id)
        assert all(found_in(str(letter.facts)) for letter in own)
        assert {letter.kind for letter in others} >= {"lecture-confirmed", "activity-invitation", "drill-invitation"}
        links = {"answer_url": "", "feed_url": "", "feed_page": "", "short_id": "", "contact": ""}
        for letter in others:
            rendered = rendering.render(letter.kind, letter.facts | links)
            assert found_in(f"{letter.to_name} {letter.to_address} {rendered} {letter.facts}") == [], letter.kind

    play(story)


@pytest.mark.parametrize("format", Format)
def test_no_export_names_a_minor(play: Any, format: Format) -> None:
    async def story(town: Town) -> None:
        await taking_part(town)
        after = make.at(town.statistician, town.officer.now + timedelta(days=30))
        report = await statistics.show(after, Period.parse("2026Q2"), fresh=True)
        assert found_in(text_of(statistics_file(report, format).content)) == []
        assert found_in(register_text()) == []

    play(story)


def text_of(content: bytes) -> str:
    if content[:2] != b"PK":
        return content.decode("utf-8-sig")
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return " ".join(book.read(name).decode() for name in book.namelist())


def test_a_minor_is_not_asked_to_a_patrol_by_any_way(play: Any) -> None:
    async def story(town: Town) -> None:
        minor = await make.volunteer(town, age_band=AgeBand.UNDER_15, **NAMED)
        patrol = await make.activity(town.officer, kind=activities.ActivityKind.PURIFICATION)
        for way in (activities.invite, activities.register):
            with pytest.raises(Invalid, match="未成年"):
                await way(town.officer, patrol.id, volunteer_ids=[minor.id])
        assert await activities.ActivityParticipation.all().count() == 0

    play(story)
