# SPDX-License-Identifier: Apache-2.0
"""The real cliod, killed at every step of a rotation of its data key.

It is killed before each write and sync of its store, from the moment the rotation is asked for until it is over. The
next start goes on with a rotation that was begun, and nothing is lost at any point.
"""

import contextlib
import http.client
from collections import Counter

from support.data_key import data_key, key_of_recovery
from test_crash import crashing, pytestmark  # noqa: F401 (pytest looks for the latter)
from test_keys import add_passphrase, rotated

ACCOUNTS = ("smith-law", "jones", "doe")


def rotate(stage):
    """Whether the rotation came to its end before the daemon did."""
    with contextlib.suppress(OSError, http.client.HTTPException):
        assert stage.agent.post("/v1/keys/rotate").status == 202
        rotated(stage)
        return True
    return False


def data_keys(stage, recovery_key):
    """What each slot opens; one and the same, unless something is wrong."""
    state_dir = stage.daemon.state_dir
    return {data_key(state_dir), data_key(state_dir, "recovery", key_of_recovery(recovery_key))}


def all_there(stage):
    """What must never change: the token of every account, and the apps."""
    tokens = {account: stage.agent.token(account)["access_token"] for account in ACCOUNTS}
    return tokens, stage.agent.get("/v1/apps").json


def test_killed_before_every_write_of_a_rotation(make_stage, capsys):
    outcomes, calls = Counter(), Counter()
    with make_stage("--expires-in", "3600") as stage:
        assert stage.agent.put("/v1/apps/added", stage.clio.app_json(stage.redirect_uri)).status == 204
        for account in ACCOUNTS:
            stage.login(account, app="added" if account == "doe" else "firm")
        recovery_key = stage.agent.post("/v1/keys", {"kind": "recovery"}).json["recovery_key"]
        expected = all_there(stage)

        over, at = False, 1
        while not over:
            before = data_keys(stage, recovery_key)
            with crashing(stage.daemon, at, "kill", str(stage.daemon.state_dir)) as met:
                over = rotate(stage)
                call = "" if over else met()
            between = data_keys(stage, recovery_key)
            assert len(between) == 1, (at, call, "some slots were rotated, and some were not")
            stage.daemon.start()
            assert all_there(stage) == expected, (at, call)
            rotated(stage)
            assert all_there(stage) == expected, (at, call)
            tried = stage.agent.post("/v1/keys/test", {"recovery_key": recovery_key}).json["slots"]
            assert [slot["opens"] for slot in tried] == [True, True], (at, call, tried)
            assert data_keys(stage, recovery_key) == between, (at, call)
            outcomes["not begun" if between == before else "done" if over else "went on by itself"] += 1
            calls[call] += 1
            at += 1

        assert outcomes["done"] == 1 and outcomes["went on by itself"] and outcomes["not begun"], outcomes
        assert add_passphrase(stage).status == 201, "the data key is not whole"
    del calls[""]
    with capsys.disabled():
        print(f"\nkey rotate: killed {sum(calls.values())} times, nothing lost: {dict(outcomes)}, {dict(calls)}")
