# SPDX-License-Identifier: Apache-2.0
"""Headless Chromium, driven through chromedriver by the W3C WebDriver protocol."""

import base64
import json
import os
import re
import subprocess
import tempfile
import urllib.error
import urllib.request

from support.programs import until

_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key that the standard gives to an element's id

_QUIET = [
    "--headless=new", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--window-size=1000,700",
]


class Browser:
    def __init__(self):
        self._profile = tempfile.TemporaryDirectory(prefix="clio-agent-chromium-", ignore_cleanup_errors=True)
        self._driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, env=os.environ | {"HOME": self._profile.name},
        )
        self._session = None
        try:
            started = next(filter(None, (re.search(r"on port (\d+)\.", line) for line in self._driver.stdout)))
            self._session = f"http://127.0.0.1:{started[1]}/session"
            # Chromium's sandbox does not run as root.
            arguments = _QUIET + [f"--user-data-dir={self._profile.name}"] + ["--no-sandbox"] * (os.getuid() == 0)
            options = {"browserName": "chrome", "goog:chromeOptions": {"args": arguments}}
            created = self._call("POST", "", {"capabilities": {"alwaysMatch": options}})
            self._session += f"/{created['sessionId']}"
        except BaseException:
            self.close()
            raise

    def close(self):
        if self._session and "/session/" in self._session:
            self._call("DELETE", "")
        self._driver.terminate()
        self._driver.wait()
        self._driver.stdout.close()
        self._profile.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def open(self, url):
        """Returns when the page has loaded."""
        self._call("POST", "/url", {"url": url})

    @property
    def url(self):
        return self._call("GET", "/url")

    @property
    def text(self):
        return self._call("GET", f"/element/{self._find('body')}/text")

    def click(self, selector):
        """Clicks what this CSS selector finds, and returns when the page that it leads to has loaded. The driver itself
        waits only for a navigation that has begun when it looks, which a form's may not have."""
        page = self._find("html")
        self._call("POST", f"/element/{self._find(selector)}/click", {})
        until(lambda: self._is_gone(page) and self._has_loaded(), f"the page that {selector} leads to")

    def screenshot(self, file):
        with open(file, "wb") as out:
            out.write(base64.b64decode(self._call("GET", "/screenshot")))

    def _is_gone(self, element):
        try:
            self._call("GET", f"/element/{element}/name")
        except AssertionError:
            return True
        return False

    def _has_loaded(self):
        return self._call("POST", "/execute/sync", {"script": "return document.readyState", "args": []}) == "complete"

    def _find(self, selector):
        return self._call("POST", "/element", {"using": "css selector", "value": selector})[_ELEMENT]

    def _call(self, method, path, body=None):
        request = urllib.request.Request(
            self._session + path, method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {json.load(error)['value']['message']}") from error
