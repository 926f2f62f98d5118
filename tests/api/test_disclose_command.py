"""`renkei disclose`: the file that a person is given who asks what is stored about them."""

import csv
import io
import json
import zipfile
from typing import Any

from api import cli
from domain.register import HOLDINGS
from tests import make
from tests.make import Town


def test_the_file_has_everything_as_json_and_a_table_for_people_for_each(
    play: Any,
    shared_url: str,
    set_for: Any,
    tmp_path: Any,
    capsys: Any,
) -> None:
    async def story(town: Town) -> Any:
        return (await make.volunteer(town, remarks="=SUM(A1)", phone="03-5555-0001")).person_id

    person_id = play(story)
    set_for(shared_url)
    out = tmp_path / "disclosed.zip"
    out.touch(0o644)
    assert cli.main(["disclose", str(person_id), "--purpose", "開示請求 第3号", "--out", str(out)]) == 0
    assert capsys.readouterr().out == f"{out}\n"
    assert out.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(out) as archive:
        files = {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}
    told = json.loads(files["開示.json"])
    assert told["人（氏名・連絡先）"][0]["氏"] == "髙見本"
    assert {"氏": "髙見本", "電話番号": "03-5555-0001"}.items() <= told["変更履歴"][0]["変更後"].items()
    assert {name[3:-4] for name in files if name.endswith(".csv")} == set(told)
    (roster,) = [text for name, text in files.items() if name.endswith("_ボランティア名簿.csv")]
    (row,) = csv.DictReader(io.StringIO(roster))
    assert (row["備考"], row["年齢区分"]) == ("'=SUM(A1)", "ADULT")
    assert f"ボランティア名簿: 1件（利用目的: {HOLDINGS['volunteer'].purpose}）" in files["はじめにお読みください.txt"]


def test_nobody_is_disclosed_who_is_not_known(
    play: Any,
    shared_url: str,
    set_for: Any,
    tmp_path: Any,
    capsys: Any,
) -> None:
    async def story(_: Town) -> None:
        return None

    play(story)
    set_for(shared_url)
    assert cli.main(["disclose", "存在しない人", "--purpose", "第3号", "--out", str(tmp_path / "disclosed.zip")]) == 1
    assert "当てはまる人がいません" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
