# SPDX-License-Identifier: Apache-2.0
"""clioctl against answers that the real agent gives seldom or never."""

import json
import os
import random
import re
import time

import pytest
from support.clioctl import Clioctl
from support.fake_agent import FakeAgent, answer, problem
from support.terminal import Terminal

TOKEN = {
    "account": "smith-law", "access_token": "T1-secret", "token_type": "Bearer", "expires_at": 4000000000,
    "expires_in": 2000000, "generation": 7, "api_base": "https://app.clio.com/api/v4",
}
ACCOUNT = {
    "name": "smith-law", "app": "firm", "state": "ready", "reason": "", "generation": 7, "expires_at": 4000000000,
    "refresh_at": None, "last_refresh": None, "user": {"id": 42, "name": "Jane \x1b[31mDoe", "email": "j@example.com"},
}


@pytest.fixture
def play(tmp_path):
    """Runs a fake agent with these answers, and gives it with a clioctl that talks to it."""
    agents = []

    def begin(answers):
        agents.append(FakeAgent(tmp_path, answers).__enter__())
        return agents[-1], Clioctl(tmp_path, agents[-1].path)

    yield begin
    for agent in agents:
        agent.__exit__()


def token_answer(reply):
    return {"GET /v1/token": reply}


@pytest.mark.parametrize(
    "status, code, exit",
    [
        (400, "bad_request", 2), (404, "not_found", 7), (409, "conflict", 1), (409, "account_ambiguous", 2),
        (403, "login_required", 3), (423, "locked", 6), (403, "forbidden", 5), (503, "temporarily_unavailable", 75),
        (500, "internal", 1), (418, "of_a_newer_agent", 1),
    ],
)
def test_exit_statuses(play, status, code, exit):
    _, clioctl = play(token_answer(problem(status, code, "what to do")))
    done = clioctl("token", exit=exit)
    assert (done.stdout, done.stderr) == ("", f"clioctl: {code}: what to do\n")
    done = clioctl("token", "--json", exit=exit)
    assert (done.stdout, done.stderr.count("\n")) == ("", 1)
    told = json.loads(done.stderr)
    assert (told["code"], told["detail"]) == (code, "what to do")
    clioctl("run", "--", "touch", "ran", exit=exit)
    assert not (clioctl.home / "ran").exists()


def test_when_to_try_again(play):
    _, clioctl = play(token_answer(problem(503, "temporarily_unavailable", "busy", "Retry-After: 30\r\n")))
    assert clioctl("token", exit=75).stderr == "clioctl: temporarily_unavailable: busy (try again in 30 s)\n"


def test_details_cannot_paint_the_terminal(play):
    _, clioctl = play(token_answer(problem(500, "internal", "a\x1b[2J\nb %n")))
    assert clioctl("token", exit=1).stderr == "clioctl: internal: a\\x1b[2J\\x0ab %n\n"


WHOLE = answer(200, TOKEN)


@pytest.mark.parametrize(
    "reply, exit, said",
    [
        (WHOLE[:0], 75, "closed the connection"),
        (WHOLE[:30], 75, "closed the connection"),
        (WHOLE[:-1], 75, "closed the connection"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", 1, "not an HTTP status line"),
        (random.Random(1).randbytes(4096) + b"\n", 1, "answer of the agent"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 4000, 1, "header too large"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", 1, "body too large"),
        (WHOLE + b"more", 1, "continues after its end"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>", 1, "answer of the agent: line 1"),
        (b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 6\r\n\r\n<html>", 75, "HTTP status 503"),
        (answer(200, {**TOKEN, "access_token": "a\r\nX: y"}), 1, "its access token is invalid"),
        (answer(200, {**TOKEN, "expires_at": "soon"}), 1, '"expires_at" is missing or is not an integer'),
    ],
)
def test_bad_answers(play, reply, exit, said):
    _, clioctl = play(token_answer(reply))
    done = clioctl("token", exit=exit)
    assert done.stdout == "" and said in done.stderr and "T1-secret" not in done.stderr


def test_a_body_without_end(play):
    def pour(peer):
        peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            peer.sendall(b"x" * 65536)

    _, clioctl = play(token_answer(pour))
    assert "body too large" in clioctl("token", exit=1).stderr


def test_other_ways_to_send_the_same(play):
    body = json.dumps(TOKEN).encode()
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    _, clioctl = play(token_answer([chunked, b"HTTP/1.1 200 OK\r\n\r\n" + body]))
    for _ in range(2):
        assert clioctl("token").stdout == "T1-secret\n"


@pytest.mark.parametrize("drip", [False, True], ids=["silence", "a byte now and then"])
def test_the_deadline_is_for_the_whole_answer(play, drip):
    def dawdle(peer):
        for byte in WHOLE[: 40 if drip else 1]:
            peer.sendall(bytes([byte]))
            time.sleep(0.2 if drip else 3)

    _, clioctl = play(token_answer(dawdle))
    began = time.monotonic()
    assert "no answer within 1 s" in clioctl("token", "--timeout", "1", exit=75).stderr
    assert time.monotonic() - began < 3


def test_token(play):
    agent, clioctl = play({"GET /v1/token": answer(200, TOKEN), "GET /v1/accounts/a/token": answer(200, TOKEN)})
    assert clioctl("token").stdout == "T1-secret\n"
    assert clioctl("token", "--header").stdout == "Authorization: Bearer T1-secret\n"
    assert clioctl("token", "--curl").stdout == 'header = "Authorization: Bearer T1-secret"\n'
    assert clioctl("token", "a", "--min-ttl", "90", "--json").stdout == json.dumps(TOKEN) + "\n"
    asked = [line for line, _ in agent.requests]
    assert asked == [*3 * ["GET /v1/token"], "GET /v1/accounts/a/token?min_ttl=90"]


@pytest.mark.parametrize("command", [["token", "--json"], ["token", "--curl"], ["run", "--", "true"]], ids=" ".join)
def test_a_token_of_an_account_that_needs_a_person(play, command):
    needs = {**TOKEN, "state": "login_required", "reason": "Clio ended\x1b[31m it", "expires_at": int(time.time()) + 600}
    _, clioctl = play(token_answer(answer(200, needs)))
    done = clioctl(*command)
    assert done.stderr.startswith("clioctl: warning: account smith-law must be logged in again (Clio ended\\x1b[31m it); ")
    assert done.stderr.endswith("clioctl login smith-law\n") and done.stderr.count("\n") == 1
    if "--json" in command:
        assert json.loads(done.stdout)["state"] == "login_required"


REPORT = "POST /v1/accounts/a/report"


@pytest.mark.parametrize(
    "outcome, said",
    [
        ("newer_exists", "There is a newer token already; ask for it with: clioctl token a\n"),
        ("refreshing", "Reported: the agent gets a new token; ask for it with: clioctl token a\n"),
        ("ignored", "Ignored: account a: check the app\n"),
        ("of_a_newer_agent", "Ignored: account a: check the app\n"),
    ],
)
def test_report(play, outcome, said):
    facts = answer(200, {**ACCOUNT, "reason": "check the app"})
    agent, clioctl = play({REPORT: answer(200, {"generation": 7, "outcome": outcome}), "GET /v1/accounts/a": facts})
    assert clioctl("report", "a").stdout == said
    assert json.loads(agent.asked(REPORT)[0]) == {"generation": 7, "status": 401}
    assert clioctl.json("report", "a", "--generation", "6", "--status", "403")["outcome"] == outcome
    assert json.loads(agent.asked(REPORT)[1]) == {"generation": 6, "status": 403}
    assert "whole number" in clioctl("report", "a", "--status", "99", exit=2).stderr


def test_json_stays_on_one_line(play):
    text = json.dumps(TOKEN, indent=2).encode()
    _, clioctl = play(token_answer(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(text), text)))
    out = clioctl("token", "--json").stdout
    assert out.count("\n") == 1 and json.loads(out) == TOKEN


def test_a_token_that_lives_too_short(play):
    _, clioctl = play(token_answer(answer(200, {**TOKEN, "min_ttl_met": False})))
    done = clioctl("token")
    assert done.stdout == "T1-secret\n" and "sooner than requested" in done.stderr


def test_run_replaces_the_environment(play):
    _, clioctl = play(token_answer(answer(200, TOKEN)))
    done = clioctl("run", "--", "env", CLIO_ACCESS_TOKEN="old", CLIO_ACCOUNT="", OTHER="kept")
    variables = [line for line in done.stdout.splitlines() if line.startswith(("CLIO_AC", "CLIO_API", "OTHER"))]
    assert sorted(variables) == [
        "CLIO_ACCESS_TOKEN=T1-secret", "CLIO_ACCOUNT=smith-law", "CLIO_API_BASE=https://app.clio.com/api/v4", "OTHER=kept",
    ]
    (clioctl.home / "data").touch(mode=0o644)
    assert "Permission denied" in clioctl("run", "--", "./data", exit=126).stderr


def test_tables_show_names_as_they_are(play):
    _, clioctl = play({"GET /v1/accounts": answer(200, {"accounts": [ACCOUNT]})})
    heading, row = clioctl("list").stdout.splitlines()
    assert heading.split() == ["ACCOUNT", "APP", "STATE", "TOKEN", "USER"]
    assert "Jane \\x1b[31mDoe <j@example.com>" in row
    assert row.index("firm") == heading.index("APP")


def test_an_untrusted_place(play):
    _, clioctl = play(token_answer(answer(200, TOKEN)))
    clioctl.home.chmod(0o777)
    assert "others can write to its directory" in clioctl("token", exit=5).stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_place_of_another_user(play):
    _, clioctl = play(token_answer(answer(200, TOKEN)))
    os.chown(clioctl.home, 1234, -1)
    assert "its directory belongs to user 1234" in clioctl("token", exit=5).stderr
    os.chown(clioctl.home, 998, -1)  # a system service's
    assert clioctl("token").stdout == "T1-secret\n"


def test_events_that_are_cut(play):
    event = {"at": 1, "event": "refreshed", "account": "a", "generation": 2, "detail": ""}
    line = json.dumps(event).encode() + b"\n"
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"%x\r\n%s\r\n" % (len(line), line)
    _, clioctl = play({
        "GET /v1/events": [head + chunk + chunk, head + chunk + b"0\r\n\r\n", head + chunk[:20] + b"0\r\n\r\n"],
    })
    assert clioctl("events", "--json", exit=75).stdout == 2 * line.decode()
    done = clioctl("events", exit=75, TZ="UTC")
    assert done.stdout == "1970-01-01 00:00:01  refreshed       a                 generation 2\n"
    assert "the agent has ended" in done.stderr
    clioctl("events", exit=1)


def test_events_of_one_account(play):
    lines = [json.dumps({"at": 1, "event": "refreshed", "account": name, "generation": 2, "detail": ""}) for name in "aba"]
    body = "".join(line + "\n" for line in lines).encode()
    _, clioctl = play({"GET /v1/events": b"HTTP/1.1 200 OK\r\n\r\n" + body})
    assert clioctl("events", "--account", "b", "--json", exit=75).stdout == lines[1] + "\n"
    assert len(clioctl("events", "--account", "a", exit=75).stdout.splitlines()) == 2


LISTED = [
    {**ACCOUNT, "name": "a", "app": "firm", "state": "login_required", "reason": "HTTP 400 invalid_grant: gone " + 90 * "x"},
    {**ACCOUNT, "name": "b", "app": "other", "expires_at": 1},
]


def test_list(play):
    _, clioctl = play({"GET /v1/accounts": answer(200, {"accounts": LISTED})})
    done = clioctl("list")
    assert done.stderr == "2 accounts: 1 login_required, 1 ready\n"
    assert "Clio ended this grant\n" in done.stdout and "invalid_grant" not in done.stdout
    names = lambda *options: [line.split()[0] for line in clioctl("list", *options).stdout.splitlines()[1:]]
    assert names("--sort", "expiry") == ["b", "a"] and names("--state", "ready") == ["b"] and names("--app", "firm") == ["a"]
    assert '"red" is not one of ready' in clioctl("list", "--state", "red", exit=2).stderr
    assert "--json has all accounts" in clioctl("list", "--json", "--app", "firm", exit=2).stderr


def test_list_fits_the_terminal(play):
    longest = [{**ACCOUNT, "name": "n" * 64, "user": {"id": 1, "name": "u" * 90, "email": "e@example.com"}}]
    _, clioctl = play({"GET /v1/accounts": answer(200, {"accounts": longest})})
    terminal = Terminal(clioctl, "list", columns=80)
    assert terminal.end() == 0
    lines = re.sub(r"\x1b\[\d*m", "", terminal.shown).splitlines()
    assert max(map(len, lines)) == 80 and lines[1].count("…") == 2


@pytest.mark.parametrize("typed, exit", [("yes\n", 0), ("no\n", 1), ("\n", 1)])
def test_logout_of_all_asks(play, typed, exit):
    agent, clioctl = play({
        "GET /v1/accounts": answer(200, {"accounts": LISTED}),
        "DELETE /v1/accounts/a": answer(204), "DELETE /v1/accounts/b": answer(204),
    })
    terminal = Terminal(clioctl, "logout", "--all")
    terminal.expect("Log out 2 accounts? Type yes to go on: ")
    terminal.type(typed)
    assert terminal.end() == exit
    assert len(agent.asked("DELETE /v1/accounts/a?revoke=true")) == (1 if exit == 0 else 0)
    assert "--all needs --yes" in clioctl("logout", "--all", exit=2).stderr
    assert "--all takes no account" in clioctl("logout", "--all", "a", "--yes", exit=2).stderr
    done = clioctl("logout", "--all", "--yes", "--local")
    assert done.stdout == "Forgot a\nForgot b\n" and done.stderr == ""


def test_refresh_of_all_goes_on_after_a_failure(play):
    agent, clioctl = play({
        "GET /v1/accounts": answer(200, {"accounts": LISTED}),
        "POST /v1/accounts/a/refresh": problem(403, "login_required", "log in"),
        "POST /v1/accounts/b/refresh": answer(200, {**ACCOUNT, "generation": 9}),
    })
    done = clioctl("refresh", "--all", exit=3)
    assert "login_required: log in" in done.stderr and done.stdout.startswith("Refreshed b: generation 9")
    terminal = Terminal(clioctl, "refresh", "--all")
    assert terminal.end() == 3
    assert "[==========          ] 1 of 2 accounts" in terminal.shown


def test_of_all_the_exit_status_is_that_of_the_first_failure(play):
    _, clioctl = play({
        "GET /v1/accounts": answer(200, {"accounts": LISTED}),
        "POST /v1/accounts/a/refresh": problem(403, "login_required", "log in"),
        "POST /v1/accounts/b/refresh": problem(503, "temporarily_unavailable", "later"),
    })
    assert "later" in clioctl("refresh", "--all", exit=3).stderr
