"""`renkei units`: what systemd and nginx are given is what they, and this program, understand."""

import configparser
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from api import cli, rights, settings
from api.commands.units import PLACES
from tests.judging import is_here

HOST = "renkei.police.example"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    assert cli.main(["units", str(tmp_path / "units"), "--host", HOST, "--port", "8123"]) == 0
    return tmp_path / "units"


def services(files: Path) -> dict[str, configparser.SectionProxy]:
    found = {}
    for path in files.glob("*.service"):
        unit = configparser.RawConfigParser(strict=True)
        unit.optionxform = str  # type: ignore[assignment,method-assign]
        unit.read_string(path.read_text())
        found[path.stem] = unit["Service"]
    return found


def test_every_file_is_written_with_the_place_where_it_belongs(tmp_path: Path, capsys: Any) -> None:
    assert cli.main(["units", str(tmp_path), "--host", HOST]) == 0
    assert {path.name for path in tmp_path.iterdir()} == set(PLACES)
    told = capsys.readouterr().out
    assert all(place in told for place in PLACES.values())
    assert "$" not in (tmp_path / "renkei-web.service").read_text()


def test_what_a_service_starts_is_a_command_with_arguments_that_there_are(files: Path, capsys: Any) -> None:
    started = services(files)
    assert set(started) == {"renkei-web", "renkei-jobs", "renkei-backup"}
    for service in started.values():
        for line in filter(None, (service.get("ExecStartPre"), service["ExecStart"])):
            program, *arguments = shlex.split(line)
            assert program.endswith("/bin/renkei")
            with pytest.raises(SystemExit) as ended:
                cli.main([*arguments, "--help"])
            assert ended.value.code == 0
    assert "--port 8123" in started["renkei-web"]["ExecStart"]


def test_a_command_by_hand_runs_as_the_services_do(files: Path, tmp_path: Path) -> None:
    script, overheard = files / "renkei-admin", tmp_path / "systemd-run"
    overheard.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    overheard.chmod(0o755)
    surroundings = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    run = [str(script), "token", "new", "--label", "a b"]

    def overheard_with(more: dict[str, str]) -> list[str]:
        done = subprocess.run(run, env=surroundings | more, capture_output=True, text=True, check=True)
        return done.stdout.splitlines()

    said = overheard_with({})
    service = services(files)["renkei-backup"]
    for name in ("User", "EnvironmentFile", "WorkingDirectory", "StateDirectory", "StateDirectoryMode"):
        assert f"--property={name}={service[name]}" in said
    assert said[-5:] == [shlex.split(service["ExecStart"])[0], "token", "new", "--label", "a b"]
    usual, other = (f"--property=EnvironmentFile={path}" for path in (service["EnvironmentFile"], "/etc/a b.env"))
    assert overheard_with({"SETTINGS": "/etc/a b.env"}) == [other if word == usual else word for word in said]


def test_the_settings_are_known_by_name_and_the_key_is_new_each_time(files: Path, tmp_path: Path) -> None:
    assert (files / "renkei.env").stat().st_mode & 0o777 == 0o600
    text = (files / "renkei.env").read_text()
    given = dict(re.findall(r"^#?(RENKEI_\w+)=(.+)$", text, re.MULTILINE))
    read = settings.read(given)
    assert read.needed_base_url() == f"https://{HOST}"
    assert cli.main(["units", str(tmp_path / "again"), "--host", HOST]) == 0
    assert read.needed_secret() not in (tmp_path / "again" / "renkei.env").read_text()


def test_a_file_that_is_there_is_never_written_over(files: Path, capsys: Any) -> None:
    before = {path: path.read_bytes() for path in files.iterdir()}
    assert cli.main(["units", str(files), "--host", HOST]) == 1
    assert "がすでにあります" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in files.iterdir()} == before


@pytest.mark.parametrize("host", ["https://x.example", "x.example;", "", "a b"])
def test_what_is_no_host_is_refused_and_nothing_written(tmp_path: Path, capsys: Any, host: str) -> None:
    assert cli.main(["units", str(tmp_path / "units"), "--host", host]) == 1
    assert "ホスト名だけ" in capsys.readouterr().err
    assert not (tmp_path / "units").exists()


def test_systemd_finds_nothing_wrong_with_them(files: Path) -> None:
    if is_here("systemd"):
        units = sorted(map(str, [*files.glob("*.service"), *files.glob("*.timer")]))
        done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True)
        ours = [line for line in done.stderr.splitlines() if "renkei" in line]
        assert [line for line in ours if "network-online" not in line] == []


def test_nginx_takes_its_part_and_hands_secret_paths_to_no_log(files: Path, tmp_path: Path) -> None:
    text = (files / "nginx.conf").read_text()
    secret = [path for path in rights.DOORS if "{token}" in path or path.startswith("/dav/")]
    assert len(secret) > 8
    for path in secret:
        assert any(re.match(one, path) for one in re.findall(r"~(\^\S+) 0;", text)), path
    if is_here("nginx") and is_here("openssl"):
        key, chain = tmp_path / "key.pem", tmp_path / "fullchain.pem"
        made = ("req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", f"/CN={HOST}", "-days", "1")
        subprocess.run(["openssl", *made, "-keyout", str(key), "-out", str(chain)], check=True, capture_output=True)
        ours = text.replace("/etc/renkei/tls", str(tmp_path)).replace("/var/log/nginx", str(tmp_path))
        logs = f"error_log {tmp_path}/error.log; pid {tmp_path}/nginx.pid; events {{}} http {{ {ours} }}"
        (tmp_path / "whole.conf").write_text(logs)
        done = subprocess.run(["nginx", "-t", "-c", str(tmp_path / "whole.conf")], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
