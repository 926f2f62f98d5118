"""保護者への写し: where a guardian's consent wants it, no letter goes to the minor alone.

The guardian gets each letter as a copy of their own, without the calendar part and without any link: only the minor
answers, and only the minor is let in. Where nobody can be written to, the minor's letter stays here, as one that was
given up, and the unit is told instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain import letters, outbox
from domain.actor import TOKYO, Bearer
from domain.database import rows
from domain.japanese import Honorific, addressed
from domain.outbox import Letter, copy_key, when_owed
from domain.verbs import routine
from domain.volunteers.consents import GuardianConsent, standing
from domain.volunteers.roster import AgeBand, Volunteer

SECRETS = ("attendee_id", "asked_id", "page_of", "subscription_id", "account_id", "link", "generation", "login")
"""Facts of a letter from which its links are made, and the name by which somebody logs in."""
EVER_WANTED = "SELECT DISTINCT person_id FROM guardian_consent WHERE copies_letters AND person_id = any($1::uuid[])"
"""Of whom anybody has ever wanted copies: of hardly anyone, and of no officer."""
HELD_BACK = "保護者への写しの宛先が登録されていないため、本人に送っていません。"


@when_owed
async def accompany(owed: Sequence[Letter]) -> Sequence[Letter]:
    """The guardians' copies of letters to minors, where they are wanted; what cannot be sent to them waits here."""
    wanted = {row["person_id"] for row in await rows(EVER_WANTED, [letter.person_id for letter in owed])}
    told = [letter for letter in owed if letter.person_id in wanted]
    return [copy for letter in told for copy in await _accompanying(letter, letter.owed_at)]


async def _accompanying(letter: Letter, at: datetime) -> Sequence[Letter]:
    assert letter.person_id is not None
    wanted = await _wanting_copies(letter.person_id, at)
    if not wanted:
        return ()
    known = _reachable(wanted)
    if known is None:
        await _hold_back(letter, at)
        return ()
    if known.guardian_mail_address.lower() == letter.to_address.lower():
        return ()
    return (_copy(letter, known),)


async def is_held_back(person_id: UUID, at: datetime) -> bool:
    """Whether a letter to this person would not leave at this instant, because a guardian wants a copy of it and cannot
    be written to."""
    wanted = await _wanting_copies(person_id, at)
    return bool(wanted) and _reachable(wanted) is None


async def _wanting_copies(person_id: UUID, at: datetime) -> list[GuardianConsent]:
    """The consents of a minor that want copies at this instant, the newest first."""
    standing_then = standing(person_id, at.astimezone(TOKYO).date())
    wanted = await standing_then.filter(copies_letters=True).order_by("-given_on", "-id")
    is_minor = bool(wanted) and await Volunteer.filter(person_id=person_id).exclude(age_band=AgeBand.ADULT).exists()
    return wanted if is_minor else []


def _reachable(wanted: Sequence[GuardianConsent]) -> GuardianConsent | None:
    return next((one for one in wanted if one.guardian_mail_address), None)


def _copy(letter: Letter, consent: GuardianConsent) -> Letter:
    told = {name: value for name, value in letter.facts.items() if name not in SECRETS}
    return Letter(
        key=copy_key(letter.key),
        kind=letter.kind,
        unit_id=letter.unit_id,
        person_id=letter.person_id,
        appointment_id=letter.appointment_id,
        to_name=consent.guardian_name,
        to_address=consent.guardian_mail_address,
        facts=told | {"recipient": _greeting(consent), "copied_for": addressed(letter.to_name, Honorific.SAMA)},
        owed_at=letter.owed_at,
        due_at=letter.due_at,
        gathers=letter.gathers,
    )


def _greeting(consent: GuardianConsent) -> str:
    return addressed(consent.guardian_name, Honorific.SAMA)


async def _hold_back(letter: Letter, at: datetime) -> None:
    """Keep the letter from leaving, and tell its unit what was not told, and to whom."""
    facts = {"person": letter.to_name, "title": letter.facts.get("title", ""), "when": letter.facts.get("when", "")}
    await letters.write(Bearer(at), None, letter.unit_id, "guardian-address-missing", letter.key, facts)
    letter.update_from_dict({"to_address": "", "given_up_at": at, "last_error": HELD_BACK})


# Which of the consents of the letter's reader want copies on the day in Japan of the instant $1 (`_wanting_copies`).
WANTING = """
    FROM guardian_consent consent
    CROSS JOIN (SELECT ($1::timestamptz AT TIME ZONE 'Asia/Tokyo')::date AS today) clock
    WHERE consent.person_id = letter.person_id AND consent.copies_letters
      AND consent.given_on <= today AND coalesce(consent.expires_on, today) >= today
      AND (consent.withdrawn_on IS NULL OR consent.withdrawn_on > today)
      AND EXISTS (SELECT FROM volunteer WHERE volunteer.person_id = letter.person_id AND age_band <> 'ADULT')"""
# A copy at an address that is not that of the newest of them, or that none of them wants.
ASTRAY = f"""
    SELECT letter.id FROM letter
    WHERE letter.facts ? 'copied_for' AND letter.to_address <> '' AND letter.to_address IS DISTINCT FROM (
        SELECT consent.guardian_mail_address {WANTING} AND consent.guardian_mail_address <> ''
        ORDER BY consent.given_on DESC, consent.id DESC LIMIT 1)"""  # noqa: S608 - our own words
STRAYED = f"{ASTRAY} AND {outbox.AT_REST} ORDER BY letter.id FOR UPDATE SKIP LOCKED"
# What was owed to a minor alone before somebody consented who wants to read along.
ALONE = f"""
    SELECT letter.id FROM letter
    WHERE {outbox.AT_REST} AND NOT letter.facts ? 'copied_for' AND letter.to_address <> ''
      AND EXISTS (SELECT {WANTING} AND consent.created_at > letter.owed_at
        AND lower(consent.guardian_mail_address) <> lower(letter.to_address))
      AND NOT EXISTS (SELECT FROM letter copy WHERE copy.key = letter.key || ':guardian')
    ORDER BY letter.id FOR UPDATE OF letter SKIP LOCKED"""  # noqa: S608 - our own words


@routine
async def settle(now: datetime) -> int:
    """Let the copies that wait go to where a guardian reads them now, and let a guardian who wants it since read along;
    where none wants them any more, nobody is told of the minor. Answers how many letters that were. What makes no sense
    is set aside, and leads no other to where nobody wants it."""
    led = await outbox.see_to_each(now, await rows(STRAYED, now), _lead)
    return led + await outbox.see_to_each(now, await rows(ALONE, now), _let_read_along)


async def is_astray(copy: Letter, now: datetime) -> bool:
    """Whether it is read elsewhere by now, or wanted by nobody; where somebody has leased it, `settle` comes after
    that."""
    return bool(await rows(f"{ASTRAY} AND letter.id = $2", now, copy.id))


async def _lead(now: datetime, copy: Letter) -> None:
    assert copy.person_id is not None
    wanted = await _wanting_copies(copy.person_id, now)
    known = _reachable(wanted)
    if known is not None and known.guardian_mail_address != copy.to_address:
        facts = {**copy.facts, "recipient": _greeting(known)}
        await letters.lead_elsewhere(now, copy, known.guardian_name, known.guardian_mail_address, facts)
    elif not wanted:
        await Letter.filter(id=copy.id).update(spared_at=now, gathers=False)
    elif known is None:
        await outbox.lose(now, copy, HELD_BACK)


async def _let_read_along(now: datetime, letter: Letter) -> None:
    for copy in await _accompanying(letter, now):
        await copy.save()
    await letter.save(update_fields=["to_address", "given_up_at", "last_error"])
