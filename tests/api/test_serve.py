"""`renkei serve` as an operator meets it: a process, its answers, its end."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from api import fonts
from api.commands.serve import OF_THE_DEVICE
from api.fonts import Face, Fonts
from api.replica import ANOTHERS, NO_COPY
from domain import database
from tests import make
from tests.api.serving import NO_AUTHORITIES, wait_until

SECRET = "a key that is only ever used in tests"


@pytest.fixture
def founded(run):
    """The database that is served has a prefecture."""
    run(make.town())


@contextmanager
def serving(url: str, *arguments: str, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The running command and the address it printed."""
    command = [sys.executable, "-c", "import sys; from api.cli import main; sys.exit(main())", "serve", *arguments]
    given = os.environ | {
        "RENKEI_DATABASE_URL": url,
        "RENKEI_SECRET_KEY": SECRET,
        "RENKEI_BASE_URL": "http://127.0.0.1",
        **settings,
    }
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=given) as running:
        try:
            yield running, running.stdout.readline().split(" ")[0]
        finally:
            if running.poll() is None:
                running.kill()


def ask(address: str, path: str, **more: object) -> httpx.Response:
    """The answer, waiting for the server to begin."""
    with httpx.Client(transport=httpx.HTTPTransport(verify=NO_AUTHORITIES, retries=8), base_url=address) as client:
        return client.request(str(more.pop("method", "GET")), path, **more)


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_it_answers_until_it_is_told_to_stop(database_url, founded, told):
    with serving(database_url, "--port", "0") as (running, address):
        assert running.stdout.readline() == f"{OF_THE_DEVICE}\n"
        assert ask(address, "/healthz").text == "ok\n"
        assert ask(address, "/readyz").text == "ok\n"
        nobody = ask(address, "/graphql", method="POST", json={"query": "{ __typename }"})
        assert (nobody.status_code, nobody.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")
        assert ask(address, "/no-such-door").status_code == 404
        running.send_signal(told)
        _, said = running.communicate(timeout=20)
    written = [json.loads(line) for line in said.splitlines()]
    assert running.returncode == 0
    assert [(line["route"], line["status"]) for line in written if line["route"] != "unknown"] == [
        ("/healthz", 200),
        ("/readyz", 200),
        ("/graphql", 401),
    ]


def test_several_processes_answer_at_one_address_in_one_font_and_end_together(database_url, founded, tmp_path):
    face = Face(f"{7:016x}.woff2", "400", "U+41", b"a slice")
    fonts.write(tmp_path, Fonts("見本ゴシック", (face,)))
    with serving(database_url, "--port", "0", "--workers", "2", RENKEI_FONTS=str(tmp_path)) as (running, address):
        assert ask(address, "/readyz").text == "ok\n"
        assert ask(address, f"/pages/fonts/{face.file}").content == face.content
        assert running.stdout.readline() == "ページの字体: 見本ゴシック\n"
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=20)
    assert running.returncode == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{address}/healthz")


def test_a_worker_ends_when_its_parent_is_killed(database_url, founded):
    with serving(database_url, "--port", "0", "--workers", "2") as (running, address):
        assert ask(address, "/readyz").text == "ok\n"
        running.kill()
        running.communicate(timeout=20)

    def is_free():
        try:
            httpx.get(f"{address}/healthz", verify=NO_AUTHORITIES, trust_env=False)
        except httpx.TransportError:
            return True
        return False

    wait_until(is_free, 20)


def test_it_does_not_begin_on_a_database_that_is_not_up_to_date(database_url, founded, run):
    last = run(database.rows("SELECT max(name) AS name FROM tortoise_migrations"))[0]["name"]
    run(database.execute("UPDATE tortoise_migrations SET name = 'of another version' WHERE name = $1", last))
    try:
        with serving(database_url, "--port", "0") as (running, _):
            _, said = running.communicate(timeout=20)
    finally:
        run(database.execute("UPDATE tortoise_migrations SET name = $1 WHERE name = 'of another version'", last))
    assert (running.returncode, said.splitlines()[0]) == (
        1,
        "renkei: データベースが最新の形ではありません。先に renkei migrate を実行してください。",
    )


def test_it_says_of_a_copy_that_is_none_what_is_wrong_and_does_not_begin_on_another_database(
    database_url, founded, server
):
    with serving(database_url, "--port", "0", RENKEI_REPLICA_URL=database_url) as (running, address):
        assert ask(address, "/readyz").text == "ok\n"
        running.send_signal(signal.SIGTERM)
        assert NO_COPY in running.communicate(timeout=20)[1]
    with serving(database_url, "--port", "0", RENKEI_REPLICA_URL=server.url("postgres")) as (running, _):
        assert ANOTHERS in running.communicate(timeout=20)[1]
        assert running.returncode == 1


def test_it_says_that_it_answers_only_when_it_does(database_url, founded):
    with serving(database_url, "--port", "0", "--workers", "2") as (running, address):
        assert httpx.get(f"{address}/healthz", verify=NO_AUTHORITIES, trust_env=False).text == "ok\n"


def test_an_address_that_is_taken_is_told_with_what_to_do(database_url, founded):
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        serving(database_url, "--port", str(taken.getsockname()[1])) as (running, _),
    ):
        _, said = running.communicate(timeout=20)
    assert running.returncode == 1
    assert "--port で別の番号を指定してください。" in said
    assert "Traceback" not in said
