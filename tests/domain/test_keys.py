"""The installation's key, and the one before."""

from domain.keys import Keys


def test_the_keys_stand_in_no_line_that_shows_what_holds_them() -> None:
    assert "secret" not in f"{Keys('secret of today', 'secret of yesterday')!r}"


def test_what_opens_is_the_present_key_and_the_former_where_there_is_one() -> None:
    assert (Keys("a").opening, Keys("a", "b").opening) == (("a",), ("a", "b"))
