"""保護者同意: what a guardian allows a minor to do, from a day until another.

A minor is not appointed, taken along or sent anywhere without a consent that is valid on the day and covers what is
done; the cyber patrol (浄化活動) is never covered. Of the guardian only what is needed to ask is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q, Subquery
from tortoise.indexes import Index
from tortoise.queryset import QuerySet

from domain import records
from domain.actor import LIAISONS, TOKYO, Actor, Author
from domain.criteria import any_of, nothing
from domain.errors import Incomplete, Invalid, WrongState
from domain.japanese import mail_address
from domain.people import Person
from domain.records import Owned
from domain.verbs import verb
from domain.volunteers.roster import AgeBand, Volunteer, VolunteerStatus, move, step_back, visible_to

WITHDRAWN = "保護者の同意が取り下げられたため"
EXPIRED = "保護者の同意の期限が過ぎたため"


class ConsentScope(StrEnum):
    """活動全般(浄化活動を除く), 教育活動に限る, 広報啓発活動に限る."""

    ALL = "ALL"
    EDUCATION = "EDUCATION"
    PUBLICITY = "PUBLICITY"


class GuardianConsent(Owned):
    """One consent. It holds from `given_on` to `expires_on` (both included) and until the day before
    `withdrawn_on`. Who a minor's guardian is, is data of the class SENSITIVE. Where `copies_letters` is set, no letter
    goes to the minor alone (`guardians`); the address is kept for that and as long as the consent lasts."""

    volunteer: fields.ForeignKeyRelation[Volunteer] = fields.ForeignKeyField(
        "renkei.Volunteer", on_delete=fields.RESTRICT, related_name=False
    )
    volunteer_id: UUID
    person_id = fields.UUIDField()
    guardian_name = fields.CharField(max_length=130)
    relationship = fields.CharField(max_length=30, default="")
    guardian_mail_address = fields.CharField(max_length=254, default="")
    copies_letters = fields.BooleanField(default=False)
    scope = fields.CharEnumField(ConsentScope, max_length=20)
    given_on = fields.DateField()
    expires_on = fields.DateField(null=True)
    withdrawn_on = fields.DateField(null=True)
    conditions = fields.CharField(max_length=500, default="")

    class Meta:
        table = "guardian_consent"
        indexes = [
            Index(fields=("volunteer_id", "given_on"), name="guardian_consent_volunteer"),
            Index(fields=("person_id", "given_on"), name="guardian_consent_person"),
        ]


def consents_visible_to(actor: Actor) -> QuerySet[GuardianConsent]:
    """Liaison officers see their units' consents, nobody else any."""
    if actor.role in LIAISONS:
        return GuardianConsent.filter(any_of(GuardianConsent, "unit_id", actor.units))
    return nothing(GuardianConsent)


@verb(*LIAISONS)
async def record_consent(
    actor: Actor,
    volunteer_id: UUID,
    *,
    guardian_name: str,
    given_on: date,
    scope: ConsentScope = ConsentScope.ALL,
    relationship: str = "",
    expires_on: date | None = None,
    conditions: str = "",
    guardian_mail_address: str = "",
    copies_letters: bool = False,
    version: int | None = None,
) -> GuardianConsent:
    """Enter the consent that a guardian has given in writing, and whether letters to the minor go to them as well; who
    gives an address wants that. Raises Invalid for an adult."""
    volunteer = await records.find(visible_to(actor), volunteer_id, version)
    if not volunteer.is_minor:
        raise Invalid(
            "成年のボランティアに保護者の同意は要りません。年齢区分を確かめてください。", field="volunteer_id"
        )
    records.must_say(guardian_name, "保護者の氏名", "guardian_name")
    _must_be_in_order(actor, given_on, expires_on)
    await records.touch(actor, volunteer)
    return await records.create(
        actor,
        GuardianConsent,
        "consent-recorded",
        unit_id=volunteer.unit_id,
        volunteer_id=volunteer.id,
        person_id=volunteer.person_id,
        guardian_name=guardian_name,
        relationship=relationship,
        scope=scope,
        given_on=given_on,
        expires_on=expires_on,
        conditions=conditions,
        **_copied_to(guardian_mail_address, copies_letters),
    )


def _copied_to(guardian_mail_address: str, copies_letters: bool) -> dict[str, Any]:
    """Where the guardian gets the letters; who gives an address wants them."""
    typed = guardian_mail_address.strip()
    address = mail_address(typed, "guardian_mail_address") if typed else ""
    return {"guardian_mail_address": address, "copies_letters": copies_letters or bool(address)}


def _must_be_in_order(actor: Actor, given_on: date, expires_on: date | None) -> None:
    if given_on > actor.today:
        raise Invalid("同意の日に先の日付は指定できません。", field="given_on")
    if expires_on is not None and expires_on < given_on:
        raise Invalid("同意の期限は同意の日以後にしてください。", field="expires_on")


@verb(*LIAISONS)
async def withdraw_consent(
    actor: Actor, consent_id: UUID, *, on: date | None = None, version: int | None = None
) -> GuardianConsent:
    """The guardian takes the consent back, from a day on. Where none is left, a serving minor pauses at once; else they
    step back from what no other one covers. Raises WrongState for one that was taken back before."""
    consent = await records.find(consents_visible_to(actor), consent_id, version)
    if consent.withdrawn_on is not None:
        raise WrongState(f"この同意は{consent.withdrawn_on:%Y年%-m月%-d日}付けですでに取り下げられています。")
    day = on or actor.today
    if not consent.given_on <= day <= actor.today:
        raise Invalid("取下げの日は、同意の日から今日までの日付を指定してください。", field="on")
    await records.change(actor, consent, "consent-withdrawn", withdrawn_on=day, guardian_mail_address="")
    await _heed_end(actor, consent.person_id, WITHDRAWN)
    return consent


async def heed_expiries(author: Author) -> None:
    """Whatever rested on a consent whose last day is over is taken back, as when it is withdrawn. Safe to repeat."""
    over = GuardianConsent.filter(expires_on__lt=author.now.astimezone(TOKYO).date())
    for consent in await over.exclude(guardian_mail_address="").order_by("id").select_for_update():
        await records.change(author, consent, "consent-address-forgotten", guardian_mail_address="")
    serving = await _serving_minors().filter(person_id__in=Subquery(over.values("person_id")))
    for person_id in sorted({volunteer.person_id for volunteer in serving}):
        await _heed_end(author, person_id, EXPIRED)


async def _heed_end(author: Author, person_id: UUID, reason: str) -> None:
    """Take back what no consent of this minor covers any more; where none is left at all, they pause."""
    is_left = await has_consent(person_id, author.now.astimezone(TOKYO).date())
    serving = _serving_minors().filter(person_id=person_id).order_by("id")
    for volunteer in await serving.select_for_update():
        if not is_left:
            await move(author, volunteer, VolunteerStatus.SUSPENDED, "volunteer-suspended", reason=reason)
        await step_back(author, volunteer, reason)


def _serving_minors() -> QuerySet[Volunteer]:
    return Volunteer.filter(status=VolunteerStatus.ACTIVE).exclude(age_band=AgeBand.ADULT)


async def has_consent(person_id: UUID, day: date, scope: ConsentScope | None = None) -> bool:
    """Whether a guardian's consent for this minor holds on that day; with a scope, whether it covers that."""
    held = standing(person_id, day)
    if scope:
        held = held.filter(scope__in=(scope, ConsentScope.ALL))
    return await held.exists()


def standing(person_id: UUID, day: date) -> QuerySet[GuardianConsent]:
    """The consents for this person that hold on that day."""
    lasting = Q(expires_on=None) | Q(expires_on__gte=day)
    kept = Q(withdrawn_on=None) | Q(withdrawn_on__gt=day)
    return GuardianConsent.filter(lasting, kept, person_id=person_id, given_on__lte=day)


async def must_have_consent(
    volunteers: Iterable[Volunteer], day: date, scope: ConsentScope | None = None, *, field: str
) -> None:
    """Raises Incomplete, which names the minors whose guardian's consent is missing on that day."""
    lacking = [one for one in volunteers if one.is_minor and not await has_consent(one.person_id, day, scope)]
    if lacking:
        named = "、".join([(await Person.get(id=one.person_id)).name for one in lacking[:10]])
        more = f"ほか{len(lacking) - 10}人" if len(lacking) > 10 else ""
        raise Incomplete(
            f"未成年のため、その日に有効な保護者の同意が要ります: {named}{more}。先に同意を登録してください。",
            field=field,
        )
