"""紙の協定: an agreement with its parties as the register tells it that was kept until now, and how it stands today as
its days say. Source: S1."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from domain.actor import Actor
from domain.agreements.agreement import (
    LONGEST_AHEAD,
    STANDING,
    Agreement,
    AgreementKind,
    AgreementStatus,
    CooperationItem,
    Side,
)
from domain.agreements.amending import AgreementAmendment
from domain.agreements.filing import kept_for, numbered
from domain.agreements.lasting import ExtensionKind, must_be_possible, turns
from domain.agreements.naming import must_tell_none
from domain.agreements.renewing import must_follow
from domain.agreements.researching import OutputKind
from domain.agreements.signing import must_be_in_order
from domain.errors import Incomplete, Invalid, WrongState, meaning
from domain.organizations import Organization
from domain.records import must_fit
from domain.states import said
from domain.units import Unit
from domain.values import dataclass

RESEARCH = ("research_theme", "research_from", "research_to", "outputs")


@dataclass(frozen=True)
class PaperParty:
    """A party as the register tells it: since the first day unless told, and its signatory as far as that is known.
    `agreed_on` is when it consented to be named, by its own name unless `public_name` says otherwise."""

    who: Organization | Unit
    acceded_on: date | None = None
    withdrawn_on: date | None = None
    signatory_title: str = ""
    signatory_name: str = ""
    agreed_on: date | None = None
    public_name: str = ""

    @property
    def side(self) -> Side:
        return Side.POLICE if isinstance(self.who, Unit) else Side.PARTNER


@dataclass(frozen=True)
class PaperAmendment:
    """What both sides have changed, from a day on."""

    effective_on: date
    changes: str

    def __str__(self) -> str:
        return f"{self.effective_on} {self.changes}"


@dataclass(frozen=True)
class PaperOutput:
    """What has come of joint research, on a day."""

    produced_on: date
    kind: OutputKind
    title: str

    def __str__(self) -> str:
        return f"{self.produced_on} {self.kind} {self.title}"


@dataclass(frozen=True)
class PaperAgreement:
    """An agreement as the register tells it; without `expires_on` it is open-ended. `extended_until` is the last day to
    which both sides have extended it, `extended_on` when they decided so; `ended_on` the last day of one that is over.
    """

    unit_id: UUID
    responsible_id: UUID
    kind: AgreementKind
    title: str
    signed_on: date
    parties: Sequence[PaperParty] = ()
    effective_on: date | None = None
    expires_on: date | None = None
    extended_until: date | None = None
    extended_on: date | None = None
    auto_renews_months: int = 0
    notice_days: int = 0
    notice_given_on: date | None = None
    ended_on: date | None = None
    reason: str = ""
    number: str = ""
    more_numbers: Sequence[str] = ()
    classification_code: str = ""
    retention_years: int | None = None
    signed_at: str = ""
    purpose: str = ""
    items: Sequence[CooperationItem] = ()
    amendments: Sequence[PaperAmendment] = ()
    research_theme: str = ""
    research_from: date | None = None
    research_to: date | None = None
    outputs: Sequence[PaperOutput] = ()
    renews: PaperAgreement | Agreement | None = None


@dataclass(frozen=True)
class Course:
    """How it stands today, and by which steps beyond its last day as signed it has come there."""

    status: AgreementStatus
    effective_on: date
    lasts_until: date | None
    ended_on: date | None
    steps: Sequence[tuple[ExtensionKind, date, date]]
    """Of each its kind, its new last day, and the day on which it was decided or began by itself."""

    @property
    def last_day(self) -> date | None:
        return self.ended_on or self.lasts_until


def course_of(actor: Actor, paper: PaperAgreement, renewed_on: date | None = None) -> Course:
    """締結済, 満了, 解除, or 更新済 where another has taken over from it on a day; by its days. Raises Invalid for days
    out of order, and for one that was ended early without a reason."""
    begins = paper.effective_on or paper.signed_on
    must_be_in_order(actor, paper.signed_on, begins, paper.expires_on)
    must_be_possible(paper.auto_renews_months, paper.notice_days)
    if paper.expires_on is None and (paper.auto_renews_months or paper.extended_until):
        raise Invalid("自動更新や延長のある協定には、協定書の満了日を入力してください。", field="expires_on")
    steps = _extended(actor, paper)
    lasts = paper.extended_until or paper.expires_on
    _must_be_past(actor, paper, begins)
    renewed = renewed_on and renewed_on - timedelta(days=1)
    until = min(day for day in (actor.today, paper.notice_given_on, paper.ended_on, renewed) if day)
    for first, last in turns(lasts, paper.auto_renews_months, until):
        steps.append((ExtensionKind.AUTOMATIC, last, first))
        lasts = last
    if renewed and renewed < actor.today:
        return Course(AgreementStatus.RENEWED, begins, lasts, _ended_by(paper, renewed), steps)
    if paper.ended_on is None and (lasts is None or lasts >= actor.today):
        return Course(AgreementStatus.IN_FORCE, begins, lasts, None, steps)
    ended = paper.ended_on or lasts
    if ended == lasts:
        return Course(AgreementStatus.EXPIRED, begins, lasts, ended, steps)
    if lasts is not None and ended is not None and ended > lasts:
        raise Invalid(
            "終わった日は満了日までの日付にしてください。続いていたのなら延長を入力してください。", field="ended_on"
        )
    said(paper.reason)
    return Course(AgreementStatus.TERMINATED, begins, lasts, ended, steps)


def _ended_by(paper: PaperAgreement, renewed: date) -> date:
    """The last day of one that was renewed. Raises Invalid where another is told."""
    if paper.ended_on not in (None, renewed):
        message = "更新された協定です。終わった日は、更新後の協定の発効日の前日にするか、空欄にしてください。"
        raise Invalid(message, field="ended_on")
    return renewed


def must_be_renewable(old: Agreement, begins: date) -> None:
    """Raises WrongState or Invalid for an agreement that is there and did not go over into one of that first day."""
    must_follow(old.effective_on, old.lasts_until, begins)
    before = begins - timedelta(days=1)
    if old.status not in STANDING and (old.status is not AgreementStatus.EXPIRED or old.ended_on != before):
        message = "更新前の協定は、更新後の協定の発効日の前日まで続いたものとして登録されていません。"
        raise WrongState(message, field="renews")


def _extended(actor: Actor, paper: PaperAgreement) -> list[tuple[ExtensionKind, date, date]]:
    until, day = paper.extended_until, paper.extended_on
    if until is None and day is None:
        return []
    if until is None or (paper.expires_on and until <= paper.expires_on):
        raise Invalid("延長後の満了日は、協定書の満了日より後にしてください。", field="extended_until")
    if day is None or not paper.signed_on <= day <= actor.today:
        raise Invalid("延長を決めた日は、締結日から今日までの日付にしてください。", field="extended_on")
    return [(ExtensionKind.EXTENSION, until, day)]


def _must_be_past(actor: Actor, paper: PaperAgreement, begins: date) -> None:
    given, ended = paper.notice_given_on, paper.ended_on
    if given and not paper.auto_renews_months:
        message = "自動更新しない協定です。更新しない旨を通知した日は空欄にしてください。"
        raise Invalid(message, field="notice_given_on")
    if given and not paper.signed_on <= given <= actor.today:
        raise Invalid("更新しない旨を通知した日は、締結日から今日までの日付にしてください。", field="notice_given_on")
    if ended and not begins <= ended <= actor.today:
        raise Invalid("終わった日は、発効日から今日までの日付にしてください。", field="ended_on")


def documented(paper: PaperAgreement) -> dict[str, Any]:
    """Under what the document is filed, and for how long. Raises Invalid for years or numbers that none has."""
    filed: dict[str, Any] = {"number": paper.number, "classification_code": paper.classification_code}
    filed |= {"more_numbers": numbered(paper.more_numbers)}
    return filed | (kept_for(paper.signed_on, paper.retention_years) if paper.retention_years is not None else {})


def must_have_been_amended(actor: Actor, paper: PaperAgreement, course: Course) -> None:
    """Raises Invalid for an amendment that says nothing, or not from a day of the agreement; one without an end is
    amended a year ahead at most."""
    last = course.last_day or actor.today + LONGEST_AHEAD
    for change in paper.amendments:
        with meaning(changes="amendments"):
            must_fit(AgreementAmendment, {"changes": change.changes})
        if not change.changes.strip() or not course.effective_on <= change.effective_on <= last:
            message = "変更協定は、協定の発効日から終わりまでの日付と、変わったことを入力してください。"
            raise Invalid(message, field="amendments")


def must_be_research(actor: Actor, paper: PaperAgreement, course: Course) -> None:
    """Raises Invalid for a theme, a period or outputs of what is no joint research, or for a part of them alone or
    out of order; outputs are of the days of the agreement that have come."""
    for name in RESEARCH:
        if getattr(paper, name) and paper.kind is not AgreementKind.JOINT_RESEARCH:
            raise Invalid("種別が「共同研究」の協定だけに入力してください。", field=name)
    if paper.research_from is None and (paper.research_theme or paper.research_to):
        raise Invalid("研究のテーマと期間は、始まりの日と一緒に入力してください。", field="research_from")
    if paper.research_from and not paper.research_theme.strip():
        raise Invalid("研究の期間は、テーマと一緒に入力してください。", field="research_theme")
    if paper.research_from and paper.research_to and paper.research_to < paper.research_from:
        raise Invalid("研究の終わりは始まり以後の日付にしてください。", field="research_to")
    last = min(actor.today, course.last_day or date.max)
    for output in paper.outputs:
        if not output.title.strip() or not course.effective_on <= output.produced_on <= last:
            message = "研究の成果は、名称と、協定の発効日から終わり（今日）までの日付を入力してください。"
            raise Invalid(message, field="outputs")


def must_stand_in(actor: Actor, course: Course, party: PaperParty) -> None:
    """Raises Invalid for a party whose days are not those of the agreement, or whose consent is to come."""
    begins, last = party.acceded_on or course.effective_on, course.last_day or date.max
    if not course.effective_on <= begins <= last:
        raise Invalid("参画日は、協定の発効日から終わりまでの日付にしてください。", field="acceded_on")
    left = party.withdrawn_on
    if left is not None and not begins <= left <= (last if last == date.max else last + timedelta(days=1)):
        raise Invalid("脱退日は、参画日から協定の終わりの翌日までの日付にしてください。", field="withdrawn_on")
    if party.agreed_on is not None and party.agreed_on > actor.today:
        raise Invalid("公表に同意した日に先の日付は指定できません。", field="agreed_on")
    if party.public_name and party.agreed_on is None:
        raise Invalid("公表する名称があります。公表に同意した日も入力してください。", field="agreed_on")


def must_have_both_sides(course: Course, parties: Sequence[PaperParty]) -> None:
    """Raises Incomplete where on a day of the agreement nobody stands on one of its sides."""
    for side, called in ((Side.POLICE, "警察（甲）"), (Side.PARTNER, "団体（乙）")):
        same = [party for party in parties if party.side is side]
        if _bare_from(course, same) <= (course.last_day or date.max - timedelta(days=1)):
            message = f"{called}の当事者がいない日があります。当事者の行と、参画日・脱退日を確かめてください。"
            raise Incomplete(message, field="organization")


def _bare_from(course: Course, parties: Iterable[PaperParty]) -> date:
    bare = course.effective_on
    for party in sorted(parties, key=lambda party: party.acceded_on or course.effective_on):
        if (party.acceded_on or course.effective_on) <= bare:
            bare = max(bare, party.withdrawn_on or date.max)
    return bare


def must_name_none(paper: PaperAgreement) -> None:
    """Raises WrongState, with the field, where what is told to its bodies has the name of one that has not consented
    (X10)."""
    bodies = [(party.who.name, party) for party in paper.parties if party.side is Side.PARTNER]
    if len({party.who.id for _, party in bodies}) < 2:
        return
    consenting = {party.who.id for _, party in bodies if party.agreed_on is not None}
    hidden = dict.fromkeys(name for name, party in bodies if party.who.id not in consenting)
    told = ("title", "purpose", "number", "signed_at", "research_theme")
    must_tell_none({name: getattr(paper, name) for name in told}, hidden, entered=told)
