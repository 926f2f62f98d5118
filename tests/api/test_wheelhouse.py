"""`renkei wheelhouse`: what is carried to a machine without a network is installed as it was listed, or not at all."""

import base64
import os
import shlex
import subprocess
import sys
import venv
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from api import cli
from api.commands import wheelhouse
from tests.judging import APART, is_here

META = "example_part-1.2.dist-info"


def wheel(place: Path, text: str) -> Path:
    """The smallest that pip takes (PEP 427)."""
    files = {
        "example_part.py": text,
        f"{META}/METADATA": "Metadata-Version: 2.1\nName: example-part\nVersion: 1.2\n",
        f"{META}/WHEEL": "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},sha256={digest(body)},\n" for name, body in files.items())
    path = place / "example_part-1.2-py3-none-any.whl"
    with ZipFile(path, "w") as archive:
        for name, body in (*files.items(), (f"{META}/RECORD", f"{record}{META}/RECORD,,\n")):
            archive.writestr(name, body)
    return path


def digest(text: str) -> str:
    return base64.urlsafe_b64encode(sha256(text.encode()).digest()).rstrip(b"=").decode()


def instructed(house: Path) -> list[str]:
    """What the command says pip is to be told."""
    return shlex.split(wheelhouse.instruction(house))


def installed(house: Path, environment: Path) -> subprocess.CompletedProcess[str]:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(environment / "bin" / "python")]
    return subprocess.run([*pip, *instructed(house)], capture_output=True, text=True)


def test_what_is_listed_is_installed_in_place_of_the_same_version_and_a_part_that_was_exchanged_is_not(
    tmp_path: Path,
) -> None:
    """An update as a first install; what is refused leaves the former as it was."""
    house, place = tmp_path / "a house", tmp_path / "opt"
    house.mkdir()
    venv.create(place)
    for said in ("first", "updated"):
        listed = wheelhouse.listed([wheel(house, f"said = '{said}'\n")])
        (house / wheelhouse.LIST).write_text(listed)
        assert listed.startswith("example_part==1.2 --hash=sha256:")
        done = installed(house, place)
        assert done.returncode == 0, done.stderr
        (part,) = place.rglob("example_part.py")
        assert part.read_text() == f"said = '{said}'\n"
    wheel(house, "said = 'exchanged'\n")
    refused = installed(house, place)
    assert refused.returncode != 0
    assert "DO NOT MATCH THE HASHES" in refused.stderr
    assert part.read_text() == "said = 'updated'\n"


@pytest.mark.goes_outside("pip gathers from an index of packages")
def test_the_whole_program_is_gathered_and_installed_and_runs_without_a_network(tmp_path: Path, full: bool) -> None:
    """In the full run, where there is an index of packages and a network can be left out; else what it rests on is
    proven above with a part of our own."""
    if not (full and is_here("an index of packages") and is_here("a network apart")):
        return
    house, place = tmp_path / "house", tmp_path / "opt"
    assert cli.main(["wheelhouse", str(house)]) == 0
    assert len(list(house.glob("renkei-*.whl"))) == 1
    alone = {"env": {"PATH": os.defpath, "HOME": str(tmp_path)}, "cwd": tmp_path, "capture_output": True, "text": True}
    venv.create(place, with_pip=True)
    done = subprocess.run([*APART, str(place / "bin" / "pip"), *instructed(house)], **alone)
    assert done.returncode == 0, done.stderr
    helped = subprocess.run([*APART, str(place / "bin" / "renkei"), "--help"], **alone)
    assert (helped.returncode, "wheelhouse" in helped.stdout) == (0, True), helped.stderr


def test_a_place_in_which_anything_lies_is_left_as_it_is(tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "notes").touch()
    assert cli.main(["wheelhouse", str(tmp_path)]) == 1
    assert "空ではありません" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["notes"]
