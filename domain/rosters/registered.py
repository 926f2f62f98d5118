"""What is there already of the agreements that a register tells, by its columns: a list changes nothing of it, and
names what to use instead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from domain import agreements
from domain.actor import Actor
from domain.agreements import (
    STANDING,
    Agreement,
    AgreementAmendment,
    AgreementExtension,
    AgreementParty,
    AmendmentStatus,
    ExtensionKind,
    PaperAgreement,
    PaperAmendment,
    PaperOutput,
    PartyNaming,
    ResearchOutput,
)
from domain.criteria import any_of
from domain.errors import Invalid
from domain.japanese import search_key
from domain.rosters.lines import Line
from domain.values import dataclass

OF_AGREEMENT = frozenset(PaperAgreement.__annotations__) - {"parties", "unit_id", "responsible_id", "renews"}
DIFFERS = "登録済みの協定と違います。協定書を確かめ、名簿を直してください（署名後の協定は書き換えられません）。"
OTHERWISE = "登録済みの協定と違います。協定書と確かめ、名簿を直すか、{instead} で入力してください。"
ANOTHER = "別の協定のときは、登録済みの協定の行も同じ名簿に入れ、それぞれの整理番号と文書番号を入力してください。"
INSTEAD: Mapping[str, str] = {
    "number": "correctAgreementNumber",
    **dict.fromkeys(("more_numbers", "classification_code", "retention_years"), "fileAgreement"),
    **dict.fromkeys(("extended_until", "extended_on"), "extendAgreement"),
    "notice_given_on": "giveAgreementNotice",
    "amendments": "proposeAgreementAmendment",
    **dict.fromkeys(("research_theme", "research_from", "research_to"), "planJointResearch"),
    "outputs": "noteResearchOutput か takeBackResearchOutput",
    "responsible": "entrustAgreement",
    "withdrawn_on": "withdrawAgreementParty",
    **dict.fromkeys(("agreed_on", "public_name"), "unnameAgreementParty と nameAgreementParty"),
}
"""With what the desk enters each thing that may change after signing."""


class Base(NamedTuple):
    """What an agreement is called first: its folded title and the day on which it was signed."""

    title: str
    signed_on: date


@dataclass
class Registered:
    """One agreement that is there, with whoever is or was a party, and what has changed it."""

    agreement: Agreement
    parties: list[AgreementParty]
    extension: AgreementExtension | None = None
    amendments: Sequence[PaperAmendment] = ()
    outputs: Sequence[PaperOutput] = ()
    namings: Mapping[UUID, PartyNaming] = field(default_factory=dict)

    def has(self, ids: set[UUID]) -> bool:
        return any(party.organization_id in ids for party in self.parties)

    def of(self, who: UUID) -> list[AgreementParty]:
        return [party for party in self.parties if who in (party.organization_id, party.police_unit_id)]

    def told(self) -> dict[str, Any]:
        """What is known of it, by the columns of the list."""
        one, extension = self.agreement, self.extension
        told = {
            name: getattr(one, name) for name in OF_AGREEMENT - {"title", "signed_on", "ended_on"} if hasattr(one, name)
        }
        told |= {"extended_until": extension and extension.until, "extended_on": extension and extension.decided_on}
        told |= {"is_standing": one.status in STANDING, "amendments": self.amendments}
        told |= {"outputs": self.outputs}
        if one.status not in STANDING:
            told["ended_on"] = one.ended_on
        if not one.reason:
            del told["reason"]
        return told


async def find_registered(actor: Actor, lines: Sequence[Line]) -> Mapping[Base, list[Registered]]:
    """What is there already of the days that the lines tell."""
    days = sorted({day for line in lines if (day := line.says("signed_on"))})
    signed = await agreements.visible_to(actor).filter(signed_on__in=days).order_by("id") if days else []
    parties: dict[UUID, list[AgreementParty]] = defaultdict(list)
    of_these = any_of(AgreementParty, "agreement_id", [one.id for one in signed])
    for party in await agreements.parties_visible_to(actor).filter(of_these).order_by("acceded_on", "id"):
        parties[party.agreement_id].append(party)
    ids = [one.id for one in signed]
    decided = agreements.extensions_visible_to(actor).filter(any_of(AgreementExtension, "agreement_id", ids))
    extended = {one.agreement_id: one for one in await decided.filter(kind=ExtensionKind.EXTENSION).order_by("until")}
    consents = agreements.namings_visible_to(actor).filter(any_of(PartyNaming, "agreement_id", ids), ended_on=None)
    namings = {one.party_id: one for one in await consents}
    amended: dict[UUID, list[PaperAmendment]] = defaultdict(list)
    agreed = agreements.amendments_visible_to(actor).filter(any_of(AgreementAmendment, "agreement_id", ids))
    for change in await agreed.filter(status=AmendmentStatus.AGREED).order_by("effective_on", "id"):
        amended[change.agreement_id].append(PaperAmendment(change.effective_on, change.changes))
    made: dict[UUID, list[PaperOutput]] = defaultdict(list)
    of_research = agreements.outputs_visible_to(actor).filter(any_of(ResearchOutput, "agreement_id", ids))
    for output in await of_research.order_by("produced_on", "id"):
        made[output.agreement_id].append(PaperOutput(output.produced_on, output.kind, output.title))
    found: dict[Base, list[Registered]] = defaultdict(list)
    for one in signed:
        if one.signed_on is not None:
            known = Registered(one, parties[one.id], extended.get(one.id), amended[one.id], made[one.id], namings)
            found[Base(search_key(one.title), one.signed_on)].append(known)
    return found


def of_party(party: AgreementParty, naming: PartyNaming | None) -> dict[str, Any]:
    """What is known of a party, by the columns of the list."""
    told = {name: getattr(party, name) for name in ("withdrawn_on", "signatory_title", "signatory_name")}
    return {**told, "agreed_on": naming and naming.agreed_on, "public_name": naming and naming.name}


def must_be_as_known(line: Line, name: str, known: Any) -> None:
    """What a line does not tell is no other; words are the same as searches fold them. Raises Invalid."""
    told = line.facts.get(name)
    if told not in (None, "", ()) and _alike(told) != _alike(known):
        message = OTHERWISE.format(instead=INSTEAD[name]) if name in INSTEAD else DIFFERS
        raise Invalid(message + (ANOTHER if name == "number" else ""), field=name)


def _alike(told: Any) -> Any:
    if isinstance(told, (list, tuple)):
        return sorted(search_key(str(one)) for one in told)
    return search_key(told) if isinstance(told, str) else told
