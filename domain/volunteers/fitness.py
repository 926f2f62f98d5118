"""派遣の可否: who may be sent somewhere on a day, and what happens when somebody turns out to be a minor."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from tortoise.expressions import Q

from domain.actor import TOKYO, Author
from domain.errors import Incomplete
from domain.volunteers.commissions import Commission
from domain.volunteers.consents import ConsentScope, has_consent, must_have_consent
from domain.volunteers.roster import Volunteer, VolunteerStatus, move, step_back

NO_CONSENT = "保護者の同意が登録されていないため"
MINOR = "未成年のため"


async def must_be_fit(author: Author, person_id: UUID, day: date, scope: ConsentScope, *, field: str) -> None:
    """A person who is a volunteer must be serving, or on a day that is over have been commissioned; a minor must have
    a consent for that day.

    Raises Incomplete; somebody who has never been a volunteer passes.
    """
    roles = await Volunteer.filter(person_id=person_id)
    active = [one for one in roles if one.status is VolunteerStatus.ACTIVE]
    is_over = day < author.now.astimezone(TOKYO).date()
    if roles and not (await is_commissioned(person_id, day) if is_over else active):
        raise Incomplete("委嘱中のボランティアではありません。委嘱してから依頼してください。", field=field)
    await must_have_consent((active or roles)[:1], day, scope, field=field)


async def is_commissioned(person_id: UUID, day: date) -> bool:
    """Whether a term of this person, of whatever kind, included that day and had not ended by then."""
    held = Q(ended_on=None) | Q(ended_on__gt=day)
    return await Commission.filter(held, person_id=person_id, term_from__lte=day, term_to__gte=day).exists()


async def heed_age(author: Author, volunteer: Volunteer) -> None:
    """Whoever serves and turns out to be a minor pauses until a guardian has consented; with a consent they go on, but
    not to what minors may not do."""
    if not volunteer.is_minor or volunteer.status is not VolunteerStatus.ACTIVE:
        return
    if await has_consent(volunteer.person_id, author.now.astimezone(TOKYO).date()):
        await step_back(author, volunteer, MINOR)
        return
    await move(author, volunteer, VolunteerStatus.SUSPENDED, "volunteer-suspended", reason=NO_CONSENT)
    await step_back(author, volunteer, NO_CONSENT)
