"""Nothing leaves the machine in the whole run: who tries is seen, and named."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.apart import FOR_THE_RUN

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.judged_by(FOR_THE_RUN)
TESTS = """
import os
import socket
import subprocess
import sys

import pytest

CONNECT = "import socket; socket.create_connection(('192.0.2.1', 443), timeout=1)"

def test_connects():
    with pytest.raises(OSError):
        exec(CONNECT)

def test_connects_by_ipv6():
    with pytest.raises(OSError):
        socket.create_connection(("2001:db8::1", 443), timeout=1)

def test_asks_for_a_name():
    with pytest.raises(OSError):
        socket.getaddrinfo("renkei.example", 443)

def test_has_another_program_connect():
    assert subprocess.run([sys.executable, "-c", CONNECT], stderr=subprocess.DEVNULL).returncode == 1

def test_sends_a_datagram():
    with socket.socket(type=socket.SOCK_DGRAM) as any_socket:
        any_socket.sendto(b"who?", ("127.0.0.1", 53))

@pytest.fixture
def connecting():
    yield
    exec(CONNECT)

def test_connects_afterwards(connecting): pass

def test_fails_and_connects_afterwards(connecting): assert False

@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_stays(host):
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection((host, server.getsockname()[1])).close()

@pytest.mark.goes_outside("to see that it gets there")
def test_goes_outside():
    assert os.readlink("/proc/thread-self/ns/net") == os.environ["OUTSIDE"]

def test_is_back():
    assert os.readlink("/proc/thread-self/ns/net") != os.environ["OUTSIDE"]

@pytest.fixture(scope="session")
def connecting_at_last():
    yield
    with pytest.raises(OSError):
        exec(CONNECT)

def test_is_the_last(connecting_at_last): pass
"""
PASSED = {f"test_{one}" for one in ("stays[127.0.0.1]", "stays[localhost]", "goes_outside", "is_back")}
NAMED = {
    *("test_connects", "test_connects_by_ipv6", "test_asks_for_a_name", "test_has_another_program_connect"),
    *("test_sends_a_datagram", "test_connects_afterwards", "test_fails_and_connects_afterwards", "test_is_the_last"),
}


def test_every_test_of_this_run_is_played_in_a_network_that_is_this_machine_alone(
    request: pytest.FixtureRequest,
) -> None:
    assert request.config.pluginmanager.has_plugin(FOR_THE_RUN)
    assert [name for _, name in socket.if_nameindex()] == ["lo"]


@pytest.mark.parametrize("processes", ["0", "1"])
def test_whoever_tries_to_reach_anything_outside_fails_by_name_and_nobody_else(tmp_path: Path, processes: str) -> None:
    (tmp_path / "test_it.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers\n")
    run = [sys.executable, "-m", "pytest", "-p", "xdist", "-p", "tests.apart", "-n", processes, "-rA"]
    alone = {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    env = os.environ | alone | {"OUTSIDE": os.readlink("/proc/thread-self/ns/net"), "COLUMNS": "200"}
    done = subprocess.run(run, capture_output=True, text=True, cwd=tmp_path, env=env)
    named = set(re.findall(r"^ERROR test_it\.py::(\S+) - .*to leave the machine", done.stdout, re.M))
    passed = set(re.findall(r"^PASSED test_it\.py::(\S+)", done.stdout, re.M))
    assert (named, passed - named) == (NAMED, PASSED), done.stdout + done.stderr
