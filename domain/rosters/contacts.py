"""担当者 from a roster. The body is named by number, code or name; identity within it is name and mail address.

A known name with another address, a known address with another name, and the name of somebody who has left are
refused with a question: it may be the same person or another. Where the file has no column of addresses, the name
alone must do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from domain import organizations, people
from domain.actor import LIAISONS, Actor
from domain.errors import Invalid
from domain.japanese import search_key
from domain.organizations import Contact, ContactRole, Organization
from domain.rosters.bodies import Bodies
from domain.rosters.lines import Line, Plan, Problem, Said, Taken, each
from domain.rosters.officers import names_told
from domain.verbs import verb

POST = {"department": "", "job_title": "", "reachable": ""}


@verb(*LIAISONS)
async def take_in_contacts(actor: Actor, lines: Sequence[Line], *, dry_run: bool = False) -> Taken:
    """Take contacts in. Facts: corporate_number, school_code or organization (its name), names and kana, role,
    department, job_title, reachable, mail_address, phone, extension, since (today where it is not told)."""
    bodies = Bodies(await organizations.kept_by(actor).order_by("id"))
    contacts = await organizations.contacts_visible_to(actor).order_by("until", "id").prefetch_related("person")
    roster = _Roster(actor, bodies, contacts)
    plan = Plan(known=roster.known, behind={identity: row.person for identity, row in roster.known.items()})
    plan.read(lines, roster.read)
    roster.ask_about_shared_addresses(plan)
    taken = plan.settled()
    if not dry_run:
        await plan.write_people(actor, "contact")
        await plan.write(actor, Contact, "contact")
    return taken


class _Roster:
    """The contacts that are known, by their identity, and what a line says of one of them."""

    def __init__(self, actor: Actor, bodies: Bodies, contacts: Sequence[Contact]) -> None:
        self.actor, self.bodies = actor, bodies
        self.known: dict[str, Contact] = {}
        self.of_name: dict[tuple[UUID, str], list[str]] = defaultdict(list)
        self.of_mail: dict[tuple[UUID, str], list[str]] = defaultdict(list)
        self.left: dict[tuple[UUID, str], date] = {}
        for contact in contacts:
            mail, name = contact.person.mail_address.lower(), search_key(contact.person.name)
            if contact.until is not None and contact.until <= actor.today:
                self.left[contact.organization_id, name] = contact.until
                continue
            identity = _identity(contact.organization_id, mail, name)
            self.known[identity] = contact
            self.of_name[contact.organization_id, name].append(identity)
            self.of_mail[contact.organization_id, mail].append(identity)

    def read(self, line: Line) -> Said:
        body, columns = each(lambda: self.bodies.of(line), lambda: people.described(**names_told(line)))
        identity = self._whose(body, columns, asked="mail_address" in line.facts)
        contact = self.known.get(identity)
        if contact:
            columns = people.described(contact.person, **names_told(line))
        elif not (columns["mail_address"] or columns["phone"]):
            raise Invalid("連絡の取れるメールアドレスか電話番号を入力してください。", field="mail_address")
        follows = {name: columns[name] for name in ("search", "kana_order")}
        return Said(identity, {**self._post(line, body, contact), **follows}, columns)

    def _post(self, line: Line, body: Organization, contact: Contact | None) -> dict[str, Any]:
        facts, today = line.facts, self.actor.today
        before: dict[str, Any] = {**POST, "role": ContactRole.WORKING, "since": today}
        if contact:
            before = {name: getattr(contact, name) for name in before}
        values = before | {"organization_id": body.id, "unit_id": body.unit_id} | line.told(POST)
        values |= {name: facts[name] for name in ("role", "since") if facts.get(name)}
        if contact is None:
            return {**values, **organizations.verified(self.actor)}
        if contact.until is not None and values["since"] >= contact.until:
            message = f"{contact.until:%Y年%-m月%-d日}付けで登録から外れる人です。それより前の着任日にしてください。"
            raise Invalid(message, field="since")
        return values

    def _whose(self, body: Organization, columns: Mapping[str, str], *, asked: bool) -> str:
        name, mail = search_key(f"{columns['family_name']} {columns['given_name']}"), columns["mail_address"].lower()
        identity, alike = _identity(body.id, mail, name), self.of_name.get((body.id, name), [])
        if identity in self.known:
            return identity
        if not alike:
            self._must_not_have_left(body, name)
            return identity
        if not asked and len(alike) == 1:
            return alike[0]
        raise Invalid(
            "同じ氏名の担当者が別のメールアドレスで登録済みです。同じ人なら登録済みの連絡先を訂正し、"
            "別の人なら氏名に部署名などを添えて区別してください。",
            field="mail_address",
        )

    def _must_not_have_left(self, body: Organization, name: str) -> None:
        if (until := self.left.get((body.id, name))) is not None:
            raise Invalid(
                f"同じ氏名の担当者が{until:%Y年%-m月%-d日}付けで登録から外れています。戻ってきた人なら、先にその連絡先の"
                "登録を復活させてください。別の人なら、先に連絡先を1件登録してください。いまはいない人なら、この行を"
                "消してください。",
                field="family_name",
            )

    def ask_about_shared_addresses(self, plan: Plan[Contact]) -> None:
        """An address that is known under another name is shared only where the file names its holder, too; whom it
        names is known once all of it can be read."""
        if plan.unread:
            return
        for identity, said in plan.new.items():
            mail = said.behind["mail_address"].lower()
            holders = self.of_mail.get((said.values["organization_id"], mail), []) if mail else []
            if not all(holder in plan.seen for holder in holders):
                plan.problems.append(Problem(plan.seen[identity], "mail_address", SHARED))


SHARED = (
    "このメールアドレスは別の氏名で登録済みです。氏名が変わった人なら登録済みの連絡先を訂正し、担当者が代わったのなら"
    "前の担当者の登録を終え、共用のアドレスなら登録済みの担当者の行もこの名簿に入れてください。"
)


def _identity(organization_id: UUID, mail: str, name: str) -> str:
    return f"{organization_id}:{mail}:{name}"
