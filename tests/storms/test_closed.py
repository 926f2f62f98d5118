"""On a machine without a network everything works, and nothing is even tried outside."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from domain import feeds
from tests import make
from tests.clock import NOW
from tests.judging import APART
from tests.storms.house import SECRET
from tests.storms.port import ROOT
from tests.storms.test_kills import prepared


async def begun() -> list[str]:
    """A token, a drill, a contact, and a feed's path."""
    town = await make.town()
    token, drill, (contact,) = await prepared(town, 1)
    feed = await feeds.subscribe_unit(town.officer, unit_id=town.station.id)
    return [
        token,
        drill,
        contact,
        f"/cal/{await feeds.hand_out(NOW, SECRET, feed.id, feed.generation)}/calendar.ics",
    ]


@pytest.mark.judged_by("a network apart")
def test_nothing_leaves_the_machine_and_no_name_is_asked_for(run: Any, database_url: str, tmp_path: Path) -> None:
    by_itself, on_purpose = went_out(database_url, str(tmp_path), *run(begun()))
    assert by_itself == 0
    assert on_purpose > 0


def went_out(*told: str) -> tuple[int, int]:
    """How often anything left the network: by itself, and then on purpose."""
    command = [*APART, sys.executable, "-m", "tests.storms.closed", *told]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    by_itself, on_purpose = json.loads(done.stdout.splitlines()[-1])
    return by_itself, on_purpose
