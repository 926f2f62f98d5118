"""`renkei erased`: who was erased stays erased, whatever backup is restored."""

import asyncio
import json
from typing import Any

import pytest

from api import cli
from domain import database, retention
from domain.people import Person
from tests.api.conftest import SET
from tests.domain.retention.test_due import late, left
from tests.domain.retention.test_erasing import places
from tests.domain.retention.test_lists import SPRING, approved
from tests.make import Town

# What a backup of before the erasure would put back.
RESTORED = """UPDATE person SET erased_at = NULL WHERE erased_at IS NOT NULL;
    UPDATE person SET family_name = '戻った', search = '戻った' WHERE family_name = '（消去済み）'"""


@pytest.fixture
def one_erased(play: Any, shared_url: str, set_for: Any) -> Any:
    """A town in which one of two persons was erased; answers the id of that one."""

    async def story(town: Town) -> Any:
        volunteer = await left(town, "2026-09-01")
        await left(town, "2027-09-01", family_name="残る")
        await approved(town)
        assert await retention.carry_out(late(SPRING)) == 1
        return volunteer.person_id

    set_for(shared_url)
    return play(story)


def again(url: str, statement: str) -> None:
    async def opened() -> None:
        async with database.opened(url):
            for one in statement.split(";"):
                await database.execute(one)

    asyncio.run(opened())


def test_the_file_names_nobody_and_says_which_day_and_list_to_its_owner(one_erased: Any, tmp_path: Any) -> None:
    assert cli.main(["erased", "--out", str(tmp_path / "erased.json")]) == 0
    assert (tmp_path / "erased.json").stat().st_mode & 0o777 == 0o600
    text = (tmp_path / "erased.json").read_text(encoding="utf-8")
    (line,) = json.loads(text)["persons"]
    assert line["on"] == SPRING
    assert len(line["mark"]) == 64
    assert str(one_erased) not in text


def test_after_an_older_backup_the_same_persons_are_erased_once_more(
    one_erased: Any, shared_url: str, run: Any, tmp_path: Any, capsys: Any
) -> None:
    file = str(tmp_path / "erased.json")
    assert cli.main(["erased", "--out", file]) == 0
    again(shared_url, RESTORED)
    for count in (1, 0):
        assert cli.main(["erased", "--replay", file]) == 0
        assert capsys.readouterr().out.splitlines()[-1] == f"{count}人をもう一度消去しました。"

    async def story() -> None:
        assert await places("戻った") == set()
        assert [person.id for person in await Person.filter(erased_at__isnull=False)] == [one_erased]
        assert await Person.filter(family_name="残る").count() == 1

    asyncio.run(_opened(shared_url, story()))


async def _opened(url: str, story: Any) -> None:
    async with database.opened(url):
        await story


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"persons": [{"mark": 1}]}'])
def test_another_file_is_refused_and_nobody_erased(one_erased: Any, tmp_path: Any, capsys: Any, content: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(content, encoding="utf-8")
    assert cli.main(["erased", "--replay", str(path)]) == 1
    assert "renkei erased --out が書いた控えではありません" in capsys.readouterr().err


def test_a_file_that_another_key_has_written_is_refused(one_erased: Any, tmp_path: Any, capsys: Any) -> None:
    path = tmp_path / "erased.json"
    assert cli.main(["erased", "--out", str(path)]) == 0
    whole = json.loads(path.read_text(encoding="utf-8")) | {"key": "0" * 64}
    path.write_text(json.dumps(whole), encoding="utf-8")
    assert cli.main(["erased", "--replay", str(path)]) == 1
    assert "別の RENKEI_SECRET_KEY" in capsys.readouterr().err


def test_a_file_of_the_key_before_is_carried_out_and_the_next_one_is_written_with_the_new_key(
    one_erased: Any, shared_url: str, tmp_path: Any, capsys: Any, set_for: Any
) -> None:
    before, after = str(tmp_path / "before.json"), str(tmp_path / "after.json")
    assert cli.main(["erased", "--out", before]) == 0
    again(shared_url, RESTORED)
    set_for(shared_url, RENKEI_SECRET_KEY="n" * 43, RENKEI_SECRET_KEY_BEFORE=SET["RENKEI_SECRET_KEY"])
    assert cli.main(["erased", "--replay", before]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1人をもう一度消去しました。"
    assert cli.main(["erased", "--out", after]) == 0
    set_for(shared_url, RENKEI_SECRET_KEY="n" * 43)
    assert [cli.main(["erased", "--replay", file]) for file in (after, before)] == [0, 1]
    assert "書き出したときの鍵を RENKEI_SECRET_KEY_BEFORE に" in capsys.readouterr().err
