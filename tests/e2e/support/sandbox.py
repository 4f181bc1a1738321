# SPDX-License-Identifier: Apache-2.0
"""A clio-sandbox of one's own: Clio's authorization server and API, on a free port of this machine.

    with Sandbox("--expires-in", "20") as clio:
        clio.fault("token:503:3")
        app = clio.app_json("http://127.0.0.1:5678/callback")
        ...
        assert clio.stats()["grant_types"]["refresh_token"] == 4
"""

import json
import select
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

from .programs import PATIENCE, SANDBOX


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Hands a redirect to the caller as an answer, as it hands over every other status."""

    def redirect_request(self, *_):
        return None


OPENER = urllib.request.build_opener(NoRedirect, urllib.request.ProxyHandler({}))


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode()

    def json(self):
        return json.loads(self.body)


def http(method, url, *, form=None, json_body=None, headers=None, timeout=PATIENCE):
    """One request; every status is an answer. A connection closed without one raises, as urllib does."""
    headers = dict(headers or {})
    data = None
    if form is not None:
        data = urllib.parse.urlencode(form).encode()
    elif json_body is not None:
        data = json.dumps(json_body).encode()
        headers.setdefault("Content-Type", "application/json")
    elif method == "POST":
        data = b""
    request = urllib.request.Request(url, data=data, method=method, headers=headers)
    try:
        with OPENER.open(request, timeout=timeout) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())


class Sandbox:
    """Runs clio-sandbox until `stop()` or the end of a `with`.

    Takes any loopback redirect URI and consents by itself, unless told otherwise; `options` are those of the program.
    """

    def __init__(self, *options, auto_approve=True, any_loopback_redirect=True):
        self.options = ["--listen", "127.0.0.1:0", *options]
        if auto_approve:
            self.options.append("--auto-approve")
        if any_loopback_redirect:
            self.options.append("--any-loopback-redirect")
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [SANDBOX, *self.options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log
        )
        try:
            self.ready = self._wait_until_ready()
        except BaseException:
            self.stop()
            raise
        self.base_url = self.ready["base_url"]
        self.client_id = self.ready["client_id"]
        self.client_secret = self.ready.get("client_secret")

    def _wait_until_ready(self):
        readable, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        line = self.process.stdout.readline() if readable else b""
        if not line:
            raise RuntimeError(f"clio-sandbox did not start: {self.log_text()}")
        return json.loads(line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Ends it by SIGTERM and returns its exit status; safe to call again."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            self.process.stdout.close()

    def log_text(self):
        """What it has written to standard error so far."""
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    # What an agent needs to know of it.

    def app_json(self, redirect_uri, **overrides):
        """The description of an app, as `PUT /v1/apps/{app}` of cliod takes it.

        For a configuration file, override client_secret: `app_json(uri, client_secret={"file": path})`. An override of
        None leaves the member out.
        """
        app = {**self.ready["app"], "redirect_uri": redirect_uri, **overrides}
        return {name: value for name, value in app.items() if value is not None}

    # The control API.

    def control(self, method, path, body=None):
        answer = http(method, f"{self.base_url}/_sandbox/{path}", json_body=body)
        assert answer.status == 200, (answer.status, answer.text)
        return answer.json()

    def stats(self):
        return self.control("GET", "stats")

    def wait_for_stats(self, condition, timeout=PATIENCE):
        """Asks for the stats until `condition(stats)` holds, and returns them."""
        deadline = time.monotonic() + timeout
        while True:
            stats = self.stats()
            if condition(stats):
                return stats
            assert time.monotonic() < deadline, f"the sandbox never came to it: {stats}"
            time.sleep(0.02)

    def grants(self):
        """Every grant, the oldest first, with its living tokens."""
        return self.control("GET", "grants")["grants"]

    def fault(self, *faults):
        """Orders faults, "token:503:3"; returns all that are still to come."""
        return self.control("POST", "faults", {"faults": list(faults)})["faults"]

    def clear_faults(self):
        self.control("DELETE", "faults")

    def revoke(self, grant):
        """Ends one grant, by its id in `grants()`."""
        self.control("POST", "revoke", {"grant": grant})

    def revoke_all(self):
        self.control("POST", "revoke", {"all": True})

    def expire(self):
        """Ends every access token; the refresh tokens live on."""
        self.control("POST", "expire")

    def sign_in_as(self, user_id):
        """Whose account --auto-approve gives access to from now on."""
        self.control("POST", "user", {"id": user_id})

    def reset(self):
        """Back to how it started: no grants, no counts, the faults of its options."""
        self.control("POST", "reset")

    # The person in front of the browser.

    def authorize(self, authorization_url, *, allow=True, user_id=None):
        """Opens the URL, answers the consent page if there is one, and returns the URL that the browser is sent to."""
        answer = http("GET", authorization_url)
        if answer.status == 200:
            form = {"consent": consent_of(answer.text), "decision": "allow" if allow else "decline"}
            if user_id is not None:
                form["user"] = str(user_id)
            answer = http("POST", f"{self.base_url}/oauth/authorize", form=form)
        assert answer.status in (302, 303), (answer.status, answer.text)
        return answer.headers["Location"]


def consent_of(page):
    """The hidden field that ties a decision to the page it was made on."""
    return page.split('name="consent" value="', 1)[1].split('"', 1)[0]
