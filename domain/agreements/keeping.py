"""協定書のファイル: the signed document as a PDF, kept as it came, version beside version, with its SHA-256.

Nothing of a file but its name is ever changed or replaced (PostgreSQL refuses it): what was scanned anew, or amended,
is another version beside it. It is kept as long as the document itself (S35), and while the agreement stands. A partner
is handed the file of its own agreement; one that names others only where it is told of all of them (X10), else the copy
that was made for it alone.
"""

from __future__ import annotations

import asyncio
from hashlib import sha256
from uuid import UUID

from tortoise import fields
from tortoise.expressions import F, Q, Subquery
from tortoise.indexes import Index
from tortoise.queryset import QuerySet
from uuid_utils.compat import uuid7

from domain import records
from domain.actor import LIAISONS, Actor, Role
from domain.agreements.agreement import Agreement, AgreementParty, Side, parties_visible_to, visible_to
from domain.agreements.naming import TOLD, PartyNaming, must_not_say, tells, when_taken_back
from domain.criteria import any_of, nothing, selected
from domain.documents import DocumentKind
from domain.documents.kinds import called, checked, must_be_whole
from domain.errors import Conflict, Invalid, WrongState
from domain.records import Owned
from domain.table import Table
from domain.verbs import broken, verb

MOST_FILES = 30
"""Of one agreement, all versions and copies together."""


class AgreementFile(Owned):
    """One version of the signed document; `edition` counts those for the same readers, `size` is in bytes, `sha256` in
    hexadecimal digits. With `party_id` it is the copy for this party alone."""

    agreement: fields.ForeignKeyRelation[Agreement] = fields.ForeignKeyField(
        "renkei.Agreement", on_delete=fields.CASCADE, related_name=False
    )
    agreement_id: UUID
    party: fields.ForeignKeyNullableRelation[AgreementParty] = fields.ForeignKeyField(
        "renkei.AgreementParty", null=True, on_delete=fields.RESTRICT, related_name=False
    )
    party_id: UUID | None
    edition = fields.IntField()
    kept_at = fields.DatetimeField()
    name = fields.CharField(max_length=150)
    size = fields.IntField()
    sha256 = fields.CharField(max_length=64)
    remarks = fields.CharField(max_length=200, default="")

    class Meta:
        table = "agreement_file"
        indexes = [Index(fields=("agreement_id", "id"), name="agreement_file_agreement")]


class AgreementFileContent(Table):
    """The bytes of one version, exactly as they came."""

    id = fields.UUIDField(primary_key=True, default=uuid7)
    file: fields.OneToOneRelation[AgreementFile] = fields.OneToOneField(
        "renkei.AgreementFile", on_delete=fields.CASCADE, related_name=False
    )
    file_id: UUID
    prefecture_id = fields.UUIDField()
    content = fields.BinaryField()

    class Meta:
        table = "agreement_file_content"


broken("agreement_file_once", "同じ内容のファイルが、この協定にすでに登録されています。")


def files_visible_to(actor: Actor) -> QuerySet[AgreementFile]:
    """Liaison officers see those of their agreements; a partner the copies made for it, and what is for all parties
    where it is told of all of them."""
    if actor.role in LIAISONS:
        return AgreementFile.filter(any_of(AgreementFile, "unit_id", actor.units))
    if actor.role is not Role.PARTNER:
        return nothing(AgreementFile)
    own, agreements = parties_visible_to(actor), Subquery(visible_to(actor).values("id"))
    of_all = Q(party_id=None) & ~Q(id__in=Subquery(_naming_others(actor).values("id")))
    return AgreementFile.filter(Q(party_id__in=Subquery(own.values("id"))) | of_all, agreement_id__in=agreements)


def _naming_others(actor: Actor) -> QuerySet[AgreementFile]:
    """What was kept once a body had come of which the actor is not told: it may stand in it. Whoever joins later does
    not, and takes nothing away."""
    hidden = Subquery(_hidden_from(actor).values("id"))
    return AgreementFile.filter(agreement__parties__id__in=hidden, agreement__parties__created_at__lte=F("kept_at"))


def _hidden_from(actor: Actor) -> QuerySet[AgreementParty]:
    """The bodies of the actor's agreements of which it is not told (`naming`)."""
    own = AgreementParty.filter(organization_id=actor.organization_id, removed_at=None)
    told = PartyNaming.filter(selected(PartyNaming, "id", TOLD, actor.organization_id))
    others = AgreementParty.filter(removed_at=None, side=Side.PARTNER, agreement_id__in=_agreements(own))
    return others.exclude(organization_id=actor.organization_id).exclude(id__in=Subquery(told.values("party_id")))


def _agreements(parties: QuerySet[AgreementParty]) -> Subquery:
    return Subquery(parties.values("agreement_id"))


@verb(*LIAISONS)
async def keep_file(
    actor: Actor, agreement_id: UUID, *, name: str, content: bytes, party_id: UUID | None = None, remarks: str = ""
) -> AgreementFile:
    """登録: keep the signed document as a PDF, or the copy for one party; the versions before it stay.

    Raises Invalid, with the field, for a name or content that is not taken, TooLarge for too many bytes, Conflict for
    the same content twice, or too many files; WrongState before the agreement is signed, and where the name of a copy
    for one party names another that has not consented (X10).
    """
    _must_be_pdf(await asyncio.to_thread(checked, name, content))  # others are answered meanwhile
    agreement = await records.find(visible_to(actor), agreement_id)
    if agreement.signed_on is None:
        raise WrongState("協定書は締結してから登録できます。先に締結を入力してください。")
    if party_id is not None:
        of_this = parties_visible_to(actor).filter(agreement_id=agreement.id)
        party = await records.see(of_this, party_id, field="party_id")
        await must_not_say(agreement, to=party.organization_id, name=name)
    kept = AgreementFile.filter(agreement_id=agreement.id)
    if await kept.count() >= MOST_FILES:
        raise Conflict(f"一つの協定に登録できるファイルは、前の版を含めて{MOST_FILES}点までです。")
    told = {"name": name, "size": len(content), "sha256": sha256(content).hexdigest(), "remarks": remarks}
    told |= {"kept_at": actor.now}
    whose = {"unit_id": agreement.unit_id, "agreement_id": agreement.id, "party_id": party_id}
    edition = await kept.filter(party_id=party_id).count() + 1
    file = await records.create(actor, AgreementFile, "agreement-file-kept", edition=edition, **told, **whose)
    await AgreementFileContent.create(file_id=file.id, prefecture_id=file.prefecture_id, content=content)
    return file


def _must_be_pdf(kind: DocumentKind) -> None:
    if kind is not DocumentKind.PDF:
        raise Invalid("協定書はPDFで登録してください。", field="name")


@verb(*LIAISONS)
async def rename_file(actor: Actor, file_id: UUID, *, name: str, version: int | None = None) -> AgreementFile:
    """ファイル名の訂正: another name for what is kept; the bytes are those that came.

    Raises Invalid for a name that is not taken, WrongState as `keep_file`.
    """
    file = await records.find(files_visible_to(actor), file_id, version)
    _must_be_pdf(called(name))
    if file.party_id is not None:
        agreement = await records.see(visible_to(actor), file.agreement_id)
        party = await AgreementParty.get(id=file.party_id)
        await must_not_say(agreement, to=party.organization_id, name=name)
    return await records.change(actor, file, "agreement-file-renamed", name=name)


@when_taken_back
async def must_name_none(agreement: Agreement) -> None:
    """Raises WrongState where the name of a copy for one party has that of another."""
    copies = AgreementFile.filter(agreement_id=agreement.id, party_id__isnull=False)
    for copy in await copies.prefetch_related("party").order_by("id"):
        if copy.party and await tells(agreement, copy.name, to=copy.party.organization_id):
            raise WrongState(
                f"控えのファイル名「{copy.name}」に名称が入っていて、渡す相手に知られます。先に renameAgreementFile で"
                "ファイル名を書き直してください。"
            )


async def find_file(actor: Actor, file_id: UUID) -> tuple[AgreementFile, bytes]:
    """A version that the actor sees, with its bytes. Raises NotFound, Damaged where they are not those that came."""
    file = await records.see(files_visible_to(actor), file_id)
    stored = await AgreementFileContent.get(file_id=file.id)
    await must_be_whole(stored.content, file.sha256)
    return file, stored.content
