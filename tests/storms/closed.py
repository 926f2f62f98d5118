"""The program on a machine that has no network but itself, and what the kernel has counted meanwhile.

    unshare --net python -m tests.storms.closed DATABASE_URL DIRECTORY TOKEN DRILL CONTACT FEED

Invites somebody, waits for the mail, fetches a feed and shows pages. Answers as JSON how often anything in this network
was sent without a way, or as a datagram, as names are asked for: by the program, and then on purpose.
"""

import json
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

from tests.apart import loopback, tried
from tests.api.serving import wait_until
from tests.clock import NOW
from tests.storms.port import PATIENCE, invitations, office, port

PAGES = ("/", "/genuine", "/login", "/readyz")


def work(url: str, place: Path, token: str, drill: str, contact: str, feed: str) -> None:
    with office(Random(0)) as (box, smtp), port(url, smtp, place, NOW) as here:
        here.start("web", "jobs 1")
        wait_until(here.is_open, PATIENCE)
        answer = here.change(token, "inviteToDrill", drillId=drill, contactId=contact)
        assert "errors" not in answer.json(), answer.text
        wait_until(lambda: len(invitations(box)) == 1, PATIENCE)
        for page in (*PAGES, feed):
            assert here.client.get(f"{here.base}{page}").status_code == 200, page


def on_purpose() -> None:
    for attempt in ATTEMPTS:
        with suppress(OSError):
            attempt()


ATTEMPTS: tuple[Callable[[], object], ...] = (
    lambda: socket.create_connection(("192.0.2.1", 443), timeout=1),
    lambda: socket.getaddrinfo("renkei.example", 443),
)


def main() -> None:
    url, place, *told = sys.argv[1:]
    loopback()
    work(url, Path(place), *told)
    by_itself = tried().total()
    on_purpose()
    print(json.dumps([by_itself, tried().total() - by_itself]))


if __name__ == "__main__":
    main()
