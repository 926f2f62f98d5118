"""What the machine needs besides the program: systemd units, a reverse proxy and the settings, as files to look at.

Nothing is installed or started; the files say where they belong, and whoever keeps the machine puts them there.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import sys
from pathlib import Path
from string import Template

from api.arguments import between
from api.errors import Stopped

HERE = Path(__file__).parents[1] / "deploy"
HARDENING = "hardening.txt"
PLACES = {
    "renkei-web.service": "/etc/systemd/system/",
    "renkei-jobs.service": "/etc/systemd/system/",
    "renkei-backup.service": "/etc/systemd/system/",
    "renkei-backup.timer": "/etc/systemd/system/",
    "nginx.conf": "/etc/nginx/sites-enabled/renkei.conf",
    "renkei.env": "/etc/renkei/renkei.env",
    "renkei-admin": "/usr/local/sbin/renkei-admin",
}
"""Each file, and where it belongs."""

HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
PLAIN = re.compile(r"[\w./+@-]+", re.ASCII)
HOMES = ("/home/", "/root/", "/run/user/")
THEN = """\
useradd --system --user-group --home-dir /var/lib/renkei renkei
install -d -m 0750 -o root -g renkei /etc/renkei
renkei.env を埋め、install -m 0640 -o root -g renkei で /etc/renkei に。秘密鍵の控えを別の場所に。
renkei-admin init … で所属と最初の管理者を登録し、名簿を取り込む。
systemctl daemon-reload && systemctl enable --now renkei-web renkei-jobs renkei-backup.timer"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("directory", type=Path, metavar="DIR", help="書き出す場所（ファイルは上書きしない）")
    parser.add_argument("--host", required=True, help="利用者が開くホスト名（例: renkei.police.pref.example.jp）")
    parser.add_argument("--port", type=between(1, 65535), default=8000, help="serve のポート（既定: 8000）")


def run(options: argparse.Namespace) -> int:
    if not HOST.fullmatch(options.host):
        raise Stopped("--host にはホスト名だけを指定してください（例: renkei.police.pref.example.jp）。")
    for name, text in _texts(options).items():
        _write(options.directory, name, text)
    for name, place in PLACES.items():
        print(f"{options.directory / name}  →  {place}")
    print(THEN)
    return 0


def _texts(options: argparse.Namespace) -> dict[str, str]:
    program = str(Path(sys.prefix) / "bin" / "renkei")
    if not PLAIN.fullmatch(program):
        raise Stopped(f"{program}: 空白や記号のない場所に入れ直してください。systemd の設定に書けません。")
    if program.startswith(HOMES):
        print(f"注意: {program} は利用者のホームの中です。サービスからは見えません。/opt などに。", file=sys.stderr)
    known = {"program": program, "host": options.host, "port": str(options.port)}
    known |= {"settings": PLACES["renkei.env"], "key": secrets.token_urlsafe(48)}
    known["hardening"] = _filled(HARDENING, known).rstrip()
    return {name: _filled(name, known) for name in PLACES}


def _filled(name: str, known: dict[str, str]) -> str:
    return Template((HERE / name).read_text(encoding="utf-8")).substitute(known)


def _write(directory: Path, name: str, text: str) -> None:
    """A new file, which others may read unless it holds the key."""
    mode = {"renkei.env": 0o600, "renkei-admin": 0o755}.get(name, 0o644)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(directory / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
            file.write(text)
    except FileExistsError as error:
        raise Stopped(
            f"{directory / name} がすでにあります。別の場所を指定するか、そのファイルをどけてください。"
        ) from error
    except OSError as error:
        raise Stopped(f"{directory} に書き込めません（{error.strerror}）。書ける場所を指定してください。") from error
