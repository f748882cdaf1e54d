"""Headless Chromium, driven through chromedriver's W3C WebDriver protocol; no client library."""

from __future__ import annotations

import base64
import contextlib
import json
import re
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
CHROMEDRIVER = shutil.which("chromedriver")
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1300,1000",
)
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the standard's name of an element's key
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Browser:
    """One tab. ``requests`` and ``errors`` gather what happened since the last ``open``."""

    def __init__(self, driver: str, profile: Path, *flags: str) -> None:
        self.address = driver
        options = {
            "binary": CHROMIUM,
            "args": [*_FLAGS, *flags, f"--user-data-dir={profile}"],
        }
        wanted = {
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }
        answer = self._call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.address += "/session/" + answer["sessionId"]

    def open(self, url: str) -> None:
        self.errors()
        self.requests()
        self._call("POST", "/url", {"url": "about:blank"})
        self._call("POST", "/url", {"url": url})

    def run(self, script: str, *arguments: Any) -> Any:
        return self._call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def wait(self, condition: str, *arguments: Any) -> None:
        """Wait until a JavaScript expression holds, 5 s at most."""
        script = """
            const [condition, args, done] = [arguments[0], arguments[1], arguments[2]];
            const holds = new Function("args", "return " + condition);
            const began = Date.now();
            (function look() {
                if (holds(args) || Date.now() - began > 5000) done(Boolean(holds(args)));
                else setTimeout(look, 20);
            })();
        """
        held = self._call(
            "POST", "/execute/async", {"script": script, "args": [condition, list(arguments)]}
        )
        assert held, f"waited in vain for {condition}"

    def hover(self, element: Any) -> None:
        self._mouse({"type": "pointerMove", "x": 0, "y": 0, "origin": element})

    def leave(self) -> None:
        """Move the mouse to the corner of the page, where nothing is."""
        self._mouse({"type": "pointerMove", "x": 1, "y": 1, "origin": "viewport"})

    def click(self, element: Any, dx: int = 0) -> None:
        """Click in the element's middle, or ``dx`` pixels to the right of it."""
        self._mouse(
            {"type": "pointerMove", "x": dx, "y": 0, "origin": element},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        )

    def move(self, x: float, y: float) -> None:
        """Move the mouse to a place of the page."""
        self._mouse(_to(x, y))

    def drag(self, x: float, y: float, dx: float, dy: float, key: str = "") -> None:
        """Drag from a place by so much, while a key is held."""
        held = {"type": "key", "id": "keys"}
        if key:
            self._act({**held, "actions": [{"type": "keyDown", "value": key}]})
        down, up = ({"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp"))
        self._mouse(_to(x, y), down, _to(x + dx / 2, y + dy / 2), _to(x + dx, y + dy), up)
        if key:
            self._act({**held, "actions": [{"type": "keyUp", "value": key}]})

    def pinch(self, x: float, y: float, apart: float, then: float) -> None:
        """Put two fingers so far apart around a place, draw them to another distance, lift them."""
        fingers = []
        for side in (-1, 1):
            steps = [
                _to(x + side * apart / 2, y),
                {"type": "pointerDown", "button": 0},
                _to(x + side * (apart + then) / 4, y),
                _to(x + side * then / 2, y),
                {"type": "pointerUp", "button": 0},
            ]
            touch = {"type": "pointer", "parameters": {"pointerType": "touch"}}
            fingers.append({**touch, "id": f"finger{side}", "actions": steps})
        self._act(*fingers)

    def wheel(self, x: float, y: float, dy: int) -> None:
        """Turn the mouse's wheel at a place; below 0 is away from the person."""
        turn = {**_to(x, y), "type": "scroll", "deltaX": 0, "deltaY": dy}
        self._act({"type": "wheel", "id": "wheel", "actions": [turn]})

    def press(self, *keys: str) -> None:
        """Press keys one after another, wherever the focus is."""
        steps = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self._act({"type": "key", "id": "keys", "actions": steps})

    def screenshot(self) -> bytes:
        """Return a PNG of what is seen."""
        return base64.b64decode(self._call("GET", "/screenshot"))

    def devtools(self, command: str, **parameters: Any) -> Any:
        """Give a command of the DevTools protocol."""
        body = {"cmd": command, "params": parameters}
        return self._call("POST", "/goog/cdp/execute", body)

    def type(self, element: Any, text: str) -> None:
        self._call("POST", f"/element/{element[_ELEMENT]}/value", {"text": text})

    def find(self, selector: str) -> Any:
        return self._call("POST", "/element", {"using": "css selector", "value": selector})

    def find_all(self, selector: str) -> list[Any]:
        found: list[Any] = self._call(
            "POST", "/elements", {"using": "css selector", "value": selector}
        )
        return found

    def has_dialog(self) -> bool:
        try:
            self._call("GET", "/alert/text")
        except AssertionError as error:
            assert "no such alert" in str(error)
            return False
        return True

    def errors(self) -> list[str]:
        """Return what the console was told at the levels of warnings and errors."""
        entries = self._call("POST", "/se/log", {"type": "browser"})
        return [e["message"] for e in entries if e["level"] in ("WARNING", "SEVERE")]

    def requests(self) -> list[str]:
        """Return the address of everything that pages asked for, data: and file: included.

        Chromium's own new tab asks too, in its first second.
        """
        entries = self._call("POST", "/se/log", {"type": "performance"})
        events = [json.loads(entry["message"])["message"] for entry in entries]
        return [
            event["params"]["request"]["url"]
            for event in events
            if event["method"] == "Network.requestWillBeSent"
            and not event["params"]["documentURL"].startswith("chrome://")
        ]

    def close(self) -> None:
        self._call("DELETE", "")

    def _mouse(self, *steps: dict[str, Any]) -> None:
        self._act({"type": "pointer", "id": "mouse", "actions": list(steps)})

    def _act(self, *sources: dict[str, Any]) -> None:
        self._call("POST", "/actions", {"actions": list(sources)})

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            self.address + path,
            None if method == "GET" else json.dumps(body or {}).encode(),
            {"Content-Type": "application/json"},
            method=method,
        )
        try:
            with _DIRECT.open(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            with error:
                problem = json.load(error)["value"]
        raise AssertionError(f"{method} {path}: {problem['error']}: {problem['message']}")


def _to(x: float, y: float) -> dict[str, Any]:
    return {"type": "pointerMove", "x": round(x), "y": round(y), "origin": "viewport"}


@contextlib.contextmanager
def start_browser(profile: Path, *flags: str) -> Iterator[Browser]:
    """Start chromedriver and Chromium with an empty profile and further flags, and end both."""
    assert CHROMEDRIVER is not None
    with subprocess.Popen(
        [CHROMEDRIVER, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as driver:
        try:
            assert driver.stdout is not None
            started = (re.search(r"successfully on port (\d+)", line) for line in driver.stdout)
            port = next(found[1] for found in started if found)
            browser = Browser(f"http://127.0.0.1:{port}", profile, *flags)
            try:
                yield browser
            finally:
                browser.close()
        finally:
            driver.terminate()
