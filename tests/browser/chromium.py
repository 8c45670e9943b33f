"""A headless Chromium, spoken to by its own protocol over a pair of pipes."""

import base64
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import psutil

BINARY = shutil.which("chromium")
ANSWER_SECONDS_MAX = 30.0
SHOWN_SECONDS_MAX = 40.0
LOOK_SECONDS = 0.4
STOP_SECONDS_MAX = 10.0
_WITH_PIPES = """
import fcntl, os, sys
# High numbers first: 3 or 4 may be one of the pipes' own.
orders, answers = (fcntl.fcntl(int(pipe), fcntl.F_DUPFD, 10) for pipe in sys.argv[1:3])
os.dup2(orders, 3)
os.dup2(answers, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Becomes the browser, which reads its orders from 3, and answers on 4."""
_SAYS = """document.body ? document.body.innerText
    : document.documentElement ? document.documentElement.textContent : "" """
_CLICKS = """(() => {{
    const link = Object.assign(document.createElement("a"), {{href: {url}}});
    document.body.append(link);
    link.click();
    link.remove();
}})()"""
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    # So that what frames show can be read as well.
    "--disable-features=IsolateSandboxedIframes",
    "--remote-debugging-pipe",
)


class BrowserError(Exception):
    """Chromium did not do as it was told, or a page does not show what it should."""


class Chromium:
    """A running browser; `page` opens a tab."""

    def __init__(self, orders: int, answers: int) -> None:
        self._orders = orders
        self._answers = answers
        self._numbers = count(1)
        self._heard = b""

    def page(self, *, width: int, height: int, headers: Mapping[str, str] | None = None) -> "Page":
        """A new tab of a size, which sends these headers with every request."""
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        attached = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})
        page = Page(self, attached["sessionId"])
        page.call("Page.enable")
        page.call("Network.enable")
        page.call("Network.setExtraHTTPHeaders", {"headers": dict(headers or {})})
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        page.call("Emulation.setDeviceMetricsOverride", size)
        return page

    def call(self, method: str, params: Mapping[str, Any] | None = None, session: str = "") -> Any:
        """One order and its answer; events in between are passed over."""
        number = next(self._numbers)
        order = {"id": number, "method": method, "params": dict(params or {})}
        if session:
            order["sessionId"] = session
        os.write(self._orders, json.dumps(order).encode() + b"\0")
        give_up_at = time.monotonic() + ANSWER_SECONDS_MAX
        while (answer := self._next(give_up_at)).get("id") != number:
            pass
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def _next(self, give_up_at: float) -> Any:
        while b"\0" not in self._heard:
            left = give_up_at - time.monotonic()
            if left <= 0 or not select.select([self._answers], [], [], left)[0]:
                raise BrowserError("Chromium did not answer in time")
            piece = os.read(self._answers, 1 << 20)
            if not piece:
                raise BrowserError("Chromium is gone")
            self._heard += piece
        message, _, self._heard = self._heard.partition(b"\0")
        return json.loads(message)


class Page:
    """One tab."""

    def __init__(self, browser: Chromium, session: str) -> None:
        self._browser = browser
        self._session = session

    def call(self, method: str, params: Mapping[str, Any] | None = None) -> Any:
        """One order to this tab, and its answer."""
        return self._browser.call(method, params, self._session)

    def open(self, url: str, *, shows: str) -> str:
        """Opens an address and waits until it shows that text; all text that it shows."""
        self.call("Page.navigate", {"url": url})
        return self.until(shows)

    def follow(self, url: str, *, shows: str) -> str:
        """As `open`, by a click on a link: a page that can, draws the new one in its own place.

        What was there before is not mistaken for it: the address bar comes first.
        """
        self._evaluate(_CLICKS.format(url=json.dumps(url)))
        give_up_at = time.monotonic() + SHOWN_SECONDS_MAX
        while (at := self._evaluate("location.href")) != url:
            if time.monotonic() > give_up_at:
                raise BrowserError(f"the link to {url} led to {at}")
            time.sleep(LOOK_SECONDS)
        return self.until(shows)

    def until(self, *shows: str) -> str:
        """Waits until the page shows each of those texts; all text that it shows then.

        A page is drawn piece by piece: what a test asserts of it, it waits for.
        """
        give_up_at = time.monotonic() + SHOWN_SECONDS_MAX
        while missing := [each for each in shows if each not in (text := self.text())]:
            if time.monotonic() > give_up_at:
                raise BrowserError(f"the page never showed {missing}, but:\n{text}")
            time.sleep(LOOK_SECONDS)
        return text

    def text(self) -> str:
        """All that the page and its frames say, white space aside; nothing as yet, nothing."""
        tree = self.call("Page.getFrameTree")["frameTree"]
        frames = [child["frame"]["id"] for child in tree.get("childFrames", ())]
        texts = [self._evaluate(_SAYS)]
        for frame in frames:
            # It may be gone by now: a page that is still drawn makes its frames anew.
            with suppress(BrowserError):
                texts.append(self._evaluate(_SAYS, frame=frame))
        return " ".join(" ".join(texts).split())

    def _evaluate(self, script: str, *, frame: str = "") -> str:
        order: dict[str, Any] = {"expression": script, "returnByValue": True}
        if frame:
            world = self.call("Page.createIsolatedWorld", {"frameId": frame})
            order["contextId"] = world["executionContextId"]
        return str(self.call("Runtime.evaluate", order)["result"].get("value") or "")

    def screenshot(self, file: Path) -> None:
        """Keeps what the tab shows as a PNG."""
        answer = self.call("Page.captureScreenshot", {"format": "png"})
        file.write_bytes(base64.b64decode(answer["data"]))


@contextmanager
def running_chromium(profile: Path) -> Iterator[Chromium]:
    """Starts a browser on a fresh profile; nothing of it runs after."""
    if BINARY is None:
        raise BrowserError("chromium is not installed")
    orders_out, orders_in = os.pipe()
    answers_out, answers_in = os.pipe()
    pipes = (str(orders_out), str(answers_in))
    browser = (BINARY, *_FLAGS, f"--user-data-dir={profile}", "about:blank")
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _WITH_PIPES, *pipes, *browser],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        pass_fds=(orders_out, answers_in),
    )
    os.close(orders_out)
    os.close(answers_in)
    try:
        yield Chromium(orders_in, answers_out)
    finally:
        os.close(orders_in)
        _end(process)
        os.close(answers_out)


def _end(process: subprocess.Popen[bytes]) -> None:
    family: list[psutil.Process] = []
    with suppress(psutil.NoSuchProcess):
        family = psutil.Process(process.pid).children(recursive=True)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    for each in family:
        with suppress(psutil.NoSuchProcess):
            each.kill()
    process.wait(STOP_SECONDS_MAX)
    psutil.wait_procs(family, timeout=STOP_SECONDS_MAX)
