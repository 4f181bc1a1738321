# SPDX-License-Identifier: Apache-2.0
"""A login belongs to the local user who began it."""

import os
import subprocess
import sys

import pytest
from support.programs import runs, until
from support.sandbox import http

STRANGER = 64322
CALL = """
import sys, urllib.request, urllib.error
try:
    print(urllib.request.urlopen(sys.argv[1], timeout=20).status)
except urllib.error.HTTPError as refused:
    print(refused.code)
"""


def called_by_a_stranger(url):
    """The status that another user gets there."""
    if os.geteuid() != 0:
        pytest.skip("only root can be another user")
    done = subprocess.run(["/usr/bin/python3", "-c", CALL, url], user=STRANGER, group=STRANGER, extra_groups=[],
                          cwd="/", capture_output=True, text=True, timeout=60, check=True, env={})
    return int(done.stdout)


def test_no_other_user_finishes_it(stage):
    login = stage.begin_login("smith-law")
    stolen = stage.consent(login["authorization_url"])
    assert called_by_a_stranger(stolen) == 403
    assert called_by_a_stranger(login["start_url"]) == 403
    assert stage.agent.get(f"/v1/authorizations/{login['id']}").json["status"] == "pending"
    assert http("GET", stolen).status == 200
    assert stage.login_ended(login)["status"] == "done"


def test_the_browser_is_started_with_a_link_that_tells_nothing(stage):
    browser = stage.daemon.home / "browser"
    opened = stage.daemon.home / "opened"
    browser.write_text(f'#!/bin/sh\nprintf "%s" "$1" > {opened}.new && mv {opened}.new {opened}\n')
    browser.chmod(0o755)
    stage.clioctl.environment["BROWSER"] = str(browser)
    command = stage.clioctl.begin("login", "smith-law")
    until(opened.exists, "no browser was started")
    link = opened.read_text()
    assert "state" not in link and "challenge" not in link and stage.clio.base_url not in link, link
    there = http("GET", link)
    assert there.status == 303
    assert http("GET", link).status == 400, "it works once"
    stage.agree(there.headers["Location"])
    out, err = command.communicate(timeout=60)
    assert command.returncode == 0, out + err


def test_under_sudo_it_is_the_callers_browser(stage):
    login = stage.begin_login("smith-law", user=STRANGER)
    redirected = stage.consent(login["authorization_url"])
    assert http("GET", redirected).status == 403
    assert called_by_a_stranger(redirected) == 200
    assert stage.login_ended(login)["status"] == "done"
