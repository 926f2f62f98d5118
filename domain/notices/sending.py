"""送付・差替え・取下げ: whom a notice means is frozen; each body is written to alone, and learns of no other (X10).

What was sent holds until it is over, another one takes its place, or one that says so takes it back. Whoever was told
the first is told that, and a letter of the first that waits still does not leave any more (`settle`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain import indicators, letters, outbox, records
from domain.actor import LIAISONS, Actor, Author, Bearer
from domain.audience import Line, Reach
from domain.criteria import any_of
from domain.database import rows
from domain.encounters import THEME_LABELS
from domain.errors import Conflict, Incomplete, WrongState, meaning
from domain.japanese import clock, day_with_weekday
from domain.letters import Recipient
from domain.notices.addressing import find_addressed, find_ways
from domain.notices.notice import (
    HANDLING_LABELS,
    SEVERITY_LABELS,
    Notice,
    NoticeRecipient,
    NoticeStatus,
    day_of,
    move,
    own_visible_to,
)
from domain.notices.rule import is_reviewed
from domain.notices.writing import must_be_sound
from domain.people import Person
from domain.states import said
from domain.units import Unit, signature
from domain.verbs import routine, verb

KIND, WITHDRAWN = "notice", "notice-withdrawn"
PURPOSE = "notice"
TAKEN_BACK = "次のお知らせを取り下げます。お持ちの控えは使わず、転送した先にもお伝えください。"
TITLE = "取下げ：{title}"


@verb(*LIAISONS)
async def send(actor: Actor, notice_id: UUID, *, bodies: int | None = None, version: int | None = None) -> Notice:
    """送付中: freeze whom the notice means today, and owe each of them their letter. With `bodies` only if it is that
    many, as was shown before.

    Raises WrongState for one that a second person has to read first, Incomplete where it means nobody or can reach
    nobody, Conflict where it means another number of bodies by now.
    """
    notice = await records.find(own_visible_to(actor), notice_id, version)
    must_be_sound(actor, notice)
    if notice.status is NoticeStatus.DRAFT and await is_reviewed(actor, notice.severity):
        raise WrongState(
            f"重要度「{SEVERITY_LABELS[notice.severity]}」のお知らせは、別の人の点検を受けてから送れます。"
            "点検に出してください。",
            field="status",
        )
    found = await find_addressed(actor, notice)
    _must_reach(notice, found, bodies)
    values = {"sent_by_id": actor.person_id, "sent_at": actor.now}
    await move(actor, notice, NoticeStatus.SENDING, "notice-sent", **values)
    await _freeze(actor, notice, found)
    if notice.replaces_id is not None:
        earlier = await records.find(own_visible_to(actor), notice.replaces_id)
        await move(actor, earlier, NoticeStatus.REPLACED, "notice-replaced", ended_at=actor.now)
    return notice


def _must_reach(notice: Notice, found: Mapping[UUID, Line], bodies: int | None) -> None:
    if not found:
        raise Incomplete("宛先になる団体がありません。宛先の条件を確かめてください。", field="criteria")
    if bodies is not None and bodies != len(found):
        raise Conflict(f"宛先が{len(found):,}団体に変わりました。宛先を確かめてから送ってください。", field="bodies")
    if notice.acknowledge_by is None and not any(line.reach is Reach.MAIL for line in found.values()):
        message = "メールを送れる担当者が一人もいません。電話で伝えるときは、確認の期限を指定してください。"
        raise Incomplete(message, field="acknowledge_by")


async def _freeze(actor: Actor, notice: Notice, found: Mapping[UUID, Line]) -> None:
    """Write down to whom it goes, and owe the letters; who cannot be written to is to be called at once, where that is
    asked for."""
    unit = await Unit.get(id=notice.unit_id)
    readers = await _readers(unit, found, day_of(actor.now))
    is_to_be_known = notice.acknowledge_by is not None or notice.is_withdrawal
    lines = [
        {
            "unit_id": unit.id,
            "notice_id": notice.id,
            "organization_id": body,
            "contact_id": line.contact_id,
            "role": line.role,
            "is_written_to": body in readers,
            "is_restricted": notice.is_restricted,
            "escalated_at": actor.now if is_to_be_known and body not in readers else None,
        }
        for body, line in found.items()
    ]
    made = await records.create_many(actor, NoticeRecipient, "notice-addressed", lines)
    to = {one.id: readers[one.organization_id] for one in made if one.is_written_to}
    await _owe(actor, notice, unit, to)


async def _readers(unit: Unit, found: Mapping[UUID, Line], today: date) -> dict[UUID, Recipient]:
    """Who of each body can be written to."""
    lines = {body: line.person_id for body, line in found.items() if line.reach is Reach.MAIL and line.person_id}
    people = {one.id: one for one in await Person.filter(any_of(Person, "id", lines.values()))}
    readers = {body: letters.recipient_of(people[id], unit, today) for body, id in lines.items()}
    return {body: reader for body, reader in readers.items() if reader is not None}


async def _owe(author: Author, notice: Notice, unit: Unit, to: Mapping[UUID, Recipient]) -> None:
    """One letter for each recipient, who stands alone in it."""
    told = {**await signature(unit), **await _facts(notice)}
    owed = [
        outbox.letter(
            key_of(id),
            WITHDRAWN if notice.is_withdrawal else KIND,
            unit_id=unit.id,
            to=(reader.name, reader.address),
            person_id=reader.person_id,
            facts={**told, **reader.facts, "notice_recipient_id": str(id)},
            owed_at=author.now,
        )
        for id, reader in to.items()
    ]
    await outbox.owe_all(owed)


def key_of(recipient_id: UUID) -> str:
    """The key of the letter to a recipient."""
    return f"notice:{recipient_id}"


async def _facts(notice: Notice) -> dict[str, Any]:
    """What the letter says. A mail can be passed on: words that may not be stand on the page alone, and of what is for
    the recipient only (TLP:RED) the title too."""
    earlier = await Notice.get(id=notice.replaces_id) if notice.replaces_id else None
    last = notice.acknowledge_by
    return {
        "title": "件名は、お知らせのページでご覧ください" if notice.tlp.value == "RED" else notice.title,
        "number": notice.number,
        "severity": SEVERITY_LABELS[notice.severity],
        "theme": THEME_LABELS[notice.theme],
        "handling": f"{HANDLING_LABELS[notice.handling]}（{notice.tlp.label}）",
        "valid_until": day_with_weekday(notice.valid_until),
        "acknowledge_by": f"{day_with_weekday(day_of(last))}{clock(last, wide=True)}" if last else "",
        "replaced": earlier.title if earlier and notice.tlp.may_travel and not notice.is_withdrawal else "",
        "text": notice.text.splitlines() if notice.tlp.may_travel else [],
    }


@verb(*LIAISONS)
async def withdraw(actor: Actor, notice_id: UUID, *, reason: str, version: int | None = None) -> Notice:
    """取下げ: take back what was sent, by a notice of its own with this reason, to whoever was told the first.

    It leaves without a second reader: what is wrong must not stand until one is found.

    Raises WrongState for what does not hold any more, or takes back another one itself.
    """
    notice = await records.find(own_visible_to(actor), notice_id, version)
    if notice.is_withdrawal:
        raise WrongState("取下げのお知らせは取り下げられません。新しいお知らせを作成してください。")
    indicators.must_name_none(said(reason), "reason")
    await move(actor, notice, NoticeStatus.WITHDRAWN, "notice-withdrawn", ended_at=actor.now)
    told = await rows(TOLD, notice.id, actor.now)
    kept = ("theme", "severity", "handling", "tlp", "number", "criteria", "unit_id")
    values = {name: getattr(notice, name) for name in kept} | {
        "title": TITLE.format(title=notice.title)[:200],
        "text": f"{TAKEN_BACK}\n理由：{reason}",
        "valid_until": max(notice.valid_until, actor.today),
        "status": NoticeStatus.SENDING,
        "replaces_id": notice.id,
        "is_withdrawal": True,
        "reason": reason,
        "sent_by_id": actor.person_id,
        "sent_at": actor.now,
    }
    with meaning(text="reason"):
        withdrawal = await records.create(actor, Notice, "notice-taken-back", **values)
    await _freeze(actor, withdrawal, await find_ways(actor, [one["organization_id"] for one in told]))
    return notice


# Whoever has been told: the letter has left and did not come back, is just leaving, or they have shown that they know.
TOLD = """
    SELECT own.organization_id FROM notice_recipient own LEFT JOIN letter ON letter.key = 'notice:' || own.id
    WHERE own.notice_id = $1 AND (own.acknowledged_at IS NOT NULL OR own.opened_at IS NOT NULL
        OR (letter.sent_at IS NOT NULL AND letter.returned_at IS NULL) OR letter.leased_until > $2)
    ORDER BY own.id"""
# What nobody needs to be told any more.
UNTRUE = f"""
    UPDATE letter SET spared_at = $1 FROM notice_recipient own JOIN notice ON notice.id = own.notice_id
    WHERE letter.kind = '{KIND}' AND letter.key = 'notice:' || own.id AND {outbox.AT_REST}
      AND notice.status IN ('{NoticeStatus.REPLACED}', '{NoticeStatus.WITHDRAWN}')
    RETURNING letter.id"""  # noqa: S608 - our own words


@routine
async def settle(now: datetime) -> int:
    """Let go of the letters that wait still, of notices that hold no more; how many those were."""
    return len(await rows(UNTRUE, now))


LEFT = """
    SELECT notice.id FROM notice
    WHERE notice.status = 'SENDING' AND NOT EXISTS (
        SELECT FROM notice_recipient own JOIN letter ON letter.key = 'notice:' || own.id
        WHERE own.notice_id = notice.id
          AND letter.sent_at IS NULL AND letter.given_up_at IS NULL AND letter.spared_at IS NULL)
    ORDER BY notice.id"""


async def mark_sent(now: datetime) -> int:
    """送付済: of these notices no letter waits any more; how many they were."""
    left = await rows(LEFT)
    for one in left:
        notice = await records.find(Notice.all(), one["id"])
        if notice.status is NoticeStatus.SENDING:
            await move(Bearer(now), notice, NoticeStatus.SENT, "notice-left")
    return len(left)
