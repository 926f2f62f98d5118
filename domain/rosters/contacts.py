"""担当者 from a roster. The body is named by number, code or name; identity within it is the mail address, else the
folded name. A known name with another address is refused with a question: it may be another person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from domain import organizations, people, records
from domain.actor import LIAISONS, Actor
from domain.errors import Invalid
from domain.japanese import name_key, search_key
from domain.organizations import Contact, ContactRole, Organization
from domain.people import Person
from domain.rosters.lines import Line, Plan, Taken
from domain.rosters.officers import NAMES
from domain.verbs import verb

NAMED_BY = ("corporate_number", "school_code", "organization")
Bodies = Mapping[str, list[Organization]]


@verb(*LIAISONS)
async def take_in_contacts(actor: Actor, lines: Sequence[Line], *, dry_run: bool = False) -> Taken:
    """Take contacts in. Facts: corporate_number, school_code or organization (its name), names and kana, role,
    department, job_title, mail_address, phone, extension, since."""
    bodies = _by_every_name(await organizations.visible_to(actor).filter(retired_on=None))
    contacts = await organizations.contacts_visible_to(actor).filter(until=None).prefetch_related("person")
    roster = _Roster(actor, bodies, contacts)
    plan = Plan(known=roster.known)
    plan.read(lines, roster.read)
    taken = plan.settled()
    if not dry_run:
        await roster.write(plan)
    return taken


def _by_every_name(rows: Sequence[Organization]) -> Bodies:
    found: dict[str, list[Organization]] = {}
    for row in rows:
        for name in filter(None, (row.corporate_number, row.school_code, name_key(row.name))):
            found.setdefault(name, []).append(row)
    return found


class _Roster:
    """The contacts that are known, by their identity, and what a line says of one of them."""

    def __init__(self, actor: Actor, bodies: Bodies, contacts: Sequence[Contact]) -> None:
        self.actor, self.bodies = actor, bodies
        self.known: dict[str, Contact] = {}
        self.people: dict[str, dict[str, str]] = {}
        self.names: dict[str, set[str]] = {}
        for contact in contacts:
            person = contact.person
            self.known[_identity(contact.organization_id, person.mail_address, person.name)] = contact
            key = f"{contact.organization_id}:{search_key(person.name)}"
            self.names.setdefault(key, set()).add(person.mail_address)

    def read(self, line: Line) -> tuple[str, dict[str, Any]]:
        body = self._body(next(filter(None, (line.facts.get(name) for name in NAMED_BY)), ""))
        said: Any = {name: line.facts.get(name) or "" for name in NAMES}
        columns = people.described(**said)
        name = f"{columns['family_name']} {columns['given_name']}".strip()
        identity = _identity(body.id, columns["mail_address"], name)
        if identity not in self.known:
            self._must_be_told_apart(body, name)
        self.people[identity] = columns
        return identity, {
            "organization_id": body.id,
            "unit_id": body.unit_id,
            "role": line.facts.get("role") or ContactRole.WORKING,
            "department": line.facts.get("department") or "",
            "job_title": line.facts.get("job_title") or "",
            "search": columns["search"],
            "kana_order": columns["kana_order"],
        }

    def _body(self, said: str) -> Organization:
        found = self.bodies.get(said) or self.bodies.get(name_key(said)) or []
        if not said or not found:
            message = f"団体「{said}」が登録されていません。先に団体を取り込むか、法人番号を確かめてください。"
            raise Invalid(message, field="organization")
        if len(found) > 1:
            raise Invalid(
                f"「{said}」という団体が{len(found)}つあります。法人番号で指定してください。", field="organization"
            )
        return found[0]

    def _must_be_told_apart(self, body: Organization, name: str) -> None:
        if f"{body.id}:{search_key(name)}" in self.names:
            raise Invalid(
                f"「{name}」は別のメールアドレスで登録済みです。同じ人なら登録済みの連絡先を訂正し、"
                "別の人なら氏名に部署名などを添えて区別してください。",
                field="mail_address",
            )

    async def write(self, plan: Plan[Contact]) -> None:
        new = [{"unit_id": plan.new[one]["unit_id"], **self.people[one]} for one in plan.new]
        persons = await records.create_many(self.actor, Person, "contact-person-added", new)
        for values, person in zip(plan.new.values(), persons, strict=True):
            days = {"since": self.actor.today, "verified_on": self.actor.today}
            values |= {"person_id": person.id, **days}
        await plan.write(self.actor, Contact, "contact")
        await self._correct_people(plan)

    async def _correct_people(self, plan: Plan[Contact]) -> None:
        for identity, contact in self.known.items():
            if identity in plan.seen:
                await records.change(self.actor, contact.person, "contact-person-corrected", **self.people[identity])


def _identity(organization_id: object, mail: str, name: str) -> str:
    return f"{organization_id}:{mail.lower() or search_key(name)}"
