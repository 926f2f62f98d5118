"""The desk of the jobs follows from the settings, or says which of them is missing."""

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from api import desk, settings
from domain.gathering import Gathering
from domain.quiet import QuietHours
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


def test_the_night_is_quiet_unless_told_otherwise() -> None:
    assert desk.of(settings.read(WHOLE)).quiet == QuietHours(21, 7)
    assert desk.of(settings.read(WHOLE | {"RENKEI_QUIET_HOURS": "no"})).quiet is None


def test_a_key_that_is_set_seals_what_leaves_and_is_never_shown(tmp_path: Path) -> None:
    key = rsa.generate_private_key(65537, 2048)
    pkcs8, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (tmp_path / "dkim.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, pkcs8, plain))
    told = WHOLE | {"RENKEI_DKIM": f"file://{tmp_path}/dkim.pem?selector=renkei&domain=police.aohama.example"}
    for address in ("smtp://relay.example", f"file://{tmp_path}/mail"):
        post = desk.of(settings.read(told | {"RENKEI_SMTP_URL": address})).post
        assert isinstance(post, SmtpPost | FilePost)
        assert post.seals.dkim is not None
        assert (post.seals.dkim.selector, post.seals.dkim.domain) == ("renkei", "police.aohama.example")
        assert "PRIVATE" not in repr(post)


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("RENKEI_DKIM", "file://{}/dkim.pem?selector=renkei&domain=a.example", "dkim.pem がありません"),
        ("RENKEI_SMIME", "file://{}?domains=a.example", "署名用のファイル"),
        ("RENKEI_LETTERS", "{}/letters", "letters がないか"),
    ],
)
def test_a_file_that_cannot_be_used_ends_the_start_with_its_setting_and_its_name(
    tmp_path: Path, setting: str, value: str, says: str
) -> None:
    with pytest.raises(settings.WrongSettings, match=rf"^{setting}: .*{says}"):
        desk.of(settings.read(WHOLE | {setting: value.format(tmp_path)}))


def test_the_offices_own_letters_are_looked_at_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "closing.txt").write_text("$unit_name\n", encoding="utf-8")
    told = settings.read(WHOLE | {"RENKEI_LETTERS": str(tmp_path), "RENKEI_TAG_MAIL": "yes"})
    assert (desk.of(told).templates, desk.of(told).tags) == (tmp_path, True)
    (tmp_path / "closing.txt").write_text("$unit_nmae\n", encoding="utf-8")
    with pytest.raises(settings.WrongSettings, match=r"^RENKEI_LETTERS: .*closing\.txt の \$unit_nmae"):
        desk.of(told)


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_what_is_missing_is_named(name: str) -> None:
    some = {key: value for key, value in WHOLE.items() if key != name}
    with pytest.raises(settings.WrongSettings, match=name):
        desk.of(settings.read(some))


def test_the_key_of_the_links_is_never_shown() -> None:
    assert WHOLE["RENKEI_SECRET_KEY"] not in repr(desk.of(settings.read(WHOLE)))
