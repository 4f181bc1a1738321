# SPDX-License-Identifier: Apache-2.0
"""The real cliod, ended or refused by its disk at every step of a refresh.

It is killed before each system call from the moment a refresh is asked for until the answer has gone out, and each
write and sync of its store is made to fail. The only loss allowed is the one that daemon/what-can-be-lost.md names: a
single-use refresh token that the authorization server had already replaced when the agent was killed.
"""

import contextlib
import http.client
import subprocess
from collections import Counter

import pytest
from support.programs import BUILD, PATIENCE, until

CRASH_AT = BUILD / "tests/crash/crash-at"
ACCOUNT = "smith-law"

pytestmark = pytest.mark.skipif(not CRASH_AT.exists(), reason="crash-at knows the registers of x86-64 only")


@contextlib.contextmanager
def crashing(daemon, at, *action):
    """Has crash-at meet the daemon's `at`-th system call; `met()` tells which one it was, nothing if it never came."""
    process = subprocess.Popen(
        [CRASH_AT, str(daemon.process.pid), str(at), *action], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    ready = process.stdout.readline()
    if ready != "ready\n":
        pytest.skip(f"this process may not be traced: {process.stderr.read().strip()}")
    try:
        yield lambda: process.stdout.readline().strip()
    finally:
        daemon.kill()  # crash-at ends with what it traces
        process.wait(PATIENCE)
        process.stdout.close()
        process.stderr.close()


def refresh(stage):
    """Whether the caller was told that the refresh succeeded."""
    try:
        return stage.agent.post(f"/v1/accounts/{ACCOUNT}/refresh").status == 200
    except (OSError, http.client.HTTPException):
        return False


def refreshes_seen(stage):
    """How many refreshes of its grant Clio has answered with tokens."""
    return sum(grant["refreshes"] for grant in stage.clio.grants())


def works(stage):
    """Clio takes the token that the agent gives out."""
    token = stage.agent.token(ACCOUNT)["access_token"]
    stage.in_play.add(token)
    living = (alive["access_token"] for grant in stage.clio.grants() for alive in grant["access_tokens"])
    return token in living


def settled(stage):
    """The account, once the agent has cleared up what the crash left open."""
    return until(
        lambda: (account := stage.agent.account(ACCOUNT))["state"] in ("ready", "login_required") and account,
        "the account does not settle",
    )


def make_ready(stage):
    """Each run begins alike: with a grant, and with a daemon that has refreshed before."""
    if stage.agent.account(ACCOUNT)["state"] != "ready":
        stage.login(ACCOUNT)
    assert refresh(stage)


@pytest.mark.parametrize("rotation", ["single_use", "reusable"])
def test_killed_before_every_system_call(make_stage, rotation, capsys):
    outcomes = Counter()
    lost_at = []
    product = "platform" if rotation == "single_use" else "manage"
    with make_stage("--product", product, "--expires-in", "3600", refresh={"max_per_second": 1000}) as stage:
        stage.login(ACCOUNT)
        at = 1
        while True:
            make_ready(stage)
            before = stage.agent.account(ACCOUNT)["generation"]
            seen = refreshes_seen(stage)
            with crashing(stage.daemon, at, "kill") as met:
                told = refresh(stage)
                # The caller has its answer, but the daemon may still be about to meet the call.
                call = "" if told else met()
            replaced = refreshes_seen(stage) > seen
            stage.note_tokens()
            stage.daemon.start()
            account = settled(stage)

            if account["state"] == "ready":
                assert works(stage), (at, call, account)
                outcome = "nothing was asked yet" if not replaced else "stored" if told else "stored, or asked again"
            else:
                assert rotation == "single_use" and replaced and not told, (at, call, account)
                assert "lost" in account["reason"], account
                outcome = "lost in the named window"
                lost_at.append(f"{at} {call}")
            outcomes[outcome] += 1
            assert account["generation"] >= before
            if told:
                break
            at += 1
        assert outcomes["stored"] == 1  # the one that ran to its end
    with capsys.disabled():
        print(f"\n{rotation}: killed {sum(outcomes.values()) - 1} times: {dict(outcomes)}")
        print(f"  the window: {', '.join(lost_at) or 'none'}")


@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
def test_each_write_and_sync_of_the_store_refused(make_stage, error, capsys):
    refused = Counter()
    with make_stage("--product", "platform", "--expires-in", "3600", refresh={"max_per_second": 1000}) as stage:
        stage.login(ACCOUNT)
        at = 1
        while True:
            make_ready(stage)
            before = stage.agent.token(ACCOUNT)
            with crashing(stage.daemon, at, error, str(stage.daemon.state_dir)) as met:
                told = refresh(stage)
                # It keeps serving what it has, and recovers by itself.
                assert stage.agent.token(ACCOUNT)["generation"] >= before["generation"]
                account = until(
                    lambda: (now := stage.agent.account(ACCOUNT))["generation"] > before["generation"]
                    and now["state"] == "ready" and now,
                    "the account does not heal",
                )
                call = "" if told else met()
                assert stage.agent.get("/v1/status").json["store_error"] == ""
                assert works(stage), (at, call)
            stage.note_tokens()
            stage.daemon.start()
            after = settled(stage)
            assert (after["state"], after["generation"]) == ("ready", account["generation"]), (at, call, after)
            assert works(stage), (at, call)
            if call:
                refused[call] += 1
            if told:
                break
            at += 1
    assert refused, "no write was refused: is the state directory the right one?"
    with capsys.disabled():
        print(f"\n{error}: refused {sum(refused.values())} writes and syncs, nothing lost: {dict(refused)}")
