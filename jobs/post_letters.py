"""Post the letters that are due. Two workers never post the same one; killed between post and mark, one repeats one.
Where the database goes away nothing more is handed over, for nobody could mark it; what was is marked once it is back.

What is secret in a letter (the links behind which no password stands) is derived here, at the moment of posting.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import field, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from domain import accounts, campaigns, documents, feeds, gathering, notices, outbox, own, reminders, tokens
from domain import letters as addresses
from domain.accounts import Link
from domain.actor import TOKYO
from domain.errors import Refused, WrongState, trace
from domain.gathering import Gathering
from domain.japanese import day_ahead
from domain.outbox import Letter, Method
from domain.quiet import QuietHours
from domain.replies import PURPOSE as REPLY
from domain.values import dataclass
from domain.volunteers import guardians
from exports import ical
from jobs import letters
from jobs.mail import Envelope
from jobs.mailbox import Mailbox
from jobs.post import HandingOver, NotPosted, PermanentFailure, Post

log = logging.getLogger(__name__)
T = TypeVar("T")
ADDRESS = re.compile(r"[^\s<>]+@[^\s<>]+")
"""Mail servers quote the address in their refusals; it belongs to the letter, not into a log."""


@dataclass(frozen=True)
class Desk:
    """What the jobs need of the house: the post, its own address, the key of its links; the mailbox in which answers
    arrive, where there is one, and the mail server whose findings prove from whom they are; how changes of a date are
    gathered; the office's own templates; the hours in which volunteers are let sleep; and whether answers come back to
    addresses with a tag."""

    post: Post
    base_url: str
    mail_from: str
    secret: str = field(repr=False)
    mailbox: Mailbox | None = None
    proves: str | None = None
    gathering: Gathering = gathering.AT_ONCE
    templates: Path | None = None
    quiet: QuietHours | None = None
    tags: bool = False
    unmarked: dict[UUID, datetime] = field(default_factory=dict, compare=False, repr=False)
    """What has left the house since this process began, and when, and could not be marked: it is not posted again."""


NOT_COPIED = "（ご本人だけにお知らせしています）"
"""What a guardian reads where the letter has a link."""

BUTTONS_WORK = "リンクを開かず、カレンダーやメールの画面に出る「承諾」「辞退」のボタンでもご返信いただけます。"
BUTTONS_DO_NOT = "カレンダーやメールの画面に出る「承諾」「辞退」のボタンによる返信は、まだ受け取れません。"

MOST, AT_ONCE = 40, 10
"""Letters of one round and of one moment: MOST / AT_ONCE times the patience of the post must stay within the lease."""
LONGEST_TURN = 5.0
"""Seconds that a mail server may need for one letter before the others of the round wait no longer for it."""


class Unmarked(Exception):
    """The database failed while a letter was handed over: the round is over, and the letter free after its lease."""


class NotOurs(Exception):
    """Somebody else has it by now, or it waits no more: our lease was over, or was taken from us; its reader is
    reached elsewhere since, or the address that it tells was replaced."""


class Outcome(StrEnum):
    """What became of one letter; OVER is what nobody needs any more, because its date is over."""

    POSTED = "POSTED"
    FAILED = "FAILED"
    OVER = "OVER"


async def post_letters(now: datetime, desk: Desk) -> Counter[Outcome]:
    """Post what is due and mark each letter by itself; of what is told of one date, first see what has to be said."""
    await _mark_what_left(desk)
    await _decide(now, desk)
    gate, turns = asyncio.Semaphore(AT_ONCE), asyncio.Semaphore()

    async def one(letter: Letter) -> Outcome:
        async with gate:
            return await _post(now, desk, letter, partial(_handing_over, now, desk, letter, turns))

    due = [letter for letter in await outbox.claim(now, MOST, desk.quiet) if letter.id not in desk.unmarked]
    async with asyncio.TaskGroup() as round:
        posted = [round.create_task(one(letter)) for letter in due]
    outcomes = Counter(task.result() for task in posted)
    if outcomes:
        log.info("letters: %s", ", ".join(f"{count} {what.lower()}" for what, count in sorted(outcomes.items())))
    return outcomes


async def _mark_what_left(desk: Desk) -> None:
    """One that cannot be marked for a reason of its own keeps no other in the house, and is posted by us no more."""
    for letter_id, left_at in list(desk.unmarked.items()):
        try:
            await outbox.mark_sent(left_at, letter_id)
            desk.unmarked.pop(letter_id, None)
        except Exception as failure:
            log.error("letter %s has left, but cannot be marked: %s", letter_id, trace(failure))


async def _decide(now: datetime, desk: Desk) -> None:
    """See which of the letters that wait need not leave, and where to; a mistake in one of these keeps no letter in the
    house, nor the others from being seen to."""
    gathered = partial(gathering.settle, how=desk.gathering, house=desk.quiet)
    concepts = (feeds.settle, reminders.settle, documents.settle, notices.settle)
    for settle in (gathered, *concepts, addresses.settle, guardians.settle):
        try:
            await settle(now)
        except Exception as bug:
            log.error("letters could not be settled: %s", trace(bug))


@asynccontextmanager
async def _handing_over(now: datetime, desk: Desk, letter: Letter, turns: asyncio.Semaphore) -> AsyncIterator[None]:
    """Between the mail server's having it and its being marked is one letter at a time: this is all that is repeated by
    whoever is killed. Before, the database has shown that it would take the mark; where it does not, the letter is
    remembered (`_mark_what_left`). Only a mail server that needs long for one ends the waiting for turns, and never the
    database."""
    async with turns:
        is_astray = guardians.is_astray if "copied_for" in letter.facts else addresses.is_astray
        if not await _asked(outbox.is_held(letter)) or await _asked(is_astray(letter, now)):
            raise NotOurs
        if "subscription_id" in letter.facts and not await _asked(_opens(now, desk, letter.facts)):
            raise NotOurs
        slow = asyncio.get_running_loop().call_later(LONGEST_TURN, _wait_no_longer, turns)
        try:
            yield
        finally:
            slow.cancel()
        desk.unmarked[letter.id] = now
        await _asked(outbox.mark_sent(now, letter.id))
        desk.unmarked.pop(letter.id, None)


async def _opens(now: datetime, desk: Desk, facts: dict[str, Any]) -> bool:
    """Let the address of a feed open, now that its letter leaves; whether it is still the present one."""
    try:
        await feeds.hand_out(now, desk.secret, UUID(facts["subscription_id"]), facts["generation"])
    except WrongState:
        return False
    return True


def _wait_no_longer(turns: asyncio.Semaphore) -> None:
    for _ in range(AT_ONCE):
        turns.release()


async def _asked(question: Awaitable[T]) -> T:
    """Nobody takes a failure of the database for one of the mail server, in whose midst it happens."""
    try:
        return await question
    except Exception as failure:
        raise Unmarked from failure


async def _post(now: datetime, desk: Desk, letter: Letter, handing_over: HandingOver) -> Outcome:
    if letter.is_over(now):
        await outbox.mark_failed(now, letter.id, "予定が終わったため、送りませんでした。", for_good=True)
        return Outcome.OVER
    try:
        written = envelope(now, desk, letter)
    except Exception as mistake:
        await outbox.mark_failed(now, letter.id, _said(letter, mistake), is_unwritten=True)
        return Outcome.FAILED
    try:
        await desk.post.post(written, handing_over)
    except Unmarked:
        raise
    except NotOurs:
        log.warning("letter %s (%s) was not posted: it is ours no more", letter.id, letter.kind)
        return Outcome.FAILED
    except Exception as failure:
        await outbox.mark_failed(now, letter.id, _said(letter, failure), for_good=isinstance(failure, PermanentFailure))
        return Outcome.FAILED
    return Outcome.POSTED


def _said(letter: Letter, failure: Exception) -> str:
    """What went wrong, in words for the desk; the log is told too."""
    said = "letter %s (%s) was not posted: %s"
    if isinstance(failure, NotPosted | Refused):
        log.warning(said, letter.id, letter.kind, ADDRESS.sub("…", str(failure)))
        return str(failure)
    log.error(said, letter.id, letter.kind, trace(failure))
    return f"プログラムの誤りで送れませんでした（{type(failure).__name__}）。自動的に再送します。"


def envelope(now: datetime, desk: Desk, letter: Letter) -> Envelope:
    """The letter as it leaves now: the same mail at every attempt of one day, and the same Message-ID on every day."""
    dated = letter.stamped_at or now
    facts = letter.facts | _known(dated, letter) | _links(dated, desk, letter.facts) | _buttons(desk, letter)
    rendered = letters.render(letter.kind, facts, desk.templates)
    sender = letter.facts.get("unit_mail") or desk.mail_from
    return Envelope(
        message_id=f"<{letter.id}@{sender.rpartition('@')[2]}>",
        sender_name=str(letter.facts["unit_name"]),
        sender_address=sender,
        to_name=letter.to_name,
        to_address=letter.to_address,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        calendar=_calendar(dated, desk, letter, sender) if letter.method else None,
        date=dated,
        tag=letter.id.hex if desk.tags else "",
    )


def _known(now: datetime, letter: Letter) -> dict[str, str]:
    known = {"short_id": letter.id.hex[-6:], "contact": _contact(letter.facts), "charge": _charge(letter.facts)}
    if starts_at := letter.facts.get("starts_at"):
        days = [instant.astimezone(TOKYO).date() for instant in (datetime.fromisoformat(starts_at), now)]
        known["day"] = day_ahead(*days)
    return known


def _contact(facts: dict[str, Any]) -> str:
    extension = facts.get("unit_extension")
    return f"内線 {extension}" if extension else ""


def _charge(facts: dict[str, Any]) -> Any:
    """Which unit it is in whose hands the matter lies, and its public numbers; never which officer."""
    phone = f"電話 {facts['unit_phone']} {_contact(facts)}".strip() if facts.get("unit_phone") else ""
    return facts.get("unit_name", "") + (f"（{phone}）" if phone else "")


def _buttons(desk: Desk, letter: Letter) -> dict[str, str]:
    """What is said of the buttons that calendar programs show beside a REQUEST."""
    is_asked = letter.method is Method.REQUEST and letter.facts.get("asks", True)
    return {"buttons": (BUTTONS_WORK if desk.mailbox else BUTTONS_DO_NOT) if is_asked else ""}


def _links(now: datetime, desk: Desk, facts: dict[str, Any]) -> dict[str, str]:
    own_alone = ("feed_page", "feed_url", "dav_url", "link_url", "check_url", "login", "notice_url")
    links = dict.fromkeys(own_alone, NOT_COPIED) if "copied_for" in facts else {}
    if "attendee_id" in facts:
        secret = tokens.derive(desk.secret, REPLY, UUID(facts["attendee_id"]))
        links["reply_url"] = f"{desk.base_url}/rsvp/{secret}"
    if "page_of" in facts:
        links["own_url"] = own.address(desk.secret, desk.base_url, UUID(facts["page_of"]), now)
    if "notice_recipient_id" in facts:
        secret = tokens.derive(desk.secret, notices.PURPOSE, UUID(facts["notice_recipient_id"]))
        links["notice_url"] = f"{desk.base_url}/notices/{secret}"
    if "subscription_id" in facts:
        secret = feeds.secret_in(desk.secret, UUID(facts["subscription_id"]), facts["generation"])
        links["feed_page"] = f"{desk.base_url}/cal/{secret}"
        links["feed_url"] = f"{links['feed_page']}/calendar.ics"
        links["dav_url"] = f"{desk.base_url}/dav/"
    if "asked_id" in facts:
        secret = tokens.derive(desk.secret, campaigns.PURPOSE, UUID(facts["asked_id"]))
        links["check_url"] = f"{desk.base_url}/confirm/{secret}"
    if "account_id" in facts:
        link, id = Link(facts["link"]), UUID(facts["account_id"])
        links["link_url"] = accounts.address(desk.secret, desk.base_url, link, id, facts["generation"])
    return links


def _calendar(stamp: datetime, desk: Desk, letter: Letter, sender: str) -> tuple[str, bytes]:
    """Its DTSTAMP is when it leaves (RFC 5545 §3.8.7.2), its LAST-MODIFIED when what it tells was decided. Where no
    mailbox takes answers it asks for none (§3.2.17): a button that sends them to nobody is a trap, the link is none."""
    facts = letter.facts
    event = _event(facts)
    organizer = ical.Party(str(facts["unit_name"]), sender)
    attendee = ical.Party(letter.to_name, letter.to_address)
    if letter.method is Method.DECLINECOUNTER:
        return "DECLINECOUNTER", ical.decline_counter(event, organizer, stamp)
    if letter.method is Method.CANCEL:
        take_back = ical.cancel if event.status == "CANCELLED" else ical.uninvite
        return "CANCEL", take_back(event, organizer, attendee, stamp)
    asks = facts.get("asks", True) and desk.mailbox is not None
    about = replace(event, description=_about(facts))
    return "REQUEST", ical.request(about, organizer, attendee, stamp, facts["partstat"], asks=asks)


ABOUT = (
    ("協議会", "council"),
    ("議題", "agenda"),
    ("形式", "format"),
    ("目的", "purpose"),
    ("目標", "objectives"),
    ("対象", "audience"),
    ("予定人数", "expected_count"),
    ("機材", "equipment"),
)


def _about(facts: dict[str, Any]) -> str:
    """What the calendar of whoever is asked says of it, beside when and where; the subscribed feed is silent of it."""
    told = [f"{name}：{_words(facts[fact])}" for name, fact in ABOUT if facts.get(fact)]
    return "\n".join([*told, f"担当：{_charge(facts)}"])


def _words(fact: Any) -> str:
    return "".join(f"\n{line}" for line in fact) if isinstance(fact, list) else str(fact)


def _event(facts: dict[str, Any]) -> ical.Event:
    return ical.Event(
        uid=facts["uid"],
        sequence=facts["sequence"],
        created=datetime.fromisoformat(facts["created_at"]),
        changed=datetime.fromisoformat(facts["stamp"]),
        starts_at=datetime.fromisoformat(facts["starts_at"]),
        ends_at=datetime.fromisoformat(facts["ends_at"]),
        summary=facts["title"],
        location=facts["place"],
        url=facts["online_url"],
        status=facts["status"],
    )
