"""Global ids: one way to write each, and nothing else is taken for one."""

from uuid import UUID

import pytest

from api.reading import encode, split

KEY = UUID("0199a0b0-1111-7222-8333-0123456789ab")
ID = "Lecture:0199a0b0-1111-7222-8333-0123456789ab"


def test_an_id_names_the_type_and_the_key_and_is_read_back():
    assert encode("Lecture", KEY) == ID
    assert split(ID) == ("Lecture", KEY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        ":",
        "Lecture:",
        ID[8:],
        ID.upper(),
        ID.replace("ab", "AB"),
        ID.replace("-", ""),
        ID.replace(":", ":{") + "}",
        ID.replace("Lecture:", "Lecture:urn:uuid:"),
        f" {ID}",
        f"{ID}\n",
        f"{ID}0",
        ID[:-1],
        ID.replace("0", "٠"),
        ID.replace("0", "０"),
        ID * 1000,
    ],
)
def test_whatever_this_program_would_not_have_written_is_no_id(text):
    assert split(text) is None
