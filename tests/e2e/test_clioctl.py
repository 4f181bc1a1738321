# SPDX-License-Identifier: Apache-2.0
"""clioctl as people and scripts use it, with the real daemon. (What it says to wrong usage: test_clioctl_usage.py.)"""

import json
import os
import stat
import subprocess

import pytest
from support.clioctl import Clioctl
from support.programs import CLIOCTL, until
from support.sandbox import http
from support.terminal import Terminal


def log_in(stage, *options, **person):
    """`clioctl login` with a person in the browser; returns the process's exit status and its two lines."""
    login = stage.clioctl.begin("login", "smith-law", "--no-browser", "--json", *options)
    begun = json.loads(login.stdout.readline())
    assert begun["authorization_url"] and begun["id"]
    stage.agree(begun["authorization_url"], **person)
    out, err = login.communicate(timeout=40)
    stage.note_tokens()
    return login.returncode, out, err


def test_login_without_a_browser(stage):
    status, out, _ = log_in(stage)
    assert status == 0
    assert json.loads(out)["name"] == "smith-law"


def test_login_for_a_person(stage):
    login = stage.clioctl.begin("login", "smith-law", "--no-browser")
    line = next(line for line in login.stdout if "http" in line)
    stage.agree(line.split()[-1])
    out, err = login.communicate(timeout=40)
    assert login.returncode == 0, err
    assert "Jane Doe" in out + err


def test_login_opens_the_browser(stage, tmp_path):
    """Which is whatever xdg-open or $BROWSER says; here it is curl."""
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    browser = bin_folder / "xdg-open"
    browser.write_text('#!/bin/sh\nexec curl --silent --location --output /dev/null "$1"\n')
    browser.chmod(0o755)
    path = f"{bin_folder}:{stage.clioctl.environment['PATH']}"
    stage.clioctl("login", "smith-law", PATH=path, BROWSER=str(browser), DISPLAY=":0")
    assert stage.agent.account("smith-law")["state"] == "ready"


def test_login_declined(make_stage):
    with make_stage("--expires-in", "3600", auto_approve=False) as stage:
        status, _, err = log_in(stage, allow=False)
        assert status == 3
        assert "declined" in err or "access_denied" in err


@pytest.mark.parametrize("what", ["url", "code"])
def test_login_by_paste(stage, what):
    login = stage.clioctl.begin("login", "smith-law", "--paste")
    url = next(word for line in login.stdout for word in line.split() if word.startswith("http"))
    redirected = stage.consent(url)
    pasted = redirected if what == "url" else redirected.split("code=")[1].split("&")[0]
    _, err = login.communicate(pasted + "\n", timeout=40)
    assert login.returncode == 0, err
    assert stage.agent.account("smith-law")["state"] == "ready"


def test_login_as_another_user(stage):
    assert log_in(stage)[0] == 0
    stage.clio.sign_in_as(43)
    status, _, err = log_in(stage)
    assert status == 1
    assert "--replace-user" in err
    assert log_in(stage, "--replace-user")[0] == 0
    assert stage.agent.account("smith-law")["user"]["id"] == 43


def test_token(stage):
    stage.login("smith-law")
    token = stage.agent.token("smith-law")["access_token"]
    assert stage.clioctl("token", "smith-law").stdout == token + "\n"
    assert stage.clioctl("token").stdout == token + "\n"
    assert stage.clioctl("token", CLIO_ACCOUNT="smith-law").stdout == token + "\n"
    assert stage.clioctl("token", "--header").stdout == f"Authorization: Bearer {token}\n"
    assert stage.clioctl.json("token")["access_token"] == token
    assert stage.clioctl("token", "nosuch", exit=7).stdout == ""
    assert stage.clioctl("token", CLIO_ACCOUNT="nosuch", exit=7).stdout == ""


def test_curl_goes_on_with_a_token_or_not_at_all(stage):
    stage.login("smith-law")
    url = stage.agent.token("smith-law")["api_base"] + "/users/who_am_i.json"
    script = '"$0" token "$1" --curl | curl -sS -K - "$2"'
    done = stage.clioctl.run(["sh", "-c", script, CLIOCTL, "smith-law", url])
    assert json.loads(done.stdout)["data"]["id"] == 42
    stage.clioctl.run(["sh", "-c", script, CLIOCTL, "nosuch", url], exit=1)
    stage.daemon.stop()
    stage.clioctl.run(["sh", "-c", script, CLIOCTL, "smith-law", url], exit=1)
    stage.daemon.start()


def test_report(stage):
    stage.login("smith-law")
    assert "agent gets a new token" in stage.clioctl("report").stdout
    until(lambda: stage.clioctl.json("show")["generation"] == 2, "no refresh")
    assert "newer token already" in stage.clioctl("report", "--generation", "1").stdout
    assert stage.clioctl("report", "--status", "404").stdout.startswith("Ignored:")


def test_a_token_outlives_its_grant_with_a_warning(stage):
    stage.login("smith-law")
    stage.clio.revoke_all()
    stage.clioctl("refresh", exit=3)
    done = stage.clioctl("token")
    assert done.stdout and "must be logged in again" in done.stderr and "clioctl login smith-law" in done.stderr
    assert "must be logged in again" in stage.clioctl("run", "--", "true").stderr
    assert stage.clioctl.json("token")["state"] == "login_required"


def test_token_of_several_accounts(stage):
    stage.login("a")
    stage.login("b")
    assert stage.clioctl("token", exit=2).stdout == ""
    assert stage.clioctl("token", "a").stdout != stage.clioctl("token", "b").stdout


def test_the_account_may_be_left_out(stage):
    assert "clioctl login ACCOUNT" in stage.clioctl("show", exit=7).stderr
    stage.login("a")
    assert stage.clioctl.json("show")["name"] == "a"
    assert stage.clioctl("refresh").stdout.startswith("Refreshed a:")
    stage.login("b")
    for command in ("token", "show", "refresh", "logout"):
        said = stage.clioctl(command, exit=2).stderr
        assert "CLIO_ACCOUNT" in said and "clioctl default ACCOUNT" in said
    assert stage.clioctl.json("show", CLIO_ACCOUNT="b")["name"] == "b"
    assert stage.clioctl("logout", CLIO_ACCOUNT="b").stdout == "Logged out b\n"


def test_a_default_account(stage):
    stage.login("a")
    stage.login("b")
    assert "clioctl default ACCOUNT" in stage.clioctl("default").stderr
    stage.clioctl("default", "b")
    assert stage.clioctl("default").stdout == "b\n"
    assert stage.clioctl.json("default") == {"account": "b"}
    assert stage.clioctl("token").stdout == stage.clioctl("token", "b").stdout
    assert stage.clioctl("token", CLIO_ACCOUNT="a").stdout == stage.clioctl("token", "a").stdout
    stage.clioctl("default", "c", exit=7)
    assert stage.clioctl.json("show")["name"] == "b"
    stage.clioctl("default", "--clear")
    assert stage.clioctl.json("default") == {"account": None}
    stage.clioctl("token", exit=2)


def test_a_name_that_was_mistyped(stage):
    stage.login("smith-law")
    assert "did you mean smith-law?" in stage.clioctl("token", "smiht-law", exit=7).stderr
    assert "did you mean smith-law?" in stage.clioctl("logout", "smith", exit=7).stderr
    assert "clioctl list" in stage.clioctl("show", "jones", exit=7).stderr
    assert "did you mean firm?" in stage.clioctl("login", "x", "--app", "frim", exit=7).stderr
    assert "did you mean firm?" in stage.clioctl("app", "remove", "frm", exit=7).stderr
    assert "clioctl app list" in stage.clioctl("login", "x", "--app", "other", exit=7).stderr


def test_an_account_that_needs_a_person(stage):
    stage.login("smith-law")
    stage.clio.revoke_all()
    done = stage.clioctl("refresh", "smith-law", exit=3)
    assert "clioctl login smith-law" in done.stderr
    assert "next step     clioctl login smith-law\n" in stage.clioctl("show", "smith-law").stdout


def test_token_into_a_file_that_all_may_read(stage, tmp_path):
    stage.login("smith-law")
    file = tmp_path / "token"
    for mode, warned in ((0o644, True), (0o600, False)):
        file.touch()
        file.chmod(mode)
        with open(file, "w", encoding="ascii") as out:
            done = subprocess.run([CLIOCTL, "token"], env=stage.clioctl.environment, stdout=out, stderr=subprocess.PIPE,
                                  text=True, check=True)
        assert bool(done.stderr) == warned, done.stderr


def test_run(stage):
    stage.login("smith-law")
    token = stage.agent.token("smith-law")
    done = stage.clioctl("run", "smith-law", "--", "sh", "-c", 'echo "$CLIO_ACCESS_TOKEN $CLIO_API_BASE $CLIO_ACCOUNT"')
    assert done.stdout.split() == [token["access_token"], token["api_base"], "smith-law"]
    stage.clioctl("run", "--", "sh", "-c", "exit 42", exit=42)
    assert stage.clioctl("run", "--", "cat", stdin="through").stdout == "through"
    stage.clioctl("run", "--", "/nosuch/command", exit=127)


def test_list_of_nothing(make_daemon, tmp_path):
    daemon = make_daemon().start()
    clioctl = Clioctl(tmp_path, daemon.socket)
    for command, next_step in ((["list"], "clioctl login ACCOUNT"), (["app", "list"], "clioctl app add")):
        done = clioctl(*command)
        assert done.stdout == "" and next_step in done.stderr


def test_list_show_status(stage):
    assert stage.clioctl.json("list") == {"accounts": []}
    stage.login("smith-law")
    facts = stage.agent.account("smith-law")
    assert stage.clioctl.json("list") == {"accounts": [facts]}
    assert stage.clioctl.json("show", "smith-law") == facts
    for command in (["list"], ["show", "smith-law"]):
        shown = stage.clioctl(*command).stdout
        assert "smith-law" in shown and "ready" in shown and "\x1b" not in shown
    assert stage.clioctl.json("status")["accounts"] == 1
    assert str(stage.daemon.process.pid) in stage.clioctl("status").stdout
    stage.clioctl("show", "nosuch", exit=7)


@pytest.mark.parametrize("changes, coloured", [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True),
                                               ({"TERM": "dumb"}, False)], ids=str)
def test_colours_are_for_terminals(stage, changes, coloured):
    stage.login("smith-law")
    stage.clioctl.environment |= {"TERM": "xterm"} | changes
    terminal = Terminal(stage.clioctl, "list")
    assert terminal.end() == 0
    assert ("\x1b[32mready\x1b[0m" in terminal.shown, "\x1b" in terminal.shown) == (coloured, coloured), terminal.shown


def test_refresh_revives_what_was_refused_by_mistake(make_stage):
    with make_stage("--expires-in", "3600") as stage:
        stage.login("smith-law")
        # A server that loses its mind for a moment: it knows the grant again afterwards.
        stage.clio.fault("token:400:1")
        stage.clioctl("refresh", "smith-law", exit=3)
        stage.clioctl("refresh", "smith-law", exit=3)
        assert stage.clioctl.json("refresh", "smith-law", "--revive")["generation"] == 2
        assert stage.agent.account("smith-law")["state"] == "ready"


def test_refresh(stage):
    stage.login("smith-law")
    assert stage.clioctl.json("refresh", "smith-law")["generation"] == 2
    stage.clioctl("refresh", "smith-law")
    stage.clio.fault("token:503:9")
    done = stage.clioctl("refresh", "smith-law", exit=75)
    assert "503" in done.stderr
    stage.clioctl("refresh", "nosuch", exit=7)


def works(stage, token):
    return http("GET", stage.clio.base_url + "/api/v4/users/who_am_i.json",
                headers={"Authorization": f"Bearer {token['access_token']}"}).status == 200


@pytest.mark.parametrize("options, still_works", [([], False), (["--local"], True)], ids=["at Clio", "local"])
def test_logout(stage, options, still_works):
    stage.login("smith-law")
    token = stage.agent.token("smith-law")
    stage.clioctl("logout", "smith-law", *options)
    assert works(stage, token) == still_works
    stage.clioctl("logout", "smith-law", *options, exit=7)


def test_events(stage):
    watching = stage.clioctl.begin("events", "--json")
    people = stage.clioctl.begin("events")
    try:
        until(lambda: stage.agent.get("/v1/status").json["connections"] >= 3, "nobody listens")
        stage.login("smith-law")
        event = json.loads(watching.stdout.readline())
        assert (event["event"], event["account"]) == ("logged_in", "smith-law")
        assert "smith-law" in people.stdout.readline()
    finally:
        for process in (watching, people):
            process.kill()
            process.communicate()


def test_apps(stage):
    app = stage.clio.app_json(stage.redirect_uri)
    endpoints = [f"--endpoint={name}={url}" for name, url in app["endpoints"].items()]
    add = ["app", "add", "added", "--product", "manage", "--region", "us", "--client-id", stage.clio.client_id,
           "--redirect-uri", stage.redirect_uri, *endpoints]
    stage.clioctl(*add, "--secret-file", "-", stdin=stage.clio.client_secret + "\n")
    assert stage.clioctl.json("app", "list") == stage.agent.get("/v1/apps").json
    shown = stage.clioctl("app", "list").stdout
    assert "added" in shown and stage.clio.client_secret not in shown
    stage.login("smith-law", app="added")
    stage.clioctl("app", "remove", "added", exit=1)
    stage.clioctl("logout", "smith-law")
    stage.clioctl("app", "remove", "added")
    stage.clioctl("app", "remove", "added", exit=7)
    stage.clioctl(*add, "--secret-file", str(stage.secret_file))
    stage.clioctl("app", "remove", "firm", exit=1)


def test_env(stage):
    done = subprocess.run(
        ["sh", "-c", 'eval "$("$1" env --socket "$2")"; printf %s "$CLIO_AGENT_SOCK"', "sh", CLIOCTL, stage.daemon.socket],
        env=stage.clioctl.environment, capture_output=True, text=True, check=True,
    )
    assert done.stdout == str(stage.daemon.socket)


def test_without_a_daemon(tmp_path):
    clioctl = Clioctl(tmp_path, tmp_path / "nobody.sock")
    for command in (["token"], ["list"], ["status"], ["login", "a"], ["refresh", "a"], ["app", "list"], ["events"],
                    ["run", "--", "true"]):
        done = clioctl(*command, exit=4)
        assert str(tmp_path / "nobody.sock") in done.stderr
        assert "cliod" in done.stderr  # how to start one
        assert done.stdout == ""


def test_finds_the_socket(stage):
    """--socket before $CLIO_AGENT_SOCK before $XDG_RUNTIME_DIR/cliod/agent.sock."""
    default = stage.daemon.home / "run/cliod/agent.sock"
    default.parent.mkdir(mode=0o700)
    os.symlink(stage.daemon.socket, default)
    nowhere = str(stage.daemon.home / "nobody.sock")
    stage.clioctl("status", CLIO_AGENT_SOCK="")
    stage.clioctl("status", CLIO_AGENT_SOCK=nowhere, exit=4)
    stage.clioctl("status", "--socket", str(stage.daemon.socket), CLIO_AGENT_SOCK=nowhere)


def test_nothing_secret_in_its_arguments_or_files(stage, tmp_path):
    stage.login("smith-law")
    stage.clioctl("token")
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and stat.S_IMODE(file.stat().st_mode) & 0o077
                and stage.agent.token("smith-law")["access_token"].encode() in file.read_bytes()]
