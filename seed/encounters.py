"""接触 of 青浜県: each partner is met three times a year by its station; some wait for that, some met headquarters too.

Whoever visits sees all contacts of the body and confirms them, whoever calls about that the one they speak with.

About 360 a year, 16 a station (slides: 個別訪問 延べ約900回 in the nation in a year of summits).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from domain import encounters, organizations
from domain.actor import TOKYO, Actor
from domain.encounters import (
    EncounterAnswer,
    EncounterCheckItem,
    EncounterKind,
    EncounterMember,
    EncounterTheme,
    GuidedBusiness,
    ItemChecked,
    NextStep,
)
from domain.organizations import Contact
from domain.values import dataclass
from seed.bodies import PARTNERS, Body
from seed.days import Year, office_hour, open_day
from seed.telling import Thread, then
from seed.town import BY_BODY, Town, dice

VISIT, CALL, GUIDANCE = EncounterKind.VISIT, EncounterKind.CALL, EncounterKind.GUIDANCE
KINDS = {VISIT: 46, CALL: 28, EncounterKind.MEETING: 10, EncounterKind.MAIL: 12, GUIDANCE: 4}
THEMES = {
    EncounterTheme.RELATIONSHIP: 40,
    EncounterTheme.AGREEMENT: 15,
    EncounterTheme.DRILL: 15,
    EncounterTheme.SME_SUPPORT: 12,
    EncounterTheme.INFORMATION: 10,
    EncounterTheme.ECONOMIC_SECURITY: 4,
    EncounterTheme.RECRUITMENT_PR: 4,
}
OUTCOMES: Mapping[EncounterKind, Sequence[str]] = {
    VISIT: ("備えの状況を確かめ、通報の窓口を確認した。", "新しい担当者と顔合わせをした。"),
    CALL: ("担当者の在席と連絡先を確かめた。", "訓練の日程を相談した。"),
    EncounterKind.MEETING: ("連絡会で最近の手口を説明した。",),
    EncounterKind.MAIL: ("注意喚起を送り、周知の返事をもらった。",),
    GUIDANCE: ("利用者の本人確認の徹底を求めた。",),
}
STEPS = ("訓練の案内を送る", "担当者が代わったら連絡先を確かめる", "啓発資料を届ける")
APART, TIMES, WAITING, FORGOTTEN = 118, 3, 24, 30
"""Days between two encounters with a body, and how many are told; one of so many planned ones waits for its report, and
one of so many bodies has been met by nobody since the first time."""
A_WHILE = timedelta(days=21)
"""After which every report has been checked."""


@dataclass(frozen=True)
class Meeting:
    """One encounter with a body, by the first or second officer of its station, or by headquarters."""

    body: Body
    kind: EncounterKind
    theme: EncounterTheme
    starts_at: datetime
    officer: int
    is_planned: bool
    is_checked: bool
    step: str
    is_done: bool
    is_by_desk: bool = False

    @property
    def day(self) -> date:
        return self.starts_at.astimezone(TOKYO).date()


def meetings(year: Year) -> list[Meeting]:
    """Those of the year, and what is planned for the weeks to come."""
    found = []
    for at, body in enumerate(body for bodies in PARTNERS.values() for body in bodies):
        rolled = dice(f"encounters {body.name}")
        first = year.begins + timedelta(days=rolled.randrange(APART))
        times = 1 if at % FORGOTTEN == FORGOTTEN // 2 else TIMES
        told = [_meeting(rolled, body, first + timedelta(days=turn * APART)) for turn in range(times)]
        found += [replace(one, is_checked=one.is_checked or one.day < year.today - A_WHILE) for one in told]
        if at % WAITING == 0 or body.name in BY_BODY:
            found += [_meeting(rolled, body, open_day(year.today, days), is_planned=True) for days in (-5, 12)]
            found.append(_meeting(rolled, body, open_day(year.today, -9), is_by_desk=True))
    return found


def _meeting(rolled: Random, body: Body, day: date, *, is_planned: bool = False, is_by_desk: bool = False) -> Meeting:
    drawn = rolled.choices(list(KINDS), list(KINDS.values()))[0]
    theme = rolled.choices(list(THEMES), list(THEMES.values()))[0]
    chosen = VISIT if is_planned else CALL if is_by_desk else drawn
    return Meeting(
        body,
        chosen,
        EncounterTheme.IDENTITY_CHECK if chosen is GUIDANCE else theme,
        office_hour(rolled, day),
        rolled.randrange(2),
        is_planned,
        rolled.random() < 0.6,
        rolled.choice(STEPS) if chosen is VISIT and rolled.random() < 0.3 else "",
        rolled.random() < 0.85,
        is_by_desk,
    )


async def told(town: Town, meeting: Meeting) -> Thread:
    """One encounter: planned three weeks before and not reported yet, or noted in the same hour and checked later."""
    officers = town.desk[2:4] if meeting.is_by_desk else town.stations[meeting.body.station.code]
    officer, colleague = officers[meeting.officer], officers[1 - meeting.officer]
    if meeting.is_planned:
        planning = meeting.starts_at - timedelta(days=21)
        yield planning
        await _planned(town, then(officer, planning), meeting)
        return
    noting = meeting.starts_at + timedelta(hours=1)
    yield noting
    encounter = await _noted(town, then(officer, noting), meeting)
    if meeting.is_checked:
        yield noting + timedelta(days=2)
        await encounters.check(then(colleague, noting + timedelta(days=2)), encounter.id)
    if meeting.step and meeting.is_done:
        yield noting + timedelta(days=9)
        await encounters.settle_next_step(then(officer, noting + timedelta(days=9)), encounter.id)


async def _planned(town: Town, officer: Actor, meeting: Meeting) -> None:
    await encounters.plan(
        officer,
        kind=meeting.kind,
        organization_id=town.bodies[meeting.body.name].id,
        theme=meeting.theme,
        starts_at=meeting.starts_at,
        purpose="備えの状況と緊急連絡先を確かめる。",
    )


async def _noted(town: Town, officer: Actor, meeting: Meeting) -> encounters.Encounter:
    contact = town.contacts[meeting.body.name]
    emergency = ItemChecked(EncounterCheckItem.EMERGENCY_CONTACT, EncounterAnswer.YES)
    plan = ItemChecked(EncounterCheckItem.BCP, EncounterAnswer.NO if meeting.officer else EncounterAnswer.YES)
    outcomes = OUTCOMES[meeting.kind]
    encounter = await encounters.note(
        officer,
        kind=meeting.kind,
        organization_id=town.bodies[meeting.body.name].id,
        theme=meeting.theme,
        starts_at=meeting.starts_at,
        minutes=45 if meeting.kind is VISIT else 10,
        outcome=outcomes[meeting.officer % len(outcomes)],
        business=GuidedBusiness.OTHER if meeting.kind is GUIDANCE else None,
        members=[EncounterMember(officer_id=officer.person_id, is_lead=True), EncounterMember(contact_id=contact.id)],
        checklist=(plan, emergency) if meeting.kind is VISIT else (),
        next_step=NextStep(meeting.step, open_day(meeting.day, 21)) if meeting.step else None,
    )
    await _confirmed(officer, meeting, contact)
    return encounter


async def _confirmed(officer: Actor, meeting: Meeting, contact: Contact) -> None:
    """Those of the body's contacts who were met, or whose presence was what the call was about."""
    asked_who = meeting.kind is CALL and meeting.officer == 0
    if meeting.kind is not VISIT and not asked_who:
        return
    present = organizations.contacts_visible_to(officer).filter(organization_id=contact.organization_id, until=None)
    for one in await (present if meeting.kind is VISIT else present.filter(id=contact.id)).order_by("id"):
        await organizations.confirm_contact(officer, one.id, version=one.version)
