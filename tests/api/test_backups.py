"""`renkei backup` and `renkei restore`: all comes back as it was, or nothing does; no old letter leaves again."""

import asyncio
import subprocess
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api import backups, cli, embedded
from api.commands import backup
from api.errors import Stopped
from domain import accounts, database, installation, migrating, outbox, retention
from domain.accounts.sessions import Session, Stage
from domain.actor import Role
from domain.journal import Entry
from domain.outbox import Letter
from domain.people import Person
from tests import make, released
from tests.api.conftest import setting
from tests.api.test_bad_input import fingerprint
from tests.api.test_erased_command import RESTORED, again
from tests.api.test_released import totals
from tests.clock import NOW
from tests.domain.retention.test_due import late, left
from tests.domain.retention.test_erasing import planted
from tests.domain.retention.test_lists import SPRING, approved

WRITES: Mapping[str, set[str]] = {
    "letter": {"given_up_at", "last_error"},
    "session": {"ended_at"},
    "journal": set(),
    "feed_state": {"sync_version"},
}
"""What putting back writes of its own accord, and in which columns: letters are held, sessions ended, feeds anew; the
journal says so in a line more."""


def opened(url: str, story: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    async def whole() -> Any:
        async with database.opened(url):
            return await story()

    return asyncio.run(whole())


@dataclass(frozen=True)
class Kept:
    """A database in use, its backup as `renkei backup` wrote it, and the newest list of who was erased."""

    url: str
    backup: bytes
    erased: Path


@pytest.fixture(scope="module")
def kept(new_database: Any, tmp_path_factory: Any) -> Kept:
    """A town in which letters wait to leave, somebody is logged in, and a person is there whom the list names."""
    url, place = new_database(), tmp_path_factory.mktemp("kept")

    async def in_use() -> None:
        town = await make.town()
        await planted(town, 6)
        account = await accounts.invite(town.admin, person_id=town.hq.person_id, role=town.hq.role, login="hanako")
        instants = dict.fromkeys(("entered_at", "seen_at", "until"), NOW)
        whose = {"account_id": account.id, "prefecture_id": account.prefecture_id}
        await Session.create(**whose, **instants, sha256="0" * 64, stage=Stage.INSIDE)
        await left(town, "2026-09-01")
        await approved(town)
        assert await retention.carry_out(late(SPRING)) == 1

    asyncio.run(migrating.migrate(url))
    opened(url, in_use)
    with pytest.MonkeyPatch.context() as patch:
        setting(patch)(url)
        assert cli.main(["erased", "--out", str(place / "erased.json")]) == 0
        again(url, RESTORED)
        assert cli.main(["backup", str(place / "backup.dump")]) == 0
    assert (place / "backup.dump").stat().st_mode & 0o777 == 0o600
    return Kept(url, (place / "backup.dump").read_bytes(), place / "erased.json")


@pytest.fixture
def file(kept: Kept, tmp_path: Path) -> Path:
    path = tmp_path / "backup"
    path.write_bytes(kept.backup)
    return path


@pytest.fixture
def empty(new_database: Any, set_for: Any) -> str:
    """The address of an empty database, which is set."""
    url: str = new_database()
    set_for(url)
    return url


def test_every_row_of_every_table_comes_back_as_it_was(kept: Kept, file: Path, empty: str) -> None:
    before = opened(kept.url, fingerprint)
    assert cli.main(["restore", str(file)]) == 0
    after = opened(empty, fingerprint)
    assert sum(state is not None for state in before.values()) > 20
    assert set(after) == set(before)
    assert {place for place in before if before[place] != after[place]} == set(WRITES)


def export(url: str, path: Path) -> dict[str, str]:
    """What PostgreSQL itself writes down of a database: by table its rows, as they stand in the file; and under "" what
    there is else, by its name: how it spells a condition changes with each time that it reads its own words."""
    backups.write(url, path)
    restoring = [embedded.programs() / "pg_restore", "--no-comments", "--file=-", path]
    told = subprocess.run(restoring, capture_output=True, text=True, check=True).stdout
    found, place = {"": ""}, ""
    for line in told.splitlines(keepends=True):
        if line.startswith("COPY public."):
            place = line.split()[1].removeprefix("public.")
            found[place] = ""
        if place or line.startswith("-- Name: "):
            found[place] += line
        if line == "\\.\n":
            place = ""
    return found


def test_the_logical_export_of_what_was_put_back_is_the_same_to_the_byte(kept: Kept, file: Path, empty: str) -> None:
    """But for what putting back writes."""
    assert cli.main(["restore", str(file)]) == 0
    before, after = export(kept.url, file), export(empty, file)
    assert len(before) > 40
    assert "Type: ROW SECURITY" in before[""]
    assert list(after) == list(before)
    assert {place for place in before if before[place] != after[place]} == set(WRITES)
    for place, columns in WRITES.items():
        was, now = rows_in(before[place]), rows_in(after[place])
        assert differing(was, now) == columns, place
        more = 1 if place == "journal" else 0
        assert (len(was) > 0, len(now)) == (True, len(was) + more), place


def rows_in(copied: str) -> dict[str, dict[str, str]]:
    """By their first column the rows of a table, as PostgreSQL writes them down."""
    head, *lines = copied.splitlines()
    names = head[head.index("(") + 1 : head.index(")")].split(", ")
    return {line.split("\t")[0]: dict(zip(names, line.split("\t"), strict=True)) for line in lines if "\t" in line}


def differing(was: dict[str, dict[str, str]], now: dict[str, dict[str, str]]) -> set[str]:
    """The columns in which any row that was there is another, or is gone."""
    return {name for key, row in was.items() for name in row if row[name] != now.get(key, {}).get(name)}


def test_no_letter_that_waited_leaves_until_somebody_says_so(file: Path, empty: str) -> None:
    assert cli.main(["restore", str(file)]) == 0

    async def held() -> tuple[int, int, int]:
        waited = await Letter.filter(sent_at=None, spared_at=None).count()
        leaving = len(await outbox.claim(NOW, most=100))
        return waited, leaving, await outbox.resend(NOW)

    waited, leaving, sent_again = opened(empty, held)
    assert (waited > 5, leaving) == (True, 0)
    assert 5 < sent_again <= waited


def test_whoever_was_logged_in_is_not_and_the_journal_tells_of_the_gap(file: Path, empty: str) -> None:
    assert cli.main(["restore", str(file)]) == 0

    async def found() -> tuple[int, int, list[str]]:
        newest = await Entry.all().order_by("-id").first()
        assert newest is not None
        return await Session.all().count(), await Session.filter(ended_at=None).count(), [newest.fact, newest.kind]

    assert opened(empty, found) == (1, 0, ["restored-from-backup", "Unit"])


def test_a_database_in_which_anything_stands_is_left_as_it_is(
    file: Path, database_url: str, set_for: Any, capsys: Any
) -> None:
    set_for(database_url)
    before = opened(database_url, fingerprint)
    assert cli.main(["restore", str(file)]) == 1
    assert "このデータベースは空ではありません" in capsys.readouterr().err
    assert opened(database_url, fingerprint) == before


def test_a_backup_of_every_release_is_put_back_up_to_date_and_read(
    kept: Kept, tmp_path: Path, new_database: Any, set_for: Any
) -> None:
    """That of this program, too, as long as nothing is released."""

    async def read_all() -> int:
        liaison = await installation.at_the_keyboard(NOW, Role.HQ_LIAISON)
        return sum((await totals(liaison)).values())

    now = tmp_path / "now.dump"
    now.write_bytes(kept.backup)
    for dump in (now, *(one.dump for one in released.released())):
        url = new_database()
        set_for(url)
        assert cli.main(["restore", str(dump)]) == 0
        assert asyncio.run(migrating.unapplied(url)) == []
        assert opened(url, read_all) > 20


async def tables() -> int:
    return len(await database.rows("SELECT 1 FROM pg_tables WHERE schemaname = 'public'"))


def test_of_a_file_that_is_not_whole_nothing_is_put_back(file: Path, empty: str, capsys: Any) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) * 2 // 3])
    assert cli.main(["restore", str(file)]) == 1
    assert "pg_restore が失敗しました" in capsys.readouterr().err
    assert opened(empty, tables) == 0


def test_what_is_no_backup_is_refused_before_any_database_is_made(
    set_for: Any, tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    set_for(None)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes").write_text("backup")
    for name, said in (("notes", "が書いたファイルではありません"), ("nothing", "を読めません")):
        assert cli.main(["restore", name]) == 1
        assert said in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["notes"]


def test_whoever_was_erased_since_is_erased_again_in_the_same_act(
    kept: Kept, file: Path, empty: str, capsys: Any
) -> None:
    assert cli.main(["restore", str(file), "--erased", str(kept.erased)]) == 0
    assert "1人をもう一度消去しました" in capsys.readouterr().out

    async def erased() -> int:
        return await Person.filter(erased_at__isnull=False).count()

    assert [opened(url, erased) for url in (kept.url, empty)] == [0, 1]


def test_a_backup_takes_its_name_only_when_it_is_whole(kept: Kept, file: Path, set_for: Any, capsys: Any) -> None:
    with pytest.raises(Stopped, match="pg_dump が失敗しました"):
        backups.write(kept.url.replace("renkei_test", "no_such"), file)
    assert file.read_bytes() == kept.backup
    assert list(file.parent.glob(".*")) == []
    set_for(kept.url)
    assert cli.main(["backup", str(file.parent / "no" / "where.dump")]) == 1
    assert "に書き込めません" in capsys.readouterr().err


def test_the_password_of_the_database_stands_in_no_list_of_processes() -> None:
    address, secret, _ = backups._address(
        "postgres://renkei:p%40ss@db.example:5433/renkei?sslmode=require&search_path=other"
    )
    assert address == "postgres://renkei@db.example:5433/renkei?sslmode=require"
    assert secret == {"PGPASSWORD": "p@ss"}


def test_each_night_has_its_file_and_its_list_and_only_the_newest_stay(
    kept: Kept, set_for: Any, tmp_path: Path
) -> None:
    set_for(kept.url)
    place = tmp_path / "backups"
    place.mkdir()
    older = ["renkei-20260701-031000", "renkei-20260702-031000", "by-hand"]
    for name in older:
        (place / f"{name}.dump").touch()
        (place / f"{name}.erased.json").touch()
    assert cli.main(["backup", str(place), "--keep", "2"]) == 0
    stems = {path.name.partition(".")[0] for path in place.iterdir()}
    assert older[0] not in stems
    assert {*older[1:]} < stems
    assert len(stems) == 3
    assert len(list(place.iterdir())) == 6


@pytest.mark.parametrize("more", [[], ["--keep", "2"]])
def test_a_place_that_is_not_there_is_asked_for_and_no_file_takes_its_name(
    kept: Kept, set_for: Any, tmp_path: Path, capsys: Any, more: list[str]
) -> None:
    """For it would stand in the way of the place of every night."""
    set_for(kept.url)
    place = tmp_path / "backups"
    assert cli.main(["backup", str(place), *more]) == 1
    assert f"{place} という場所はありません" in capsys.readouterr().err
    assert not place.exists()
    place.write_text("of somebody")
    assert cli.main(["backup", str(place), *more]) == 1
    assert f"{place} は場所 (ディレクトリ) ではなくファイルです" in capsys.readouterr().err
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("backups", "of somebody")]


@pytest.mark.parametrize("written", ["{}.dump", ".{}.dump.part"])
def test_a_backup_of_the_same_second_is_refused_whether_the_other_is_written_or_being_written(
    kept: Kept, set_for: Any, tmp_path: Path, monkeypatch: Any, capsys: Any, written: str
) -> None:
    set_for(kept.url)
    monkeypatch.setattr(backup, "NAME", "renkei-20260701-031000")
    other = tmp_path / written.format(backup.NAME)
    other.write_text("of the other")
    assert cli.main(["backup", str(tmp_path), "--keep", "1"]) == 1
    assert "同時に始めた別のバックアップのものです" in capsys.readouterr().err
    assert [(path, path.read_text()) for path in tmp_path.iterdir()] == [(other, "of the other")]
    other.unlink()
    assert cli.main(["backup", str(tmp_path), "--keep", "1"]) == 0


def test_a_list_that_is_not_there_is_asked_for_by_the_option_that_was_used(
    kept: Kept, set_for: Any, tmp_path: Path, capsys: Any
) -> None:
    set_for(kept.url)
    assert cli.main(["restore", str(kept.erased), "--erased", str(tmp_path / "none")]) == 1
    assert "--erased で控えのファイルを指定してください。" in capsys.readouterr().err


def test_the_screen_is_no_place_for_a_file(kept: Kept, set_for: Any, monkeypatch: Any, tmp_path: Path) -> None:
    set_for(kept.url)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["erased", "--out", "-"]) == 1
    assert list(tmp_path.iterdir()) == []
