"""保護者への写し: where a guardian's consent wants it, no letter goes to the minor alone.

The guardian gets each letter as a copy of their own, without the calendar part and without any link: only the minor
answers, and only the minor is let in. Where nobody can be written to, the minor's letter stays here, as one that was
given up, and the unit is told instead.
"""

from __future__ import annotations

from collections.abc import Sequence

from domain import letters
from domain.actor import TOKYO, Bearer
from domain.japanese import Honorific, addressed
from domain.outbox import Letter, copy_key, when_owed
from domain.volunteers.consents import GuardianConsent, standing
from domain.volunteers.roster import AgeBand, Volunteer

SECRETS = ("attendee_id", "page_of", "subscription_id", "account_id", "link", "generation", "login")
"""Facts of a letter from which its links are made, and the name by which somebody logs in."""
HELD_BACK = "保護者への写しの宛先が登録されていないため、本人に送っていません。"


@when_owed
async def accompany(letter: Letter) -> Sequence[Letter]:
    """The guardian's copy of a letter to a minor, where it is wanted; the letter waits here where it cannot be sent."""
    wanted = await _wanting_copies(letter)
    if not wanted:
        return ()
    known = next((one for one in wanted if one.guardian_mail_address), None)
    if known is None:
        await _hold_back(letter)
        return ()
    if known.guardian_mail_address.lower() == letter.to_address.lower():
        return ()
    return (_copy(letter, known),)


async def _wanting_copies(letter: Letter) -> list[GuardianConsent]:
    """The consents of a minor that want it, the newest first."""
    assert letter.person_id is not None
    day = letter.owed_at.astimezone(TOKYO).date()
    wanted = await standing(letter.person_id, day).filter(copies_letters=True).order_by("-given_on", "-id")
    is_minor = (
        bool(wanted) and await Volunteer.filter(person_id=letter.person_id).exclude(age_band=AgeBand.ADULT).exists()
    )
    return wanted if is_minor else []


def _copy(letter: Letter, consent: GuardianConsent) -> Letter:
    told = {name: value for name, value in letter.facts.items() if name not in SECRETS}
    greeting = addressed(consent.guardian_name, Honorific.SAMA)
    return Letter(
        key=copy_key(letter.key),
        kind=letter.kind,
        unit_id=letter.unit_id,
        person_id=letter.person_id,
        appointment_id=letter.appointment_id,
        to_name=consent.guardian_name,
        to_address=consent.guardian_mail_address,
        facts=told | {"recipient": greeting, "copied_for": addressed(letter.to_name, Honorific.SAMA)},
        owed_at=letter.owed_at,
        due_at=letter.due_at,
    )


async def _hold_back(letter: Letter) -> None:
    """Keep the letter from leaving, and tell its unit what was not told, and to whom."""
    facts = {"person": letter.to_name, "title": letter.facts.get("title", ""), "when": letter.facts.get("when", "")}
    clock = Bearer(letter.owed_at)
    await letters.write(clock, None, letter.unit_id, "guardian-address-missing", letter.key, facts)
    letter.update_from_dict({"to_address": "", "given_up_at": letter.owed_at, "last_error": HELD_BACK})
