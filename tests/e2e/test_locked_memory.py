# SPDX-License-Identifier: Apache-2.0
"""Secrets in use lie in locked memory, whatever was there before, and however many do not read theirs. Programs that may
not lock memory: cliod says so and does not start, unless allowed by an option; clioctl warns."""

import contextlib
import json
import os
import time

import pytest
from support.fleet import fill_store
from support.memory_scan import Masked, MemoryImage, wait_until_idle
from support.other_user import connection_as
from support.programs import CLIOCTL, SANITIZED, until

pytestmark = pytest.mark.skipif(SANITIZED, reason="sanitizers lock no memory: mlock() does nothing under them")
# Root may lock any amount, unless it drops that capability.
UNLOCKED = [*(["setpriv", "--bounding-set", "-ipc_lock"] if os.geteuid() == 0 else []), "prlimit", "--memlock=0"]


@pytest.fixture
def unlocked(stage):
    """A stage whose daemon was stopped, and will be started without the right to lock memory."""
    stage.login("smith-law")
    stage.daemon.stop()
    command = stage.daemon.command
    stage.daemon.command = lambda *options: [*UNLOCKED, *command(*options)]
    return stage


def test_cliod_does_not_start(unlocked):
    said = unlocked.daemon.refuses_to_start()
    assert "memory: cannot be locked" in said and "--allow-unlocked-memory" in said and "ulimit -l" in said


def test_cliod_starts_when_it_was_told_to(unlocked):
    unlocked.daemon.start("--allow-unlocked-memory")
    unlocked.agent.token("smith-law")


def test_the_limit_that_the_unit_sets_is_enough(stage):
    stage.login("smith-law")
    stage.daemon.stop()
    command = stage.daemon.command
    stage.daemon.command = lambda *options: [*UNLOCKED[:-1], f"--memlock={8 << 20}", *command(*options)]
    stage.daemon.start()
    stage.agent.token("smith-law")


def test_clioctl_warns_and_goes_on(stage):
    stage.login("smith-law")
    done = stage.clioctl.run([*UNLOCKED, CLIOCTL, "token", "smith-law"])
    assert done.stdout == stage.clioctl("token", "smith-law").stdout
    assert done.stderr == "clioctl: warning: memory cannot be locked, and secrets could be written to swap space\n"


ANOTHER_USER = 65533
LONG_TOKEN = "long-token-" * 1400  # about a thirtieth of what one user may leave unread
GET_TOKEN = b"GET /v1/accounts/long/token HTTP/1.1\r\nHost: agent\r\n\r\n"


@pytest.fixture
def long_token(stage):
    """A stage with an account whose access token is long."""
    stage.in_play.add(LONG_TOKEN)
    stage.daemon.stop()
    fill_store(stage.daemon.state_dir, {"long": {"access_token": LONG_TOKEN, "refresh_token": "r" * 40}}, 3600)
    stage.daemon.start()
    return stage


def metric(stage, name):
    lines = stage.agent.get("/v1/metrics").body.decode().splitlines()
    return int(next(line for line in lines if line.startswith(f"{name} ")).split()[1])


def take_no_answer(connections):
    """Ask until the daemon has an answer for each that it cannot write. One request at a time: of many it leaves the rest
    unread while the last answers are."""
    for _ in range(40):
        for connection in connections:
            connection.sock.send(GET_TOKEN)
        time.sleep(0.02)


def strings_of(size, most):
    """JSON of that many bytes, about, full of strings of a size."""
    return json.dumps(["s" * size] * max(1, (most - 100) // (size + 4))).encode()


def test_no_size_of_a_secret_takes_the_room_of_another(long_token):
    stage = long_token
    with contextlib.closing(connection_as(ANOTHER_USER, stage.daemon.socket)) as caller:
        for size in (2, 30, 44, 58, 90, 120, 200, 300, 500, 900):
            caller.request("POST", "/v1/accounts/long/report", strings_of(size, 1024))
            assert caller.getresponse().read()
    for size in (5, 21, 150, 700, 1900, 5000, 20_000, 60_000):
        assert stage.agent.put("/v1/apps/bad", strings_of(size, 65_536)).code == "bad_request"
    assert metric(stage, "clio_agent_secret_memory_bytes") < 100_000, "it is not given back"

    token = Masked(LONG_TOKEN.encode())
    with contextlib.ExitStack() as held:
        take_no_answer([held.enter_context(contextlib.closing(connection_as(ANOTHER_USER, stage.daemon.socket)))
                        for _ in range(20)])
        wait_until_idle(stage.daemon.process.pid)
        try:
            image = MemoryImage(stage.daemon.process.pid)
        except PermissionError as refused:
            pytest.skip(f"nobody may look into cliod here: {refused}")
        assert token.count_in(image.arena) >= 20
        assert token.count_in(image.writable) == token.count_in(image.arena), "tokens lie in memory that is not locked"
    wait_until_idle(stage.daemon.process.pid)
    assert token.count_in(MemoryImage(stage.daemon.process.pid).writable) == 0
    assert metric(stage, "clio_agent_unlocked_secrets_total") == 0


def test_who_reads_nothing_is_refused_in_time_and_nobody_else(long_token):
    stage = long_token
    with contextlib.ExitStack() as held:
        take_no_answer([held.enter_context(contextlib.closing(connection_as(ANOTHER_USER, stage.daemon.socket)))
                        for _ in range(60)])
        with contextlib.closing(connection_as(ANOTHER_USER, stage.daemon.socket)) as caller:
            for _ in range(200):  # until the daemon has come to all of theirs
                caller.request("GET", "/v1/accounts/long/token")
                answer = caller.getresponse()
                problem = json.loads(answer.read())
                if answer.status != 200:
                    break
                time.sleep(0.05)
        assert (answer.status, problem["code"], answer.headers["Retry-After"]) == (503, "temporarily_unavailable", "1")
        assert "were not read yet" in problem["detail"]
        assert stage.agent.token("long")["access_token"] == LONG_TOKEN
        with contextlib.closing(connection_as(ANOTHER_USER - 1, stage.daemon.socket)) as another:
            another.request("GET", "/v1/accounts/long/token")
            assert another.getresponse().status == 200
        assert metric(stage, "clio_agent_secret_memory_bytes") < 1 << 20, "more than the half that requests may take"

    def served():
        with contextlib.closing(connection_as(ANOTHER_USER, stage.daemon.socket)) as caller:
            caller.request("GET", "/v1/accounts/long/token")
            return caller.getresponse().status == 200

    until(served, "it is not served after it has gone")
    assert metric(stage, "clio_agent_unlocked_secrets_total") == 0
    assert metric(stage, "clio_agent_secret_memory_bytes") < 100_000
