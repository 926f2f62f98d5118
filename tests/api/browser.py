"""Headless Chromium, driven through WebDriver (W3C) by its own driver; needs no package of Python."""

from __future__ import annotations

import base64
import json
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

from tests.api.serving import is_up, wait_until
from tests.judging import program

PROGRAMS = (program("chromium"), program("chromedriver"))

# Every name and every address but this machine's own is unknown to this browser: the cable is out. Where it really is,
# it would take that for a slow network, and its console would complain.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    "--force-effective-connection-type=4G",
    "--window-size=1280,800",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)
DIRECT = build_opener(ProxyHandler({}))


class Browser:
    """One window of one session at the driver's address."""

    def __init__(self, driver: str, profile: str) -> None:
        self.session = driver
        options = {"binary": PROGRAMS[0], "args": [*FLAGS, f"--user-data-dir={profile}"]}
        wanted = {
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"},
        }
        answer = self.post("/session", capabilities={"alwaysMatch": wanted})
        self.session = f"{driver}/session/{answer['sessionId']}"

    def post(self, path: str, **values: object) -> Any:
        headers = {"Content-Type": "application/json"}
        asked = Request(self.session + path, json.dumps(values).encode(), headers)
        with DIRECT.open(asked, timeout=60) as answer:
            return json.load(answer)["value"]

    def close(self) -> None:
        with DIRECT.open(Request(self.session, method="DELETE"), timeout=60) as answer:
            answer.read()

    def open(self, address: str) -> None:
        self.post("/url", url=address)

    def narrow(self, width: int, height: int = 800) -> None:
        """As a telephone shows it, so many CSS pixels wide."""
        self._ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=True)

    def keep_files_in(self, place: Path) -> None:
        """What is downloaded from now on lands there."""
        self._ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(place))

    def click(self, css: str) -> None:
        """As a finger does: on what can be seen and is not covered by anything."""
        self.post(f"/element/{self._found(css)}/click")

    def type(self, css: str, text: str) -> None:
        self.post(f"/element/{self._found(css)}/value", text=text)

    def _found(self, css: str) -> str:
        (id,) = self.post("/element", using="css selector", value=css).values()
        return str(id)

    def run(self, script: str, *args: object) -> Any:
        return self.post("/execute/sync", script=script, args=list(args))

    def fonts(self, css: str) -> set[tuple[str, bool]]:
        """In which fonts the text of these elements is drawn, and whether the page has brought each along."""
        for domain in ("DOM", "CSS"):
            self._ask(f"{domain}.enable")
        root = self._ask("DOM.getDocument")["root"]["nodeId"]
        nodes = self._ask("DOM.querySelectorAll", nodeId=root, selector=css)["nodeIds"]
        found = (self._ask("CSS.getPlatformFontsForNode", nodeId=node)["fonts"] for node in nodes)
        return {(one["familyName"], one["isCustomFont"]) for drawn in found for one in drawn}

    def _ask(self, command: str, **values: object) -> Any:
        """Of the browser itself, by its own protocol."""
        return self.post("/goog/cdp/execute", cmd=command, params=values)

    def wait_for(self, script: str, *args: object) -> Any:
        """The first true value of a script."""
        wait_until(lambda: self.run(script, *args))
        return self.run(script, *args)

    def complaints(self) -> list[str]:
        """What the console has said since it was last asked: policy violations, failed loads, errors."""
        return [entry["message"] for entry in self.post("/se/log", type="browser")]

    def picture(self, path: Path) -> None:
        with DIRECT.open(f"{self.session}/screenshot", timeout=60) as answer:
            path.write_bytes(base64.b64decode(json.load(answer)["value"]))


@contextmanager
def browser() -> Iterator[Browser]:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    command = [str(PROGRAMS[1]), f"--port={port}", "--silent"]
    with (
        tempfile.TemporaryDirectory(prefix="renkei-browser-", ignore_cleanup_errors=True) as profile,
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as driver,
    ):
        try:
            wait_until(lambda: is_up(port))
            window = Browser(f"http://127.0.0.1:{port}", profile)
            try:
                yield window
            finally:
                window.close()
        finally:
            driver.terminate()
