"""People: names and how they are reached, officers (職員) and the posts they held over time.

Contacts of organisations and volunteers are people too; `organizations` and `volunteers` say what they are there.
Names are stored exactly as typed; `search` and `kana_order` follow from them and are never shown.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypedDict, Unpack, get_type_hints
from uuid import UUID

from tortoise import fields
from tortoise.expressions import F, Q
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import records, units
from domain.actor import LIAISONS, OUTSIDERS, TOKYO, Actor, Author, Bearer, Role
from domain.criteria import any_of, nothing
from domain.errors import Invalid
from domain.japanese import kana_order, mail_address, phone_number, search_key
from domain.records import Owned
from domain.verbs import broken, routine, verb


class QualificationLevel(StrEnum):
    """サイバー犯罪等対処能力検定: 初級, 中級, 上級 (宮城 1(4))."""

    ELEMENTARY = "ELEMENTARY"
    INTERMEDIATE = "INTERMEDIATE"
    ADVANCED = "ADVANCED"


class Person(Owned):
    """Somebody we know by name, until that is erased (`retention`). `number` is their own, unique in the prefecture.

    They are reminded of a date `remind_days` before it, never where that is 0, and are told nothing of dates from
    `quiet_from` to `quiet_to`, full hours in Japan, where they have chosen any (`quiet`); officers who want it get a
    mail each morning (`digests`)."""

    is_officer = fields.BooleanField(default=False)
    number = fields.CharField(max_length=30, null=True)
    family_name = fields.CharField(max_length=60)
    given_name = fields.CharField(max_length=60, default="")
    family_name_kana = fields.CharField(max_length=120, default="")
    given_name_kana = fields.CharField(max_length=120, default="")
    mail_address = fields.CharField(max_length=254, default="")
    phone = fields.CharField(max_length=30, default="")
    extension = fields.CharField(max_length=20, default="")
    search = fields.CharField(max_length=800)
    kana_order = fields.TextField()
    qualification = fields.CharEnumField(QualificationLevel, max_length=20, null=True)
    qualified_on = fields.DateField(null=True)
    retired_on = fields.DateField(null=True)
    erased_at = fields.DatetimeField(null=True)
    remind_days = fields.IntField(default=1)
    wants_digest = fields.BooleanField(default=False)
    quiet_from = fields.SmallIntField(null=True)
    quiet_to = fields.SmallIntField(null=True)

    class Meta:
        table = "person"
        indexes = [Index(fields=("unit_id", "kana_order", "id"), name="person_unit_kana")]

    @property
    def name(self) -> str:
        """氏名, joined by a half-width space (DS-431)."""
        return f"{self.family_name} {self.given_name}".strip()


class Post(Owned):
    """A post that an officer holds from a day on, until another (both included)."""

    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField("renkei.Person", related_name="posts")
    person_id: UUID
    job_title = fields.CharField(max_length=100, default="")
    since = fields.DateField()
    until = fields.DateField(null=True)

    class Meta:
        table = "post"
        indexes = [Index(fields=("person_id", "since"), name="post_person")]


broken("post_once", "この期間にはすでに別の職に就いています。日付を確かめてください。")
broken("person_number", "同じ番号の人がすでに登録されています。番号を確かめてください。")


MOST_DAYS = 14
"""The most days before a date on which somebody may want to be reminded of it."""

MOST_QUIET = 14
"""The most hours of a day in which somebody may want to be told nothing."""


async def post_on(officer: Person, day: date) -> Post | None:
    """The post that an officer holds, or held, on a day."""
    held = Post.filter(Q(until=None) | Q(until__gte=day), person_id=officer.id, since__lte=day)
    return await held.order_by("-since").first()


async def has_moved_on(officer: Person, since: date, today: date) -> bool:
    """Whether an officer has left since that day, for good or for another post."""
    has_left = officer.retired_on is not None and officer.retired_on <= today
    return has_left or await Post.filter(person_id=officer.id, since__gt=since, since__lte=today).exists()


SeenBesides = Callable[[Actor], Q | None]
SEEN_BESIDES: list[SeenBesides] = []


def seen_besides(rule: SeenBesides) -> SeenBesides:
    """Register whom liaison officers see besides their units' people; a rule that adds nobody answers nothing."""
    SEEN_BESIDES.append(rule)
    return rule


def visible_to(actor: Actor) -> QuerySet[Person]:
    """Liaison officers see their units' people, every officer, and whom their concepts show them besides; ADMIN
    officers only; outsiders themselves."""
    officers = Q(prefecture_id=actor.prefecture_id, is_officer=True)
    if actor.role in LIAISONS:
        besides = [found for rule in SEEN_BESIDES if (found := rule(actor)) is not None]
        return Person.filter(Q(any_of(Person, "unit_id", actor.units), officers, *besides, join_type=Q.OR))
    if actor.role is Role.ADMIN:
        return Person.filter(officers)
    return Person.filter(id=actor.person_id) if actor.role in OUTSIDERS else nothing(Person)


def officers_visible_to(actor: Actor) -> QuerySet[Person]:
    """The officers among the people that the actor may see."""
    return visible_to(actor).filter(is_officer=True)


def posts_visible_to(actor: Actor) -> QuerySet[Post]:
    """Posts are seen by the police of the prefecture."""
    if actor.role in (*LIAISONS, Role.ADMIN):
        return Post.filter(prefecture_id=actor.prefecture_id)
    return nothing(Post)


class Besides(TypedDict, total=False):
    """What may be known of a person besides the family name."""

    given_name: str
    family_name_kana: str
    given_name_kana: str
    mail_address: str
    phone: str
    extension: str


class Known(Besides, total=False):
    """All of it; in a correction what is left out stays as it is, and "" empties it."""

    family_name: str


def described(before: Person | None = None, /, **known: Unpack[Known]) -> dict[str, str]:
    """The columns of a person: what is known now or was before, checked, and what follows from the name."""
    whole = {name: getattr(before, name, "") for name in get_type_hints(Known)} | {**known}
    records.must_say(whole["family_name"], "氏", "family_name")
    name = f"{whole['family_name']} {whole['given_name']}"
    kana = f"{whole['family_name_kana']} {whole['given_name_kana']}".strip()
    return {
        **whole,
        "mail_address": mail_address(whole["mail_address"]) if whole["mail_address"] else "",
        "phone": phone_number(whole["phone"], "phone") if whole["phone"] else "",
        "search": search_key(f"{name} {kana}"),
        "kana_order": kana_order(kana or name),
    }


@verb(Role.ADMIN, Role.HQ_LIAISON)
async def enlist(
    actor: Actor,
    /,
    *,
    unit_id: UUID,
    family_name: str,
    job_title: str = "",
    number: str | None = None,
    since: date | None = None,
    qualification: QualificationLevel | None = None,
    qualified_on: date | None = None,
    **known: Unpack[Besides],
) -> Person:
    """Take an officer in, in a first post from `since` (today unless told)."""
    begins = since or actor.today
    unit = await units.find_standing(actor, unit_id, begins)
    officer = await records.create(
        actor,
        Person,
        "officer-enlisted",
        unit_id=unit.id,
        is_officer=True,
        number=(number or "").strip() or None,
        qualification=qualification,
        qualified_on=qualified_on,
        **described(family_name=family_name, **known),
    )
    await hold(actor, officer, unit.id, job_title, begins)
    return officer


async def hold(author: Author, officer: Person, unit_id: UUID, job_title: str, since: date) -> Post:
    """A post taken up on a day; the last one has been left before."""
    values = {"person_id": officer.id, "unit_id": unit_id, "prefecture_id": officer.prefecture_id}
    return await records.create(author, Post, "post-taken-up", job_title=job_title, since=since, **values)


@verb(Role.ADMIN, Role.HQ_LIAISON)
async def correct(
    actor: Actor,
    /,
    officer_id: UUID,
    *,
    version: int,
    qualification: QualificationLevel | None = None,
    qualified_on: date | None = None,
    **known: Unpack[Known],
) -> Person:
    """Correct what is known of an officer; what is left out stays as it is."""
    officer = await records.find(officers_visible_to(actor), officer_id, version)
    level = {
        "qualification": qualification or officer.qualification,
        "qualified_on": qualified_on or officer.qualified_on,
    }
    return await records.change(actor, officer, "officer-corrected", **level, **described(officer, **known))


@verb(*LIAISONS, *OUTSIDERS)
async def choose_notices(
    actor: Actor,
    *,
    remind_days: int | None = None,
    wants_digest: bool | None = None,
    quiet_from: int | None = None,
    quiet_to: int | None = None,
) -> Person:
    """Choose for oneself how many days before a date one is reminded of it (0: never), from which full hour to which
    one is told nothing of dates (the same hour twice: no hours of one's own), and as an officer whether a digest comes
    each morning; what is left out stays as it is."""
    values = notices(remind_days, quiet_from, quiet_to)
    if wants_digest is not None:
        values["wants_digest"] = wants_digest
    if not values:
        raise Invalid("変えるものを指定してください。", field="remind_days")
    if wants_digest and not actor.is_liaison:
        raise Invalid("朝のまとめは、連携担当の職員だけが受け取れます。", field="wants_digest")
    person = await records.find(visible_to(actor), actor.person_id)
    return await records.change(actor, person, "notices-chosen", **values)


def notices(remind_days: int | None, quiet_from: int | None, quiet_to: int | None) -> dict[str, Any]:
    """The columns that say how somebody is reminded: only what is given, checked."""
    if remind_days is not None and not 0 <= remind_days <= MOST_DAYS:
        raise Invalid(f"0（お知らせしない）から{MOST_DAYS}までの日数にしてください。", field="remind_days")
    days = {} if remind_days is None else {"remind_days": remind_days}
    return days | _quiet(quiet_from, quiet_to)


def _quiet(begins: int | None, ends: int | None) -> dict[str, int | None]:
    """The hours as they are kept: both or neither. Raises Invalid for half of them, and for what is no hour or leaves
    too little of a day."""
    for name, hour, other in (("quiet_from", begins, ends), ("quiet_to", ends, begins)):
        if hour is None and other is not None:
            raise Invalid("お知らせを止める時間は、始まりと終わりの両方を指定してください。", field=name)
        if hour is not None and not 0 <= hour <= 23:
            raise Invalid("お知らせを止める時間は、0から23までの時にしてください。", field=name)
    if begins is None or ends is None:
        return {}
    if (ends - begins) % 24 > MOST_QUIET:
        raise Invalid(f"お知らせを止める時間は、{MOST_QUIET}時間以内にしてください。", field="quiet_to")
    return {"quiet_from": None, "quiet_to": None} if begins == ends else {"quiet_from": begins, "quiet_to": ends}


@verb(Role.ADMIN, Role.HQ_LIAISON)
async def transfer(
    actor: Actor, officer_id: UUID, *, version: int, unit_id: UUID, job_title: str = "", on: date
) -> Person:
    """Move an officer to another post from a day on; the old post ends the day before and is kept.

    Where the unit changes, what the officer could do in the old one ends with it. A day to come may be told: until
    then the officer belongs where they are.
    """
    officer = await records.find(officers_visible_to(actor), officer_id, version)
    records.must_last(officer.retired_on)
    unit = await units.find_standing(actor, unit_id, on)
    await change_post(actor, officer, unit.id, job_title, on)
    return officer if officer.version > version else await records.touch(actor, officer)


async def change_post(author: Author, officer: Person, unit_id: UUID, job_title: str, on: date) -> None:
    """Leave the present post the day before, and take up the next one; the unit changes when its day has come.

    A post that would end on the day it began was never held: it becomes the new one.
    """
    posts = await _present_posts(officer, on)
    if unit_id != (posts[0].unit_id if posts else officer.unit_id):
        await leave(author, officer, on, to=unit_id)
    await _take_up(author, officer, posts, unit_id, job_title, on)
    if on <= author.now.astimezone(TOKYO).date():
        await records.change(author, officer, "officer-transferred", unit_id=unit_id)


async def _take_up(
    author: Author, officer: Person, posts: Sequence[Post], unit_id: UUID, job_title: str, on: date
) -> None:
    for post in posts:
        if post.since == on:
            await records.change(author, post, "post-corrected", unit_id=unit_id, job_title=job_title)
            return
        await records.change(author, post, "post-left", until=on - timedelta(days=1))
    await hold(author, officer, unit_id, job_title, on)


@routine
async def arrive(now: datetime) -> list[Person]:
    """Whoever was to take up a post in another unit by today belongs there from now on; answers who has moved.

    What they could do elsewhere ends once more: keys were made since the transfer was announced.
    """
    clock, today = Bearer(now), now.astimezone(TOKYO).date()
    is_there = Q(person__retired_on=None) | Q(person__retired_on__gt=today)
    begun = Post.filter(Q(until=None) | Q(until__gte=today), is_there, since__lte=today)
    moved = []
    for post in await begun.exclude(unit_id=F("person__unit_id")).order_by("person_id"):
        officer = await records.find(Person.all(), post.person_id)
        await leave(clock, officer, post.since, to=post.unit_id)
        moved.append(await records.change(clock, officer, "officer-arrived", unit_id=post.unit_id))
    return moved


async def _present_posts(officer: Person, on: date) -> list[Post]:
    posts = await Post.filter(person_id=officer.id, until=None).select_for_update()
    if any(post.since > on for post in posts):
        raise Invalid("いまの（または予定されている）職に就く日より前の日付です。日付を確かめてください。", field="on")
    return posts


@verb(Role.ADMIN, Role.HQ_LIAISON)
async def retire(actor: Actor, officer_id: UUID, *, version: int, on: date) -> Person:
    """Let an officer go from a day on; what they did keeps their name, and what they could do ends on that day."""
    officer = await records.find(officers_visible_to(actor), officer_id, version)
    records.must_last(officer.retired_on)
    for post in await _present_posts(officer, on):
        await records.change(actor, post, "post-left", until=max(on - timedelta(days=1), post.since))
    await leave(actor, officer, on)
    return await records.change(actor, officer, "officer-retired", retired_on=on)


# ------------------------------------------------------------------ what ends with a post

Farewell = Callable[[Author, Person, datetime, UUID | None], Awaitable[None]]
FAREWELLS: list[Farewell] = []


def when_leaving(farewell: Farewell) -> Farewell:
    """Register what ends for a person who leaves at an instant for another unit, or without one for good."""
    FAREWELLS.append(farewell)
    return farewell


async def leave(author: Author, person: Person, on: date, *, to: UUID | None = None) -> None:
    """End, in the caller's transaction, whatever is the person's on that day but what was prepared in the unit that
    they go `to`."""
    begins = datetime(on.year, on.month, on.day, tzinfo=TOKYO)
    for farewell in FAREWELLS:
        await farewell(author, person, max(begins, author.now), to)


def outside(to: UUID | None) -> Q:
    """The rows that end for whoever goes to this unit: those of every other, or all."""
    return ~Q(unit_id=to) if to else Q()


Companion = Callable[[Author, Person, UUID], Awaitable[None]]
COMPANIONS: list[Companion] = []


def when_moving(companion: Companion) -> Companion:
    """Register what goes along with a person whose body comes under another unit."""
    COMPANIONS.append(companion)
    return companion


async def go_with(author: Author, person: Person, unit_id: UUID) -> None:
    """Put a person under another unit, in the caller's transaction, with whatever is theirs."""
    await records.change(author, person, "person-transferred", unit_id=unit_id)
    for companion in COMPANIONS:
        await companion(author, person, unit_id)
