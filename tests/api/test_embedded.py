import asyncio
import os
import pwd
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from api import embedded
from api.embedded import CannotStart, EmbeddedServer

STAY_UNTIL_TOLD = """
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from api import embedded
with embedded.running(Path(sys.argv[1]), careless=True):
    print("running", flush=True)
    sys.stdin.readline()
"""

NUMBER_OF_THE_USER = """
import sys
from api import embedded
sys.stdin.readline()
print(embedded._system_user(sys.argv[1]).pw_uid)
"""


def ask(url: str, question: str) -> object:
    async def fetch() -> object:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(question)
        finally:
            await connection.close()

    return asyncio.run(fetch())


def is_running(directory: Path) -> bool:
    return (directory / "postgres" / "postmaster.pid").exists()


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A directory of its own: pytest keeps closing that of `tmp_path` to all other users, also to the server's."""
    with tempfile.TemporaryDirectory(prefix="renkei-test-") as name:
        yield Path(name)


@pytest.fixture
def room() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="renkei-test-") as name:
        yield Path(name)


@pytest.fixture(scope="module")
def kept(place: Path) -> EmbeddedServer:
    """A server that ran, kept one row, and stopped."""
    with embedded.running(place, careless=True) as server:
        ask(server.url(), "CREATE TABLE kept AS SELECT 7 AS number")
    return server


def test_what_was_stored_is_there_after_the_server_stopped(kept, place):
    assert not is_running(place)
    with embedded.running(place, careless=True) as server:
        assert ask(server.url(), "SELECT number FROM kept") == 7


def test_the_program_owns_its_database_but_is_no_superuser(kept, place):
    with embedded.running(place, careless=True) as server:
        assert ask(server.url(), "SELECT current_user || ' ' || current_database()") == "renkei renkei"
        assert ask(server.url(), "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
        ask(server.url(), "CREATE EXTENSION IF NOT EXISTS btree_gist")
        assert ask(server.superuser_url(), "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is True


def test_nobody_else_on_the_machine_may_open_the_socket(kept, place):
    with embedded.running(place, careless=True) as server:
        assert (server.sockets / ".s.PGSQL.5432").stat().st_mode & 0o077 == 0
        assert ask(server.superuser_url(), "SHOW listen_addresses") == ""


def test_processes_share_one_server_and_the_last_one_stops_it(kept, place):
    command = [sys.executable, "-c", STAY_UNTIL_TOLD, str(place)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "running\n"
        with embedded.running(place, careless=True) as server:
            assert ask(server.url(), "SELECT number FROM kept") == 7
        assert is_running(place)
        assert ask(server.url(), "SELECT number FROM kept") == 7
        other.communicate("enough\n")
    assert not is_running(place)


def test_a_process_that_was_killed_is_not_counted_as_a_user(kept, place):
    command = [sys.executable, "-c", STAY_UNTIL_TOLD, str(place)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "running\n"
        other.kill()
    with embedded.running(place, careless=True) as server:
        assert ask(server.url(), "SELECT number FROM kept") == 7
    assert not is_running(place)


def test_a_private_directory_with_a_long_japanese_name_serves_as_well(room):
    private = room / "鍵のかかった部屋"
    private.mkdir(mode=0o700)
    with embedded.running(private / ("長い名前" * 10) / "var, 1", careless=True) as server:
        assert ask(server.url(), "SELECT 1") == 1


def test_data_of_another_postgresql_is_refused_and_left_alone(room):
    (room / "postgres").mkdir()
    (room / "postgres" / "PG_VERSION").write_text("15\n")
    with pytest.raises(CannotStart, match=r"PostgreSQL 15 のデータです。.*holds data of PostgreSQL 15, not 18\."):
        embedded.running(room).__enter__()
    assert [path.name for path in (room / "postgres").iterdir()] == ["PG_VERSION"]


def test_a_file_where_the_directory_should_be_is_refused_in_one_sentence(room):
    (room / "var").write_text("")
    with pytest.raises(CannotStart, match="書き込めるディレクトリを指定してください"):
        embedded.running(room / "var").__enter__()


def test_broken_data_is_refused_with_what_the_server_said(room):
    with embedded.running(room, careless=True):
        pass
    (room / "postgres" / "postgresql.conf").write_text("no such setting = 1\n")
    with pytest.raises(CannotStart, match="を動かせません（pg_ctl）。 The embedded PostgreSQL failed: .+ / .+"):
        embedded.running(room, careless=True).__enter__()
    assert not is_running(room)


def test_processes_that_begin_at_once_on_a_new_machine_agree_on_the_user_of_the_server():
    name = "renkei_test_user" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name  # only root adds users
    command = [sys.executable, "-c", NUMBER_OF_THE_USER, name]
    asked = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    try:
        for one in asked:
            one.stdin.write("\n")
            one.stdin.flush()
        told = {int(one.communicate(timeout=60)[0]) for one in asked}
        assert told == {pwd.getpwnam(name).pw_uid}
    finally:
        if os.geteuid() == 0:
            subprocess.run(["userdel", name], capture_output=True, check=False)
