"""A network of its own for each process that plays tests: it holds nothing but this machine, and leads nowhere.

The kernel counts there what anybody tries to send elsewhere: the program, a database, a browser, the test itself. A
test fails by its name where anything was tried from the end of the one before to its own. Whoever has names looked up
by a service of the machine, and asks it through a file instead of the network, is not seen.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

import pytest

from tests.judging import may_be_had

FOR_THE_RUN = "a network for the whole run"
"""Without it (`tests/judging.py`) tests are played in the network of the machine, and nothing is counted."""

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
SIOCSIFFLAGS, SIOCSIFADDR, IFF_UP = 0x8914, 0x8916, 0x1
MINE = Path("/proc/thread-self")

COUNTED = ("IpOutNoRoutes", "UdpOutDatagrams", "Ip6OutNoRoutes", "Udp6OutDatagrams")
"""What had no way; and every datagram, as names are asked for, for who knows them may be on this machine."""

ASKED_BY_CHROMIUM = "2001:4860:4860::8888"
"""It asks the kernel for a way there before it opens anything, to see whether there is IPv6, and sends nothing. No
switch keeps it from that: so the address is one of this machine's. A datagram to it counts as any other; who connects
to it, and to it alone, is not seen."""

TOLD = (
    "meanwhile something was to leave the machine, or a name was asked for: {}.\n"
    "Look for an address or a name that is not this machine's; `strace -f -e trace=%network` shows whose."
)


def loopback() -> None:
    """A network begins with everything down."""
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
    with suppress(OSError), socket.socket(socket.AF_INET6) as any_socket:  # a kernel may be without
        asked = socket.inet_pton(socket.AF_INET6, ASKED_BY_CHROMIUM)
        fcntl.ioctl(any_socket, SIOCSIFADDR, struct.pack("16sIi", asked, 128, socket.if_nametoindex("lo")))


def tried() -> Counter[str]:
    """What was to leave this network since it began (proc(5), /proc/net/snmp)."""
    lines = [line.split() for line in (MINE / "net" / "snmp").read_text().splitlines()]
    pairs = zip(lines[::2], lines[1::2], strict=True)  # a line of names, and one of numbers
    counts = {names[0][:-1] + name: number for names, row in pairs for name, number in zip(names, row, strict=True)}
    with suppress(FileNotFoundError):
        counts.update(line.split() for line in (MINE / "net" / "snmp6").read_text().splitlines())
    return Counter({name: int(counts.get(name, 0)) for name in COUNTED})


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "goes_outside(why): is played in the network of the machine")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Before anything begins that a test talks to. Whoever only deals tests out collects none."""
    if may_be_had(FOR_THE_RUN):
        session.config.pluginmanager.register(Apart(), FOR_THE_RUN)


class Apart:
    """Plays every test in a new network, and sees that nothing was tried."""

    def __init__(self) -> None:
        self.of_the_machine = _network()
        _done(LIBC.unshare(CLONE_NEWNET))
        self.own = _network()
        loopback()
        self.tried = tried()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Nothing but the test itself: what was prepared for it, others may talk to as well."""
        with self.outside() if item.get_closest_marker("goes_outside") else nullcontext():
            return (yield)

    @contextmanager
    def outside(self) -> Iterator[None]:
        _done(LIBC.setns(self.of_the_machine, CLONE_NEWNET))
        try:
            yield
        finally:
            _done(LIBC.setns(self.own, CLONE_NEWNET))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self) -> Generator[None, object, object]:
        """When all that was begun for the test alone has ended, and with the last one, all."""
        try:
            return (yield)
        finally:
            before, self.tried = self.tried, tried()
            if more := self.tried - before:
                pytest.fail(TOLD.format(dict(more)), pytrace=False)


def _network() -> int:
    return os.open(MINE / "ns" / "net", os.O_RDONLY)


def _done(answer: int) -> None:
    if answer != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
