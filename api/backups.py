"""The whole system in one file, and back again: PostgreSQL's own `pg_dump`, of the version that is installed with us.

That one was built without TLS: where the address of the database asks for it, the machine's own is taken.

A backup is one moment, however much is written meanwhile, and knows its own schema: an older one is put back as it was
and brought up to date. The secret key is not in it. Both ways it is all or nothing: a file has its name only when it
is whole, and rows are put back in one transaction.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from shutil import copyfileobj, which
from tempfile import TemporaryFile
from typing import IO
from urllib.parse import parse_qsl, urlencode, urlsplit

from api.embedded import PLAIN, programs
from api.errors import Stopped
from domain.accounts.sessions import END_ALL
from domain.database import without_password
from domain.feeds import BEGIN_ANEW
from domain.outbox import HOLD_ALL

SIGNATURE = b"PGDMP"

TLS = ("sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl")
OF_LIBPQ = frozenset(("host", "port", "user", "dbname", "passfile", "target_session_attrs", *TLS))
"""What of an address PostgreSQL's programs understand; the rest are settings of our own connections."""

ONLY_TLS = {"require", "verify-ca", "verify-full"}
SPEAKS_NO_TLS = (
    "この機械に {program} がありません。sslmode={mode} のデータベースには、付属のもの (TLS を話せない) の代わりに"
    "この機械の PostgreSQL の道具を使います。サーバーと同じか新しい版を入れてください"
    "（例: apt install postgresql-client）。"
)
PLAIN_IS_REFUSED = "no encryption"
SAY_TLS = (
    "サーバーは TLS だけを受け付けています。RENKEI_DATABASE_URL の終わりに ?sslmode=require"
    "（証明書も確かめるなら ?sslmode=verify-full&sslrootcert=/etc/renkei/db-ca.pem）を加えてください。"
)

SAID = ":'now'"
AFTERWARDS = [act.format(now=SAID) for act in (HOLD_ALL, END_ALL, BEGIN_ANEW)]
AT_THE_END = ";\n".join(("RESET search_path", *AFTERWARDS, "")).encode()
"""The last words to psql, with its own variable for the instant."""


OF_17 = b"SET transaction_timeout = 0;"
OF_ANY = b"SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'transaction_timeout';"
"""What `pg_restore` says first of all for the newest servers, and the same for those that do not know it."""

FIRST_WORDS = 1 << 12


def write(url: str, path: Path, *, is_new: bool = False) -> int:
    """Back up the database at `url` into a file that only its owner may read; answers its bytes. Stopped otherwise.

    One that `is_new` takes the place of no other, be it written at this moment.
    """
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with _private(unfinished, os.O_EXCL if is_new else os.O_TRUNC) as file:
            try:
                if is_new and path.exists():  # by one that was being written until just now
                    raise FileExistsError
                _run(url, "pg_dump", "--format=custom", "--no-owner", to=file)
                os.fsync(file.fileno())
                unfinished.replace(path)
            finally:
                with suppress(OSError):
                    unfinished.unlink(missing_ok=True)
    except FileExistsError as error:
        raise Stopped(
            f"{path} は、同時に始めた別のバックアップのものです。少し待って、もう一度実行してください。"
        ) from error
    except OSError as error:
        raise Stopped(f"{path} に書き込めません（{error.strerror}）。書ける場所を指定してください。") from error
    return path.stat().st_size


def must_be_one(path: Path) -> None:
    """Whether the file can be read, and begins as a backup does, before anything is made for it. Stopped otherwise."""
    try:
        with path.open("rb") as file:
            found = file.read(len(SIGNATURE))
    except OSError as error:
        raise Stopped(
            f"{path} を読めません（{error.strerror}）。renkei backup が書いたファイルを指定してください。"
        ) from error
    if found != SIGNATURE:
        raise Stopped(f"{path} は renkei backup が書いたファイルではありません。")


def put_back(url: str, path: Path, now: datetime) -> None:
    """Fill the empty database at `url` with what the file holds, all of it or nothing.

    No letter leaves that was waiting when the backup was written, nobody is logged in, and no calendar program is told
    that nothing is new. Stopped where the file is not whole, or not a backup.
    """
    command = ["psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--set=now={now}"]
    with TemporaryFile() as told, _started(url, command, subprocess.PIPE, subprocess.DEVNULL, told) as psql:
        assert psql.stdin is not None, "it was asked for"
        try:
            script = ("pg_restore", "--no-owner", "--no-comments", "--file=-", str(path))
            _run(url, *script, to=psql.stdin, begun=lambda words: words.replace(OF_17, OF_ANY, 1))
            with suppress(BrokenPipeError):  # it has ended, and says why
                psql.stdin.write(AT_THE_END)
                psql.stdin.close()
        except BaseException:
            psql.kill()  # before it comes to the end of what it is told, which it would take for the whole
            raise
        if psql.wait() != 0:
            raise _failed("psql", told)


def _private(path: Path, where_one_is: int) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | where_one_is | os.O_NOFOLLOW, 0o600), "wb")


def _run(url: str, program: str, *arguments: str, to: IO[bytes], begun: Callable[[bytes], bytes] = bytes) -> None:
    """Hand on what the program writes, as it comes, the first of it as `begun` says. Stopped where it fails; what was
    written then is worth nothing."""
    with TemporaryFile() as told, _started(url, [program, *arguments], None, subprocess.PIPE, told) as running:
        assert running.stdout is not None, "it was asked for"
        with suppress(BrokenPipeError):  # whoever reads it has ended, and says why
            to.write(begun(running.stdout.read(FIRST_WORDS)))
            copyfileobj(running.stdout, to, 1 << 20)
        running.stdout.close()
        if running.wait() != 0:
            raise _failed(program, told)


def _started(
    url: str, command: Sequence[str], stdin: int | None, stdout: int, told: IO[bytes]
) -> subprocess.Popen[bytes]:
    program, *arguments = command
    address, secret, mode = _address(url)
    if program != "pg_restore":  # which writes a script, and needs no server
        arguments = [f"--dbname={address}", *arguments]
    return subprocess.Popen(
        [_place(program, mode), *arguments], stdin=stdin, stdout=stdout, stderr=told, env=PLAIN | secret
    )  # nosec B603 # our own words


def _place(program: str, mode: str) -> str | Path:
    if mode not in ONLY_TLS:
        return programs() / program
    found = which(program, path=PLAIN["PATH"])
    if found is None:
        raise Stopped(SPEAKS_NO_TLS.format(program=program, mode=mode))
    return found


def _address(url: str) -> tuple[str, dict[str, str], str]:
    """The address without the password, which every user of the machine could read in the list of processes; the
    password; and what the address says of TLS."""
    whole, password = without_password(url)
    parts = urlsplit(whole)
    asked = {name: value for name, value in parse_qsl(parts.query) if name in OF_LIBPQ}
    address = parts._replace(query=urlencode(asked)).geturl()
    return address, {"PGPASSWORD": password} if password else {}, asked.get("sslmode", "")


def _failed(program: str, told: IO[bytes]) -> Stopped:
    told.seek(0)
    lines = [line for line in told.read().decode(errors="replace").splitlines() if "error" in line.lower()]
    remedy = SAY_TLS if any(PLAIN_IS_REFUSED in line for line in lines) else ""
    return Stopped(f"{program} が失敗しました: {lines[0] if lines else '理由は分かりません'} {remedy}".rstrip())
