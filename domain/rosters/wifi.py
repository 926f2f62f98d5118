"""公衆無線LANの設置箇所 from a list, as a municipality publishes it or a station has walked it.

Identity is the folded name within the municipality, with the network's name; whoever runs it is told as a text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from domain import wifi
from domain.actor import LIAISONS, Actor
from domain.errors import Invalid
from domain.rosters.lines import Line, Plan, Said, Taken, each
from domain.rosters.places import Places, find_places
from domain.verbs import verb
from domain.wifi import WifiSpot

ELSEWHERE = "ほかの所属が登録している設置箇所です。県本部の連携担当者に連絡してください。"
TOLD = {name: empty for name, empty in wifi.BLANK.items() if name != "organization_id"}


@verb(*LIAISONS)
async def take_in_wifi_spots(actor: Actor, lines: Sequence[Line], *, dry_run: bool = False) -> Taken:
    """Take spots in. Facts: those of `wifi.Facts` but the body, and unit: where it is left out or empty, a new one is
    the actor's unit's, and one that is known stays where it is. What was surveyed stays with its spot."""
    present = await WifiSpot.filter(prefecture_id=actor.prefecture_id, retired_on=None).order_by("id")
    roster = _Roster(actor, await find_places(actor, covered=True), present)
    plan = Plan(known=roster.known, called=roster.places.called)
    plan.read(lines, roster.read)
    taken = plan.settled()
    if not dry_run:
        await plan.write(actor, WifiSpot, "wifi-spot")
    return taken


class _Roster:
    """The spots that are known, by their identity, and what a line says of one of them."""

    def __init__(self, actor: Actor, places: Places, present: Sequence[WifiSpot]) -> None:
        self.actor, self.places = actor, places
        self.known = {row.identity: row for row in present}

    def read(self, line: Line) -> Said:
        unit_id, values = each(
            lambda: self.places.of(line.facts, self.actor.unit_id), lambda: wifi.described(**line.told(TOLD))
        )
        row = self.known.get(values["identity"])
        if row is None:
            return Said(values["identity"], {"unit_id": unit_id, "found_on": self.actor.today, **values})
        return Said(values["identity"], self._changed(line, row))

    def _changed(self, line: Line, row: WifiSpot) -> dict[str, Any]:
        """What the line makes of a known spot. Raises Invalid where that is not for us to change, or to move."""
        if row.unit_id not in self.actor.units:
            raise Invalid(ELSEWHERE)
        if line.facts.get("unit") and self.places.of(line.facts) != row.unit_id:
            raise Invalid("登録済みの設置箇所の所属は変えられません。所管替えを使ってください。", field="unit")
        told = line.told(TOLD)
        if not line.facts.get("facility"):
            told.pop("facility", None)
        return wifi.described(row, **told)
