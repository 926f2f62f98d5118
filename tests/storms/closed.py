"""The program on a machine that has no network but itself, and what the kernel has counted meanwhile.

    unshare --net python -m tests.storms.closed DATABASE_URL DIRECTORY TOKEN DRILL CONTACT FEED
    unshare --net python -m tests.storms.closed DIRECTORY TEST …

Invites somebody, waits for the mail, fetches a feed and shows pages; or plays whole tests there, as that of a year.
Answers as JSON how often anything in this network was sent without a way, or as a datagram, as names are asked for: by
the program, and then on purpose.
"""

import fcntl
import json
import socket
import struct
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

from tests.api.serving import wait_until
from tests.clock import NOW
from tests.storms.port import PATIENCE, ROOT, invitations, office, port

SIOCSIFFLAGS, IFF_UP = 0x8914, 0x1
LOST = {"Ip": "OutNoRoutes", "Udp": "OutDatagrams"}
LOST_6 = ("Ip6OutNoRoutes", "Udp6OutDatagrams")
PAGES = ("/", "/genuine", "/login", "/readyz")


def loopback() -> None:
    """A network begins with everything down."""
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


def lost() -> int:
    """What has left for elsewhere in this network since it began (proc(5), /proc/net/snmp)."""
    lines = [line.split() for line in Path("/proc/net/snmp").read_text().splitlines()]
    pairs = zip(lines[::2], lines[1::2], strict=True)  # a line of names, and one of numbers
    tables = {names[0].rstrip(":"): dict(zip(names, numbers, strict=True)) for names, numbers in pairs}
    sixes = dict(line.split() for line in Path("/proc/net/snmp6").read_text().splitlines())
    return sum(int(tables[table][name]) for table, name in LOST.items()) + sum(int(sixes[name]) for name in LOST_6)


def work(url: str, place: Path, token: str, drill: str, contact: str, feed: str) -> None:
    with office(Random(0)) as (box, smtp), port(url, smtp, place, NOW) as here:
        here.start("web", "jobs 1")
        wait_until(here.is_open, PATIENCE)
        answer = here.change(token, "inviteToDrill", drillId=drill, contactId=contact)
        assert "errors" not in answer.json(), answer.text
        wait_until(lambda: len(invitations(box)) == 1, PATIENCE)
        for page in (*PAGES, feed):
            assert here.client.get(f"{here.base}{page}").status_code == 200, page


def play(place: str, tests: list[str]) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--basetemp", f"{place}/played", *tests]
    subprocess.run(command, cwd=ROOT, stdout=sys.stderr, check=True)


def on_purpose() -> None:
    for attempt in ATTEMPTS:
        with suppress(OSError):
            attempt()


ATTEMPTS: tuple[Callable[[], object], ...] = (
    lambda: socket.create_connection(("192.0.2.1", 443), timeout=1),
    lambda: socket.getaddrinfo("renkei.example", 443),
)


def main() -> None:
    first, *told = sys.argv[1:]
    loopback()
    if first.startswith("postgres"):
        work(first, Path(told[0]), *told[1:])
    else:
        play(first, told)
    by_itself = lost()
    on_purpose()
    print(json.dumps([by_itself, lost() - by_itself]))


if __name__ == "__main__":
    main()
