# SPDX-License-Identifier: Apache-2.0
"""The dialogue of `clioctl login` and of the prompt for a secret, played against answers made for it."""

import contextlib
import json
import os
import signal
import subprocess
import time
from urllib.parse import quote

import pytest
from support.clioctl import Clioctl
from support.fake_agent import FakeAgent, answer, problem
from support.programs import CLIOCTL, PATIENCE, until
from support.terminal import Job, Terminal

URL = "https://app.clio.com/oauth/authorize?state=x&y=z"
LOGIN = {
    "id": "L/1", "account": "smith-law", "redirect_uri": "http://127.0.0.1:5678/callback", "authorization_url": URL,
    "expires_at": 4000000000, "status": "pending",
}
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
    assert json.loads(asked) == {"account": "smith-law", "app": "firm", "ends_with_caller": True, "replace_user": True}
    assert len(agent.asked(f"GET {STATE}?wait=30")) == 3
    assert not agent.asked(f"DELETE {STATE}")


def test_for_a_person(play):
    agent, clioctl = play(GOOD)
    done = clioctl("login", "smith-law", "--no-browser")
    assert f"    {URL}\n" in done.stdout
    assert done.stdout.endswith("Logged in: smith-law is Jane Doe <jane@example.com>\n")
    assert json.loads(agent.asked("POST /v1/authorizations")[0]) == {"account": "smith-law", "ends_with_caller": True}


NEWS = ["the browser came back over https; the login is still open", "the new tokens cannot be stored yet: disk full"]


def test_a_person_is_told_what_keeps_it_open_once_each(play):
    told = [answer(200, LOGIN | {"detail": text}) for text in NEWS]
    _, clioctl = play(GOOD | {f"GET {STATE}": [told[0], told[0], told[1], PENDING, told[0], DONE]})
    done = clioctl("login", "smith-law", "--no-browser")
    lines = [line for line in done.stderr.splitlines() if line.startswith("clioctl: ")]
    assert lines == [f"clioctl: {text}" for text in (NEWS[0], NEWS[1], NEWS[0])]
    assert "Nothing has come back yet" in done.stderr


def test_a_person_is_told_what_is_left_to_do(play):
    _, clioctl = play(GOOD | {f"GET {STATE}": answer(200, LOGIN | {"status": "done", "detail": "the old grant lives on"})})
    done = clioctl("login", "smith-law", "--no-browser")
    assert "Logged in: smith-law" in done.stdout and done.stderr.endswith("clioctl: the old grant lives on\n")


@pytest.mark.parametrize(
    "error, exit", [("access_denied", 3), ("expired", 1), ("user_mismatch", 1), ("temporarily_unavailable", 75)]
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
    assert "clioctl login --paste smith-law" in clioctl("login", "smith-law", BROWSER="nonexistent-browser").stderr


def test_a_browser_that_fails_at_once_gives_way_to_the_next(play, tmp_path):
    opened, works, broken = (tmp_path / name for name in ("opened", "a browser", "broken"))
    works.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/part && mv {tmp_path}/part {opened}\n')
    broken.write_text("#!/bin/sh\nexit 3\n")
    for program in (works, broken):
        program.chmod(0o755)
    _, clioctl = play(GOOD)
    for browser in (str(works), f'"{works}"', f"{broken}:{works}", f"'{broken}' %s:nonexistent:{tmp_path}/a\\ browser"):
        done = clioctl("login", "smith-law", BROWSER=browser)
        until(opened.exists, f"BROWSER={browser} opened nothing")
        assert opened.read_text() == URL + "\n" and "No browser" not in done.stderr
        opened.unlink()
    assert "No browser could be started here" in clioctl("login", "smith-law", BROWSER=str(broken)).stderr


def url_with(redirect_uri):
    return f"https://app.clio.com/oauth/authorize?client_id=KEY&state=x&redirect_uri={quote(redirect_uri, safe='')}"


def test_it_says_how_long_it_waits_and_what_to_compare(play):
    login = LOGIN | {"authorization_url": url_with("http://127.0.0.1:5678/callback"), "expires_at": int(time.time()) + 901}
    pending = answer(200, login)
    _, clioctl = play(GOOD | {"POST /v1/authorizations": answer(201, login), f"GET {STATE}": [pending, pending, DONE]})
    told = clioctl("login", "smith-law", "--no-browser").stderr
    assert "at most 15 min" in told
    assert told.count("Nothing has come back yet") == 1
    for fact in ("app.clio.com", "KEY", "http://127.0.0.1:5678/callback"):
        assert fact in told
    assert "Next: clioctl token smith-law" in told


def test_how_to_use_a_browser_elsewhere(play):
    login = LOGIN | {"authorization_url": url_with("http://127.0.0.1:5678/callback")}
    _, clioctl = play(GOOD | {"POST /v1/authorizations": answer(201, login), f"POST {STATE}": answer(202, login)})
    ssh = {"USER": "jane", "SSH_CONNECTION": "198.51.100.1 50000 203.0.113.7 22"}
    for told in (clioctl("login", "smith-law", BROWSER="nonexistent-browser", **ssh).stderr,
                 clioctl("login", "smith-law", "--paste", stdin="CODE\n", **ssh).stderr):
        assert "clioctl login --paste smith-law" in told
        assert "ssh -L 5678:127.0.0.1:5678 jane@203.0.113.7\n" in told


def test_a_page_that_shows_the_code_is_pasted_from(play):
    login = LOGIN | {"authorization_url": url_with("https://app.clio.com/oauth/approval")}
    agent, clioctl = play(GOOD | {"POST /v1/authorizations": answer(201, login), f"POST {STATE}": answer(202, login)})
    done = clioctl("login", "smith-law", stdin="CODE\n", BROWSER="nonexistent-browser")
    assert "is a page that shows a code: paste that here" in done.stderr and "Logged in" in done.stdout
    assert json.loads(agent.asked(f"POST {STATE}")[0]) == {"redirected_url": "CODE"}


def test_open_logins(play):
    other = LOGIN | {"id": "L2", "account": "jones", "expires_at": int(time.time()) + 901}
    agent, clioctl = play({
        "GET /v1/authorizations": answer(200, {"authorizations": [LOGIN, other]}),
        f"DELETE {STATE}": answer(204), "DELETE /v1/authorizations/L2": answer(204),
    })
    heading, first, second = clioctl("login", "--list").stdout.splitlines()
    assert heading.split() == ["ACCOUNT", "ENDS", "REDIRECT", "URI"]
    assert first.startswith("smith-law") and second.startswith("jones      in 15 min")
    assert [login["id"] for login in clioctl.json("login", "--list")["authorizations"]] == ["L/1", "L2"]
    assert clioctl("login", "--cancel", "jones").stdout == "Cancelled the login of jones\n"
    assert not agent.asked(f"DELETE {STATE}")
    assert clioctl("login", "--cancel").stdout.count("Cancelled") == 2
    assert "No login of nosuch is open" in clioctl("login", "--cancel", "nosuch").stderr
    assert clioctl.json("login", "--cancel") == {"cancelled": ["smith-law", "jones"]}
    assert clioctl.json("login", "--cancel", "nosuch") == {"cancelled": []}


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


APP = ["app", "add", "firm", "--product", "manage", "--region", "us", "--client-id", "i", "--redirect-uri", "http://127.0.0.1:5678/"]


def test_the_secret_is_asked_for_without_echo(play):
    agent, clioctl = play({"PUT /v1/apps/firm": answer(204), "GET /v1/apps/firm": problem(404, "not_found", "none")})
    terminal = Terminal(clioctl, *APP, "--no-pkce", "--endpoint", "token=http://127.0.0.1:2/t")
    terminal.expect("Secret of the app: ")
    assert not terminal.echoes()
    terminal.type("s3cret\n")
    assert terminal.end() == 0
    assert "s3cret" not in terminal.shown and "Added app firm" in terminal.shown
    assert json.loads(agent.asked("PUT /v1/apps/firm")[0]) == {
        "product": "manage", "region": "us", "client_id": "i", "redirect_uri": "http://127.0.0.1:5678/",
        "client_secret": "s3cret", "pkce": False, "endpoints": {"token": "http://127.0.0.1:2/t"},
    }


@pytest.mark.parametrize("uris", [["http://127.0.0.1:5679/"], ["http://[::1]:5678/", "http://localhost:5678/"],
                                  ["https://app.clio.com/oauth/approval"]])
def test_an_app_may_have_several_redirect_uris(play, uris):
    agent, clioctl = play({"PUT /v1/apps/firm": answer(204), "GET /v1/apps/firm": problem(404, "not_found", "none")})
    more = [word for uri in uris for word in ("--redirect-uri", uri)]
    clioctl(*APP, *more, "--secret-file", "-", stdin="s3cret\n")
    assert json.loads(agent.asked("PUT /v1/apps/firm")[0])["redirect_uri"] == ["http://127.0.0.1:5678/", *uris]
    refused = clioctl(*APP, *more, *more, "--secret-file", "-", stdin="s3cret\n", exit=2).stderr
    assert f'--redirect-uri: "{uris[0]}" is given twice' in refused


def test_what_is_missing_is_asked_for(play):
    agent, clioctl = play({"PUT /v1/apps/firm": answer(204), "GET /v1/apps/firm": answer(200, {"name": "firm"})})
    terminal = Terminal(clioctl, "app", "add", "firm", "--client-id", "i")
    for question, typed in [("Product ", "Manage"), ('"Manage" is not one of: manage or platform', "manage"),
                            ("Region ", " eu "), ("Redirect URI", "http://127.0.0.1/"),
                            ("has no port", "http://127.0.0.1:5678/callback"), ("Secret of the app: ", "s3cret")]:
        terminal.expect(question)
        terminal.type(typed + "\n")
    assert terminal.end() == 0
    assert "Replaced app firm" in terminal.shown and "s3cret" not in terminal.shown
    assert json.loads(agent.asked("PUT /v1/apps/firm")[0]) == {
        "product": "manage", "region": "eu", "client_id": "i", "redirect_uri": "http://127.0.0.1:5678/callback",
        "client_secret": "s3cret",
    }


@pytest.mark.parametrize("number", [signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU], ids=lambda n: n.name)
def test_a_stop_at_the_prompt_brings_the_echo_back_until_it_goes_on(play, number):
    agent, clioctl = play({"PUT /v1/apps/firm": answer(204), "GET /v1/apps/firm": problem(404, "not_found", "none")})
    with Job(clioctl, *APP) as job:
        job.expect("Secret of the app: ")
        until(lambda: not job.echoes(), "the terminal still echoes")
        if number == signal.SIGTSTP:
            job.type("half\x1a")
        else:
            os.kill(job.program, number)
        until(job.is_stopped, "it does not stop")
        assert job.echoes()
        job.shown = ""
        job.go_on()
        job.expect("Secret of the app: ")
        until(lambda: not job.echoes(), "the terminal echoes what is typed")
        job.type("s3cret\n")
        job.expect("Added app firm")
        assert "s3cret" not in job.shown
    assert json.loads(agent.asked("PUT /v1/apps/firm")[0])["client_secret"] == "s3cret"


def test_after_a_stop_that_cannot_be_held_back_it_asks_again(play):
    _, clioctl = play({})
    with Job(clioctl, *APP) as job:
        job.expect("Secret of the app: ")
        os.kill(job.program, signal.SIGSTOP)
        until(job.is_stopped, "it does not stop")
        job.set_echo()  # as shells do
        job.shown = ""
        job.go_on()
        job.expect("Secret of the app: ")
        until(lambda: not job.echoes(), "the terminal echoes what is typed")


def test_ctrl_c_at_the_prompt_brings_the_echo_back(play):
    agent, clioctl = play({})
    terminal = Terminal(clioctl, *APP)
    terminal.expect("Secret of the app: ")
    until(lambda: not terminal.echoes(), "the terminal still echoes")
    terminal.type("s3cr\x03")
    until(terminal.echoes, "the terminal does not echo again")
    assert terminal.end() == -signal.SIGINT
    assert not agent.requests
