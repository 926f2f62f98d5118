"""回答用アドレス: from where else somebody's answers come, besides the address at which they are invited.

Somebody reads and answers in another mailbox of their own, or lets a secretary answer. An officer who knows that from
themselves enters it, and ends it; what a mail from there says is theirs where nothing else of it is in doubt
(`incoming`), is told to their own calendar, and says by whom it was given.
"""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import records, running
from domain.actor import LIAISONS, Actor
from domain.criteria import any_of, nothing
from domain.errors import Conflict, Incomplete, Invalid, WrongState
from domain.japanese import mail_address as as_address
from domain.people import Person
from domain.records import Owned
from domain.units import Unit
from domain.verbs import broken, verb

MOST = 10
"""How many addresses may answer for one person at a time."""


class AnswerAddressKind(StrEnum):
    """ALIAS 本人の別のアドレス, PROXY 代わりに回答する人のアドレス."""

    ALIAS = "ALIAS"
    PROXY = "PROXY"


class AnswerAddress(Owned):
    """An address from which answers of a person come, from when it was entered until it ended (UTC). `holder` is the
    name of whoever answers for them, of a PROXY only."""

    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "renkei.Person", on_delete=fields.RESTRICT, related_name=False
    )
    person_id: UUID
    kind = fields.CharEnumField(AnswerAddressKind, max_length=10)
    mail_address = fields.CharField(max_length=254)
    holder = fields.CharField(max_length=130, default="")
    allowed_by_id = fields.UUIDField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "answer_address"
        indexes = [Index(fields=("unit_id", "created_at", "id"), name="answer_address_unit")]


broken("answer_address_once", "このアドレスは、この人の回答用アドレスとしてすでに登録されています。")


def visible_to(actor: Actor) -> QuerySet[AnswerAddress]:
    """Liaison officers see those of their units' people; nobody else does."""
    if actor.role in LIAISONS:
        return AnswerAddress.filter(any_of(AnswerAddress, "unit_id", actor.units))
    return nothing(AnswerAddress)


@verb(*LIAISONS)
async def allow(
    actor: Actor, *, person_id: UUID, kind: AnswerAddressKind, mail_address: str, holder: str = ""
) -> AnswerAddress:
    """回答用アドレスの登録: from now on answers from this address are the person's; `holder` is who gives them where
    that is not themself.

    Raises Incomplete for a proxy without a name, Invalid for an alias with one and for the address at which they are
    invited anyway, Conflict where it is a unit's, as an alias somebody else's, entered already, or too many are.
    """
    theirs = Person.filter(any_of(Person, "unit_id", actor.units), erased_at=None)
    person = await records.see(theirs, person_id, field="person_id")
    address, holder = as_address(mail_address, "mail_address"), holder.strip()
    _must_be_whole(kind, holder)
    if address.casefold() == person.mail_address.casefold():
        raise Invalid("本人の連絡先のアドレスです。登録しなくても、返信を受け付けます。", field="mail_address")
    await _must_be_nobody_elses(person, kind, address)
    if await AnswerAddress.filter(person_id=person.id, ended_at=None).count() >= MOST:
        raise Conflict(f"回答用アドレスは、一人につき{MOST}件までです。使わないものを終えてください。")
    values = {"unit_id": person.unit_id, "person_id": person.id, "allowed_by_id": actor.person_id}
    said = {"kind": kind, "mail_address": address, "holder": holder}
    return await records.create(actor, AnswerAddress, "answer-address-allowed", **values, **said)


def _must_be_whole(kind: AnswerAddressKind, holder: str) -> None:
    if kind is AnswerAddressKind.PROXY and not holder:
        raise Incomplete("代わりに回答する人の氏名を入力してください。", field="holder")
    if kind is AnswerAddressKind.ALIAS and holder:
        raise Invalid("本人の別のアドレスのときは、氏名を入力しないでください。", field="holder")


async def _must_be_nobody_elses(person: Person, kind: AnswerAddressKind, address: str) -> None:
    """What others say from their own address must not count as this person's answer, unless they answer for them."""
    if address.casefold() == running.current().address.casefold() or await _units(address).exists():
        raise Conflict("警察の所属のアドレスです。回答用アドレスにはできません。", field="mail_address")
    if kind is AnswerAddressKind.ALIAS and await _others(person.id, address).exists():
        raise Conflict(
            "ほかの人の連絡先のアドレスです。その人が代わりに回答するときは、PROXY で登録してください。",
            field="mail_address",
        )


def _units(address: str) -> QuerySet[Unit]:
    return Unit.filter(mail_address__iexact=address)


def _others(person_id: UUID, address: str) -> QuerySet[Person]:
    return Person.filter(mail_address__iexact=address, erased_at=None).exclude(id=person_id)


@verb(*LIAISONS)
async def end(actor: Actor, answer_address_id: UUID, *, version: int | None = None) -> AnswerAddress:
    """回答用アドレスの終了: mails from there wait for an officer from now on; what was answered before stays."""
    known = await records.find(visible_to(actor), answer_address_id, version)
    if known.ended_at is not None:
        raise WrongState("この回答用アドレスは、すでに使えなくなっています。")
    return await records.change(actor, known, "answer-address-ended", ended_at=actor.now)


async def owners_of(address: str) -> list[UUID]:
    """The persons who have this as another address of their own."""
    return [one.person_id for one in await _good(address) if one.kind is AnswerAddressKind.ALIAS]


async def used_by(person_id: UUID, address: str) -> AnswerAddress | None:
    """The entry by which an answer from this address is the person's, where there is one."""
    return next((one for one in await _good(address) if one.person_id == person_id), None)


async def _good(address: str) -> list[AnswerAddress]:
    """What was entered and still holds: not where the address has become a unit's since, or as an alias somebody
    else's."""
    entered = await AnswerAddress.filter(mail_address__iexact=address, ended_at=None)
    if not entered or await _units(address).exists():
        return []
    aliases = [one for one in entered if one.kind is AnswerAddressKind.ALIAS]
    lost = {one.id for one in aliases if await _others(one.person_id, address).exists()}
    return [one for one in entered if one.id not in lost]
