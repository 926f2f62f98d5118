"""What the desk does with a paper: add, number, release and withdraw it. Whoever is in charge of the date may."""

from __future__ import annotations

import asyncio
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from tortoise.expressions import Subquery

from domain import calendar, records
from domain.actor import LIAISONS, TOKYO, Actor, Author
from domain.calendar import Appointment
from domain.documents import telling
from domain.documents.document import (
    LABELS,
    MOVES,
    Document,
    DocumentContent,
    DocumentStatus,
    visible_to,
)
from domain.documents.kinds import checked
from domain.errors import Conflict, Invalid, WrongState
from domain.japanese import retention_until
from domain.states import must_be_in, must_move
from domain.verbs import verb

MOST_OF_A_DATE = 30
MOST_EVER_OF_A_DATE = 90
"""With those that were withdrawn, whose bytes stay until their period is over."""
USUAL_YEARS = 1
"""The retention period of a paper for which none was given, counted from its date."""
LONGEST_KEPT = 100
"""Years."""


@verb(*LIAISONS)
async def add(
    actor: Actor,
    appointment_id: UUID,
    *,
    name: str,
    content: bytes,
    number: str = "",
    retention_years: int | None = None,
) -> Document:
    """登録: put a file beside a date, for the desk alone until it is released.

    Raises Invalid, with the field, for a name or content that is not taken, TooLarge for too many bytes, Conflict for
    the same content twice, or too many papers of one date.
    """
    kind = await asyncio.to_thread(checked, name, content)  # others are answered meanwhile
    appointment = await records.see(calendar.visible_to(actor), appointment_id, field="appointment_id")
    await _must_have_room(appointment)
    document = await records.create(
        actor,
        Document,
        "document-added",
        unit_id=appointment.unit_id,
        appointment_id=appointment.id,
        kind=kind,
        name=name,
        size=len(content),
        sha256=sha256(content).hexdigest(),
        number=number,
        **_kept(actor.today, actor.today, retention_years),
    )
    await DocumentContent.create(document_id=document.id, prefecture_id=document.prefecture_id, content=content)
    return document


async def _must_have_room(appointment: Appointment) -> None:
    ever = Document.filter(appointment_id=appointment.id)
    if await ever.count() >= MOST_EVER_OF_A_DATE:
        raise Conflict(f"一つの予定に登録できる資料は、取り下げたものを含めて{MOST_EVER_OF_A_DATE}点までです。")
    if await ever.exclude(status=DocumentStatus.WITHDRAWN).count() >= MOST_OF_A_DATE:
        raise Conflict(f"一つの予定に登録できる資料は{MOST_OF_A_DATE}点までです。要らない資料を取り下げてください。")


def _kept(since: date, today: date, years: int | None) -> dict[str, Any]:
    """The columns of a retention period (保存期間) that counts from this day; nothing where none was given."""
    if years is None:
        return {}
    if not 1 <= years <= LONGEST_KEPT:
        raise Invalid(f"保存期間は1年から{LONGEST_KEPT}年までで指定してください。", field="retention_years")
    until = retention_until(since, years)
    return {"retention_years": years, "retention_until": until, "is_over": until < today}


@verb(*LIAISONS)
async def correct(
    actor: Actor,
    document_id: UUID,
    *,
    number: str | None = None,
    retention_years: int | None = None,
    version: int | None = None,
) -> Document:
    """Correct the 文書番号 or the 保存期間 (years) of a paper; what is left out stays."""
    document = await records.find(visible_to(actor), document_id, version)
    must_be_in(LABELS, document.status, DocumentStatus.DRAFT, DocumentStatus.RELEASED)
    told = {} if number is None else {"number": number}
    since = document.created_at.astimezone(TOKYO).date()
    return await records.change(
        actor, document, "document-corrected", **told, **_kept(since, actor.today, retention_years)
    )


async def end(clock: Author) -> int:
    """Note of each paper that its last day has passed, in the caller's transaction; how many are new. A paper for which
    no period was given gets the usual one once its date is over, for until then that may be moved."""
    today = clock.now.astimezone(TOKYO).date()
    await _end_some_time(clock, today)
    over = await Document.filter(is_over=False, retention_until__lt=today).order_by("id").select_for_update()
    for document in over:
        await records.change(clock, document, "document-period-ended", is_over=True)
    return len(over)


async def _end_some_time(clock: Author, today: date) -> None:
    endless = Document.filter(retention_until=None, appointment__ends_at__lte=clock.now)
    over = await Document.filter(id__in=Subquery(endless.values("id"))).order_by("id").select_for_update()
    dates = {one.id: one for one in await Appointment.filter(id__in={paper.appointment_id for paper in over})}
    for paper in over:
        day = dates[paper.appointment_id].ends_at.astimezone(TOKYO).date()
        await records.change(clock, paper, "document-period-set", **_kept(day, today, USUAL_YEARS))


@verb(*LIAISONS)
async def release(actor: Actor, document_id: UUID, *, version: int | None = None) -> Document:
    """公開: whoever comes to the date sees the paper from now on, and is told so. Raises WrongState while the date is
    called off, or after the last day on which the paper is kept."""
    paper = await records.see(visible_to(actor), document_id)
    appointment = await Appointment.get(id=paper.appointment_id)
    if appointment.cancelled_at is not None:
        raise WrongState("予定が中止または延期になっているため、公開できません。日程が決まってから公開してください。")
    if paper.retention_until is not None and paper.retention_until < actor.today:
        raise WrongState("保存期間が満了しているため、公開できません。続けて使うときは、先に保存期間を直してください。")
    released = await _move(actor, document_id, version, DocumentStatus.RELEASED, "document-released", "released_at")
    await telling.tell(actor, released, appointment)
    return released


@verb(*LIAISONS)
async def withdraw(actor: Actor, document_id: UUID, *, version: int | None = None) -> Document:
    """取下げ: nobody outside sees the paper any more; who has it, has it."""
    return await _move(actor, document_id, version, DocumentStatus.WITHDRAWN, "document-withdrawn", "withdrawn_at")


async def _move(actor: Actor, id: UUID, version: int | None, to: DocumentStatus, fact: str, at: str) -> Document:
    document = await records.find(visible_to(actor), id, version)
    status = must_move(MOVES, LABELS, document.status, to)
    return await records.change(actor, document, fact, status=status, **{at: actor.now})
