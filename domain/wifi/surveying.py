"""実態把握と働き掛け: what a survey has found, what was brought up, and that it has become better."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from domain import records
from domain.actor import LIAISONS, Actor
from domain.errors import Incomplete, Invalid, WrongState
from domain.verbs import verb
from domain.wifi.spot import (
    AdviceMeans,
    WifiAdvice,
    WifiPoint,
    WifiSpot,
    WifiSurvey,
    advices_visible_to,
    state_of,
    surveys_visible_to,
    visible_to,
)


@verb(*LIAISONS)
async def survey(
    actor: Actor,
    spot_id: UUID,
    *,
    missing: Sequence[WifiPoint],
    surveyed_on: date | None = None,
    remarks: str = "",
    version: int | None = None,
) -> WifiSpot:
    """調査: note which of the five points were not met, or could not be shown; none where all is in order."""
    spot = await _standing(actor, spot_id, version)
    day = surveyed_on or actor.today
    _must_be_known(actor, spot, day, "surveyed_on")
    values = {"surveyed_on": day, "remarks": remarks, "surveyed_by_id": actor.person_id, **_found(missing)}
    await records.create(actor, WifiSurvey, "wifi-surveyed", unit_id=spot.unit_id, spot_id=spot.id, **values)
    return await _settled(actor, spot)


@verb(*LIAISONS)
async def correct_survey(
    actor: Actor,
    survey_id: UUID,
    *,
    version: int,
    missing: Sequence[WifiPoint] | None = None,
    surveyed_on: date | None = None,
    remarks: str | None = None,
) -> WifiSurvey:
    """Put a survey right; what is left out stays as it is, and the spot's state follows. Without a difference nothing
    happens."""
    row = await records.find(surveys_visible_to(actor), survey_id, version)
    spot = await records.find(visible_to(actor), row.spot_id)
    day = surveyed_on or row.surveyed_on
    _must_be_known(actor, spot, day, "surveyed_on")
    values: dict[str, Any] = {"surveyed_on": day, "remarks": row.remarks if remarks is None else remarks}
    values |= {} if missing is None else _found(missing)
    await records.change(actor, row, "wifi-survey-corrected", **values)
    if row.version > version:
        await _settled(actor, spot)
    return row


@verb(*LIAISONS)
async def advise(
    actor: Actor,
    spot_id: UUID,
    *,
    means: AdviceMeans,
    points: Sequence[WifiPoint] = (),
    advised_on: date | None = None,
    remarks: str = "",
    version: int | None = None,
) -> WifiSpot:
    """働き掛け: note that whoever runs the spot was asked to improve it; without `points`, in all that was wanting.

    Raises WrongState where nothing was wanting on that day, Invalid for a point that was not.
    """
    spot = await _standing(actor, spot_id, version)
    day = advised_on or actor.today
    _must_be_known(actor, spot, day, "advised_on")
    wanting = await _wanting(spot, day)
    if foreign := [point for point in points if point not in wanting]:
        raise Invalid("その日までの調査で要改善とされていない項目が含まれています。", field="points")
    values = {"advised_on": day, "means": means, "remarks": remarks, "advised_by_id": actor.person_id}
    values["points"] = [point for point in WifiPoint if point in (points or wanting) and point not in foreign]
    await records.create(actor, WifiAdvice, "wifi-advised", unit_id=spot.unit_id, spot_id=spot.id, **values)
    return await _settled(actor, spot)


@verb(*LIAISONS)
async def correct_advice(
    actor: Actor, advice_id: UUID, *, version: int, means: AdviceMeans | None = None, remarks: str | None = None
) -> WifiAdvice:
    """Put right how it was said; what is left out stays as it is."""
    row = await records.find(advices_visible_to(actor), advice_id, version)
    values = {"means": means or row.means, "remarks": row.remarks if remarks is None else remarks}
    return await records.change(actor, row, "wifi-advice-corrected", **values)


async def _standing(actor: Actor, spot_id: UUID, version: int | None) -> WifiSpot:
    """A spot that is there. Raises WrongState for one that was taken down."""
    spot = await records.find(visible_to(actor), spot_id, version)
    records.must_last(spot.retired_on)
    return spot


def _must_be_known(actor: Actor, spot: WifiSpot, day: date, field: str) -> None:
    if day > actor.today:
        raise Invalid("先の日付は指定できません。", field=field)
    if day < spot.found_on:
        raise Invalid(f"把握日（{spot.found_on:%Y年%-m月%-d日}）以後の日付を指定してください。", field=field)
    if spot.retired_on and day >= spot.retired_on:
        raise Invalid("撤去日より前の日付を指定してください。", field=field)


def _found(missing: Sequence[WifiPoint]) -> dict[str, Any]:
    """In the order of the form, each once."""
    return {"missing": [point for point in WifiPoint if point in missing], "is_fine": not missing}


async def _wanting(spot: WifiSpot, day: date) -> Sequence[str]:
    """What the last survey up to that day found wanting. Raises Incomplete before any, WrongState where all was in
    order."""
    before = WifiSurvey.filter(spot_id=spot.id, surveyed_on__lte=day)
    last = await before.order_by("-surveyed_on", "-id").first()
    if last is None:
        raise Incomplete("先に調査の結果を入力してください。", field="spot_id")
    if last.is_fine:
        raise WrongState("その日までの調査では、改善を求める項目がありません。")
    return last.missing


async def _settled(actor: Actor, spot: WifiSpot) -> WifiSpot:
    """The state that follows from all that is known, and the day of the newest survey. Whoever has read the spot
    before has read less."""
    surveys = await WifiSurvey.filter(spot_id=spot.id)
    advised = [advice.advised_on for advice in await WifiAdvice.filter(spot_id=spot.id)]
    newest = max((one.surveyed_on for one in surveys), default=None)
    values, known = {"status": state_of(surveys, advised), "surveyed_on": newest}, spot.version
    await records.change(actor, spot, "wifi-spot-settled", **values)
    return await records.touch_since(actor, spot, known)
