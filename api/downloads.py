"""`GET /exports/{name}?period=…&format=…`: files for whoever may read what is in them, as with GraphQL.

`format` is xlsx (when nothing is said), csv or json. Of what is counted in a period, `period` is 2026Q2, 2026,
CY2026Q2, CY2026 or a day, without it the last quarter that is over, and `fresh=true` counts anew instead of reading the
run that was kept; a list is as it stands, some are narrowed as GraphQL narrows them (`status`, `unit` …), and one that
names many persons wants to be told why (`purpose`). What is wrong is told as JSON in the shape of a GraphQL error.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field
from datetime import datetime
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from strawberry.utils.str_converters import to_camel_case

from api.callers import whoever
from api.guard import answer
from api.house import House
from api.narrowing import Narrowed
from api.observing import failed
from domain import (
    agreements,
    campaigns,
    councils,
    drills,
    encounters,
    information,
    looks,
    meetings,
    notices,
    organizations,
    outreach,
    statistics,
    wifi,
)
from domain.actor import TOKYO, Actor, Role
from domain.agreements import AgreementKind, AgreementStatus
from domain.campaigns import ProposalStatus
from domain.drills import ImprovementStatus
from domain.errors import Incomplete, Invalid, NotAllowed, NotFound, RateLimited, Refused
from domain.japanese import Measure, Period, PeriodBasis, fiscal_year, shown
from domain.looks import Door
from domain.values import dataclass
from exports.agreements import agreements_file, public_parties_file
from exports.campaigns import results_file, stale_file
from exports.commitments import commitments_file
from exports.contacts import contacts_file
from exports.councils import council_members_file, councils_file
from exports.encounters import encounters_file
from exports.files import File, Format
from exports.improvements import improvements_file
from exports.information import information_file
from exports.meetings import attendance_file, meetings_file
from exports.names import content_disposition
from exports.notices import notices_file
from exports.organizations import organizations_file
from exports.outreach import outreach_file
from exports.proposals import proposals_file
from exports.research import outputs_file
from exports.schools import schools_file
from exports.statistics import statistics_file
from exports.wifi import wifi_file

STATUS = {
    "UNAUTHENTICATED": 401,
    "NOT_ALLOWED": 403,
    "NOT_FOUND": 404,
    "CONFLICT": 409,
    "TOO_LARGE": 413,
    "DAMAGED": 500,
    "RATE_LIMITED": 429,
}
"""What a refusal is in HTTP; any other is 400."""

PRICE, LEAST = 20_000, 1_000
"""Rows that a file is held to cost until it is made, then what is in it, within these; one that names persons, or for
which is counted anew, costs the first: ten at once, then one in ten seconds."""
NOTHING_READ = (Invalid, NotAllowed, NotFound)
"""Refusals that cost no rows: an outsider who tried two files could not read their own notices for a quarter of an
hour."""

NOT_COUNTED = "この書き出しは一覧で、数え直すものではありません。fresh は指定できません。"
ASKABLE = ("period", "format", "fresh", "purpose")


@dataclass(frozen=True)
class Asked:
    """What one file was asked to be of."""

    period: str
    format: Format
    fresh: bool
    purpose: str = ""
    door: Door = Door.EXPORT
    narrowed: Narrowed = field(default_factory=lambda: Narrowed({}))


Write = Callable[[Actor, Asked], Awaitable[File]]


class Export(NamedTuple):
    """`role` is in which whoever sits at the machine writes it; one that `is_personal` names persons, and says whom to
    the record of looks. `filters` are the names by which it is narrowed."""

    write: Write
    role: Role
    is_personal: bool = False
    filters: tuple[str, ...] = ()


async def _statistics(actor: Actor, asked: Asked) -> File:
    report = await statistics.show(actor, _period(asked.period, actor.now), fresh=asked.fresh)
    return await asyncio.to_thread(statistics_file, report, asked.format)  # others are answered meanwhile


Shown = tuple[str, Callable[[Any], list[tuple[str, str]]]]
"""By which name a list that names persons is written down, and which fields and rows it shows of them."""


def _today(find: Callable[..., Awaitable[Any]], file: Callable[..., File], shown: Shown | None = None) -> Write:
    """A list as it stands."""

    async def write(actor: Actor, asked: Asked) -> File:
        _must_be_a_list(asked)
        listed = await find(actor)
        await _note(actor, asked, listed, shown)
        return await asyncio.to_thread(file, listed, asked.format, actor.now)

    return write


def _of_period(find: Callable[..., Awaitable[Any]], file: Callable[..., File], shown: Shown | None = None) -> Write:
    """A list of what was in a period."""

    async def write(actor: Actor, asked: Asked) -> File:
        if asked.fresh:
            raise Invalid(NOT_COUNTED, field="fresh")
        period = _period(asked.period, actor.now)
        listed = await find(actor, period.starts_at, period.ends_before)
        await _note(actor, asked, listed, shown)
        return await asyncio.to_thread(file, listed, period, asked.format, actor.now)

    return write


async def _note(actor: Actor, asked: Asked, listed: Any, shown: Shown | None) -> None:
    """Whom a list names, if anybody, in the record of looks. Raises Incomplete where they are many, and nobody says
    why."""
    if shown is None:
        return
    name, told = shown[0], shown[1](listed)
    looks.must_say_why_for(dict.fromkeys((row for _, row in told), 1), asked.purpose)
    await looks.note(asked.door, actor, name, told, purpose=asked.purpose)


_wifi_spots = _today(wifi.listed, wifi_file)
_public_parties = _today(agreements.list_public_parties, public_parties_file)
_organizations = _today(organizations.listed, organizations_file)
_schools = _today(organizations.listed_schools, schools_file)
_contacts = _today(organizations.listed_contacts, contacts_file, ("contacts", organizations.shown_of))
_stale_contacts = _today(campaigns.stale_listed, stale_file, ("stale-contacts", campaigns.shown_of))
_councils = _today(councils.listed, councils_file)
_council_members = _today(councils.listed_members, council_members_file)
_meetings = _of_period(meetings.listed, meetings_file)
_attendance = _of_period(meetings.listed_attendance, attendance_file, ("council-attendance", meetings.shown_of))
_information = _of_period(information.listed, information_file)
_encounters = _of_period(encounters.listed, encounters_file)
_outreach = _of_period(outreach.listed, outreach_file)
_notices = _of_period(notices.listed, notices_file)
_outputs = _of_period(agreements.listed_outputs, outputs_file)


async def _agreements(actor: Actor, asked: Asked) -> File:
    _must_be_a_list(asked)
    listed = await agreements.listed(
        actor,
        status=asked.narrowed.among("status", AgreementStatus),
        kind=asked.narrowed.among("kind", AgreementKind),
        unit_id=await asked.narrowed.unit(actor),
        text=asked.narrowed.text("text"),
        expires_before=asked.narrowed.day("expiresBefore"),
    )
    return await asyncio.to_thread(agreements_file, listed, asked.format, actor.now)


async def _commitments(actor: Actor, asked: Asked) -> File:
    if asked.fresh:
        raise Invalid(NOT_COUNTED, field="fresh")
    year = Period.parse(asked.period) if asked.period else Period.of_year(fiscal_year(actor.today))
    if year.basis is not PeriodBasis.FISCAL_YEAR or year.quarter or year.measure is Measure.AS_OF:
        raise Invalid("約束は年度ごとのものです。period は 2026 のように年度にしてください。", field="period")
    listed = await agreements.listed_promises(actor, year=year.year, unit_id=await asked.narrowed.unit(actor))
    return await asyncio.to_thread(commitments_file, listed, year, asked.format, actor.now)


async def _improvements(actor: Actor, asked: Asked) -> File:
    _must_be_a_list(asked)
    listed = await drills.listed_improvements(
        actor,
        status=asked.narrowed.among("status", ImprovementStatus),
        unit_id=await asked.narrowed.unit(actor),
        drill_id=asked.narrowed.id("drill"),
        organization_id=asked.narrowed.id("organization"),
        owner_id=asked.narrowed.id("owner"),
        due_before=asked.narrowed.day("dueBefore"),
        settled=asked.narrowed.flag("settled"),
    )
    await _note(actor, asked, listed, ("improvements", drills.owners_shown))
    return await asyncio.to_thread(improvements_file, listed, asked.format, actor.now)


async def _proposals(actor: Actor, asked: Asked) -> File:
    _must_be_a_list(asked)
    listed = await campaigns.listed_proposals(
        actor, status=asked.narrowed.among("status", ProposalStatus), unit_id=await asked.narrowed.unit(actor)
    )
    await _note(actor, asked, listed, ("contact-proposals", campaigns.proposals_shown))
    return await asyncio.to_thread(proposals_file, listed, asked.format, actor.now)


async def _campaign_results(actor: Actor, asked: Asked) -> File:
    _must_be_a_list(asked)
    campaign_id = asked.narrowed.id("campaign")
    if campaign_id is None:
        raise Incomplete("どの疎通確認かを campaign に id で指定してください。campaigns で読めます。", field="campaign")
    results = await campaigns.results(actor, campaign_id)
    return await asyncio.to_thread(results_file, results, asked.format, actor.now)


OF_AGREEMENTS = ("status", "kind", "unit", "text", "expiresBefore")
OF_IMPROVEMENTS = ("status", "unit", "drill", "organization", "owner", "dueBefore", "settled")
EXPORTS: Mapping[str, Export] = {
    "statistics": Export(_statistics, Role.STATISTICIAN),
    "agreements": Export(_agreements, Role.HQ_LIAISON, filters=OF_AGREEMENTS),
    "commitments": Export(_commitments, Role.HQ_LIAISON, filters=("unit",)),
    "improvements": Export(_improvements, Role.HQ_LIAISON, is_personal=True, filters=OF_IMPROVEMENTS),
    "schools": Export(_schools, Role.HQ_LIAISON),
    "councils": Export(_councils, Role.HQ_LIAISON),
    "council-members": Export(_council_members, Role.HQ_LIAISON),
    "encounters": Export(_encounters, Role.HQ_LIAISON),
    "notices": Export(_notices, Role.HQ_LIAISON),
    "organizations": Export(_organizations, Role.HQ_LIAISON),
    "outreach": Export(_outreach, Role.HQ_LIAISON),
    "public-parties": Export(_public_parties, Role.HQ_LIAISON),
    "contacts": Export(_contacts, Role.HQ_LIAISON, is_personal=True),
    "stale-contacts": Export(_stale_contacts, Role.HQ_LIAISON, is_personal=True),
    "wifi-spots": Export(_wifi_spots, Role.HQ_LIAISON),
    "council-meetings": Export(_meetings, Role.HQ_LIAISON),
    "council-attendance": Export(_attendance, Role.HQ_LIAISON, is_personal=True),
    "council-information": Export(_information, Role.HQ_LIAISON),
    "contact-proposals": Export(_proposals, Role.HQ_LIAISON, is_personal=True, filters=("status", "unit")),
    "research-outputs": Export(_outputs, Role.HQ_LIAISON),
    "campaign-results": Export(_campaign_results, Role.HQ_LIAISON, filters=("campaign",)),
}
"""What can be downloaded and exported, by its name in the address and on the command line."""


def routes(house: House) -> list[Route]:
    async def download(request: Request) -> Response:
        try:
            actor = await whoever(request, house)
            house.allowance.requests.take(actor.person_id, 1, actor.now)
            await house.allowance.shown.must_leave_some(actor)
            export = EXPORTS.get(request.path_params["name"])
            is_personal = export is not None and export.is_personal
            left = house.allowance.rows[actor.role] if is_personal else house.allowance.files
            left.take(actor.person_id, PRICE, actor.now, house.allowance.files.message)
            asked = request.query_params
            narrowed = {name: told for name, told in asked.items() if name not in ASKABLE}
            names = [request.path_params["name"], asked.get("period", ""), asked.get("format", Format.XLSX)]
            fresh, purpose = _is_true(asked.get("fresh", "")), looks.purpose(asked.get("purpose", ""))
            try:
                file = await produce(actor, *names, fresh=fresh, purpose=purpose, narrowed=narrowed)
            except NOTHING_READ:
                left.give_back(actor.person_id, PRICE)
                raise
            if not (is_personal or fresh):
                left.give_back(actor.person_id, PRICE - min(max(file.rows, LEAST), PRICE))
        except Refused as refused:
            return refusal(refused)
        except Exception as bug:
            return failed(bug)
        named = {"Content-Disposition": content_disposition(file.name, about=names[0])}
        return Response(file.content, headers=named, media_type=file.media_type)

    return [Route("/exports/{name}", download, methods=["GET"])]


async def produce(
    actor: Actor,
    name: str,
    period: str,
    format: str,
    *,
    fresh: bool = False,
    purpose: str = "",
    door: Door = Door.EXPORT,
    narrowed: Mapping[str, str] | None = None,
) -> File:
    """One export as a file, `narrowed` by its filters. Raises NotFound for another name, Invalid for a period, a format
    or a filter that is not one."""
    export = EXPORTS.get(name)
    if export is None:
        raise NotFound(f"その書き出しはありません。使えるのは {'・'.join(EXPORTS)} です。", field="name")
    _must_be_known(narrowed or {}, export)
    return await export.write(actor, Asked(period, _format(format), fresh, purpose, door, Narrowed(narrowed or {})))


def _must_be_a_list(asked: Asked) -> None:
    """Raises Invalid for a list that is asked to be that of a period."""
    if asked.period or asked.fresh:
        field = "period" if asked.period else "fresh"
        raise Invalid("この書き出しはいまの一覧です。期間や数え直しは指定できません。", field=field)


def _period(text: str, now: datetime) -> Period:
    return Period.parse(text) if text else Period.quarter_of(now.astimezone(TOKYO).date()).previous()


def _format(text: str) -> Format:
    if text == "pdf":
        raise Invalid("PDF では書き出せません。xlsx を選び、A4で印刷してください。", field="format")
    try:
        return Format(text)
    except ValueError:
        known = "・".join(Format)
        raise Invalid(f"この形式では書き出せません。使えるのは {known} です。", field="format") from None


def _must_be_known(narrowed: Mapping[str, str], export: Export) -> None:
    """A mistyped name would give the figures of another period, or all rows, without a word."""
    for name in narrowed:
        if name not in export.filters:
            known = "・".join((*ASKABLE, *export.filters))
            raise Invalid(f"「{shown(name)}」は指定できません。使えるのは {known} です。", field=shown(name))


def _is_true(text: str) -> bool:
    if text not in ("", "true", "false"):
        raise Invalid("fresh は true か false にしてください。", field="fresh")
    return text == "true"


def refusal(refused: Refused) -> Response:
    """What is wrong, in the shape of a GraphQL error."""
    status = STATUS.get(refused.code, 400)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if isinstance(refused, RateLimited):
        headers["Retry-After"] = str(refused.retry_after)
    field = {"field": to_camel_case(refused.field)} if refused.field else {}
    return answer(status, refused.code, refused.message, headers, **field)
