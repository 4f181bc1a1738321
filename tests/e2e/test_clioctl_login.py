# SPDX-License-Identifier: Apache-2.0
"""The dialogue of `clioctl login` and of the prompt for a secret, played against answers made for it."""

import contextlib
import json
import os
import signal
import subprocess

import pytest
from support.clioctl import Clioctl
from support.fake_agent import FakeAgent, answer, problem
from support.programs import CLIOCTL, PATIENCE, until
from support.terminal import Terminal

URL = "https://app.clio.com/oauth/authorize?state=x&y=z"
LOGIN = {"id": "L/1", "account": "smith-law", "authorization_url": URL, "expires_at": 4000000000, "status": "pending"}
ACCOUNT = {
    "name": "smith-law", "app": "firm", "state": "ready", "reason": "", "generation": 1, "expires_at": 4000000000,
    "refresh_at": None, "last_refresh": None, "user": {"id": 42, "name": "Jane Doe", "email": "jane@example.com"},
}
STATE = "/v1/authorizations/L%2F1"
BEGUN = answer(201, LOGIN)
PENDING = answer(200, LOGIN)
DONE = answer(200, LOGIN | {"status": "done"})
GOOD = {"POST /v1/authorizations": BEGUN, f"GET {STATE}": DONE, "GET /v1/accounts/smith-law": answer(200, ACCOUNT)}


@pytest.fixture
def play(tmp_path):
    with contextlib.ExitStack() as stack:
        def begin(answers):
            agent = stack.enter_context(FakeAgent(tmp_path, answers))
            return agent, Clioctl(tmp_path, agent.path)

        yield begin


def failed(error, detail="what happened"):
    return GOOD | {f"GET {STATE}": answer(200, LOGIN | {"status": "failed", "error": error, "detail": detail})}


def test_two_lines_for_a_program(play):
    agent, clioctl = play(GOOD | {f"GET {STATE}": [PENDING, PENDING, DONE]})
    done = clioctl("login", "smith-law", "--no-browser", "--json", "--app", "firm", "--replace-user")
    begun, account = map(json.loads, done.stdout.splitlines())
    assert begun == {"authorization_url": URL, "id": "L/1"}
    assert account == ACCOUNT
    assert done.stderr == ""
    [asked] = agent.asked("POST /v1/authorizations")
    assert json.loads(asked) == {"account": "smith-law", "app": "firm", "replace_user": True}
    assert len(agent.asked(f"GET {STATE}?wait=30")) == 3
    assert not agent.asked(f"DELETE {STATE}")


def test_for_a_person(play):
    agent, clioctl = play(GOOD)
    done = clioctl("login", "smith-law", "--no-browser")
    assert f"    {URL}\n" in done.stdout
    assert done.stdout.endswith("Logged in: smith-law is Jane Doe <jane@example.com>\n")
    assert json.loads(agent.asked("POST /v1/authorizations")[0]) == {"account": "smith-law"}


@pytest.mark.parametrize(
    "error, exit", [("access_denied", 3), ("expired", 1), ("state_mismatch", 1), ("user_mismatch", 1), ("temporarily_unavailable", 75)]
)
def test_failed(play, error, exit):
    _, clioctl = play(failed(error))
    assert clioctl("login", "smith-law", "--no-browser", exit=exit).stderr.endswith(f"clioctl: {error}: what happened\n")
    done = clioctl("login", "smith-law", "--no-browser", "--json", exit=exit)
    assert json.loads(done.stderr)["code"] == error


def test_cannot_begin(play):
    agent, clioctl = play({"POST /v1/authorizations": problem(409, "conflict", "port 5678 is taken")})
    assert "port 5678 is taken" in clioctl("login", "smith-law", exit=1).stderr
    assert len(agent.requests) == 1


@pytest.mark.parametrize("url", ["file:///etc/passwd", "javascript:alert(1)", "--version", "x"])
def test_what_is_no_web_page_is_not_opened(play, url, tmp_path):
    agent, clioctl = play(GOOD | {"POST /v1/authorizations": answer(201, LOGIN | {"authorization_url": url})})
    clioctl("login", "smith-law", exit=1, BROWSER="touch opened")
    assert not (tmp_path / "opened").exists()
    assert agent.asked(f"DELETE {STATE}")


@pytest.mark.parametrize("browser", ["{}", "{} --new %s", "nonexistent-browser:{}"])
def test_the_browser_is_started_without_a_shell(play, tmp_path, browser):
    program = tmp_path / "browser"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/part && mv {tmp_path}/part {tmp_path}/opened\n')
    program.chmod(0o755)
    _, clioctl = play(GOOD)
    clioctl("login", "smith-law", BROWSER=browser.format(program))
    until((tmp_path / "opened").exists, "no browser was started")
    assert (tmp_path / "opened").read_text().splitlines()[-1] == URL


@pytest.fixture
def desktop(tmp_path):
    """The environment of a desktop whose xdg-open notes who started it, and with what."""
    program = tmp_path / "bin/xdg-open"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$(id -u) $*" > {tmp_path}/part && mv {tmp_path}/part {tmp_path}/opened\n')
    program.chmod(0o755)
    return {"PATH": f"{program.parent}:/usr/bin:/bin", "DISPLAY": ":7"}


@pytest.mark.parametrize("caller", [{}, {"SUDO_UID": str(os.getuid())}])
def test_the_desktop_opens_the_user_s_own_browser(play, desktop, tmp_path, caller):
    _, clioctl = play(GOOD)
    clioctl("login", "smith-law", **desktop, **caller)
    until((tmp_path / "opened").exists, "no browser was started")
    assert (tmp_path / "opened").read_text() == f"{os.getuid()} {URL}\n"


@pytest.mark.parametrize("caller", ["SUDO_UID", "PKEXEC_UID"])
@pytest.mark.parametrize("browser", [{}, {"BROWSER": "xdg-open"}])
def test_no_browser_is_started_as_another_user(play, desktop, tmp_path, caller, browser):
    _, clioctl = play(GOOD)
    assert "--paste" in clioctl("login", "smith-law", **desktop, **browser, **{caller: str(os.getuid() + 1)}).stderr
    assert not (tmp_path / "opened").exists()


def test_no_browser_is_started_without_a_display(play, desktop, tmp_path):
    _, clioctl = play(GOOD)
    assert "--paste" in clioctl("login", "smith-law", PATH=desktop["PATH"]).stderr
    assert not (tmp_path / "opened").exists()


def test_without_a_browser_it_goes_on(play):
    _, clioctl = play(GOOD)
    assert "clioctl login --paste" in clioctl("login", "smith-law", BROWSER="nonexistent-browser").stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_gives_the_login_up(play, number):
    def never(peer):
        peer.recv(1)

    agent, clioctl = play(GOOD | {f"GET {STATE}": never, f"DELETE {STATE}": answer(204)})
    login = clioctl.begin("login", "smith-law", "--no-browser")
    until(lambda: agent.asked(f"GET {STATE}?wait=30"), "it does not wait for the login")
    login.send_signal(number)
    login.communicate(timeout=PATIENCE)
    assert login.returncode == -number
    assert agent.asked(f"DELETE {STATE}")


def test_an_ignored_signal_stays_ignored(play):
    answers = GOOD | {f"GET {STATE}": [lambda peer: (os.kill(login.pid, signal.SIGHUP), peer.sendall(PENDING)), DONE]}
    _, clioctl = play(answers)
    login = subprocess.Popen(["nohup", CLIOCTL, "login", "smith-law", "--no-browser"], env=clioctl.environment,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, _ = login.communicate(timeout=PATIENCE)
    assert login.returncode == 0 and "Logged in" in out


def test_paste(play):
    agent, clioctl = play(GOOD | {f"POST {STATE}": answer(202, LOGIN)})
    done = clioctl("login", "smith-law", "--paste", stdin="\nhttp://127.0.0.1/callback?code=C&state=x\n")
    assert "Logged in" in done.stdout
    assert json.loads(agent.asked(f"POST {STATE}")[0]) == {"redirected_url": "http://127.0.0.1/callback?code=C&state=x"}


@pytest.mark.parametrize("pasted, exit", [("nonsense\n", 2), ("", 2), ("x" * 9000, 2)], ids=["refused", "nothing", "long"])
def test_paste_that_is_wrong(play, pasted, exit):
    agent, clioctl = play(GOOD | {f"POST {STATE}": problem(400, "bad_request", "no code in it")})
    clioctl("login", "smith-law", "--paste", stdin=pasted, exit=exit)
    assert agent.asked(f"DELETE {STATE}")


def test_paste_again_on_a_terminal(play):
    agent, clioctl = play(GOOD | {f"POST {STATE}": [problem(400, "bad_request", "no code in it"), answer(202, LOGIN)]})
    terminal = Terminal(clioctl, "login", "smith-law", "--paste")
    terminal.expect("shown on the page: ")
    terminal.type("nonsense\n")
    terminal.expect("bad_request: no code in it")
    terminal.type("CODE\n")
    assert terminal.end() == 0
    assert len(agent.asked(f"POST {STATE}")) == 2


APP = ["app", "add", "firm", "--product", "manage", "--region", "us", "--client-id", "i", "--redirect-uri", "http://127.0.0.1:1/"]


def test_the_secret_is_asked_for_without_echo(play):
    agent, clioctl = play({"PUT /v1/apps/firm": answer(204)})
    terminal = Terminal(clioctl, *APP, "--no-pkce", "--endpoint", "token=http://127.0.0.1:2/t")
    terminal.expect("Secret of the app: ")
    assert not terminal.echoes()
    terminal.type("s3cret\n")
    assert terminal.end() == 0
    assert "s3cret" not in terminal.shown and "Added app firm" in terminal.shown
    assert json.loads(agent.asked("PUT /v1/apps/firm")[0]) == {
        "product": "manage", "region": "us", "client_id": "i", "redirect_uri": "http://127.0.0.1:1/",
        "client_secret": "s3cret", "pkce": False, "endpoints": {"token": "http://127.0.0.1:2/t"},
    }


def test_ctrl_c_at_the_prompt_brings_the_echo_back(play):
    agent, clioctl = play({})
    terminal = Terminal(clioctl, *APP)
    terminal.expect("Secret of the app: ")
    until(lambda: not terminal.echoes(), "the terminal still echoes")
    terminal.type("s3cr\x03")
    until(terminal.echoes, "the terminal does not echo again")
    assert terminal.end() == -signal.SIGINT
    assert not agent.requests
