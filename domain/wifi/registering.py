"""設置箇所の登録と訂正: a spot is taken in once, put right, handed to another station, and let go."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, TypedDict, Unpack
from uuid import UUID

from domain import organizations, records, units
from domain.actor import LIAISONS, Actor, Role
from domain.errors import Invalid
from domain.japanese import kana_order, municipality_code, name_key, phone_number, search_key, storable
from domain.verbs import verb
from domain.wifi.spot import WifiAdvice, WifiFacility, WifiSpot, WifiSurvey, visible_to

JAPAN = {"latitude": (Decimal(20), Decimal(46)), "longitude": (Decimal(122), Decimal(154))}
"""Degrees (JGD2011) between which the country lies."""


class Besides(TypedDict, total=False):
    """What may be known of a spot besides its facility and name."""

    organization_id: UUID | None
    name_kana: str
    name_english: str
    installer: str
    ssid: str
    area: str
    list_number: str
    municipality_code: str
    address: str
    building: str
    latitude: Decimal | None
    longitude: Decimal | None
    phone: str
    extension: str
    url: str
    remarks: str


class Facts(Besides, total=False):
    """All of it; in a correction what is left out stays as it is."""

    facility: WifiFacility
    name: str


BLANK: dict[str, Any] = dict.fromkeys(Facts.__annotations__, "") | {
    "organization_id": None,
    "latitude": None,
    "longitude": None,
    "facility": WifiFacility.OTHER,
}


def described(before: WifiSpot | None = None, /, **facts: Unpack[Facts]) -> dict[str, Any]:
    """The columns of a spot: what is known now or was before, checked, and what follows from its name."""
    known = {**BLANK} | ({name: getattr(before, name) for name in BLANK} if before else {}) | {**facts}
    records.must_say(storable(known["name"], field="name"), "名称", "name")
    known["municipality_code"] = municipality_code(known["municipality_code"]) if known["municipality_code"] else ""
    known["phone"] = phone_number(known["phone"], "phone") if known["phone"] else ""
    if known["url"] and not known["url"].startswith(("https://", "http://")):
        raise Invalid("URLは http:// か https:// から書いてください。", field="url")
    name, kana = known["name"], known["name_kana"]
    return {
        **known,
        **_somewhere(known["latitude"], known["longitude"]),
        "search": search_key(" ".join((name, kana, known["installer"], known["ssid"]))),
        "kana_order": kana_order(kana or name),
        "identity": f"{name_key(name)}@{known['municipality_code']}#{known['ssid']}",
    }


def _somewhere(latitude: Decimal | None, longitude: Decimal | None) -> dict[str, Decimal | None]:
    """Both or neither, to six places (a decimetre). Raises Invalid."""
    place = {"latitude": latitude, "longitude": longitude}
    for name, (least, most) in JAPAN.items():
        degrees = place[name]
        if degrees is None and any(value is not None for value in place.values()):
            raise Invalid("緯度と経度は両方を入力してください。", field=name)
        if degrees is not None and not (degrees.is_finite() and least <= degrees <= most):
            raise Invalid(f"{least}度から{most}度までの、日本の中の値を入力してください。", field=name)
    return {name: degrees and degrees.quantize(Decimal("0.000001")) for name, degrees in place.items()}


@verb(*LIAISONS)
async def register_spot(
    actor: Actor,
    /,
    *,
    facility: WifiFacility,
    name: str,
    found_on: date | None = None,
    unit_id: UUID | None = None,
    **besides: Unpack[Besides],
) -> WifiSpot:
    """Take a spot in, for the actor's unit or one that it covers; known from `found_on` on, else from today."""
    unit = await units.find_covered(actor, unit_id)
    since = found_on or actor.today
    if since > actor.today:
        raise Invalid("把握日に先の日付は指定できません。", field="found_on")
    values = await _whose(actor, described(facility=facility, name=name, **besides))
    return await records.create(actor, WifiSpot, "wifi-spot-registered", unit_id=unit.id, found_on=since, **values)


@verb(*LIAISONS)
async def correct_spot(actor: Actor, /, spot_id: UUID, *, version: int, **facts: Unpack[Facts]) -> WifiSpot:
    """Correct what is known of a spot; what is left out stays as it is."""
    spot = await records.find(visible_to(actor), spot_id, version)
    values = described(spot, **facts)
    if values["organization_id"] != spot.organization_id:
        values = await _whose(actor, values)
    return await records.change(actor, spot, "wifi-spot-corrected", **values)


async def _whose(actor: Actor, values: dict[str, Any]) -> dict[str, Any]:
    """The body that runs it is one that the actor sees."""
    if body := values["organization_id"]:
        await records.see(organizations.visible_to(actor), body, field="organization_id")
    return values


@verb(*LIAISONS)
async def retire_spot(actor: Actor, spot_id: UUID, *, on: date, version: int | None = None) -> WifiSpot:
    """撤去: `on` is the first day on which there is none any more; what was surveyed before counts for its time."""
    spot = await records.find(visible_to(actor), spot_id, version)
    records.must_last(spot.retired_on)
    if not spot.found_on <= on <= actor.today:
        raise Invalid("撤去日は把握日から今日までの日付にしてください。", field="on")
    return await records.change(actor, spot, "wifi-spot-retired", retired_on=on)


@verb(Role.HQ_LIAISON)
async def transfer_spot(actor: Actor, spot_id: UUID, *, version: int, unit_id: UUID) -> WifiSpot:
    """所管替え: put a spot with its surveys and advices under another unit."""
    spot = await records.find(visible_to(actor), spot_id, version)
    unit = await units.find_covered(actor, unit_id)
    for survey in await WifiSurvey.filter(spot_id=spot.id).order_by("id").select_for_update():
        await records.change(actor, survey, "wifi-survey-transferred", unit_id=unit.id)
    for advice in await WifiAdvice.filter(spot_id=spot.id).order_by("id").select_for_update():
        await records.change(actor, advice, "wifi-advice-transferred", unit_id=unit.id)
    return await records.change(actor, spot, "wifi-spot-transferred", unit_id=unit.id)
