"""更新前の協定: which agreement each of a register took over from, by its number there or that of its document; or
which one that is there already, by the latter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import Generic, TypeVar
from uuid import UUID

from domain import agreements
from domain.actor import Actor
from domain.agreements import Agreement, AgreementStatus
from domain.criteria import any_of
from domain.errors import Invalid
from domain.rosters.lines import Line

K = TypeVar("K", bound=Hashable)
NOT_FOUND = "更新前の協定が見つかりません。この名簿の整理番号か、登録済みの協定の文書番号を入力してください。"
SEVERAL = "この番号の協定が{count}つあります。どれとも違う文書番号か、この名簿の整理番号を入力してください。"


class Earlier(Generic[K]):
    """The agreements of a register and those that are there, by their numbers; `renewed` have a renewal already."""

    def __init__(self, there: Iterable[Agreement], renewed: set[UUID]) -> None:
        self.renewed = renewed
        self._there: dict[str, list[Agreement]] = defaultdict(list)
        self._listed: dict[str, list[K]] = defaultdict(list)
        self._numbered: dict[str, list[K]] = defaultdict(list)
        for one in there:
            for number in dict.fromkeys((one.number, *one.more_numbers)):
                self._there[number].append(one)

    def add(self, key: K, list_number: str, numbers: Iterable[str]) -> None:
        """One of the register."""
        if list_number:
            self._listed[list_number].append(key)
        for number in dict.fromkeys(numbers):
            self._numbered[number].append(key)

    def of(self, said: str) -> K | Agreement:
        """The one of this number. Raises Invalid where there is none, or several."""
        found: list[K] | list[Agreement]
        found = self._listed.get(said) or self._numbered.get(said) or self._there.get(said) or []
        if not found:
            raise Invalid(NOT_FOUND, field="renews")
        if len(found) > 1:
            raise Invalid(SEVERAL.format(count=len(found)), field="renews")
        return found[0]


async def find_earlier(actor: Actor, lines: Sequence[Line]) -> Earlier[K]:
    """What is there that a line may mean, where any tells that it renews one."""
    if not any(line.says("renews") for line in lines):
        return Earlier((), set())
    there = await agreements.visible_to(actor).filter(effective_on__isnull=False).order_by("id")
    own = Agreement.filter(any_of(Agreement, "renews_id", [one.id for one in there]))
    renewals = await own.exclude(status=AgreementStatus.TERMINATED)
    return Earlier(there, {one.renews_id for one in renewals if one.renews_id})
