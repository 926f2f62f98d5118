"""職員 from a roster. Identity is the officer's number, else the folded name within the unit.

Another unit or another 職名 than before is a new post, from the day that the line tells or else today; another day of
the same post corrects it. Whether a nameless number and a numberless name are one person is asked, not guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from domain import people, records
from domain.actor import Actor, Role
from domain.criteria import any_of
from domain.errors import Invalid
from domain.people import Person, Post
from domain.rosters.lines import Line, Plan, Problem, Said, Taken, each
from domain.rosters.places import Places, find_places
from domain.verbs import verb

NAMES = dict.fromkeys(
    ("family_name", "given_name", "family_name_kana", "given_name_kana", "mail_address", "phone", "extension"), ""
)


def names_told(line: Line) -> Any:
    """What a line says of the person's name and of how they are reached."""
    return line.told(NAMES)


LEVEL = {"qualification": None, "qualified_on": None}


@verb(Role.ADMIN, Role.HQ_LIAISON)
async def take_in_officers(actor: Actor, lines: Sequence[Line], *, dry_run: bool = False) -> Taken:
    """Take officers in. Facts: number, unit, names and kana, job_title, mail_address, phone, extension,
    qualification, qualified_on, since."""
    roster = _Roster(actor, await find_places(actor), await people.officers_visible_to(actor).order_by("id"))
    await roster.read_posts()
    plan = Plan(known=roster.known, behind=roster.posts, called=roster.places.called)
    plan.read(lines, roster.read)
    roster.ask_about_numbers(plan)
    taken = plan.settled()
    if not dry_run:
        made = await plan.write(actor, Person, "officer")
        await roster.write_posts(plan, made)
    return taken


class _Roster:
    """The officers that are known, by their identity, with the post that they hold or will hold last."""

    def __init__(self, actor: Actor, places: Places, officers: Sequence[Person]) -> None:
        self.actor, self.places = actor, places
        self.officers = [row for row in officers if row.retired_on is None]
        self.gone = {row.number: row for row in officers if row.retired_on}
        self.numbers = {row.number.lstrip("0"): row.number for row in self.officers if row.number}
        self.known: dict[str, Person] = {}
        self.posts: dict[str, Post] = {}
        self.free_from: dict[UUID, date] = {}

    async def read_posts(self) -> None:
        """The newest post of each officer, and until when the one before lasted."""
        posts: dict[UUID, list[Post]] = defaultdict(list)
        theirs = any_of(Post, "person_id", [row.id for row in self.officers])
        for post in await Post.filter(theirs).order_by("since"):
            posts[post.person_id].append(post)
        for row in self.officers:
            held = posts[row.id]
            identity = _identity(row.number, row.search, held[-1].unit_id if held else row.unit_id)
            self.known[identity] = row
            if held and held[-1].until is None:
                self.posts[identity] = held[-1]
            ended = [post.until for post in held if post.until]
            self.free_from[row.id] = max(ended, default=date.min)

    def read(self, line: Line) -> Said:
        number, unit_id, columns = each(
            lambda: self._number(line.facts.get("number")),
            lambda: self.places.of(line.facts),
            lambda: people.described(**names_told(line)),
        )
        identity = _identity(number, columns["search"], unit_id)
        level = line.told(LEVEL)
        if (row := self.known.get(identity)) is None:
            given = {"number": number, "is_officer": True, "unit_id": unit_id}
            return Said(identity, {**given, **LEVEL, **level, **columns}, self._first_post(line, unit_id))
        values = {**level, **people.described(row, **names_told(line))}
        return Said(identity, values, self._post(line, row, self.posts.get(identity), unit_id))

    def _number(self, said: object) -> str | None:
        if said and str(said) in self.gone:
            raise Invalid("登録から外れた職員の番号です。番号を確かめるか、この行を消してください。", field="number")
        full = self.numbers.get(str(said or "").lstrip("0"))
        if said and full and full != said:
            raise Invalid(
                f"登録済みの職員番号「{full}」と先頭の0だけが違います。同じ人なら「{full}」と書いてください。",
                field="number",
            )
        return str(said) if said else None

    def _first_post(self, line: Line, unit_id: UUID) -> dict[str, Any]:
        since = line.facts.get("since") or self.actor.today
        return {"unit_id": unit_id, "job_title": line.facts.get("job_title") or "", "since": since}

    def _post(self, line: Line, officer: Person, post: Post | None, unit_id: UUID) -> dict[str, Any]:
        """The post that the line tells; one in another unit has the 職名 that is told, and no other."""
        told = self._first_post(line, unit_id)
        if post is None:
            return told
        if post.since > self.actor.today and unit_id == officer.unit_id:
            return {name: getattr(post, name) for name in told}  # they are still there; what comes is known already
        stays = post.unit_id == unit_id
        if stays and "job_title" not in line.facts:
            told["job_title"] = post.job_title
        is_same = stays and told["job_title"] == post.job_title
        if is_same and not line.facts.get("since"):
            told["since"] = post.since
        earliest = self.free_from[officer.id] if is_same else post.since
        if told["since"] < earliest or (is_same and told["since"] == earliest):
            raise Invalid("前の職に就いていた期間と重なる着任日です。日付を確かめてください。", field="since")
        return told

    def ask_about_numbers(self, plan: Plan[Person]) -> None:
        """A new line that names somebody of the unit who is known with, or without, a number may be the same person."""
        alike = {(row.search, row.unit_id): row for row in self.officers}
        for identity, said in plan.new.items():
            row = alike.get((said.values["search"], said.values["unit_id"]))
            if row is not None and not (row.number and said.values["number"]):
                plan.problems.append(Problem(plan.seen[identity], "number", ALIKE))

    async def write_posts(self, plan: Plan[Person], made: Sequence[Person]) -> None:
        first = [{"person_id": row.id, **said.behind} for row, said in zip(made, plan.new.values(), strict=True)]
        await records.create_many(self.actor, Post, "post-taken-up", first)
        for identity, said in plan.changed.items():
            await self._write_post(self.known[identity], self.posts.get(identity), said.behind)

    async def _write_post(self, officer: Person, post: Post | None, told: Mapping[str, Any]) -> None:
        same = post and (post.unit_id, post.job_title) == (told["unit_id"], told["job_title"])
        if post and same:
            await records.change(self.actor, post, "post-corrected", since=told["since"])
        else:
            await people.change_post(self.actor, officer, told["unit_id"], told["job_title"], told["since"])


ALIKE = "同じ所属に同じ氏名の職員がいます。同じ人なら登録済みの職員番号を、別の人なら別の番号を書いてください。"


def _identity(number: str | None, search: str, unit_id: UUID) -> str:
    return f"number:{number}" if number else f"name:{search}@{unit_id}"
