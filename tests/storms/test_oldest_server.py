"""On the oldest PostgreSQL that the README names: everything is made there, kept by a backup, and put back; over TLS,
too, which that of trials does not speak."""

import asyncio
import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from api import backups, cli, embedded
from api.embedded import EmbeddedServer
from api.errors import Stopped
from domain import database, migrating
from domain.actor import Actor
from domain.walls import ROLES
from tests import make
from tests.api.asking import read
from tests.api.conftest import setting
from tests.clock import NOW
from tests.jobs.test_signing import PEM, pem
from tests.judging import OLDEST_SERVER
from tests.make import Town

NAMES = ("office", "restored")
LETTERS = ("--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust", "--no-sync", f"--username={embedded.SUPERUSER}")


HOST = "127.0.0.1"
WHO_MAY = f"local all all trust\nhostssl all all {HOST}/32 trust\n"
CERTIFICATE, KEY = "server.crt", "server.key"


@dataclass(frozen=True)
class OldestServer(EmbeddedServer):
    """Reached by its socket, and by TLS alone from elsewhere."""

    port: int

    def url_by_tls(self, database: str, said: str) -> str:
        return f"postgres://{embedded.ROLE}@{HOST}:{self.port}/{database}{said}"

    @property
    def checked(self) -> str:
        """What an address says that wants to know whom it speaks to."""
        return f"?sslmode=verify-full&sslrootcert={self.sockets / CERTIFICATE}"


def certify(place: Path) -> None:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(NOW - timedelta(days=999)).not_valid_after(NOW + timedelta(days=9999))
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=True)
    (place / KEY).touch(mode=0o600)
    (place / KEY).write_bytes(pem(key))
    (place / CERTIFICATE).write_bytes(made.sign(key, hashes.SHA256()).public_bytes(PEM))


def free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="module")
def oldest() -> Iterator[OldestServer]:
    """A server of its own, started by whoever may."""
    with tempfile.TemporaryDirectory(prefix="renkei-oldest-", dir="/tmp") as place:
        user = embedded.SYSTEM_USER if os.geteuid() == 0 else None
        certify(Path(place))
        if user:
            for mine in (place, f"{place}/{KEY}"):
                os.chown(mine, embedded._system_user(user).pw_uid, -1)
        data, port = f"{place}/data", free_port()

        def run(program: str, *arguments: str) -> None:
            command = [OLDEST_SERVER / program, f"--pgdata={data}", *arguments]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", user=user, env=embedded.PLAIN)

        run("initdb", *LETTERS)
        Path(data, "pg_hba.conf").write_text(WHO_MAY)
        said = {"listen_addresses": HOST, "port": port, "unix_socket_directories": place, "fsync": "off"}
        tls = {"ssl": "on", "ssl_cert_file": f"{place}/{CERTIFICATE}", "ssl_key_file": f"{place}/{KEY}"}
        options = " ".join(f"-c {name}={value}" for name, value in (said | tls).items())
        run("pg_ctl", "--wait", f"--log={place}/log", f"--options={options}", "start")
        try:
            yield OldestServer(Path(place), port)
        finally:
            run("pg_ctl", "--wait", "--mode=fast", "stop")


@pytest.fixture
def databases(oldest: OldestServer) -> OldestServer:
    """What the README tells whoever keeps the server, done anew."""

    async def made() -> None:
        keeper = await asyncpg.connect(f"{oldest.superuser_url()}&port={oldest.port}")
        for name in NAMES:
            await keeper.execute(f"DROP DATABASE IF EXISTS {name}")
        desk, guest = ROLES
        await keeper.execute(f"DROP ROLE IF EXISTS {embedded.ROLE}, {desk}, {guest}")
        await keeper.execute(f"CREATE ROLE {embedded.ROLE} LOGIN; CREATE ROLE {desk}; CREATE ROLE {guest};")
        await keeper.execute(f"GRANT {desk}, {guest} TO {embedded.ROLE}")
        for name in NAMES:
            await keeper.execute(f"CREATE DATABASE {name} OWNER {embedded.ROLE} ENCODING 'UTF8' TEMPLATE template0")
        await keeper.close()

    asyncio.run(made())
    return oldest


async def set_to_work(url: str) -> Town:
    await migrating.migrate(url)
    async with database.opened(url):
        town = await make.town()
        await make.invited(town.officer, await make.drill(town.officer), "架空電力株式会社")
        return town


async def drills_of(who: Actor, url: str) -> Any:
    async with database.opened(url):
        return await read(who, "{ drills { edges { node { title participations { totalCount } } } } }")


@pytest.mark.judged_by("PostgreSQL 15")
@pytest.mark.parametrize("by_tls", [False, True], ids=["by its socket", "by TLS"])
def test_the_oldest_server_keeps_the_desk_and_takes_its_backup_back(
    databases: OldestServer, tmp_path: Path, by_tls: bool
) -> None:
    def url(name: str) -> str:
        by_socket = f"{databases.url(name)}&port={databases.port}"
        return databases.url_by_tls(name, databases.checked) if by_tls else by_socket

    office, restored = map(url, NAMES)
    town = asyncio.run(set_to_work(office))
    backups.write(office, tmp_path / "one.dump")
    backups.put_back(restored, tmp_path / "one.dump", NOW)
    before, after = [asyncio.run(drills_of(town.officer, one)) for one in (office, restored)]
    assert before == after
    assert before["drills"]["edges"][0]["node"]["participations"]["totalCount"] == 1


@pytest.mark.judged_by("PostgreSQL 15")
def test_whoever_says_nothing_of_tls_is_told_what_to_say_where_nothing_else_is_spoken(
    databases: OldestServer, tmp_path: Path
) -> None:
    """The driver tries it by itself; the program that writes backups cannot."""
    office = databases.url_by_tls("office", "")
    asyncio.run(migrating.migrate(office))
    with pytest.raises(Stopped, match=r"\?sslmode=require"):
        backups.write(office, tmp_path / "one.dump")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.judged_by("PostgreSQL 15")
def test_a_server_that_is_not_the_one_that_was_vouched_for_gets_nothing(
    databases: OldestServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    certify(tmp_path)
    set_to = setting(monkeypatch)
    for root, said in ((tmp_path / CERTIFICATE, "certificate verify failed"), (tmp_path / "none", "No such file")):
        url = databases.url_by_tls("office", f"?sslmode=verify-full&sslrootcert={root}")
        set_to(url)
        assert cli.main(["migrate"]) == 1
        told = capsys.readouterr().err
        assert "RENKEI_DATABASE_URL のデータベースに接続できません" in told
        assert said in told
        with pytest.raises(Stopped, match="pg_dump"):
            backups.write(url, tmp_path / "one.dump")


def test_without_the_machines_own_programs_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "PLAIN", {"PATH": str(tmp_path)})
    with pytest.raises(Stopped, match="apt install postgresql-client"):
        backups.write("postgres://renkei@db.example/renkei?sslmode=require", tmp_path / "one.dump")
    assert list(tmp_path.iterdir()) == []
