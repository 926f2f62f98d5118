"""協定 from the register that was kept until now: one line for each party, entered as signed on paper.

Which lines are one agreement is never guessed: title and day of signing, and where several lines have both, the number
in the register or else that of the document. An agreement of that title and day of which one of the bodies is a party
is there already, unless the list tells that one beside it, each with its number of the document; a list changes nothing
of it, for its text never changes and what has become of it is kept at the desk. Whatever a list tells otherwise of it
is refused, cell by cell, with what to use instead.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import field, replace
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from domain import agreements, organizations, people, units
from domain.actor import Actor, Role
from domain.agreements import (
    STANDING,
    Agreement,
    AgreementParty,
    Course,
    PaperAgreement,
    PaperParty,
)
from domain.errors import Invalid, Refused
from domain.japanese import search_key
from domain.organizations import Organization
from domain.people import Person
from domain.rosters.bodies import NAMED_BY, Bodies
from domain.rosters.earlier import Earlier, find_earlier
from domain.rosters.lines import Line, Plan, Problem, Said, Taken, Unread, each
from domain.rosters.places import Places, find_places
from domain.rosters.registered import (
    ANOTHER,
    DIFFERS,
    OF_AGREEMENT,
    Base,
    Registered,
    find_registered,
    must_be_as_known,
    of_party,
)
from domain.units import Unit
from domain.values import dataclass
from domain.verbs import verb

WHOLE = OF_AGREEMENT - {"title", "signed_on"} | {"unit", "responsible", "is_standing", "renews"}
"""What each line of an agreement may tell of it, and none otherwise than another."""
OF_PARTY = frozenset(PaperParty.__annotations__) - {"who"}
WHICH = (
    "同じ名称・締結日の行がほかにもあります。一つの協定の当事者なら同じ整理番号を、別々の協定なら違う整理番号を"
    "入力してください。"
)
SEVERAL = (
    "同じ名称・締結日・団体の協定がいくつも登録されています。文書番号を入力し、登録済みのものと合わせてください。"
    f"{ANOTHER}"
)
TWINS = (
    "同じ名称・締結日・団体の協定が、この名簿に別の整理番号で入っています。一つの協定なら整理番号をそろえ、別々の協定なら"
    "どれにも違う文書番号を入力してください。"
)
NOT_THERE = "登録済みの協定の当事者ではありません。あとから加わったのなら accedeToAgreement で入力してください。"
NOT_LEFT = "登録済みの当事者は脱退していません。withdrawAgreementParty で入力してください。"
NOT_OVER = "登録済みの協定は終わっていません。県本部で terminateAgreement を使ってください。"
Key = tuple[Base, str]
"""With the number by which the list tells it from others that are called so."""


@dataclass
class _Group:
    """The lines of one agreement: the first of them, its bodies, and what is told of it, each with its line."""

    line: Line
    bodies: set[UUID] = field(default_factory=set)
    told: dict[str, tuple[Any, int]] = field(default_factory=dict)
    has_unread: bool = False
    parties: list[tuple[Line, PaperParty]] = field(default_factory=list)

    def tells(self, name: str) -> Any:
        """What is told of the whole, and nothing where nobody tells."""
        return self.told.get(name, ("", 0))[0]

    @property
    def begins(self) -> date:
        first_day: date = self.tells("effective_on") or self.line.facts["signed_on"]
        return first_day


@verb(Role.HQ_LIAISON)
async def take_in_agreements(actor: Actor, lines: Sequence[Line], *, dry_run: bool = False) -> Taken:
    """Take agreements in, a line for each party. Facts: those of `PaperAgreement` and `PaperParty`, list_number (of the
    agreement in the register), renews (the number, there or of its document, of the one from which it took over), unit,
    responsible (the officer's number), is_standing (whether the register calls it valid), corporate_number, school_code
    or organization (its name), or police_unit (code or name): where no line names a police unit, the one that keeps the
    agreement has signed."""
    roster = _Roster(
        actor,
        await find_places(actor, covered=True),
        await find_places(actor),
        Bodies(await organizations.visible_to(actor).order_by("id")),
        await units.visible_to(actor),
        await people.officers_visible_to(actor).exclude(number=None),
        await find_registered(actor, lines),
        await find_earlier(actor, lines),
    )
    roster.gather(lines)
    plan: Plan[Agreement] = Plan(known=roster.known, called=roster.places.called)
    plan.read(lines, roster.read)
    roster.ask_of_each_whole(plan)
    taken = plan.settled()
    if not dry_run:
        await agreements.enter_signed(actor, roster.papers())
    return taken


class _Roster:
    """The agreements that are known, and what a line says of one and of a party of it."""

    def __init__(
        self,
        actor: Actor,
        places: Places,
        everywhere: Places,
        bodies: Bodies,
        all_units: Sequence[Unit],
        officers: Sequence[Person],
        present: Mapping[Base, list[Registered]],
        earlier: Earlier[Key],
    ) -> None:
        self.actor, self.places, self.everywhere, self.bodies, self.present = actor, places, everywhere, bodies, present
        self.units = {unit.id: unit for unit in all_units}
        self.officers = {officer.number: officer for officer in officers}
        self.known = {
            _identity(one.agreement.id, party): one.agreement
            for known in present.values()
            for one in known
            for party in one.parties
        }
        there = [party.organization_id for known in present.values() for one in known for party in one.parties]
        self.parties = frozenset(filter(None, there))
        self.lines_of: Counter[Base] = Counter()
        self.groups: dict[Key, _Group] = {}
        self.of_base: dict[Base, list[_Group]] = defaultdict(list)
        self.courses: dict[Key, tuple[PaperAgreement, Course]] = {}
        self.earlier = earlier
        self.renewals: dict[Key | UUID, Key] = {}
        """Which of the list takes over from each, of the list or there."""

    def gather(self, lines: Sequence[Line]) -> None:
        """Which lines are one agreement, and what they tell of it together: some registers say it once."""
        for line in lines:
            if (key := _key(line)) is None:
                continue
            self.lines_of[key[0]] += 1
            group = self.groups.setdefault(key, _Group(line))
            group.has_unread = group.has_unread or bool(line.unread & WHOLE)
            for name in WHOLE:
                if (value := line.says(name)) not in (None, "", ()):
                    group.told.setdefault(name, (value, line.number))
            with suppress(Unread, Refused):
                who = self._who(line, self.parties)
                group.bodies |= {who.id} if isinstance(who, Organization) else set()
        for key, group in self.groups.items():
            self.of_base[key[0]].append(group)
            numbers = (group.tells("number"), *group.tells("more_numbers"))
            self.earlier.add(key, group.line.says("list_number") or "", filter(None, numbers))
        for key, group in self.groups.items():
            with suppress(Refused):
                if old := self._renewed_by(group.tells("renews")):
                    self.renewals.setdefault(_named(old), key)

    def read(self, line: Line) -> Said:
        key, group = self._group(line)
        if (known := self._there(key, group)) is not None:
            return self._again(line, group, known, self._who(line, self.parties))
        who, _, _, course = each(
            lambda: self._who(line),
            lambda: self._must_agree(line, group),
            lambda: self._must_be_apart(key[0], group),
            lambda: self._course(key, group, is_first=line is group.line),
        )
        party = PaperParty(who, **{name: told for name in OF_PARTY if (told := line.facts.get(name))})
        agreements.must_stand_in(self.actor, course, party)
        group.parties.append((line, party))
        return Said(f"{key}:{who.id}:{party.acceded_on}", {})

    def _group(self, line: Line) -> tuple[Key, _Group]:
        """The agreement of a line. Raises Invalid where that may be one of several."""
        for name in ("title", "signed_on", "list_number", "number"):
            line.facts.get(name)
        if (key := _key(line)) is None:
            raise Invalid("協定の名称と締結日を入力してください。", field="title")
        if not key[1] and self.lines_of[key[0]] > 1:
            raise Invalid(WHICH, field="list_number")
        return key, self.groups[key]

    def _there(self, key: Key, group: _Group) -> Registered | None:
        """The agreement that is there already, if it is. Raises Invalid where it may be one of several."""
        number = group.tells("number")
        others = {one.tells("number") for one in self.of_base[key[0]] if one is not group} if number else set()
        there = [one for one in self.present.get(key[0], ()) if one.has(group.bodies)]
        found = [one for one in there if not one.agreement.number or one.agreement.number not in others - {number}]
        if len(found) > 1:
            found = [one for one in found if one.agreement.number == number and number]
            if len(found) != 1:
                raise Invalid(SEVERAL, field="number")
        return found[0] if found else None

    def _again(self, line: Line, group: _Group, known: Registered, who: Organization | Unit) -> Said:
        """A line of an agreement that is there, which says nothing else than is known of it."""
        one = known.agreement
        number = next((number for number, officer in self.officers.items() if officer.id == one.responsible_id), None)
        of_known = known.told() | {"responsible": number}
        as_known = (partial(must_be_as_known, line, name, told) for name, told in of_known.items())
        each(*as_known, lambda: self._must_renew_the_same(line, one))
        if line.facts.get("unit") and self.everywhere.of(line.facts) != one.unit_id:
            raise Invalid("別の所属の協定として登録されています。所管する所属は変えられません。", field="unit")
        if line.facts.get("ended_on") and one.status in STANDING:
            raise Invalid(NOT_OVER, field="ended_on")
        since = line.facts.get("acceded_on")
        parties = [party for party in known.of(who.id) if since in (None, party.acceded_on)]
        if not parties:
            raise Invalid(NOT_THERE, field="organization" if isinstance(who, Organization) else "police_unit")
        if (left := line.facts.get("withdrawn_on")) and all(party.withdrawn_on is None for party in parties):
            raise Invalid(NOT_LEFT, field="withdrawn_on")
        party = next((one for one in parties if left and one.withdrawn_on == left), parties[-1])
        told_of_party = of_party(party, known.namings.get(party.id))
        each(*(partial(must_be_as_known, line, name, told) for name, told in told_of_party.items()))
        return Said(_identity(one.id, party), {})

    def _must_renew_the_same(self, line: Line, known: Agreement) -> None:
        old = self._renewed_by(line.facts.get("renews") or "")
        if old is not None and not (isinstance(old, Agreement) and old.id == known.renews_id):
            raise Invalid(DIFFERS, field="renews")

    def _must_be_apart(self, base: Base, group: _Group) -> None:
        """Raises Invalid for an agreement that could not be told from another of the list once both are there."""
        number = group.tells("number")
        others = [one for one in self.of_base[base] if one is not group and one.bodies & group.bodies]
        if others and not group.has_unread and number in ("", *(one.tells("number") for one in others)):
            raise Invalid(TWINS, field="number")

    def _must_agree(self, line: Line, group: _Group) -> None:
        each(*(partial(self._must_say_the_same, line, group, name) for name in sorted(WHOLE)))

    def _must_say_the_same(self, line: Line, group: _Group, name: str) -> None:
        told = line.facts.get(name)
        if told not in (None, "", ()) and told != (first := group.told[name])[0]:
            message = f"同じ協定の{first[1]}行目と違います。協定の列は、どの行も同じにしてください。"
            raise Invalid(message, field=name)

    def _who(self, line: Line, known: Container[UUID] = ()) -> Organization | Unit:
        said = line.facts.get("police_unit")
        if said and any(line.facts.get(name) for name in NAMED_BY):
            raise Invalid("団体か警察の所属の、どちらか一つを入力してください。", field="police_unit")
        return self.units[self.everywhere.find(said, "police_unit")] if said else self.bodies.of(line, known)

    def _course(self, key: Key, group: _Group, *, is_first: bool) -> Course:
        """How the agreement stands. What is wrong with it is told at its first line, and the others are Unread."""
        if is_first:
            self.courses[key] = self._described(key, group)
        if key not in self.courses:
            raise Unread("signed_on")
        return self.courses[key][1]

    def _renewed_by(self, said: str) -> Key | Agreement | None:
        """From which one, of the list or there, another took over that tells its number. Raises Invalid."""
        if not said:
            return None
        old = self.earlier.of(said)
        known = None if isinstance(old, Agreement) else self._there(old, self.groups[old])
        return known.agreement if known else old

    def _must_take_over(self, key: Key, group: _Group) -> None:
        """Raises Invalid for one that renews what another does, and as `must_be_renewable` where that is there."""
        old = self._renewed_by(group.tells("renews"))
        if old is not None and (self.renewals[_named(old)] != key or _named(old) in self.earlier.renewed):
            raise Invalid("この協定の更新は、すでに登録されているか、この名簿の別の行にあります。", field="renews")
        if isinstance(old, Agreement):
            agreements.must_be_renewable(old, group.begins)

    def _renewed_on(self, key: Key, group: _Group) -> date | None:
        """The first day of whatever takes over from it; one that is too early is told there."""
        renewal = self.groups.get(self.renewals.get(key, key))
        if renewal is None or renewal is group:
            return None
        if renewal.has_unread:
            raise Unread("effective_on")
        return renewal.begins if renewal.begins > group.begins else None

    def _described(self, key: Key, group: _Group) -> tuple[PaperAgreement, Course]:
        told = {name: value for name, (value, _) in group.told.items()}
        if "kind" not in told or group.has_unread:
            raise Unread("kind")
        of_agreement = {name: value for name, value in told.items() if name in OF_AGREEMENT}
        of_agreement |= {name: group.line.facts[name] for name in ("title", "signed_on")}
        paper = PaperAgreement(self.actor.unit_id, self.actor.person_id, **of_agreement)
        unit_id, responsible_id, _, _, course = each(
            lambda: self.places.of(told, self.actor.unit_id),
            lambda: self._responsible(told.get("responsible")),
            lambda: self._must_take_over(key, group),
            lambda: agreements.documented(paper),
            lambda: self._stands(paper, told.get("is_standing"), self._renewed_on(key, group)),
        )
        return replace(paper, unit_id=unit_id, responsible_id=responsible_id), course

    def _stands(self, paper: PaperAgreement, is_standing: bool | None, renewed_on: date | None) -> Course:
        course = agreements.course_of(self.actor, paper, renewed_on)
        each(
            lambda: agreements.must_have_been_amended(self.actor, paper, course),
            lambda: agreements.must_be_research(self.actor, paper, course),
        )
        if is_standing is not None and is_standing != (course.status in STANDING):
            raise Invalid(
                "状態が日付と合いません。満了日が過ぎても有効なら自動更新か延長を、終わっているなら終わった日を"
                "入力してください。",
                field="is_standing",
            )
        return course

    def _responsible(self, number: str | None) -> UUID:
        if not number:
            return self.actor.person_id
        officer = self.officers.get(number)
        if officer is None or (officer.retired_on is not None and officer.retired_on <= self.actor.today):
            message = "その番号の職員がいないか、職を離れています。いまの担当者の職員番号を入力してください。"
            raise Invalid(message, field="responsible")
        return officer.id

    def ask_of_each_whole(self, plan: Plan[Agreement]) -> None:
        """What only all lines of an agreement tell together; where one of them is wrong or cannot be read, nothing."""
        if plan.problems or plan.unread:
            return
        for key, group in self.groups.items():
            if not group.parties:
                continue
            paper, course = self.courses[key]
            plan.problems += _twice_at_a_time(course, group.parties)
            try:
                self._must_follow(key, group)
                agreements.must_have_both_sides(course, parties := self._parties(paper, group))
                agreements.must_name_none(replace(paper, parties=parties))
            except Refused as refused:
                plan.problems.append(Problem(group.line.number, refused.field, refused.message))

    def _must_follow(self, key: Key, group: _Group) -> None:
        old = self._renewed_by(group.tells("renews"))
        if old is not None and not isinstance(old, Agreement):
            _, course = self.courses[old]
            agreements.must_follow(course.effective_on, course.lasts_until, group.begins)

    def papers(self) -> list[PaperAgreement]:
        """The agreements that are new, each with its parties, after the one from which it takes over."""
        made: dict[Key, PaperAgreement] = {}
        new = [(key, group) for key, group in self.groups.items() if group.parties]
        for key, group in sorted(new, key=lambda one: one[1].begins):
            paper, _ = self.courses[key]
            old = self._renewed_by(group.tells("renews"))
            renews = old if old is None or isinstance(old, Agreement) else made[old]
            made[key] = replace(paper, parties=self._parties(paper, group), renews=renews)
        return [made[key] for key, _ in new]

    def _parties(self, paper: PaperAgreement, group: _Group) -> list[PaperParty]:
        told = [party for _, party in group.parties]
        has_police = any(isinstance(party.who, Unit) for party in told)
        return told if has_police else [PaperParty(self.units[paper.unit_id]), *told]


def _twice_at_a_time(course: Course, parties: Sequence[tuple[Line, PaperParty]]) -> Iterator[Problem]:
    """Whoever comes in before they have left."""
    left: dict[UUID, tuple[date, int]] = {}
    for line, party in sorted(parties, key=lambda one: one[1].acceded_on or course.effective_on):
        begins = party.acceded_on or course.effective_on
        until, number = left.get(party.who.id, (begins, 0))
        if until > begins:
            message = f"{number}行目と同じ当事者です。脱退して戻ったのなら、双方の参画日と脱退日を入力してください。"
            yield Problem(line.number, "acceded_on", message)
        left[party.who.id] = (party.withdrawn_on or date.max, line.number)


def _named(one: Key | Agreement) -> Key | UUID:
    return one.id if isinstance(one, Agreement) else one


def _key(line: Line) -> Key | None:
    """What makes lines one agreement; None where that cannot be read."""
    title, day = line.says("title"), line.says("signed_on")
    if not title or not day:
        return None
    return Base(search_key(title), day), line.says("list_number") or line.says("number") or ""


def _identity(agreement_id: UUID, party: AgreementParty) -> str:
    return f"{agreement_id}:{party.organization_id or party.police_unit_id}:{party.acceded_on}"
