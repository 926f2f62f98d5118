"""What the installation decides: the only place that reads the process environment.

Every value is checked before anything starts, and all that is wrong is told at once. No secret appears in a
`repr`, and so in no log.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlencode, urlsplit

from api.errors import Stopped
from domain.keys import Keys
from domain.quiet import QuietHours
from domain.values import dataclass

PREFIX = "RENKEI_"
SHORTEST_SECRET = 32
MOST_MINUTES = 60
HOUR = re.compile(r"[0-9]|1[0-9]|2[0-3]")
HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9])?)*")
MAIL_PORTS = {"starttls": 587, "tls": 465, "none": 25}
MAILBOX_PORTS = {"starttls": 143, "tls": 993, "none": 143}


class WrongSettings(Stopped):
    """The environment cannot be used as it stands; the message names every value that is meant."""


@dataclass(frozen=True)
class MailServer:
    """Where letters are handed over (SMTP). `tls` is starttls, tls or none."""

    host: str
    port: int
    tls: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class MailboxServer(MailServer):
    """Where answers arrive: `proves` is the name by which our mail server signs its Authentication-Results."""

    folder: str = "INBOX"
    proves: str | None = None


@dataclass(frozen=True)
class MailFolder:
    """Letters become .eml files in this directory, to be carried by hand out of a closed network."""

    path: Path


@dataclass(frozen=True)
class DkimKey:
    """The file of the key by which letters are signed, and where its public half stands in the DNS."""

    path: Path
    selector: str
    domain: str


@dataclass(frozen=True)
class SmimeKeys:
    """The directory of the senders' keys and certificates, and the recipients' domains that get signed mail."""

    directory: Path
    domains: frozenset[str]


@dataclass(frozen=True)
class Settings:
    """All settings, each optional until something needs it; `base_url` has no slash at its end."""

    database_url: str | None = field(default=None, repr=False)
    replica_url: str | None = field(default=None, repr=False)
    base_url: str | None = None
    smtp: MailServer | MailFolder | None = None
    imap: MailboxServer | None = None
    mail_from: str | None = None
    gather_minutes: int = 3
    tells_texts: bool = True
    quiet_hours: tuple[int, int] | None = (21, 7)
    dkim: DkimKey | None = None
    smime: SmimeKeys | None = None
    tags_mail: bool = False
    letters: Path | None = None
    fonts: Path | None = None
    secret_key: str | None = field(default=None, repr=False)
    secret_key_before: str | None = field(default=None, repr=False)
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = field(default=None, repr=False)
    oidc_number_claim: str | None = None

    @property
    def quiet(self) -> QuietHours | None:
        """The hours in which volunteers are let sleep."""
        return QuietHours(*self.quiet_hours) if self.quiet_hours else None

    def needed_base_url(self) -> str:
        """The address as people reach the program. WrongSettings when it is not set: a letter's links would be dead."""
        if self.base_url is None:
            raise WrongSettings(
                f"{PREFIX}BASE_URL が設定されていません。手紙のリンクになるので、利用者が開くアドレスを設定してください"
                "（例: https://renkei.police.pref.example.jp、この機械だけで試すなら http://127.0.0.1:8000）。"
            )
        return self.base_url

    def needed_secret(self) -> str:
        """The key that signs links and tokens. WrongSettings when it is not set."""
        if self.secret_key is None:
            raise WrongSettings(
                f"{PREFIX}SECRET_KEY が設定されていません。すでに動いているところの鍵を使ってください"
                "（本番では renkei-admin で実行すれば /etc/renkei/renkei.env の鍵、試用では var/demo.key の中身）。"
                "別の鍵で作ったリンクは開きません。はじめて設置するときだけ、"
                f"{SHORTEST_SECRET}文字以上の無作為な文字列を新しく作ります"
                "（renkei units が書く。または python3 -c 'import secrets; print(secrets.token_urlsafe(48))'）。"
            )
        return self.secret_key

    def needed_keys(self) -> Keys:
        """The key, and the one before where it was replaced. WrongSettings when it is not set."""
        return Keys(self.needed_secret(), self.secret_key_before)


def read(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings in the environment; an empty value is none. WrongSettings names all that is wrong."""
    given = {name: value.strip() for name, value in environment.items() if name.startswith(PREFIX)}
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for name, value in given.items():
        try:
            if value:
                values |= _read_one(name, value)
        except ValueError as error:
            wrong.append(f"{name}: {error}")
    wrong.extend(_missing(values))
    if wrong:
        raise WrongSettings("環境変数を直してください。" + " ／ ".join(sorted(wrong)))
    return Settings(**values)


def _read_one(name: str, value: str) -> dict[str, Any]:
    if name not in READERS:
        raise ValueError("この名前の設定はありません（使える名前: " + "、".join(READERS) + "）。")
    attribute, reader = READERS[name]
    known = reader(value)
    return {attribute: known} if attribute else {}


OIDC = ("oidc_issuer", "oidc_client_id", "oidc_client_secret")
TOGETHER = "RENKEI_OIDC_ISSUER、RENKEI_OIDC_CLIENT_ID、RENKEI_OIDC_CLIENT_SECRET は三つとも設定してください。"


def _missing(values: Mapping[str, Any]) -> list[str]:
    if any(name.startswith("oidc_") for name in values) and not all(name in values for name in OIDC):
        return [f"{PREFIX}OIDC_ISSUER: {TOGETHER}"]
    if isinstance(values.get("smtp"), MailServer) and "mail_from" not in values:
        return [f"{PREFIX}MAIL_FROM: {PREFIX}SMTP_URL を使うときは、差出人のメールアドレスを設定してください。"]
    if "secret_key_before" in values and values["secret_key_before"] == values.get("secret_key"):
        return [f"{PREFIX}SECRET_KEY_BEFORE: 前の鍵を設定してください（{PREFIX}SECRET_KEY と同じです）。"]
    return []


ENCODED = "パスワードの中の @ / # ? % は、順に %40 %2F %23 %3F %25 と書いてください。"


def _database_url(value: str, wanted: str = "primary") -> str:
    """The address; where it names several servers, with which of them is `wanted`, unless it says so itself."""
    parts = urlsplit(value)
    if "@" in parts.path + parts.query or parts.fragment:
        raise ValueError(f"パスワードの途中で切れています。{ENCODED}")
    places = parts.netloc.rpartition("@")[2].split(",")
    urls = [_split(parts._replace(netloc=place).geturl()) for place in places]
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ValueError("postgres://利用者:パスワード@ホスト:5432/データベース の形で書いてください。")
    is_said = "target_session_attrs=" in parts.query
    return value if len(urls) == 1 or is_said else f"{value}{'&' if parts.query else '?'}target_session_attrs={wanted}"


def _base_url(value: str) -> str:
    url = _split(value)
    if url.scheme not in {"http", "https"} or not url.hostname or url.query or url.fragment:
        raise ValueError("https://renkei.example.jp のように、http か https で始まるアドレスを書いてください。")
    return value.rstrip("/")


def _issuer(value: str) -> str:
    url = _split(value)
    if (url.scheme != "https" and url.hostname not in ("127.0.0.1", "localhost")) or url.query or url.fragment:
        raise ValueError("https://login.police.pref.example.jp のように、https で始まるアドレスを書いてください。")
    return value.rstrip("/")


def _smtp(value: str) -> MailServer | MailFolder:
    url = _split(value)
    if url.scheme == "file" and not url.netloc and url.path.startswith("/"):
        return MailFolder(Path(unquote(url.path)))
    if url.scheme == "smtp" and url.hostname:
        return _mail_server(url, MAIL_PORTS, "starttls")
    raise ValueError("smtp://利用者:パスワード@ホスト:587?tls=starttls か file:///ディレクトリ の形で書いてください。")


def _imap(value: str) -> MailboxServer:
    url = _split(value)
    if url.scheme not in {"imap", "imaps"} or not url.hostname or not url.username or url.path.count("/") > 1:
        raise ValueError("imaps://利用者:パスワード@ホスト:993/フォルダ?proves=メールサーバー名 の形で書いてください。")
    options = parse_qs(url.query, keep_blank_values=True)
    proves = options.pop("proves", [""])[-1] or None
    plain = url._replace(query=urlencode(options, doseq=True))
    server = _mail_server(plain, MAILBOX_PORTS, "tls" if url.scheme == "imaps" else "starttls")
    return MailboxServer(**vars(server), folder=unquote(url.path.strip("/")) or "INBOX", proves=proves)


def _mail_server(url: SplitResult, ports: Mapping[str, int], usual: str) -> MailServer:
    options = parse_qs(url.query, keep_blank_values=True)
    tls = options.pop("tls", [usual])[-1]
    if tls not in ports or options:
        raise ValueError("?のあとには tls=starttls、tls=tls、tls=none のどれかだけを書いてください。")
    user, password = (unquote(part) if part else None for part in (url.username, url.password))
    return MailServer(url.hostname or "", url.port or ports[tls], tls, user, password)


def _mail_from(value: str) -> str:
    from email.headerregistry import Address  # a parser of its own, which the web doors need for nothing else

    try:
        return Address(addr_spec=value).addr_spec
    except Exception as error:  # the parser of the standard library also raises IndexError and its own kinds
        raise ValueError("renkei@police.example.jp のように、メールアドレスだけを書いてください。") from error


def _dkim(value: str) -> DkimKey:
    path, options = _file(value, "file:///etc/renkei/dkim.pem?selector=renkei&domain=police.pref.example.jp")
    selector, domain = options.pop("selector", ""), options.pop("domain", "").casefold()
    if options or not HOST.fullmatch(selector) or not HOST.fullmatch(domain):
        raise ValueError("?のあとに selector=renkei&domain=police.pref.example.jp の二つを書いてください。")
    return DkimKey(path, selector, domain)


def _smime(value: str) -> SmimeKeys:
    path, options = _file(value, "file:///etc/renkei/smime?domains=company.example.jp,bank.example.jp")
    domains = options.pop("domains", "").casefold().split(",")
    if options or not all(HOST.fullmatch(domain) for domain in domains):
        raise ValueError(
            "?のあとに domains=company.example.jp,bank.example.jp のように、宛先のドメインを書いてください。"
        )
    return SmimeKeys(path, frozenset(domains))


def _file(value: str, example: str) -> tuple[Path, dict[str, str]]:
    url = _split(value)
    if url.scheme != "file" or url.netloc or not url.path.startswith("/"):
        raise ValueError(f"{example} の形で書いてください。")
    return Path(unquote(url.path)), {name: values[-1] for name, values in parse_qs(url.query).items()}


def _letters(value: str) -> Path:
    return _directory(value, "/etc/renkei/letters のように、ひな形を置いた")


def _fonts(value: str) -> Path:
    return _directory(value, "/var/lib/renkei/fonts のように、renkei fonts が字体を書き出した")


def _directory(value: str, example: str) -> Path:
    if not value.startswith("/"):
        raise ValueError(f"{example}ディレクトリを / から書いてください。")
    return Path(value)


def _gather_minutes(value: str) -> int:
    if not value.isascii() or not value.isdigit() or int(value) > MOST_MINUTES:
        raise ValueError(f"0から{MOST_MINUTES}までの分数を書いてください（0なら、まとめずにすぐ送ります）。")
    return int(value)


def _quiet_hours(value: str) -> tuple[int, int] | None:
    if value == "no":
        return None
    begins, _, ends = value.partition("-")
    if not (HOUR.fullmatch(begins) and HOUR.fullmatch(ends)) or begins == ends:
        raise ValueError("21-7 のように、始まりと終わりの時（0から23）を書いてください。設けないときは no です。")
    return int(begins), int(ends)


def _yes(value: str) -> bool:
    if value not in ("yes", "no"):
        raise ValueError("yes か no を書いてください。")
    return value == "yes"


def _secret_key(value: str) -> str:
    if len(value) < SHORTEST_SECRET:
        raise ValueError(f"{SHORTEST_SECRET}文字以上にしてください（いまは{len(value)}文字です）。")
    return value


def _timezone(value: str) -> str:
    """Days are days of Japanese law: terms, deadlines and figures could not mean another zone's."""
    if value != "Asia/Tokyo":
        raise ValueError("Asia/Tokyo だけが使えます。日付と期限は、日本の法令に従って日本時間で数えます。")
    return value


def _split(value: str) -> SplitResult:
    """The parts of an address; ValueError, with no part of the value in it, when it cannot be read."""
    try:
        url = urlsplit(value)
        _ = url.port
    except ValueError:
        raise ValueError("アドレスとして読めません。記号とポート番号を確かめてください。") from None
    return url


READERS: dict[str, tuple[str | None, Callable[[str], object]]] = {
    "RENKEI_DATABASE_URL": ("database_url", _database_url),
    "RENKEI_REPLICA_URL": ("replica_url", partial(_database_url, wanted="prefer-standby")),
    "RENKEI_BASE_URL": ("base_url", _base_url),
    "RENKEI_SMTP_URL": ("smtp", _smtp),
    "RENKEI_IMAP_URL": ("imap", _imap),
    "RENKEI_MAIL_FROM": ("mail_from", _mail_from),
    "RENKEI_GATHER_MINUTES": ("gather_minutes", _gather_minutes),
    "RENKEI_TELL_TEXTS": ("tells_texts", _yes),
    "RENKEI_QUIET_HOURS": ("quiet_hours", _quiet_hours),
    "RENKEI_LETTERS": ("letters", _letters),
    "RENKEI_FONTS": ("fonts", _fonts),
    "RENKEI_DKIM": ("dkim", _dkim),
    "RENKEI_SMIME": ("smime", _smime),
    "RENKEI_TAG_MAIL": ("tags_mail", _yes),
    "RENKEI_SECRET_KEY": ("secret_key", _secret_key),
    "RENKEI_SECRET_KEY_BEFORE": ("secret_key_before", _secret_key),
    "RENKEI_OIDC_ISSUER": ("oidc_issuer", _issuer),
    "RENKEI_OIDC_CLIENT_ID": ("oidc_client_id", str),
    "RENKEI_OIDC_CLIENT_SECRET": ("oidc_client_secret", str),
    "RENKEI_OIDC_NUMBER_CLAIM": ("oidc_number_claim", str),
    "RENKEI_TIMEZONE": (None, _timezone),
}
