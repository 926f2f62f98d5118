"""団体の統合: two registered organisations turn out to be one. What pointed to the one that goes points to the other.

Nothing is thrown away. Who goes stays as a row, off the register and with its history; each row that moved is written
down, and for UNDOABLE all of it can be put back. What would stand twice then is decided so:

- parties of one agreement, or members of one council, at the same time are refused: of a draft one is taken out, from
  one in force one withdraws, a term is ended; who is neither any more, or whose agreement is over, stays what it was;
- hosts of one event, or visited at the same instant by the same unit, stay so once that is over; before, it is refused;
- parts in one drill that is still to come are refused while the one that goes stands invited; of one that is over, or
  from which it has withdrawn, its part and its people stay where they were counted;
- of a notice that went to both, each keeps what it was told and has said;
- a unit that is shown both keeps seeing the one that stays; its row at the other stays there;
- whatever else the database does not take twice is refused, with the words that it has for that (today nothing is).
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import organizations, records
from domain.actor import LIAISONS, TOKYO, Actor, Author, Role
from domain.agreements import OVER as CONCLUDED
from domain.agreements import Agreement, AgreementParty
from domain.calendar import Attendee
from domain.councils import CouncilMembership
from domain.criteria import any_of, nothing
from domain.drills import HELD, Drill, DrillStatus, Participation
from domain.drills.participation import HOLDING
from domain.encounters import Encounter, EncounterAttendance, EncounterStatus
from domain.errors import Conflict, Invalid, WrongState
from domain.notices import NoticeRecipient
from domain.organizations import Contact, CoOwner, Organization
from domain.outreach import OutreachHost, OutreachStatus
from domain.people import Person
from domain.records import Owned, Record
from domain.table import Table, models
from domain.verbs import verb

UNDOABLE = timedelta(days=30)
OVER = (*HELD, DrillStatus.CANCELLED)


class OrganizationMerge(Owned):
    """One merging. `moved` are the references that were changed (model, id, column), `before` what of the row that went
    was; `left_behind` are those (`Model:id`) that undoing found changed since, or gone, and left alone."""

    kept: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "renkei.Organization", on_delete=fields.RESTRICT, related_name=False
    )
    kept_id: UUID
    gone: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "renkei.Organization", on_delete=fields.RESTRICT, related_name=False
    )
    gone_id: UUID
    merged_by_id = fields.UUIDField()
    reason = fields.CharField(max_length=500)
    before: dict[str, Any] = fields.JSONField()
    moved: list[list[str]] = fields.JSONField()
    shown_id = fields.UUIDField(null=True)
    undone_at = fields.DatetimeField(null=True)
    left_behind: list[str] = fields.JSONField(default=list)

    class Meta:
        table = "organization_merge"
        indexes = [
            Index(fields=("kept_id", "id"), name="organization_merge_kept"),
            Index(fields=("gone_id", "id"), name="organization_merge_gone"),
        ]


def visible_to(actor: Actor) -> QuerySet[OrganizationMerge]:
    """Liaison officers see what was merged into a body of their units."""
    if actor.role in LIAISONS:
        return OrganizationMerge.filter(any_of(OrganizationMerge, "unit_id", actor.units))
    return nothing(OrganizationMerge)


@cache
def references() -> tuple[tuple[type[Table], str], ...]:
    """Every column that points to an organisation, as the models themselves tell, so that none is forgotten; but what
    was merged with what is history."""
    found = {
        (model, column)
        for model in models().values()
        for column in map(_pointing, model._meta.fields_map.values())
        if column and model is not OrganizationMerge
    }
    return tuple(sorted(found, key=lambda one: (one[0].__name__, one[1])))


def _pointing(field: fields.Field[Any]) -> str | None:
    if isinstance(field, ForeignKeyFieldInstance):
        return field.source_field if field.model_name == "renkei.Organization" else None
    return field.model_field_name if field.model_field_name == "organization_id" else None


@verb(Role.HQ_LIAISON)
async def merge(actor: Actor, gone_id: UUID, *, version: int, kept_id: UUID, reason: str) -> OrganizationMerge:
    """Let one organisation go up in another: whatever points to it points to that one, and it leaves the register.

    Raises Conflict for what would stand twice, WrongState where one of the two is not registered any more.
    """
    gone = await records.find(organizations.visible_to(actor), gone_id, version)
    await records.see(organizations.visible_to(actor), kept_id, field="kept_id")
    kept = await records.find(organizations.visible_to(actor), kept_id)
    records.must_say(reason, "統合する理由", "reason")
    _must_be_two(gone, kept)
    staying = await _staying(actor, gone, kept)
    await organizations.carry(actor, gone.id, kept.unit_id)
    moved = await _move(actor, gone, kept, staying)
    values = {
        "kept_id": kept.id,
        "gone_id": gone.id,
        "merged_by_id": actor.person_id,
        "reason": reason,
        "moved": moved,
        "before": {"identity": gone.identity},
        "shown_id": await _shown(actor, gone, kept),
    }
    identity = f"merged:{gone.id}"  # what named it is free for the one that stays
    away = {"retired_on": actor.today, "merged_into_id": kept.id, "identity": identity}
    await records.change(actor, gone, "organization-merged-away", **away)
    return await records.create(actor, OrganizationMerge, "organizations-merged", unit_id=kept.unit_id, **values)


def _must_be_two(gone: Organization, kept: Organization) -> None:
    if gone.id == kept.id:
        raise Invalid("同じ団体です。残す団体と統合する団体を、別々に指定してください。", field="kept_id")
    for body in (gone, kept):
        if body.retired_on is not None:
            raise WrongState(organizations.gone(body))
    if gone.id == kept.parent_organization_id or kept.id == gone.parent_organization_id:
        raise Conflict("上位と下位の関係にある団体です。統合するなら、先にその関係を外してください。", field="kept_id")


async def _parties_twice(actor: Actor, gone: Organization, kept: Organization) -> set[UUID]:
    """Parties of one agreement at the same time, of what is over. Raises Conflict where both go on to be."""
    theirs = await AgreementParty.filter(organization_id=kept.id, removed_at=None)
    found: set[UUID] = set()
    for party in await AgreementParty.filter(organization_id=gone.id, removed_at=None):
        at_once = [one for one in theirs if one.agreement_id == party.agreement_id and _at_once(party, one)]
        if not at_once:
            continue
        agreement = await Agreement.get(id=party.agreement_id)
        goes_on = any(_last(party, one) > actor.today for one in at_once)
        if goes_on and agreement.status not in CONCLUDED:
            raise Conflict(
                f"両方の団体が協定「{agreement.title}」の当事者です。先にどちらかを当事者から外すか、今日までの日付で"
                "脱退させてください。"
            )
        found.add(party.id)
    return found


def _at_once(one: AgreementParty, other: AgreementParty) -> bool:
    return max(party.acceded_on or date.min for party in (one, other)) < _last(one, other)


def _last(one: AgreementParty, other: AgreementParty) -> date:
    """The first day on which not both are parties any more."""
    return min(party.withdrawn_on or date.max for party in (one, other))


async def _members_twice(actor: Actor, gone: Organization, kept: Organization) -> set[UUID]:
    """Terms in one council at the same time, of which one is over. Raises Conflict where both go on."""
    theirs = await CouncilMembership.filter(organization_id=kept.id, removed_at=None)
    found: set[UUID] = set()
    for term in await CouncilMembership.filter(organization_id=gone.id, removed_at=None).prefetch_related("council"):
        for other in theirs:
            last = min(one.term_to or date.max for one in (term, other))
            if other.council_id != term.council_id or max(term.term_from, other.term_from) > last:
                continue
            if last > actor.today:
                raise Conflict(
                    f"両方の団体が「{term.council.name}」の会員です。先にどちらかを、今日までの日付で退会させてください。"
                )
            found.add(term.id)
    return found


async def _met_twice(gone: Organization, kept: Organization) -> set[UUID]:
    """Encounters and events that stand for both already. Raises Conflict for what is still to come."""
    met = Encounter.exclude(status=EncounterStatus.CANCELLED)
    mine = {(one.unit_id, one.kind, one.starts_at): one for one in await met.filter(organization_id=gone.id)}
    found: set[UUID] = set()
    instants = [when for _, _, when in mine]
    for other in await met.filter(organization_id=kept.id, starts_at__in=instants) if mine else []:
        if (one := mine.get((other.unit_id, other.kind, other.starts_at))) is None:
            continue
        if EncounterStatus.PLANNED in (one.status, other.status):
            day = f"{one.day:%Y年%-m月%-d日}"
            raise Conflict(f"両方の団体に、{day}の同じ時刻に接触の予定があります。先にどちらかを中止してください。")
        who = EncounterAttendance.filter(encounter_id=one.id, organization_id=gone.id)
        found |= {one.id, *[came.id for came in await who]}
    theirs = [part.event_id for part in await OutreachHost.filter(organization_id=kept.id, removed_at=None)]
    both = OutreachHost.filter(any_of(OutreachHost, "event_id", theirs), organization_id=gone.id, removed_at=None)
    for part in await both.prefetch_related("event"):
        if part.event.status is OutreachStatus.PLANNED:
            raise Conflict(
                f"両方の団体が広報啓発「{part.event.title}」の主催・共催などです。先にどちらかを外してください。"
            )
        found.add(part.id)
    return found


async def _staying(actor: Actor, gone: Organization, kept: Organization) -> set[UUID]:
    """The rows that stay with the body that goes, for the other has their like already. Raises Conflict."""
    found = await _parties_twice(actor, gone, kept) | await _members_twice(actor, gone, kept)
    found |= await _met_twice(gone, kept)
    drills = [part.drill_id for part in await Participation.filter(organization_id=kept.id)]
    for part in await Participation.filter(any_of(Participation, "drill_id", drills), organization_id=gone.id):
        drill = await Drill.get(id=part.drill_id)
        if drill.status not in OVER and part.reply in HOLDING:
            raise Conflict(
                f"両方の団体が訓練「{drill.title}」に招かれています。先に統合する団体の案内を取り消してください。"
            )
        people = Attendee.filter(appointment_id=part.appointment_id, organization_id=gone.id)
        found |= {part.id, *[one.id for one in await people]}
    units = {kept.unit_id, *[one.unit_id for one in await CoOwner.filter(organization_id=kept.id, ended_on=None)]}
    told = [one.notice_id for one in await NoticeRecipient.filter(organization_id=kept.id)]
    both = NoticeRecipient.filter(any_of(NoticeRecipient, "notice_id", told), organization_id=gone.id)
    found |= {one.id for one in await both}
    shown = await CoOwner.filter(organization_id=gone.id, ended_on=None)
    return found | {one.id for one in shown if one.unit_id in units}


async def _move(author: Author, gone: Organization, kept: Organization, staying: set[UUID]) -> list[list[str]]:
    """Point everything that pointed to the one to the other, row by row, each with its entry in the journal."""
    moved = []
    for model, column in references():
        for row in await model.filter(**{column: gone.id}).order_by("id").select_for_update():
            if row.pk not in staying and isinstance(row, Record):
                await records.change(author, row, "organization-merged", **{column: kept.id})
                moved.append([model.__name__, str(row.pk), column])
    return moved


async def _shown(author: Author, gone: Organization, kept: Organization) -> UUID | None:
    """The unit that kept the one that goes is shown the other from now on; nothing where it sees that already."""
    sees = CoOwner.filter(organization_id=kept.id, unit_id=gone.unit_id, ended_on=None)
    if gone.unit_id == kept.unit_id or await sees.exists():
        return None
    whose = {"unit_id": gone.unit_id, "prefecture_id": gone.prefecture_id, "organization_id": kept.id}
    told = {"since": author.now.astimezone(TOKYO).date(), "reason": "統合した団体を所管していたため"}
    return (await records.create(author, CoOwner, "organization-shared", **whose, **told)).id


@verb(Role.HQ_LIAISON)
async def undo(actor: Actor, merge_id: UUID, *, version: int) -> OrganizationMerge:
    """Put back what a merging of the last 30 days has moved; what was changed since stays, and is named.

    Raises WrongState once it is too late, was undone, or the other body was itself merged since; Conflict where
    another body is registered now by what the one that went was known by.
    """
    row = await records.find(visible_to(actor), merge_id, version)
    gone = await records.find(Organization.all(), row.gone_id)
    kept = await records.find(Organization.all(), row.kept_id)
    _must_be_undoable(actor, row, gone)
    if await Organization.filter(prefecture_id=gone.prefecture_id, identity=row.before["identity"]).exists():
        raise Conflict(
            "統合した団体と同じ番号か名称の団体が、いまは別に登録されています。先にそちらを訂正してください。"
        )
    left = [
        f"{name}:{id}" for name, id, column in row.moved if not await _put_back(actor, name, id, column, gone, kept)
    ]
    await organizations.carry(actor, gone.id, gone.unit_id)
    back = {"retired_on": None, "merged_into_id": None, "identity": row.before["identity"]}
    await records.change(actor, gone, "organization-unmerged", **back)
    if shown := await CoOwner.filter(id=row.shown_id, ended_on=None).first():
        await records.change(actor, shown, "organization-sharing-ended", ended_on=actor.today)
    return await records.change(actor, row, "merging-undone", undone_at=actor.now, left_behind=left)


def _must_be_undoable(actor: Actor, row: OrganizationMerge, gone: Organization) -> None:
    if row.undone_at is not None:
        raise WrongState("この統合はすでに元に戻されています。")
    if actor.now > row.created_at + UNDOABLE:
        raise WrongState(
            f"統合から{UNDOABLE.days}日を過ぎたため、まとめて元に戻すことはできません。一件ずつ訂正してください。"
        )
    if gone.merged_into_id != row.kept_id:
        raise WrongState("残した団体がその後さらに統合されています。先に後の統合を元に戻してください。")


async def _put_back(author: Author, name: str, id: str, column: str, gone: Organization, kept: Organization) -> bool:
    """Whether the reference was as it had been moved, and now is as it was before."""
    row = await models()[name].filter(id=UUID(id), **{column: kept.id}).select_for_update().first()
    if not isinstance(row, Record):
        return False
    await records.change(author, row, "organization-unmerged", **{column: gone.id})
    return True


@verb(*LIAISONS, only_reads=True)
async def find_same_contacts(actor: Actor, organization_id: UUID) -> list[tuple[UUID, UUID]]:
    """The pairs of contacts of a body who may be one person: of the same name, or at the same mail address, as after
    two bodies were merged. Raises NotFound."""
    await records.see(organizations.visible_to(actor), organization_id, field="organization_id")
    there = Q(Q(until=None) | Q(until__gt=actor.today), organization_id=organization_id)
    present = organizations.contacts_visible_to(actor).filter(there)
    contacts: list[Contact] = await present.order_by("id")
    people = {one.id: one for one in await Person.filter(any_of(Person, "id", [c.person_id for c in contacts]))}
    said = [(one, people[one.person_id].mail_address.lower(), one.search) for one in contacts]
    return [
        (one.id, other.id)
        for at, (one, mail, name) in enumerate(said)
        for other, address, called in said[at + 1 :]
        if one.person_id != other.person_id and (name == called or (mail and mail == address))
    ]
