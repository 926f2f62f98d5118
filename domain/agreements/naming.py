"""公表の同意: which parties of an agreement may be named, each by its own consent of a day.

Whoever has not consented is known to the desk alone: partners learn of one another only where both have consented
(X10) and were parties at the same time, and what is published names nobody else. That stands once, in PostgreSQL
(`names_told_to` in the rules), for neither a guest's filter nor its wall can look at parties that the guest does not
see. What is told of it to every party (`TELLING`) may name none that has not consented (`must_not_name`), nor go on to
do so once a consent is taken back (`unname_party`): there, and wherever a renewal has carried it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Container, Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q, Subquery
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import database, records
from domain.actor import LIAISONS, TOKYO, Actor, Author, Role
from domain.agreements.agreement import (
    LABELS,
    OPEN,
    OVER,
    Agreement,
    AgreementKind,
    AgreementParty,
    AgreementStatus,
    Side,
    parties_visible_to,
    titled,
    visible_to,
)
from domain.criteria import any_of, nothing, selected
from domain.errors import Invalid, WrongState, meaning
from domain.japanese import search_key, search_stem
from domain.organizations import Organization
from domain.records import Owned
from domain.states import must_be_in
from domain.units import Unit
from domain.values import dataclass
from domain.verbs import broken, verb


class PartyNaming(Owned):
    """One consent to be named as a party of an agreement, by this `name`. `ended_on` is the day on which it was taken
    back, or the party taken out of the draft: from then on nobody outside is told."""

    agreement: fields.ForeignKeyRelation[Agreement] = fields.ForeignKeyField(
        "renkei.Agreement", on_delete=fields.CASCADE, related_name=False
    )
    agreement_id: UUID
    party: fields.ForeignKeyRelation[AgreementParty] = fields.ForeignKeyField(
        "renkei.AgreementParty", on_delete=fields.CASCADE, related_name=False
    )
    party_id: UUID
    name = fields.CharField(max_length=200)
    agreed_on = fields.DateField()
    ended_on = fields.DateField(null=True)

    class Meta:
        table = "party_naming"
        indexes = [
            Index(fields=("agreement_id", "id"), name="party_naming_agreement"),
            Index(fields=("party_id", "id"), name="party_naming_party"),
        ]


broken("party_naming_once", "この当事者は、公表することにすでに同意しています。")


TOLD = "SELECT names_told_to({id})"
"""The consents of which a body is told, where it may be named itself: of whoever was a party beside it. Who came after
it had left, or had left before it came, is not for it to know."""


COLUMNS: Mapping[str, str] = {
    "title": "名称",
    "purpose": "目的",
    "number": "文書番号",
    "signed_at": "締結式の場所",
    "research_theme": "研究のテーマ",
}
TELLING: Mapping[str, str] = {**COLUMNS, "name": "ファイル名", "ceremony": "締結式の件名"}
"""What is told to partners in words, and how it is called: columns of the agreement, the name of a file of it, and the
title under which the signing stands in calendars."""


DRAFTS = (*OPEN, AgreementStatus.IN_APPROVAL)
"""While the text can still be put right: before it is approved."""


def namings_visible_to(actor: Actor) -> QuerySet[PartyNaming]:
    """Liaison officers see those of their agreements; a partner its own, and those of others that it is `TOLD`."""
    if actor.role in LIAISONS:
        return PartyNaming.filter(any_of(PartyNaming, "unit_id", actor.units))
    if actor.role is not Role.PARTNER:
        return nothing(PartyNaming)
    own = PartyNaming.filter(party_id__in=Subquery(parties_visible_to(actor).values("id")))
    told = selected(PartyNaming, "id", TOLD, actor.organization_id)
    shown = PartyNaming.filter(Q(id__in=Subquery(own.values("id"))) | told)
    return shown.filter(agreement_id__in=Subquery(visible_to(actor).values("id")))


@verb(*LIAISONS)
async def name_party(
    actor: Actor, party_id: UUID, *, agreed_on: date | None = None, name: str = "", version: int | None = None
) -> PartyNaming:
    """公表の同意: a party has consented, today unless told, to be named; as it is registered unless told otherwise.

    Raises Conflict for one that has consented already, WrongState for an agreement that is over.
    """
    party = await records.find(parties_visible_to(actor), party_id, version)
    agreement = await records.see(visible_to(actor), party.agreement_id)
    must_be_in(LABELS, agreement.status, *(status for status in AgreementStatus if status not in OVER))
    day = agreed_on or actor.today
    if day > actor.today:
        raise Invalid("同意した日に先の日付は指定できません。", field="agreed_on")
    if name:
        records.must_say(name, "公表する名称", "name")
    told = name or await called(party)
    whose = {"unit_id": party.unit_id, "agreement_id": agreement.id, "party_id": party.id}
    naming = await records.create(actor, PartyNaming, "party-named", name=told, agreed_on=day, **whose)
    await records.touch(actor, party)
    return naming


async def called(party: AgreementParty) -> str:
    """As the body or the unit is registered."""
    if party.organization_id is not None:
        return (await Organization.get(id=party.organization_id)).name
    return (await Unit.get(id=party.police_unit_id)).name


@verb(*LIAISONS)
async def unname_party(
    actor: Actor,
    naming_id: UUID,
    *,
    on: date | None = None,
    title: str | None = None,
    purpose: str | None = None,
    number: str | None = None,
    place: str | None = None,
    theme: str | None = None,
    version: int | None = None,
) -> PartyNaming:
    """同意の撤回: the party is named no more; `on`, today unless told, is the day on which it said so.

    The same consent ends where it was carried over from, or to. What partners are told of what was approved is said
    anew with it, where the name stands in it. Raises WrongState where it has done so before, and where the name would
    stay; Invalid for a text without it.
    """
    known = await records.see(namings_visible_to(actor), naming_id)
    await records.see(visible_to(actor), known.agreement_id)
    chain = await _chain(known.agreement_id)
    naming = await records.find(namings_visible_to(actor), naming_id, version)
    if naming.ended_on is not None:
        raise WrongState(f"この同意は{naming.ended_on:%Y年%-m月%-d日}に撤回されています。")
    day = on or actor.today
    if not naming.agreed_on <= day <= actor.today:
        raise Invalid("撤回した日は、同意した日から今日までの日付にしてください。", field="on")
    same = await _same(naming, chain)
    for one in same:
        await records.touch(actor, await records.find(parties_visible_to(actor), one.party_id))
        await _end(actor, one, day)
    told = {"title": title, "purpose": purpose, "number": number, "signed_at": place, "research_theme": theme}
    with meaning(signed_at="place", research_theme="theme"):
        said = {field: text for field, text in told.items() if text is not None}
        await _reword(actor, [(one, await _hidden_since(one, same)) for one in chain], said)
    return same[0]


async def _chain(agreement_id: UUID) -> list[Agreement]:
    """The agreement with all that it renews or that renew it, locked, the newest first, as signing takes them."""
    found: set[UUID] = set()
    near = {agreement_id}
    while not near <= found:
        found |= near
        rows = await Agreement.filter(Q(id__in=[*found]) | Q(renews_id__in=[*found])).values_list("id", "renews_id")
        near = {id for pair in rows for id in pair if id}
    return await Agreement.filter(any_of(Agreement, "id", found)).order_by("-id").select_for_update()


async def _same(naming: PartyNaming, chain: Sequence[Agreement]) -> list[PartyNaming]:
    """The consent, locked, and those that a renewal has carried over from it, or it from them: of the same body and
    day."""
    party = await AgreementParty.get(id=naming.party_id)
    whose = {"organization_id": party.organization_id, "police_unit_id": party.police_unit_id}
    elsewhere = any_of(AgreementParty, "agreement_id", [one.id for one in chain])
    others = AgreementParty.filter(elsewhere, **whose).exclude(id=party.id)
    carried = PartyNaming.filter(party_id__in=Subquery(others.values("id")), agreed_on=naming.agreed_on, ended_on=None)
    return [naming, *await carried.order_by("id").select_for_update()]


async def _hidden_since(agreement: Agreement, ended: Sequence[PartyNaming]) -> list[str]:
    """Whom it may not name any more, once these have ended: where none of them was its own, the body alone, unless that
    is a party of this one by itself."""
    if any(one.agreement_id == agreement.id for one in ended):
        return await _hidden(agreement)
    party = await AgreementParty.get(id=ended[0].party_id)
    own = AgreementParty.filter(agreement_id=agreement.id, removed_at=None, organization_id=party.organization_id)
    if party.organization_id is None or await own.exists():
        return []
    return [await called(party), *(one.name for one in ended)]


Objection = Callable[[Agreement], Awaitable[None]]
OBJECTIONS: list[Objection] = []


def when_taken_back(objection: Objection) -> Objection:
    """Register what refuses that a consent is taken back while the name stands in what others are told."""
    OBJECTIONS.append(objection)
    return objection


async def _reword(actor: Actor, agreements: Sequence[tuple[Agreement, Sequence[str]]], said: Mapping[str, str]) -> None:
    """Say without the names that each may not tell what partners are told of agreements that nobody can correct any
    more, and nothing else otherwise."""
    hidden = {one.id: names for one, names in agreements}
    fixed = [one for one, _ in agreements if one.signed_on or one.status is AgreementStatus.AWAITING_SIGNATURE]
    naming = {
        one.id: {field for field, text in _texts(one).items() if _found({field: text}, hidden[one.id])} for one in fixed
    }
    for field in said:
        if not any(field in fields for fields in naming.values()):
            raise Invalid(
                f"協定の{TELLING[field]}には、公表に同意していない当事者の名称が入っていません。決裁の後に書き直せるのは、"
                "名称が入っている項目だけです。決裁前の案は「訂正」で書き直してください。",
                field=field,
            )
    for one, _ in agreements:
        for objection in OBJECTIONS:
            await objection(one)
    for one in fixed:
        told = {field: text for field, text in said.items() if field in naming[one.id]}
        _must_be_gone({**_texts(one), **told}, hidden[one.id])
        if "research_theme" in told:
            records.must_say(told["research_theme"], "研究のテーマ", "research_theme")
        if told:
            told |= titled(told["title"]) if "title" in told else {}
            await records.change(actor, one, "agreement-names-taken-out", **told)


def _must_be_gone(texts: Mapping[str, str], hidden: Iterable[str]) -> None:
    if (found := _found(texts, hidden)) is not None:
        field, name = found
        what = TELLING[field]
        raise WrongState(
            f"協定の{what}に「{name}」の名称が入っていて、ほかの当事者に知られます。撤回とあわせて、当事者の名前の"
            f"入らない{what}を入力してください。",
            field=field,
        )


async def _end(author: Author, naming: PartyNaming, day: date) -> PartyNaming:
    return await records.change(author, naming, "party-named-no-more", ended_on=day)


async def forget_naming(author: Author, party: AgreementParty) -> None:
    """Whoever is taken out of a draft is named no more."""
    for naming in await PartyNaming.filter(party_id=party.id, ended_on=None).select_for_update():
        await _end(author, naming, author.now.astimezone(TOKYO).date())


async def carry_over_naming(author: Author, before: AgreementParty, after: AgreementParty) -> None:
    """Whoever consented to be named goes on to be named when the agreement is renewed: the consent is of the same
    day."""
    for naming in await PartyNaming.filter(party_id=before.id, ended_on=None):
        whose = {"unit_id": after.unit_id, "agreement_id": after.agreement_id, "party_id": after.id}
        told = {"name": naming.name, "agreed_on": naming.agreed_on}
        await records.create(author, PartyNaming, "party-naming-carried-over", **whose, **told)


async def must_not_name(agreement: Agreement, *more: UUID, **said: str) -> None:
    """Raises WrongState where anything of it that its bodies are told, as it is `said` now, has the name of one of them
    that has not consented; `more` are bodies that are to be told beside its parties."""
    hidden, is_draft = await _hidden(agreement, *more), agreement.status in DRAFTS
    must_tell_none({**_texts(agreement), **said}, hidden, entered=said, how="案のうちに" if is_draft else None)


async def must_not_say(agreement: Agreement, *, to: UUID | None = None, how: str | None = None, **said: str) -> None:
    """Raises WrongState where what is `said`, to all of its bodies or `to` one, names another that has not consented.
    It is said now, unless told `how` it can be said anew."""
    must_tell_none(said, await _hidden(agreement, to=to), entered=() if how else said, how=how)


def must_tell_none(
    texts: Mapping[str, str], hidden: Iterable[str], *, entered: Container[str], how: str | None = None
) -> None:
    """Raises WrongState where one of these texts has one of these names; with the field, where it is `entered` now,
    else with `how` it can be said anew."""
    if (found := _found(texts, hidden)) is None:
        return
    field, name = found
    what = TELLING[field]
    anew = "" if field in entered else how
    raise WrongState(
        f"協定の{what}に、公表に同意していない「{name}」の名称が入っています。{what}はほかの当事者にも知られます。"
        f"{'' if anew is None else f'{anew}{what}を書き直すか、'}この当事者の公表の同意を先に入力してください。",
        field=field if field in entered else None,
    )


async def tells(agreement: Agreement, text: str, *, to: UUID | None = None) -> bool:
    """Whether a text would tell all of its bodies, or `to` one, of another that has not consented."""
    return _found({"title": text}, await _hidden(agreement, to=to)) is not None


def _found(texts: Mapping[str, str], hidden: Iterable[str]) -> tuple[str, str] | None:
    """A text with a name in it, as searches fold it and without the form of the company."""
    keys = {field: search_key(text) for field, text in texts.items()}
    for name in hidden:
        for field, key in keys.items():
            if len(stem := search_stem(name)) > 1 and stem in key:
                return field, name
    return None


def _texts(agreement: Agreement) -> dict[str, str]:
    return {field: getattr(agreement, field) for field in COLUMNS}


async def _hidden(agreement: Agreement, *more: UUID, to: UUID | None = None) -> list[str]:
    """The names of its bodies that have not consented, also those by which they had, where other bodies, these among
    them, could be told them."""
    parties = await AgreementParty.filter(agreement_id=agreement.id, side=Side.PARTNER, removed_at=None)
    namings = await PartyNaming.filter(agreement_id=agreement.id).order_by("id")
    consenting = {one.party_id for one in namings if one.ended_on is None}
    bodies = {one.id: one.organization_id for one in parties if one.organization_id}
    if len({*bodies.values(), *more}) < 2:
        return []
    hidden = set(bodies.values()) - {body for id, body in bodies.items() if id in consenting} - {to}
    registered = await Organization.filter(any_of(Organization, "id", hidden)).order_by("id") if hidden else []
    told = [one.name for one in namings if bodies.get(one.party_id) in hidden]
    return [*dict.fromkeys([*(body.name for body in registered), *told])]


# The title of an agreement may name its parties: it is told only where each body that stands in it has consented.
_PUBLIC = """
    WITH standing AS (
        SELECT agreement.id AS agreement_id, agreement.kind, agreement.title, agreement.kana_order, agreement.unit_id,
            party.id AS party_id, party.side, party.acceded_on, named.name
        FROM agreement
        JOIN agreement_party party ON party.agreement_id = agreement.id AND party.removed_at IS NULL
            AND party.acceded_on <= $2 AND coalesce(party.withdrawn_on > $2, true)
        LEFT JOIN party_naming named ON named.party_id = party.id AND named.ended_on IS NULL
        WHERE agreement.unit_id = ANY ($1) AND agreement.effective_on <= $2
            AND coalesce(least(agreement.ended_on, agreement.lasts_until) >= $2, true)
            AND agreement.status IN ('IN_FORCE', 'RENEWING'))
    SELECT one.name, one.kind, one.acceded_on, unit.name AS unit_name, CASE WHEN NOT EXISTS (
        SELECT FROM standing other WHERE other.agreement_id = one.agreement_id AND other.side = 'PARTNER'
            AND other.name IS NULL) THEN one.title ELSE '' END AS title
    FROM standing one JOIN unit ON unit.id = one.unit_id
    WHERE one.name IS NOT NULL AND one.side = 'PARTNER'
    ORDER BY one.kana_order COLLATE "C", one.agreement_id, one.acceded_on, one.name COLLATE "C", one.party_id"""


@dataclass(frozen=True)
class PublicParty:
    """A body that may be named as a party of an agreement in force; `title` is empty where it might name others."""

    name: str
    kind: AgreementKind
    title: str
    acceded_on: date
    unit_name: str


@verb(*LIAISONS, only_reads=True)
async def list_public_parties(actor: Actor) -> list[PublicParty]:
    """The bodies that the actor's units may publish today as parties of their agreements, by the order of these."""
    rows = await database.rows(_PUBLIC, list(actor.units), actor.today)
    return [PublicParty(**{**row, "kind": AgreementKind(row["kind"])}) for row in rows]
