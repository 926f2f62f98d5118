"""個別訪問の点検項目: what was asked at a visit and what the body answered. Source: S8 (スライド2, 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.queryset import QuerySet

from domain import organizations, records
from domain.actor import LIAISONS, Actor, Author
from domain.criteria import any_of, nothing
from domain.encounters.encounter import Encounter, EncounterKind
from domain.errors import Invalid
from domain.organizations import Contact
from domain.records import Owned
from domain.values import dataclass
from domain.verbs import broken


class EncounterCheckItem(StrEnum):
    """業務継続計画, 連絡体制, 緊急連絡先, ログの保存, 更新の適用, バックアップ, 多要素認証, 委託先・取引先,
    職員の訓練・教育, 通報の手順."""

    BCP = "BCP"
    CONTACT_SYSTEM = "CONTACT_SYSTEM"
    EMERGENCY_CONTACT = "EMERGENCY_CONTACT"
    LOGS = "LOGS"
    UPDATES = "UPDATES"
    BACKUP = "BACKUP"
    MULTI_FACTOR = "MULTI_FACTOR"
    SUPPLY_CHAIN = "SUPPLY_CHAIN"
    TRAINING = "TRAINING"
    REPORTING_FLOW = "REPORTING_FLOW"


ITEM_LABELS: Mapping[EncounterCheckItem, str] = {
    EncounterCheckItem.BCP: "業務継続計画",
    EncounterCheckItem.CONTACT_SYSTEM: "連絡体制",
    EncounterCheckItem.EMERGENCY_CONTACT: "緊急連絡先",
    EncounterCheckItem.LOGS: "ログの保存",
    EncounterCheckItem.UPDATES: "更新の適用",
    EncounterCheckItem.BACKUP: "バックアップ",
    EncounterCheckItem.MULTI_FACTOR: "多要素認証",
    EncounterCheckItem.SUPPLY_CHAIN: "委託先・取引先",
    EncounterCheckItem.TRAINING: "職員の訓練・教育",
    EncounterCheckItem.REPORTING_FLOW: "通報の手順",
}


class EncounterAnswer(StrEnum):
    """はい, いいえ, 不明, 該当なし."""

    YES = "YES"
    NO = "NO"
    UNKNOWN = "UNKNOWN"
    NOT_APPLICABLE = "NOT_APPLICABLE"


class EncounterCheck(Owned):
    """One item of a visit. `contact` is who was confirmed as the emergency contact on that day."""

    encounter: fields.ForeignKeyRelation[Encounter] = fields.ForeignKeyField(
        "renkei.Encounter", on_delete=fields.CASCADE, related_name=False
    )
    encounter_id: UUID
    item = fields.CharEnumField(EncounterCheckItem, max_length=20)
    answer = fields.CharEnumField(EncounterAnswer, max_length=20)
    note = fields.CharField(max_length=300, default="")
    contact: fields.ForeignKeyNullableRelation[Contact] = fields.ForeignKeyField(
        "renkei.Contact", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    contact_id: UUID | None

    class Meta:
        table = "encounter_check"


broken("encounter_check_once", "同じ点検項目が二つあります。項目ごとに一つにまとめてください。")


def checks_visible_to(actor: Actor) -> QuerySet[EncounterCheck]:
    """As their encounters."""
    if actor.role not in LIAISONS:
        return nothing(EncounterCheck)
    return EncounterCheck.filter(any_of(EncounterCheck, "unit_id", actor.units))


@dataclass(frozen=True)
class ItemChecked:
    """One item with the answer; `contact_id` names the emergency contact that was confirmed."""

    item: EncounterCheckItem
    answer: EncounterAnswer
    note: str = ""
    contact_id: UUID | None = None


async def find_answers(actor: Actor, encounter: Encounter, checklist: Sequence[ItemChecked]) -> Sequence[ItemChecked]:
    """What `tick` enters. Raises Invalid for what is no visit, an item told twice, or a contact beside any other
    answer; NotFound for a contact of another body."""
    if checklist and encounter.kind is not EncounterKind.VISIT:
        raise Invalid("点検項目は、訪問のときだけ入力できます。", field="checklist")
    if len({one.item for one in checklist}) < len(checklist):
        raise Invalid("同じ点検項目が二つあります。項目ごとに一つにしてください。", field="checklist")
    own = organizations.contacts_visible_to(actor).filter(organization_id=encounter.organization_id)
    for one in checklist:
        if one.contact_id is not None:
            await records.see(own, one.contact_id, field="checklist")
            if (one.item, one.answer) != (EncounterCheckItem.EMERGENCY_CONTACT, EncounterAnswer.YES):
                raise Invalid("担当者を指定できるのは、緊急連絡先を「はい」としたときだけです。", field="checklist")
    return checklist


async def tick(author: Author, encounter: Encounter, checklist: Sequence[ItemChecked]) -> None:
    """Enter the answers; an item that is not told stays as it was. A contact who is named
    counts as verified on the day of the visit."""
    known = {row.item: row for row in await EncounterCheck.filter(encounter_id=encounter.id).select_for_update()}
    for one in checklist:
        values = {"answer": one.answer, "note": one.note, "contact_id": one.contact_id}
        if row := known.get(one.item):
            await records.change(author, row, "encounter-item-corrected", **values)
        else:
            whose = {name: getattr(encounter, name) for name in ("unit_id", "prefecture_id")}
            about = {"encounter_id": encounter.id, "item": one.item}
            await records.create(author, EncounterCheck, "encounter-item-checked", **whose, **about, **values)
        if one.contact_id is not None:
            await _verify(author, one.contact_id, encounter.day)


async def _verify(author: Author, contact_id: UUID, day: date) -> None:
    """A visit of long ago takes no later verification back."""
    contact = await records.find(Contact.all(), contact_id)
    if contact.verified_on is None or contact.verified_on < day:
        await records.change(author, contact, "contact-verified", verified_on=day)
