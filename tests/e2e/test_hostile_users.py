# SPDX-License-Identifier: Apache-2.0
"""Another local user, who may use tokens and no more, wants the agent to fail others or to lose a grant."""

import contextlib
import os
import subprocess
import sys
import threading

import pytest
from support.fleet import fill_store, make_grants
from support.other_user import connection_as
from support.programs import until
from support.siege import Siege, need_descriptors

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act for another user")

HOSTILE, HONEST = 65533, 65532
AT_ONCE = 30  # refreshes that the reports of one user may cause

# Connects so many times, sends the first part on each connection, at a line of its standard input the second, and reads
# nothing.
A_CROWD = """
import socket, sys
path, count, first, second = sys.argv[1], int(sys.argv[2]), *map(bytes.fromhex, sys.argv[3:5])
held = [socket.socket(socket.AF_UNIX) for _ in range(count)]
def send(text):
    for sock in held:
        try: sock.send(text)
        except OSError: pass
for sock in held:
    sock.connect(path)
    sock.setblocking(False)
send(first)
print("here", flush=True)
sys.stdin.readline()
send(second)
print("sent", flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def crowd(stage, count, first=b"", second=b""):
    """Connections of the hostile user; what it yields sends the second part."""
    need_descriptors(count + 200)
    # Nobody else may connect by default; here they may.
    os.chmod(stage.daemon.socket, 0o666)
    os.chmod(stage.daemon.socket.parent, 0o755)
    command = [sys.executable, "-c", A_CROWD, stage.daemon.socket.name, str(count), first.hex(), second.hex()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, user=HOSTILE,
                          cwd=stage.daemon.socket.parent) as others:
        assert others.stdout.readline() == b"here\n"

        def go_on():
            others.stdin.write(b"\n")
            others.stdin.flush()
            assert others.stdout.readline() == b"sent\n"

        yield go_on
        others.stdin.close()


def report(connection, account, generation=1):
    connection.request("POST", f"/v1/accounts/{account}/report",
                       b'{"generation": %d, "status": 401}' % generation, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    return answer, answer.read()


def test_reports_of_all_accounts_refresh_some(make_stage):
    names = [f"firm-{n}" for n in range(AT_ONCE + 15)]
    with make_stage("--expires-in", "3600", refresh={"max_per_second": 1000}) as stage:
        stage.daemon.stop()
        fill_store(stage.daemon.state_dir, dict(zip(names, make_grants(stage.clio, len(names)))), 3600)
        stage.daemon.start()
        before = stage.clio.stats()["grant_types"].get("refresh_token", 0)
        with contextlib.closing(connection_as(HOSTILE, stage.daemon.socket)) as hostile:
            answers = [report(hostile, name) for name in names]
        refreshing = [name for name, (answer, body) in zip(names, answers) if b'"refreshing"' in body]
        refused = [answer for answer, body in answers if answer.status == 503]
        assert len(refreshing) == AT_ONCE and len(refused) == 15
        assert all(1 <= int(answer.headers["Retry-After"]) <= 5 for answer in refused)
        stage.clio.wait_for_stats(lambda stats: stats["grant_types"].get("refresh_token", 0) == before + AT_ONCE)
        # A report that was refused counts for nothing: others may still.
        with contextlib.closing(connection_as(HONEST, stage.daemon.socket)) as honest:
            answer, body = report(honest, next(name for name in names if name not in refreshing))
            assert answer.status == 200 and b'"refreshing"' in body


def test_a_flood_costs_no_answer_of_clio(make_stage):
    many = b"GET /v1/metrics HTTP/1.1\r\nHost: agent\r\n\r\n" * 20
    with make_stage("--product", "platform", "--expires-in", "3600") as stage:
        stage.login("smith-law")
        stage.clio.fault("token:slow:1500:1")
        asked = stage.clio.stats()["requests"]["token"]
        answers = []
        with crowd(stage, 1500, second=many) as go_on:
            refresh = threading.Thread(
                target=lambda: answers.append(stage.agent.post("/v1/accounts/smith-law/refresh")))
            refresh.start()
            stage.clio.wait_for_stats(lambda stats: stats["requests"]["token"] == asked + 1)
            go_on()
            refresh.join()
        account = stage.agent.account("smith-law")
        assert (account["generation"], account["state"]) == (2, "ready")
        assert answers[0].status == 200
        assert stage.clio.stats()["requests"]["token"] == asked + 1, "the refresh token was sent again"


def test_half_of_a_body_takes_nothing_from_others(stage):
    stage.login("smith-law")
    half = b"POST /v1/accounts/smith-law/report HTTP/1.1\r\nHost: agent\r\nContent-Length: 60000\r\n\r\n" + b"a" * 40_000
    with Siege(stage) as siege:
        with crowd(stage, 400, first=half):
            siege.still_serves()
        until(lambda: siege.agent.get("/v1/status").json["connections"] < 10, "they are not closed")


def test_forbidden_requests_are_counted_and_not_logged_one_by_one(stage):
    with contextlib.closing(connection_as(HOSTILE, stage.daemon.socket)) as hostile:
        for target in ["/v1/apps/firm", "/v1/keys/1", "/v1/accounts/nobody"] * 100:
            hostile.request("DELETE", target)
            answer = hostile.getresponse()
            assert answer.status == 403
            answer.read()
    assert stage.daemon.log().count("request forbidden") == 10
