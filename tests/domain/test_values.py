"""A value is what the standard library makes of it, only later."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest

from domain.values import dataclass


def kinds(dataclass: Callable[..., Any]) -> tuple[Any, Any]:
    """The same two declarations, by either decorator."""

    @dataclass(frozen=True, order=True)
    class Place:
        """Where."""

        name: str
        number: int = 1
        known: list[str] = dataclasses.field(default_factory=list, repr=False, compare=False)

        def __post_init__(self) -> None:
            self.known.append(self.name)

    @dataclass(frozen=True, kw_only=True)
    class Room(Place):
        floor: int

    return Place, Room


@pytest.mark.parametrize(
    "tried",
    [
        lambda place, _: repr(place("青浜", 2)),
        lambda place, _: (place("青浜"), place("青浜")) == (place("青浜"), place("青浜", 1)) != place("青浜", 2),
        lambda place, _: place("青浜") == ("青浜", 1),
        lambda place, _: place("青浜") < place("青浜", 2),
        lambda place, _: len({place("青浜"), place("青浜"), place("架空")}),
        lambda place, _: place("青浜").known,
        lambda place, _: setattr(place("青浜"), "name", "架空"),
        lambda place, _: delattr(place("青浜"), "name"),
        lambda place, _: place(),
        lambda place, _: place("青浜", 1, [], 4),
        lambda place, _: [one.name for one in dataclasses.fields(place)],
        lambda place, _: dataclasses.replace(place("青浜"), number=3),
        lambda place, _: dataclasses.asdict(place("青浜")),
        lambda place, _: (place("青浜").__match_args__, place.__doc__),
        lambda _, room: room("青浜", floor=3),
        lambda _, room: room("青浜", 2, 3),
        lambda _, room: [(one.name, one.kw_only) for one in dataclasses.fields(room)],
    ],
)
def test_a_value_answers_whatever_it_is_asked_first_as_the_standard_library_does(tried):
    def told(kinds: tuple[Any, Any]) -> str:
        try:
            return repr(tried(*kinds))
        except (TypeError, AttributeError) as error:
            return repr(error)

    assert told(kinds(dataclass)) == told(kinds(dataclasses.dataclass))


def made_by(place: Any, threads: int) -> list[Any]:
    ready, made = Barrier(threads), []

    def make() -> None:
        ready.wait()
        made.append(place("青浜", 2))

    at_work = [Thread(target=make) for _ in range(threads)]
    for thread in at_work:
        thread.start()
    for thread in at_work:
        thread.join()
    return made


def test_what_several_threads_need_first_at_once_is_there_for_each():
    for _ in range(20):
        place, _ = kinds(dataclass)
        assert made_by(place, 4) == [place("青浜", 2)] * 4
