"""作成と点検: a notice is drafted, put right, read by a second person, and given up where nobody needs it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, TypedDict, Unpack
from uuid import UUID

from domain import approving, audience, indicators, records, units
from domain.actor import LIAISONS, Actor
from domain.audience import AudienceCriteria
from domain.encounters import EncounterTheme
from domain.errors import Invalid, WrongState
from domain.notices.addressing import find_reach
from domain.notices.notice import (
    LABELS,
    STANDING,
    Notice,
    NoticeHandling,
    NoticeSeverity,
    NoticeStatus,
    Tlp,
    day_of,
    move,
    own_visible_to,
)
from domain.states import must_be_in, said
from domain.verbs import verb

LONGEST_VALID = timedelta(days=366)
WRITTEN = ("notice-drafted", "notice-corrected", "notice-submitted")
"""What makes somebody one of the authors."""


class Envelope(TypedDict, total=False):
    """All that can be said of a draft; in a correction what is left out stays as it is."""

    title: str
    text: str
    theme: EncounterTheme
    severity: NoticeSeverity
    handling: NoticeHandling
    tlp: Tlp
    valid_until: date
    criteria: AudienceCriteria
    number: str
    acknowledge_by: datetime | None


@verb(*LIAISONS)
async def draft(
    actor: Actor,
    *,
    title: str,
    text: str,
    theme: EncounterTheme,
    severity: NoticeSeverity,
    valid_until: date,
    criteria: AudienceCriteria,
    handling: NoticeHandling = NoticeHandling.CONCERNED_ONLY,
    tlp: Tlp = Tlp.AMBER,
    number: str = "",
    acknowledge_by: datetime | None = None,
    replaces_id: UUID | None = None,
    unit_id: UUID | None = None,
) -> Notice:
    """Write a notice of the actor's unit, or one below it, to whom the criteria mean; nobody is told yet. With
    `replaces_id` it is to take the place of one that was sent.

    Raises Invalid for what is no notice (an indicator above all) or cannot be, and as `audience.find_criteria` does.
    """
    unit = await units.find_covered(actor, unit_id)
    reach = await find_reach(actor, unit.id)
    values: dict[str, Any] = {
        "title": title,
        "text": text,
        "theme": theme,
        "severity": severity,
        "handling": handling,
        "tlp": tlp,
        "valid_until": valid_until,
        "acknowledge_by": acknowledge_by,
    }
    _must_be_sound(actor, values)
    meant = await audience.find_criteria(reach, criteria)
    if replaces_id is not None:
        await _must_stand(actor, replaces_id)
    more = {"number": number, "criteria": meant.as_kept, "replaces_id": replaces_id, "status": NoticeStatus.DRAFT}
    return await records.create(actor, Notice, "notice-drafted", unit_id=unit.id, **values, **more)


async def _must_stand(actor: Actor, notice_id: UUID) -> None:
    """Raises NotFound for what is not the actor's, WrongState for what was not sent, or does not hold any more."""
    earlier = await records.see(own_visible_to(actor), notice_id, field="replaces_id")
    must_be_in(LABELS, earlier.status, *STANDING)
    if earlier.is_withdrawal:
        raise WrongState("取下げのお知らせは差し替えられません。新しいお知らせを作成してください。")


def _must_be_sound(actor: Actor, values: Mapping[str, Any]) -> None:
    """Raises Invalid, with the field, for what cannot leave so."""
    for name, what in (("title", "件名"), ("text", "本文")):
        records.must_say(values[name], what, name)
        indicators.must_name_none(values[name], name)
    if not actor.today <= values["valid_until"] <= actor.today + LONGEST_VALID:
        raise Invalid("有効期限は、今日から1年以内の日付にしてください。", field="valid_until")
    if values["handling"] is NoticeHandling.OPEN and not values["tlp"].may_travel:
        raise Invalid("取扱区分「公開可」にできるのは、TLP:CLEAR と TLP:GREEN だけです。", field="tlp")
    if (last := values["acknowledge_by"]) is None:
        return
    if last <= actor.now:
        raise Invalid("確認の期限が過ぎています。これからの日時にしてください。", field="acknowledge_by")
    if day_of(last) > values["valid_until"]:
        raise Invalid("確認の期限は、有効期限までの日時にしてください。", field="acknowledge_by")


def must_be_sound(actor: Actor, notice: Notice) -> None:
    """What was right when it was written may have passed since. Raises Invalid, with the field."""
    names = ("title", "text", "handling", "tlp", "valid_until", "acknowledge_by")
    _must_be_sound(actor, {name: getattr(notice, name) for name in names})


@verb(*LIAISONS)
async def correct(actor: Actor, /, notice_id: UUID, *, version: int, **facts: Unpack[Envelope]) -> Notice:
    """Put a draft right. Raises WrongState for what is before the second reader or beyond (`send_back`), else as
    `draft` does."""
    notice = await records.find(own_visible_to(actor), notice_id, version)
    must_be_in(LABELS, notice.status, NoticeStatus.DRAFT)
    values: dict[str, Any] = {**facts}
    if (criteria := facts.get("criteria")) is not None:
        meant = await audience.find_criteria(await find_reach(actor, notice.unit_id), criteria)
        values["criteria"] = meant.as_kept
    names = ("title", "text", "handling", "tlp", "valid_until", "acknowledge_by")
    _must_be_sound(actor, {name: getattr(notice, name) for name in names} | values)
    return await records.change(actor, notice, "notice-corrected", **values)


@verb(*LIAISONS)
async def submit(actor: Actor, notice_id: UUID, *, version: int | None = None) -> Notice:
    """点検待ち: put a draft before a second reader, whatever its severity."""
    notice = await records.find(own_visible_to(actor), notice_id, version)
    must_be_sound(actor, notice)
    values = {"submitted_by_id": actor.person_id, "submitted_at": actor.now, "reason": ""}
    return await move(actor, notice, NoticeStatus.IN_REVIEW, "notice-submitted", **values)


@verb(*LIAISONS)
async def approve(actor: Actor, notice_id: UUID, *, version: int | None = None) -> Notice:
    """点検済: a second person has read it, never whoever has written any of it (X15)."""
    notice = await records.find(own_visible_to(actor), notice_id, version)
    message = "お知らせを書いた人、直した人は点検できません。別の人が点検してください。"
    await approving.must_be_by_another(actor, [notice], WRITTEN, message)
    must_be_sound(actor, notice)
    values = {"reviewed_by_id": actor.person_id, "reviewed_at": actor.now}
    return await move(actor, notice, NoticeStatus.APPROVED, "notice-approved", **values)


@verb(*LIAISONS)
async def send_back(actor: Actor, notice_id: UUID, *, reason: str, version: int | None = None) -> Notice:
    """差戻し: it is to be written otherwise, for this reason, and read again then; also what was approved."""
    notice = await records.find(own_visible_to(actor), notice_id, version)
    values = {"reason": said(reason), "reviewed_by_id": None, "reviewed_at": None}
    return await move(actor, notice, NoticeStatus.DRAFT, "notice-sent-back", **values)


@verb(*LIAISONS)
async def cancel(actor: Actor, notice_id: UUID, *, reason: str, version: int | None = None) -> Notice:
    """取りやめ: a draft that nobody needs any more."""
    notice = await records.find(own_visible_to(actor), notice_id, version)
    return await move(actor, notice, NoticeStatus.CANCELLED, "notice-cancelled", reason=said(reason))
