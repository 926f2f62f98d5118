"""BENCH ONLY: nginx, where the machine has one (Debian: nginx-light), giving back a file, as fast as it can be done;
its line for each request goes the way of ours, into nothing.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.errors import Stopped

PLACES = f"{os.defpath}:/usr/sbin:/usr/local/sbin"
CONFIGURATION = """
{user}daemon off; worker_processes {workers}; pid {place}/pid; error_log {place}/error.log;
events {{ worker_connections 64; }}
http {{
    sendfile on; tcp_nopush on; access_log /dev/null;
    default_type "text/calendar; charset=utf-8"; keepalive_requests 10000000;
    client_body_temp_path {place}/a; proxy_temp_path {place}/b; fastcgi_temp_path {place}/c;
    uwsgi_temp_path {place}/d; scgi_temp_path {place}/e;
    server {{ listen 127.0.0.1:{port}; root {place}; }}
}}
"""
PATIENCE = 5.0


def program() -> str | None:
    """Where it is; None where the machine has none."""
    return shutil.which("nginx") or shutil.which("nginx", path=PLACES)


@contextmanager
def giving(body: bytes, workers: int = 1) -> Iterator[int | None]:
    """The port at which nginx answers `/stored` with this body, in so many processes, as long as the block lasts; None
    without nginx."""
    found = program()
    if found is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="renkei-nginx-") as name:
        place, port = Path(name), _free_port()
        place.chmod(0o755)
        (place / "stored").write_bytes(body)
        user = "user root; " if os.geteuid() == 0 else ""
        (place / "conf").write_text(CONFIGURATION.format(place=place, port=port, user=user, workers=workers))
        child = subprocess.Popen([found, "-c", str(place / "conf")], stderr=subprocess.DEVNULL)  # nosec B603 # our own words
        try:
            _wait(port)
            yield port
        finally:
            child.terminate()
            child.wait()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def _wait(port: int) -> None:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise Stopped("nginx が起動しませんでした。nginx -t で確かめてください。")
