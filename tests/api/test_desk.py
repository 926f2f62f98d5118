"""The desk of the jobs follows from the settings, or says which of them is missing."""

from datetime import timedelta
from pathlib import Path

import pytest

from api import desk, settings
from domain.gathering import Gathering
from jobs.post import FilePost, SmtpPost

WHOLE = {
    "RENKEI_SMTP_URL": "smtp://u:p%40w@relay.example:2525?tls=tls",
    "RENKEI_MAIL_FROM": "cyber@police.aohama.example",
    "RENKEI_SECRET_KEY": "k" * 32,
    "RENKEI_BASE_URL": "https://renkei.example",
}


def test_letters_go_to_the_server_that_is_set() -> None:
    assert desk.of(settings.read(WHOLE)).post == SmtpPost("relay.example", 2525, "tls", "u", "p@w")


def test_in_a_closed_network_letters_become_files() -> None:
    closed = WHOLE | {"RENKEI_SMTP_URL": "file:///var/renkei/mail"}
    assert desk.of(settings.read(closed)).post == FilePost(Path("/var/renkei/mail"))


def test_changes_are_gathered_for_a_few_minutes_unless_told_otherwise() -> None:
    assert desk.of(settings.read(WHOLE)).gathering == Gathering(timedelta(minutes=3), tells_texts=True)
    told = WHOLE | {"RENKEI_GATHER_MINUTES": "10", "RENKEI_TELL_TEXTS": "no"}
    assert desk.of(settings.read(told)).gathering == Gathering(timedelta(minutes=10), tells_texts=False)


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_what_is_missing_is_named(name: str) -> None:
    some = {key: value for key, value in WHOLE.items() if key != name}
    with pytest.raises(settings.WrongSettings, match=name):
        desk.of(settings.read(some))


def test_the_key_of_the_links_is_never_shown() -> None:
    assert WHOLE["RENKEI_SECRET_KEY"] not in repr(desk.of(settings.read(WHOLE)))
