"""台帳からの入力: agreements that exist on paper already, as the register says that they were signed.

Nobody at the desk has approved them, and nothing says so: they have no approver, and the journal calls each of them
entered from paper. So headquarters alone may enter them. They stand where the days say that they stand today, and
whatever has renewed itself meanwhile has done so on the days on which it did. A renewal is entered as an agreement of
its own, which takes over from the former: its parties are those that the register tells, who have signed it anew.
Source: S1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from domain import records
from domain.actor import Actor, Role
from domain.agreements.agreement import Agreement, AgreementParty, AgreementStatus, Side, titled, visible_to
from domain.agreements.amending import AgreementAmendment, AmendmentStatus
from domain.agreements.drafting import named
from domain.agreements.lasting import AgreementExtension, ExtensionKind
from domain.agreements.naming import PartyNaming
from domain.agreements.paper import (
    Course,
    PaperAgreement,
    PaperAmendment,
    PaperOutput,
    PaperParty,
    course_of,
    documented,
    must_be_renewable,
    must_be_research,
    must_have_been_amended,
    must_have_both_sides,
    must_name_none,
    must_stand_in,
)
from domain.agreements.renewing import hand_over, must_follow
from domain.agreements.researching import ResearchOutput
from domain.errors import Conflict, NotFound
from domain.verbs import verb

FACT = "entered-from-paper"
RENEWAL = "更新"
"""What registers give as the reason for which an agreement ended that was renewed, which its state says."""


@verb(Role.HQ_LIAISON)
async def enter_signed(actor: Actor, papers: Sequence[PaperAgreement]) -> list[Agreement]:
    """Enter agreements that were signed on paper, with their parties, as they stand today; all of them or none.

    Raises what `course_of`, `documented`, `must_stand_in`, `must_have_been_amended`, `must_be_research`,
    `must_have_both_sides`, `must_name_none` and `must_be_renewable` refuse, NotFound for another's unit, Conflict for a
    body that is twice a party of one agreement at a time, or for one that is renewed twice.
    """
    courses = _courses(actor, papers)
    for paper, course in zip(papers, courses, strict=True):
        if paper.unit_id not in actor.units:
            raise NotFound(records.MISSING, field="unit_id")
        for party in paper.parties:
            must_stand_in(actor, course, party)
        must_have_been_amended(actor, paper, course)
        must_be_research(actor, paper, course)
        must_have_both_sides(course, paper.parties)
        must_name_none(paper)
    whole = list(zip(papers, courses, strict=True))
    made = await _enter_all(actor, whole)
    steps = [_step(made[id(paper)], step) for paper, course in whole for step in course.steps]
    await records.create_many(actor, AgreementExtension, f"agreement-extension-{FACT}", steps)
    changes = [_amendment(made[id(paper)], change) for paper in papers for change in paper.amendments]
    await records.create_many(actor, AgreementAmendment, f"amendment-{FACT}", changes)
    outputs = [_output(made[id(paper)], output) for paper in papers for output in paper.outputs]
    await records.create_many(actor, ResearchOutput, f"research-output-{FACT}", outputs)
    joined = [(made[id(paper)], course, party) for paper, course in whole for party in paper.parties]
    await _join_all(actor, joined)
    for paper in papers:
        if isinstance(paper.renews, Agreement):
            await _take_over(actor, paper.renews, made[id(paper)])
    return [made[id(paper)] for paper in papers]


async def _enter_all(actor: Actor, whole: Sequence[tuple[PaperAgreement, Course]]) -> dict[int, Agreement]:
    """The rows by the identity of their papers, each after the one that it renews."""
    made: dict[int, Agreement] = {}
    while waiting := [one for one in whole if id(one[0]) not in made]:
        ready = [one for one in waiting if not isinstance(one[0].renews, PaperAgreement) or id(one[0].renews) in made]
        if not ready:
            raise NotFound(records.MISSING, field="renews")
        rows = [_row(actor, paper, course, made) for paper, course in ready]
        entered = await records.create_many(actor, Agreement, f"agreement-{FACT}", rows)
        made |= {id(paper): row for (paper, _), row in zip(ready, entered, strict=True)}
    return made


def _courses(actor: Actor, papers: Sequence[PaperAgreement]) -> list[Course]:
    """How each stands, given which of them takes over from which. Raises Conflict where two do so from one."""
    renewals: dict[int, date] = {}
    for paper in papers:
        if isinstance(paper.renews, PaperAgreement):
            if id(paper.renews) in renewals:
                raise Conflict("この協定の更新はすでに作られています。", field="renews")
            renewals[id(paper.renews)] = paper.effective_on or paper.signed_on
    courses = [course_of(actor, paper, renewals.get(id(paper))) for paper in papers]
    for paper, course in zip(papers, courses, strict=True):
        if id(paper) in renewals:
            must_follow(course.effective_on, course.lasts_until, renewals[id(paper)])
    return courses


async def _take_over(actor: Actor, known: Agreement, new: Agreement) -> None:
    """From an agreement that is there already, where it stands and the new one's first day has come."""
    old = await records.find(visible_to(actor), known.id)
    if new.effective_on is not None:
        must_be_renewable(old, new.effective_on)
    await hand_over(actor, old, new)


def _row(actor: Actor, paper: PaperAgreement, course: Course, made: Mapping[int, Agreement]) -> dict[str, Any]:
    is_renewed = course.status is AgreementStatus.RENEWED
    old = made[id(paper.renews)] if isinstance(paper.renews, PaperAgreement) else paper.renews
    as_told = ("unit_id", "responsible_id", "kind", "signed_on", "signed_at", "purpose", "expires_on")
    research = ("research_theme", "research_from", "research_to")
    lasting = ("auto_renews_months", "notice_days", "notice_given_on")
    stands = ("status", "effective_on", "lasts_until", "ended_on")
    return {
        **{name: getattr(paper, name) for name in (*as_told, *research, *lasting)},
        **{name: getattr(course, name) for name in stands},
        **documented(paper),
        **titled(paper.title),
        "items": named(paper.items),
        "author_id": actor.person_id,
        "reason": "" if is_renewed and paper.reason == RENEWAL else paper.reason,
        "renews_id": old.id if old else None,
    }


def _step(agreement: Agreement, step: tuple[ExtensionKind, date, date]) -> dict[str, Any]:
    kind, until, day = step
    whose = {"unit_id": agreement.unit_id, "agreement_id": agreement.id}
    return {**whose, "kind": kind, "until": until, "decided_on": day}


def _amendment(agreement: Agreement, change: PaperAmendment) -> dict[str, Any]:
    whose = {"unit_id": agreement.unit_id, "agreement_id": agreement.id, "author_id": agreement.author_id}
    told = {"effective_on": change.effective_on, "changes": change.changes}
    return {**whose, **told, "status": AmendmentStatus.AGREED}


def _output(agreement: Agreement, output: PaperOutput) -> dict[str, Any]:
    whose = {"unit_id": agreement.unit_id, "agreement_id": agreement.id}
    return {**whose, "kind": output.kind, "title": output.title, "produced_on": output.produced_on}


async def _join_all(actor: Actor, joined: Sequence[tuple[Agreement, Course, PaperParty]]) -> None:
    """The parties, and who of them has consented to be named."""
    rows = [_joined(agreement, course, party) for agreement, course, party in joined]
    made = await records.create_many(actor, AgreementParty, f"party-{FACT}", rows)
    consents = [
        {
            "unit_id": row.unit_id,
            "agreement_id": row.agreement_id,
            "party_id": row.id,
            "name": party.public_name or party.who.name,
            "agreed_on": party.agreed_on,
        }
        for row, (_, _, party) in zip(made, joined, strict=True)
        if party.agreed_on is not None
    ]
    await records.create_many(actor, PartyNaming, f"party-naming-{FACT}", consents)


def _joined(agreement: Agreement, course: Course, party: PaperParty) -> dict[str, Any]:
    signed = {name: getattr(party, name) for name in ("withdrawn_on", "signatory_title", "signatory_name")}
    return {
        "unit_id": agreement.unit_id,
        "agreement_id": agreement.id,
        "side": party.side,
        "police_unit_id": party.who.id if party.side is Side.POLICE else None,
        "organization_id": party.who.id if party.side is Side.PARTNER else None,
        "acceded_on": party.acceded_on or course.effective_on,
        **signed,
    }
