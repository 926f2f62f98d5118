"""The real prefecture, lived in: enough rows of every kind that each actor sees some and is denied others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from domain import activities, agreements, lectures
from domain.activities import ActivityKind
from domain.actor import Actor, Role
from domain.agreements import Agreement, AgreementKind, AgreementParty, Signature
from domain.lectures import Audience, Counted, Lecture
from domain.organizations import Contact
from domain.volunteers import AgeBand, Volunteer
from tests import make
from tests.make import Town


@dataclass(frozen=True)
class Lived:
    """The rows that a test names, and who may ask."""

    lectures: list[Lecture]
    agreement: Agreement
    guests: list[Contact]
    actors: dict[str, Actor]


async def lived_in(town: Town) -> Lived:
    teachers, asked = await _lectures(town)
    guests = await _drill_guests(town)
    agreement = await _signed(town, guests)
    await _proposed(town, asked[0])
    actors = {
        "admin": town.admin,
        "hq": town.hq,
        "officer": town.officer,
        "other_officer": town.other_officer,
        "statistician": town.statistician,
        "school": make.outsider(town.officer, Role.SCHOOL, teachers[0]),
        "other_school": make.outsider(town.officer, Role.SCHOOL, teachers[1]),
        "partner": make.outsider(town.officer, Role.PARTNER, guests[0]),
        "other_partner": make.outsider(town.officer, Role.PARTNER, guests[1]),
        "volunteer": make.outsider(town.officer, Role.VOLUNTEER, guests[2]),
        "helper": make.oneself(town.officer, await _helper(town)),
    }
    return Lived(asked, agreement, guests, actors)


async def _lectures(town: Town) -> tuple[list[Contact], list[Lecture]]:
    teachers, asked = [], []
    for n, (who, name) in enumerate([(town.officer, "見本"), (town.other_officer, "例山"), (town.officer, "架空")]):
        body = await make.school(who, f"{name}小学校", name_kana=f"{n}")
        teachers.append(await make.contact(who, body, family_name=f"教員{n}"))
        starts_at = who.now + timedelta(days=14 + n % 2)
        asked.append(await make.lecture(who, school=body, contact=teachers[-1], starts_at=starts_at))
    await lectures.accept(town.officer, asked[0].id)
    await lectures.assign(town.officer, asked[0].id, person_id=town.officer.person_id)
    await lectures.confirm(town.officer, asked[0].id)
    afterwards = make.at(town.officer, town.officer.now + timedelta(days=20))
    counted = [Counted(Audience.PUPIL_ELEM, 58), Counted(Audience.TEACHER, 3)]
    await lectures.deliver(afterwards, asked[0].id, duration_minutes=50, head_counts=counted)
    return teachers, asked


async def _drill_guests(town: Town) -> list[Contact]:
    """Three guests of headquarters' drill; the station has a drill and a guest of its own."""
    await make.invited(town.officer, await make.drill(town.officer), "例ガス")
    return await make.invited(town.hq, await make.drill(town.hq), "架空電力株式会社", "見本銀行", "例水道")


async def _helper(town: Town) -> Volunteer:
    """One who serves in a group and is asked to one of two activities, beside a minor; another station recommends."""
    helper = await make.volunteer(town, group_id=(await make.group(town.officer)).id)
    minor = await make.volunteer(town, family_name="例塚", age_band=AgeBand.FROM_15_TO_17)
    await make.recommended(town.other_officer, family_name="試﨑")
    both = await make.activity(town.officer)
    await activities.invite(town.officer, both.id, volunteer_ids=[helper.id, minor.id])
    patrol = await make.activity(town.hq, unit_id=town.station.id, kind=ActivityKind.PURIFICATION, title="パトロール")
    await activities.confirm(town.hq, patrol.id)
    return helper


async def _proposed(town: Town, lecture: Lecture) -> None:
    """A station's own, which no outsider sees before it is signed."""
    await agreements.propose(
        town.officer, kind=AgreementKind.COOPERATION, title="連携協定", organization_ids=[lecture.school_id]
    )


async def _signed(town: Town, guests: list[Contact]) -> Agreement:
    bodies = [guest.organization_id for guest in guests[:2]]
    made = await agreements.propose(
        town.hq, kind=AgreementKind.JOINT_RESPONSE, title="共同対処協定", organization_ids=bodies
    )
    await agreements.negotiate(town.hq, made.id)
    await agreements.submit(town.hq, made.id)
    approver = await make.actor(town.admin, Role.HQ_LIAISON, town.section, town.hq.units)
    await agreements.approve(approver, made.id)
    parties = await AgreementParty.filter(agreement_id=made.id)
    signatures: list[Any] = [Signature(party.id, f"署名{n}", "代表") for n, party in enumerate(parties)]
    today = town.hq.today
    for party in parties:
        await agreements.name_party(town.hq, party.id)
    signed = await agreements.sign(
        town.hq, made.id, signed_on=today, signatures=signatures, expires_on=today + timedelta(days=365)
    )
    await make.kept(town.hq, signed)
    return signed
