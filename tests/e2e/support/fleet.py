# SPDX-License-Identifier: Apache-2.0
"""Many accounts at once: grants made at the sandbox, and a store that holds them."""

import http.client
import json
import subprocess
import urllib.parse

from .programs import BUILD

FILL_STORE = BUILD / "tests/bench/bench-fill-store"


def make_grants(clio, count):
    """Logs in `count` times, as fast as one connection goes; returns the token answers."""
    host = urllib.parse.urlsplit(clio.base_url).netloc
    redirect_uri = "http://127.0.0.1:1/callback"
    asked = {"response_type": "code", "client_id": clio.client_id, "redirect_uri": redirect_uri, "state": "s"}
    query = urllib.parse.urlencode(asked | {"scope": clio.ready["app"].get("scope", "")})
    connection = http.client.HTTPConnection(host)
    form = {
        "grant_type": "authorization_code",
        "redirect_uri": redirect_uri,
        "client_id": clio.client_id,
        "client_secret": clio.client_secret,
    }
    answers = []
    for _ in range(count):
        location = _ask(connection, "GET", f"/oauth/authorize?{query}")[0]["Location"]
        code = urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)["code"][0]
        body = urllib.parse.urlencode(form | {"code": code})
        answers.append(json.loads(_ask(connection, "POST", "/oauth/token", body)[1]))
    connection.close()
    return answers


def _ask(connection, method, target, body=None):
    """(headers, body) of the answer."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    connection.request(method, target, body, headers)
    response = connection.getresponse()
    return response.headers, response.read()


def fill_store(state_dir, accounts, expires_in, app="firm"):
    """`accounts`: name → token answer. The daemon must not run."""
    lines = "".join(f"{name} {tokens['access_token']} {tokens['refresh_token']}\n" for name, tokens in accounts.items())
    subprocess.run([FILL_STORE, state_dir, app, str(expires_in)], input=lines, text=True, check=True)
