# SPDX-License-Identifier: Apache-2.0
"""npm's oidc-provider: an authorization server that is not ours."""

import json
import shutil
import subprocess
import urllib.request
from pathlib import Path

from .programs import BUILD

HERE = Path(__file__).resolve().parents[1] / "oidc-provider"
INSTALLED = BUILD / "tests/e2e/oidc-provider"


def install():
    """Installs the locked versions into the build folder, once. Returns what npm said when it could not, else nothing."""
    INSTALLED.mkdir(parents=True, exist_ok=True)
    lock = (HERE / "package-lock.json").read_bytes()
    mark = INSTALLED / "installed.json"
    for name in ("package.json", "package-lock.json", "server.js"):
        shutil.copy(HERE / name, INSTALLED)
    if mark.exists() and mark.read_bytes() == lock:
        return None
    npm = subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=INSTALLED, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )
    if npm.returncode != 0:
        return npm.stdout + npm.stderr
    mark.write_bytes(lock)
    return None


class OidcProvider:
    CLIENT_ID = "clio-agent-test"
    CLIENT_SECRET = "oidc-client-secret-1234567890"

    def __init__(self, redirect_uri, rotate, client_auth="client_secret_basic", expires_in=3600):
        settings = {
            "client_id": self.CLIENT_ID, "client_secret": self.CLIENT_SECRET, "client_auth": client_auth,
            "redirect_uri": redirect_uri, "rotate": rotate, "expires_in": expires_in,
        }
        self.process = subprocess.Popen(
            ["node", "server.js", json.dumps(settings)], cwd=INSTALLED, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            text=True,
        )
        try:
            # Its warnings come first, that it keeps everything in memory.
            line = next(line for line in self.process.stdout if line.startswith("{"))
            self.issuer = json.loads(line)["issuer"]
        except BaseException:
            self.stop()
            raise

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def endpoints(self):
        return {
            "authorization": f"{self.issuer}/auth",
            "token": f"{self.issuer}/token",
            "deauthorize": f"{self.issuer}/token/revocation",
            "api_base": f"{self.issuer}/api/v4",
            "who_am_i": f"{self.issuer}/api/v4/users/who_am_i.json",
        }

    def secrets(self):
        """Every code and token that it ever issued."""
        with urllib.request.urlopen(f"{self.issuer}/test/secrets") as answer:
            return json.load(answer)

    def agree(self, authorization_url):
        """Opens the URL as a browser does, cookies and redirects included, up to the page of the redirect URI."""
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(), urllib.request.ProxyHandler({}))
        with browser.open(authorization_url, timeout=30) as page:
            return page.status, page.read().decode()
