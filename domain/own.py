"""自分のページ: what somebody from outside is shown of themself, by login or by the link of a letter, and says to it.

The link of a letter is for whoever it was written to: good in the month in which the letter left and the two that
follow, and only while they are still here. It shows less than a login does (`api.own`), for letters are passed on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from tortoise.expressions import F, Q, Subquery
from tortoise.queryset import QuerySet

from domain import feeds, lectures, letters, organizations, people, records, tokens, volunteers, walls
from domain.actor import TOKYO, Actor, Bearer, Role
from domain.calendar import MOST_SHOWN, Appointment
from domain.drills import HELD, Drill, DrillStatus, Participation, ParticipationReply
from domain.errors import Invalid, WrongState
from domain.keys import Keys
from domain.lectures import Lecture, LectureStatus
from domain.organizations import Contact, Organization
from domain.outbox import Letter
from domain.people import Person
from domain.units import Unit
from domain.values import dataclass
from domain.verbs import routine
from domain.volunteers import Volunteer
from domain.volunteers.roster import SERVING
from domain.walls import DESK, Wall

PURPOSE = "own-page"
MONTHS = 3
LONGEST = 500
YEAR = timedelta(days=365)
"""How far back what is over is shown."""
TOLD = (DrillStatus.INVITING, DrillStatus.CONFIRMED, DrillStatus.RUNNING, DrillStatus.PAUSED)
SETTLED = (LectureStatus.CONFIRMED, *lectures.GIVEN)
"""The lectures of which a school has been told who comes."""
ENOUGH = "もう何度もお知らせいただきました。続きは担当者にお電話ください。"
CHANGED = "もう何度も変えられています。{back}担当者にお電話ください。"
BACK = "はじめの設定（お知らせは{days}日前、止める時間は{silence}）に戻すか、"
UNREACHED = "メールアドレスの登録がないため、このページからは変えられません。担当者にお電話ください。"
UNSURE = "保護者の同意を確かめられないため、お送りできません。担当者にお電話ください。"
UNCOPIED = "保護者への写しの宛先が登録されていないため、お送りできません。担当者にお電話ください。"
GONE = "いまはご担当から外れているため、このページからはお知らせいただけません。ご用件は担当者にお電話ください。"


@dataclass(frozen=True)
class Known:
    """What we know of somebody from outside: the posts that they hold now, or whose roster they stand on."""

    person: Person
    unit: Unit
    contacts: list[Contact]
    volunteers: list[Volunteer]
    bodies: list[Organization]

    @property
    def is_here(self) -> bool:
        return bool(self.contacts or self.volunteers)

    @property
    def verified_on(self) -> date | None:
        """The day since which nobody has looked at some of it."""
        days = [*(one.verified_on for one in self.contacts), *(one.verified_on for one in self.volunteers)]
        return min(filter(None, days), default=None)


def personal(known: Known) -> list[tuple[str, str]]:
    """The fields (`Model.column`) and rows (`Model:id`) that such a page shows of its owner, who may not be the one who
    looks at it: letters are passed on."""
    person = f"Person:{known.person.id}"
    names = ("family_name", "given_name", "mail_address", "phone")
    posts = [(f"Contact.{name}", f"Contact:{one.id}") for one in known.contacts for name in ("department", "job_title")]
    return [*((f"Person.{name}", person) for name in names), *posts]


def address(secret: str, base_url: str, person_id: UUID, now: datetime) -> str:
    """The address of somebody's own page, for a letter that leaves now."""
    return f"{base_url}/own/{tokens.derive(secret, PURPOSE, person_id, _month(now))}"


def whose(token: str, keys: Keys, now: datetime) -> UUID | None:
    """The person to whom the letter with this link was written; nobody where it is too old, or none of ours."""
    id = tokens.id_in(token)
    if id is None:
        return None
    good = [tokens.is_genuine(token, keys, PURPOSE, id, _month(now) - ago) for ago in range(MONTHS)]
    return id if any(good) else None


def _month(now: datetime) -> int:
    """Months counted, in Japan."""
    today = now.astimezone(TOKYO).date()
    return today.year * 12 + today.month


async def bearer_of(now: datetime, person_id: UUID) -> Actor | None:
    """Whoever holds such a link, who may look and change nothing; nobody for whoever is not here any more."""
    person = await Person.get_or_none(id=person_id, is_officer=False)
    if person is None:
        return None
    known = await _known(now, person)
    if not known.is_here:
        return None
    role = Role.PARTNER if known.contacts else Role.VOLUNTEER
    body = known.contacts[0].organization_id if known.contacts else None
    where = (person.id, person.unit_id, person.prefecture_id, (), body)
    return Actor(role, now, *where, is_read_only=True)


async def begins_on(now: datetime, person_id: UUID) -> date | None:
    """The day in Japan on which somebody's page opens who was written to before their post has begun."""
    today = now.astimezone(TOKYO).date()
    lasts = Q(until=None) | Q(until__gt=F("since"))
    post = await Contact.filter(lasts, person_id=person_id, since__gt=today).order_by("since").first()
    return post.since if post else None


async def find_sides(actor: Actor) -> list[Actor]:
    """The actor once for each body whose contact they are now: behind a guest's wall stands one body at a time."""
    bodies = dict.fromkeys([one.organization_id for one in await _posts(actor.now, actor.person_id)])
    return [replace(actor, organization_id=body) for body in bodies] or [actor]


async def find_known(sides: Sequence[Actor]) -> Known:
    """What we know of somebody, each body's behind its own wall."""
    person = await Person.get(id=sides[0].person_id)
    of_each = []
    for side in sides:
        async with walls.behind(walls.for_reading(side)):
            of_each.append(await _known(side.now, person))
    contacts = {one.id: one for known in of_each for one in known.contacts}
    bodies = {one.id: one for known in of_each for one in known.bodies}
    return replace(of_each[0], contacts=list(contacts.values()), bodies=list(bodies.values()))


async def _known(now: datetime, person: Person) -> Known:
    contacts = await _posts(now, person.id)
    volunteers = await _terms(person.id)
    bodies = await Organization.filter(id__in={one.organization_id for one in contacts})
    return Known(person, await Unit.get(id=person.unit_id), contacts, volunteers, bodies)


def _posts(now: datetime, person_id: UUID) -> QuerySet[Contact]:
    today = now.astimezone(TOKYO).date()
    holds = Q(until=None) | Q(until__gt=today)
    return Contact.filter(holds, person_id=person_id, since__lte=today).order_by("-since", "id")


def _terms(person_id: UUID) -> QuerySet[Volunteer]:
    return Volunteer.filter(person_id=person_id, status__in=SERVING).order_by("id")


@dataclass(frozen=True)
class Part:
    """A body's part in a drill, and when and where that is."""

    drill: Drill
    participation: Participation
    appointment: Appointment


@dataclass(frozen=True)
class Hosted:
    """A lecture at somebody's school, when and where that is, and who of the police gives it."""

    lecture: Lecture
    appointment: Appointment
    lecturers: Sequence[Person]


async def find_drills(actor: Actor, *, over: bool = False) -> list[Part]:
    """The drills ahead, or those of the last year that are over, to which the actor's body stands asked, whoever of it
    answers."""
    if actor.organization_id is None:
        return []
    own = Participation.filter(organization_id=actor.organization_id, was_asked=True)
    told = own.filter(drill__status__in=(*TOLD, *HELD)).exclude(reply=ParticipationReply.WITHDRAWN)
    when, order = _when("", actor.now, over)
    dates = Appointment.filter(when, id__in=Subquery(told.values("appointment_id"))).order_by(*order)
    found = await dates.limit(MOST_SHOWN)
    parts = told.filter(appointment_id__in=[one.id for one in found]).prefetch_related("drill")
    of_each = {part.appointment_id: part for part in await parts}
    return [Part(of_each[date.id].drill, of_each[date.id], date) for date in found]


async def find_lectures(actor: Actor, *, over: bool = False) -> list[Hosted]:
    """The lectures at the actor's school that are ahead, with those that are put off, or that were given in the last
    year."""
    if actor.organization_id is None:
        return []
    when, order = _when("appointment__", actor.now, over)
    states = when & Q(status__in=SETTLED if over else lectures.AHEAD)
    wanted = states if over else states | Q(status=LectureStatus.POSTPONED)
    own = Lecture.filter(wanted, school_id=actor.organization_id).order_by(*order).limit(MOST_SHOWN)
    found = await own.prefetch_related("appointment")
    settled = [one.appointment_id for one in found if one.status in SETTLED]
    async with walls.behind(Wall(DESK, actor.prefecture_id)):  # a school does not see officers, but was told these
        lecturers = await lectures.officers_coming(settled)
    return [Hosted(one, one.appointment, lecturers.get(one.appointment_id, ())) for one in found]


def _when(path: str, now: datetime, over: bool) -> tuple[Q, tuple[str, ...]]:
    """The dates behind this path that are over, the latest first, or those ahead; and their order."""
    ends: dict[str, Any] = {f"{path}ends_at__gt": now - YEAR if over else now}
    if over:
        ends[f"{path}ends_at__lte"] = now
    return Q(**ends), ("-starts_at", "-id") if over else ("starts_at", "id")


def named(hosted: Iterable[Hosted]) -> list[tuple[str, str]]:
    """The fields and rows of the officers who are named to a school."""
    people = {f"Person:{one.id}" for each in hosted for one in each.lecturers}
    return [(f"Person.{name}", row) for row in sorted(people) for name in ("family_name", "given_name")]


def coming(parts: Iterable[Part]) -> dict[tuple[str, str], int]:
    """The field and rows of who comes from somebody's body, and how many are named in each."""
    of_each = [one.participation for one in parts if one.participation.names]
    return {("Participation.names", f"Participation:{one.id}"): len(one.names) for one in of_each}


@routine
async def confirm(now: datetime, person_id: UUID) -> None:
    """Somebody says that they are still reached as we know: that is verified as of today. Raises WrongState for whoever
    is not here any more."""
    person = await records.see(Person.filter(is_officer=False), person_id)
    async with walls.behind(Wall(DESK, person.prefecture_id)):
        author, today = Bearer(now, person.id, person.unit_id), now.astimezone(TOKYO).date()
        held = [*await _posts(now, person.id).select_for_update(), *await _terms(person.id).select_for_update()]
        if not held:
            raise WrongState(GONE)
        for one in held:
            if isinstance(one, Contact):
                await organizations.reached(author, one, "contact-data-confirmed")
            else:
                await records.change(author, one, "contact-data-confirmed", verified_on=today)


@routine
async def send_feed(now: datetime, person_id: UUID) -> None:
    """Somebody wants their dates in their calendar: where these are is told by letter, at the address that we know, for
    whoever holds a link may not be the one to whom it was written. Raises Incomplete where there is none, WrongState
    for a minor without a guardian's consent, or whose guardian wants copies and has no address, for whoever pauses or
    is not here any more, and for too many letters."""
    person = await records.see(Person.filter(is_officer=False), person_id)
    async with walls.behind(Wall(DESK, person.prefecture_id)):
        known = await _known(now, person)
        if not known.is_here:
            raise WrongState(GONE)
        await _must_be_reached(now, known)
        await feeds.tell(Bearer(now, person.id, person.unit_id), person)


async def _must_be_reached(now: datetime, known: Known) -> None:
    """Raises WrongState where a letter to a minor would not leave, or nobody has consented that it does."""
    if not any(one.is_minor for one in known.volunteers):
        return
    if not await volunteers.has_consent(known.person.id, now.astimezone(TOKYO).date()):
        raise WrongState(UNSURE)
    if await volunteers.is_held_back(known.person.id, now):
        raise WrongState(UNCOPIED)


@routine
async def report(now: datetime, person_id: UUID, what: str) -> None:
    """Somebody says what has changed: the unit in charge is told by letter, and an officer puts it right.

    Raises Invalid where nothing or too much is said, WrongState where nobody can be told so.
    """
    if not what.strip() or len(what) > LONGEST:
        raise Invalid(f"変わったところを{LONGEST}字以内で入力してください。", field="what")
    person = await records.see(Person.filter(is_officer=False), person_id)
    async with walls.behind(Wall(DESK, person.prefecture_id)):
        if not (await _known(now, person)).is_here:
            raise WrongState(GONE)
        author, facts = Bearer(now, person.id, person.unit_id), {"person": person.name, "said": what}
        if await _first_of_many(now, person, "contact-data-changed"):
            raise WrongState(ENOUGH)
        if not await letters.write(author, None, person.unit_id, "contact-data-changed", _turn(now, person), facts):
            raise WrongState("このページからはお知らせいただけません。担当者にお電話ください。")


def _turn(now: datetime, person: Person) -> str:
    """What makes the key of such a letter unique."""
    return f"{person.id}:{now.isoformat()}"


async def _first_of_many(now: datetime, person: Person, kind: str) -> Letter | None:
    """The first of those letters of today, or of these weeks, that are as many as there may be; nothing while one more
    may be written."""
    midnight = datetime.combine(now.astimezone(TOKYO).date(), time(), TOKYO)
    told = Letter.filter(key__startswith=f"{kind}:{person.id}:").order_by("owed_at", "id")
    for since, most in ((midnight, letters.A_DAY), (now - letters.WEEKS, letters.IN_WEEKS)):
        lately = await told.filter(owed_at__gte=since)
        if len(lately) >= most:
            return lately[0]
    return None


@routine
async def choose_notices(
    now: datetime, person_id: UUID, *, remind_days: int, quiet_from: int | None = None, quiet_to: int | None = None
) -> bool:
    """Whoever holds the link of a letter chooses how its reader is reminded, as `people.choose_notices` says. The
    reader is told by letter what holds now, for nobody to whom a letter was passed on may silence them unnoticed;
    whether there was anything to tell.

    Raises Invalid as that does, WrongState for whoever is not here any more, cannot be told, or was told too often; but
    whoever may hold the link too keeps nobody from what held before the first of these letters: that needs none, where
    it is no silence.
    """
    values = people.notices(remind_days, quiet_from, quiet_to)
    seen = await records.see(Person.filter(is_officer=False), person_id)
    async with walls.behind(Wall(DESK, seen.prefecture_id)):
        person = await records.find(Person.filter(is_officer=False), person_id)
        known, before = await _known(now, person), _notices(person)
        if not known.is_here:
            raise WrongState(GONE)
        author = Bearer(now, person.id, person.unit_id)
        await records.change(author, person, "notices-chosen", **values)
        if _notices(person) == before:
            return False
        first = await _first_of_many(now, person, "notices-chosen")
        if first is None:
            await _must_be_reached(now, known)
            await _tell_of_choice(author, person, before)
        elif not person.remind_days or first.facts.get("before") != _notices(person):
            raise WrongState(CHANGED.format(back=_way_back(first)))
        return first is None


def _notices(person: Person) -> list[int | None]:
    """How somebody is reminded, as a letter remembers what held before it."""
    return [person.remind_days, person.quiet_from, person.quiet_to]


def _way_back(first: Letter) -> str:
    """What held before the first of these letters, where that is no silence: so much of it may come back."""
    days, begins, ends = first.facts.get("before") or (0, None, None)
    return BACK.format(days=days, silence=_hours(begins, ends) or "決めない") if days else ""


def _hours(begins: int | None, ends: int | None) -> str:
    return "" if begins is None else f"{begins}時から{ends}時まで"


async def _tell_of_choice(author: Bearer, person: Person, before: list[int | None]) -> None:
    days, begins, ends = _notices(person)
    facts = {
        "before": before,
        "reminded": f"{days}日前にお送りします" if days else "お送りしません",
        "silence": _hours(begins, ends) or "決めていません",
    }
    turn = _turn(author.now, person)
    if not await letters.write(author, person, person.unit_id, "notices-chosen", turn, facts):
        raise WrongState(UNREACHED)
