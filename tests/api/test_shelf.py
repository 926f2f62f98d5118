"""A process keeps what may be asked for again as long as there is room."""

from api.shelf import Shelf


def test_as_much_is_kept_as_there_is_room_for_and_what_was_last_asked_for() -> None:
    shelf = Shelf[str](10, len)
    for name in ("a", "b", "b"):
        shelf.keep(name, "12345")
    assert shelf.find("a") == "12345"
    shelf.keep("c", "12345")
    assert (shelf.find("a"), shelf.find("b"), shelf.find("c")) == ("12345", None, "12345")
    shelf.keep("large", "x" * 11)
    assert (list(shelf.kept), shelf.filled) == ([], 0)
