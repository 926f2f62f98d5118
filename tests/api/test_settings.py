from pathlib import Path
from urllib.parse import quote

import pytest

from api import settings
from api.settings import DkimKey, MailboxServer, MailFolder, MailServer, SmimeKeys, WrongSettings

SECRET = "s3cr3t-" * 6
WHOLE = {
    "RENKEI_DATABASE_URL": "postgres://renkei:pa55word@db.example.jp:5432/renkei",
    "RENKEI_REPLICA_URL": "postgres://renkei:pa55word@db2.example.jp/renkei",
    "RENKEI_BASE_URL": "https://renkei.example.jp/desk/",
    "RENKEI_SMTP_URL": "smtp://desk:pa55%40word@mail.example.jp?tls=tls",
    "RENKEI_IMAP_URL": "imaps://desk:pa55word@mail.example.jp/%E8%BF%94%E4%BF%A1?proves=mx.example.jp",
    "RENKEI_MAIL_FROM": "renkei@police.example.jp",
    "RENKEI_GATHER_MINUTES": "0",
    "RENKEI_TELL_TEXTS": "no",
    "RENKEI_TAG_MAIL": "yes",
    "RENKEI_QUIET_HOURS": "22-6",
    "RENKEI_LETTERS": "/etc/renkei/letters",
    "RENKEI_FONTS": "/var/lib/renkei/fonts",
    "RENKEI_DKIM": "file:///etc/renkei/dkim.pem?selector=renkei2026&domain=Police.pref.example.jp",
    "RENKEI_SMIME": "file:///etc/renkei/smime?domains=Company.example.jp,bank.example.jp",
    "RENKEI_SECRET_KEY": SECRET,
    "RENKEI_SECRET_KEY_BEFORE": SECRET[::-1],
    "RENKEI_TIMEZONE": "Asia/Tokyo",
}


def test_an_empty_environment_is_enough_to_try_the_program():
    found = settings.read({"LANG": "ja_JP.UTF-8"})
    assert (found.base_url, found.smtp) == (None, None)


def test_every_setting_is_read():
    found = settings.read(WHOLE)
    assert found.database_url == WHOLE["RENKEI_DATABASE_URL"]
    assert found.replica_url == WHOLE["RENKEI_REPLICA_URL"]
    assert found.base_url == "https://renkei.example.jp/desk"
    assert found.smtp == MailServer("mail.example.jp", 465, "tls", "desk", "pa55@word")
    assert found.imap == MailboxServer("mail.example.jp", 993, "tls", "desk", "pa55word", "返信", "mx.example.jp")
    assert (found.mail_from, found.needed_secret()) == ("renkei@police.example.jp", SECRET)
    assert found.needed_keys().opening == (SECRET, SECRET[::-1])
    assert (found.gather_minutes, found.tells_texts, found.tags_mail) == (0, False, True)
    assert found.quiet_hours == (22, 6)
    assert settings.read(WHOLE | {"RENKEI_QUIET_HOURS": "no"}).quiet_hours is None
    assert (found.letters, found.fonts) == (Path("/etc/renkei/letters"), Path("/var/lib/renkei/fonts"))
    assert found.dkim == DkimKey(Path("/etc/renkei/dkim.pem"), "renkei2026", "police.pref.example.jp")
    assert found.smime == SmimeKeys(Path("/etc/renkei/smime"), frozenset({"company.example.jp", "bank.example.jp"}))


def test_the_key_before_is_another_key():
    with pytest.raises(WrongSettings, match="RENKEI_SECRET_KEY_BEFORE: 前の鍵を設定してください"):
        settings.read({"RENKEI_SECRET_KEY": SECRET, "RENKEI_SECRET_KEY_BEFORE": SECRET})


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("file:///var/spool/renkei", MailFolder(Path("/var/spool/renkei"))),
        ("file:///%E9%80%A3%E6%90%BA", MailFolder(Path("/連携"))),
        ("smtp://mail.example.jp", MailServer("mail.example.jp", 587, "starttls")),
        ("smtp://mail.example.jp:2525?tls=none", MailServer("mail.example.jp", 2525, "none")),
        ("smtp://[::1]:25?tls=none", MailServer("::1", 25, "none")),
    ],
)
def test_letters_go_to_a_server_or_to_files(address, meant):
    assert settings.read(WHOLE | {"RENKEI_SMTP_URL": address}).smtp == meant


def test_of_several_servers_the_one_that_takes_changes_is_meant_and_of_replicas_one_that_does_not():
    several = "postgres://renkei:pa55word@db1:6432,[::1]:6432/renkei"
    found = settings.read({"RENKEI_DATABASE_URL": several, "RENKEI_REPLICA_URL": f"{several}?sslmode=require"})
    assert found.database_url == f"{several}?target_session_attrs=primary"
    assert found.replica_url == f"{several}?sslmode=require&target_session_attrs=prefer-standby"
    said = f"{several}?target_session_attrs=read-write"
    assert settings.read({"RENKEI_DATABASE_URL": said}).database_url == said


def test_no_secret_is_ever_printed():
    printed = repr(settings.read(WHOLE))
    assert "renkei.example.jp" in printed
    assert [secret for secret in (SECRET, "pa55", "db.example.jp") if secret in printed] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RENKEI_DATABASE_URL", "mysql://pa55word@db/renkei"),
        ("RENKEI_DATABASE_URL", "postgres://pa55word@db"),
        ("RENKEI_DATABASE_URL", "postgres://pa55word@db:notaport/renkei"),
        ("RENKEI_DATABASE_URL", "postgres://pa55word@db1,db2:notaport/renkei"),
        ("RENKEI_BASE_URL", "renkei.example.jp?pa55word"),
        ("RENKEI_BASE_URL", "http://renkei.example.jp/?pa55word"),
        ("RENKEI_SMTP_URL", "smtps://desk:pa55word@mail.example.jp"),
        ("RENKEI_SMTP_URL", "smtp://desk:pa55word@mail.example.jp?tls=no"),
        ("RENKEI_SMTP_URL", "smtp://desk:pa55word@mail.example.jp?timeout=3"),
        ("RENKEI_SMTP_URL", "file://relative/pa55word"),
        ("RENKEI_SMTP_URL", "smtp://[pa55word"),
        ("RENKEI_IMAP_URL", "pop3://desk:pa55word@mail.example.jp"),
        ("RENKEI_IMAP_URL", "imaps://mail.example.jp"),
        ("RENKEI_IMAP_URL", "imaps://desk:pa55word@mail.example.jp/a/b"),
        ("RENKEI_IMAP_URL", "imaps://desk:pa55word@mail.example.jp?trust=mx"),
        ("RENKEI_MAIL_FROM", "pa55word"),
        ("RENKEI_MAIL_FROM", "連携係 <pa55word@police.example.jp>"),
        ("RENKEI_GATHER_MINUTES", "pa55word"),
        ("RENKEI_GATHER_MINUTES", "61"),
        ("RENKEI_GATHER_MINUTES", "-1"),
        ("RENKEI_GATHER_MINUTES", "٣"),
        ("RENKEI_TELL_TEXTS", "pa55word"),
        ("RENKEI_TAG_MAIL", "pa55word"),
        ("RENKEI_QUIET_HOURS", "pa55word"),
        ("RENKEI_QUIET_HOURS", "21-24"),
        ("RENKEI_QUIET_HOURS", "7-7"),
        ("RENKEI_QUIET_HOURS", "21"),
        ("RENKEI_LETTERS", "pa55word"),
        ("RENKEI_FONTS", "pa55word"),
        ("RENKEI_DKIM", "/pa55word"),
        ("RENKEI_DKIM", "file:///etc/pa55word"),
        ("RENKEI_DKIM", "file://host/pa55word?selector=a&domain=b.example"),
        ("RENKEI_DKIM", "file:///etc/dkim.pem?selector=a&domain=pa55word.example;evil"),
        ("RENKEI_DKIM", "file:///etc/dkim.pem?selector=a&domain=b.example&pa55word=1"),
        ("RENKEI_SMIME", "file:///etc/pa55word"),
        ("RENKEI_SMIME", "file:///etc/smime?domains=pa55word@b.example"),
        ("RENKEI_SMIME", "file:///etc/smime?domains=b.example&pa55word=1"),
        ("RENKEI_SECRET_KEY", "pa55word"),
        ("RENKEI_SECRET_KEY_BEFORE", "pa55word"),
        ("RENKEI_TIMEZONE", "Europe/Pa55word"),
        ("RENKEI_TIMEZONE", "../pa55word"),
    ],
)
def test_a_wrong_value_names_itself_and_is_not_repeated(name, value):
    with pytest.raises(WrongSettings, match=rf"{name}: ") as told:
        settings.read(WHOLE | {name: value})
    assert "a55word" not in str(told.value)


@pytest.mark.parametrize("sign", ["/", "#", "?"])
@pytest.mark.parametrize("begun", ["p", "12"])
def test_a_password_in_which_the_address_ends_is_told_how_to_be_written(sign, begun):
    """Else its beginning would be taken for a port, and the user for the host."""
    with pytest.raises(WrongSettings, match=r"RENKEI_DATABASE_URL: .*@ / # \? % は、順に %40 %2F %23 %3F %25") as told:
        settings.read({"RENKEI_DATABASE_URL": f"postgres://renkei:{begun}{sign}a55word@db.example.jp:5432/renkei"})
    assert "a55word" not in str(told.value)
    written = f"postgres://renkei:{begun}{quote(sign, safe='')}a55word@db.example.jp:5432/renkei"
    assert settings.read({"RENKEI_DATABASE_URL": written}).database_url == written


def test_an_unknown_name_is_refused_with_the_names_there_are():
    with pytest.raises(WrongSettings, match=r"RENKEI_DATABSE_URL: .*RENKEI_DATABASE_URL"):
        settings.read({"RENKEI_DATABSE_URL": "postgres://db/renkei"})


def test_everything_wrong_is_told_at_once():
    with pytest.raises(WrongSettings) as told:
        settings.read({"RENKEI_TIMEZONE": "Tokio", "RENKEI_SECRET_KEY": "short", "RENKEI_COLOUR": "red"})
    assert [name for name in ("TIMEZONE", "SECRET_KEY", "COLOUR") if f"RENKEI_{name}" not in str(told.value)] == []


def test_a_mail_server_needs_a_sender():
    with pytest.raises(WrongSettings, match="RENKEI_MAIL_FROM"):
        settings.read({"RENKEI_SMTP_URL": "smtp://mail.example.jp"})


def test_an_empty_value_is_none():
    assert settings.read({"RENKEI_SMTP_URL": "", "RENKEI_TIMEZONE": " "}) == settings.read({})


def test_without_a_secret_the_one_in_use_is_asked_for_before_it_is_said_how_to_make_the_first():
    asked = r"/etc/renkei/renkei\.env.*var/demo\.key.*はじめて設置するときだけ.*token_urlsafe"
    with pytest.raises(WrongSettings, match=rf"RENKEI_SECRET_KEY が設定されていません.*{asked}"):
        settings.read({}).needed_secret()


@pytest.mark.parametrize("zone", ["UTC", "Asia/Seoul", "Japan", "JST"])
def test_days_are_those_of_japanese_law_and_no_other_zone_is_taken(zone: str) -> None:
    with pytest.raises(settings.WrongSettings, match=r"Asia/Tokyo だけが使えます"):
        settings.read({"RENKEI_TIMEZONE": zone})
    assert settings.read({"RENKEI_TIMEZONE": "Asia/Tokyo"}) == settings.read({})


def test_an_address_that_would_make_dead_links_is_never_guessed():
    with pytest.raises(WrongSettings, match=r"RENKEI_BASE_URL が設定されていません.*https://"):
        settings.read({}).needed_base_url()
    assert settings.read({"RENKEI_BASE_URL": "https://desk.example/"}).needed_base_url() == "https://desk.example"


OIDC = {
    "RENKEI_OIDC_ISSUER": "https://login.police.example/realms/staff/",
    "RENKEI_OIDC_CLIENT_ID": "renkei",
    "RENKEI_OIDC_CLIENT_SECRET": SECRET,
}


def test_the_offices_login_service_is_read_and_its_secret_shown_to_nobody():
    found = settings.read(OIDC | {"RENKEI_OIDC_NUMBER_CLAIM": "employee_number"})
    assert (found.oidc_issuer, found.oidc_client_id) == ("https://login.police.example/realms/staff", "renkei")
    assert (found.oidc_client_secret, found.oidc_number_claim) == (SECRET, "employee_number")
    assert SECRET not in repr(found)


@pytest.mark.parametrize("left_out", OIDC)
def test_half_a_login_service_is_refused(left_out):
    with pytest.raises(WrongSettings, match="三つとも設定"):
        settings.read({name: value for name, value in OIDC.items() if name != left_out})


@pytest.mark.parametrize("issuer", ["http://login.police.example", "login.police.example", "https://x.example/?a=1"])
def test_a_login_service_speaks_tls(issuer):
    with pytest.raises(WrongSettings, match="RENKEI_OIDC_ISSUER"):
        settings.read(OIDC | {"RENKEI_OIDC_ISSUER": issuer})
