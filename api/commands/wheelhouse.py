"""Everything that an installation needs, for a machine without a network: wheels, and a list of them with their hashes.

Made from the sources on a machine of the same kind (operating system, processor, Python), carried over, and installed
there by pip alone, which takes nothing but the very files that were listed.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from api.errors import Stopped

ROOT = Path(__file__).parents[2]
LIST = "requirements.txt"
INSTALL = "install --no-index --find-links {place} --require-hashes --force-reinstall -r {list}"
"""What pip is told, for the first time and for each update: what is there is replaced even by a part of the same
version, but only once all parts are as they were listed."""

THEN = """\
{count}個、{size:,.0f} MB。この場所ごと、同じ種類の機械（OS・CPU・Python {python}）に運び、次を実行してください。
二行目は更新のときにも使えます（同じ版でも入れ替わります）。
python3 -m venv /opt/renkei/.venv
/opt/renkei/.venv/bin/pip {install}"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("directory", type=Path, metavar="DIR", help="書き出す場所（空であること）")
    parser.add_argument("--oidc", action="store_true", help="職場のログインサービスを使うための部品も入れる")


def run(options: argparse.Namespace) -> int:
    if not (ROOT / "constraints.txt").exists():
        raise Stopped("ソースのある場所 (git clone したもの) でだけ作れます。")
    place = options.directory.resolve()
    if place.is_dir() and any(place.iterdir()):
        raise Stopped(f"{place} は空ではありません。別の場所を指定してください。")
    _fetch(place, f"{ROOT}[oidc]" if options.oidc else str(ROOT))
    wheels = sorted(place.glob("*.whl"))
    (place / LIST).write_text(listed(wheels), encoding="utf-8")
    size = sum(wheel.stat().st_size for wheel in wheels) / 1_000_000
    python = ".".join(map(str, sys.version_info[:2]))
    install = instruction(place)
    print(THEN.format(count=len(wheels), size=size, python=python, install=install))
    return 0


def instruction(place: Path) -> str:
    """What pip is told of a wheelhouse in this place, as a shell reads it."""
    return INSTALL.format(place=shlex.quote(str(place)), list=shlex.quote(str(place / LIST)))


def _fetch(place: Path, what: str) -> None:
    """Ours is built here; of the others those versions that were checked."""
    command = [sys.executable, "-m", "pip", "wheel", "-q", "-c", str(ROOT / "constraints.txt"), "-w", str(place), what]
    if subprocess.run(command, stdin=subprocess.DEVNULL).returncode != 0:  # nosec B603 # our own words
        raise Stopped("部品を集められませんでした。pip の表示（上）を確かめてください。")


def listed(wheels: list[Path]) -> str:
    """One line for each wheel, by name and version (PEP 427), with the digest that pip compares."""
    names = [wheel.name.split("-")[:2] for wheel in wheels]
    digests = [sha256(wheel.read_bytes()).hexdigest() for wheel in wheels]
    return "".join(
        f"{name}=={version} --hash=sha256:{digest}\n" for (name, version), digest in zip(names, digests, strict=True)
    )
