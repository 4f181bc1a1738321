# SPDX-License-Identifier: Apache-2.0
"""What survives `kill -9`: everything."""

import socket
import time

import pytest

from support.programs import SANITIZED, until

CYCLES = 20 if SANITIZED else 100


def test_killed_a_hundred_times(make_stage):
    """Single-use refresh tokens: one that was lost or used again would end the grant."""
    accounts = ["a", "b", "c"]
    with make_stage("--product", "platform", "--expires-in", "3600") as stage:
        for account in accounts:
            stage.login(account)
        for cycle in range(CYCLES):
            account = accounts[cycle % len(accounts)]
            before = stage.agent.token(account)
            refreshed = stage.agent.post(f"/v1/accounts/{account}/refresh")
            assert refreshed.status == 200, refreshed.body
            after = stage.agent.token(account)
            assert after["generation"] == before["generation"] + 1
            assert after["access_token"] != before["access_token"]
            stage.note_tokens()
            stage.daemon.kill()
            stage.daemon.start()
            assert stage.agent.token(account) | {"expires_in": 0} == after | {"expires_in": 0}
        for account in accounts:
            assert stage.agent.account(account)["state"] == "ready"
        assert sum(grant["refreshes"] for grant in stage.clio.grants()) == CYCLES


def test_apps_added_at_run_time_survive(make_stage):
    with make_stage("--expires-in", "3600") as stage:
        app = stage.clio.app_json(stage.redirect_uri)
        assert stage.agent.put("/v1/apps/added", app).status == 204
        stage.login("smith-law", app="added")
        stage.daemon.kill()
        stage.daemon.start()
        assert [app["name"] for app in stage.agent.get("/v1/apps").json["apps"]] == ["added", "firm"]
        assert stage.agent.post("/v1/accounts/smith-law/refresh").status == 200


def test_a_verdict_survives(stage):
    stage.login("smith-law")
    stage.clio.revoke_all()
    stage.agent.post("/v1/accounts/smith-law/refresh")
    before = stage.agent.account("smith-law")
    assert before["state"] == "login_required"
    stage.daemon.kill()
    stage.daemon.start()
    assert stage.agent.account("smith-law") == before


def test_what_fell_due_while_it_was_down_is_done_at_the_start(make_stage):
    with make_stage("--expires-in", "2") as stage:
        stage.login("smith-law")
        generation = stage.agent.account("smith-law")["generation"]
        expires_at = stage.agent.account("smith-law")["expires_at"]
        stage.daemon.kill()
        until(lambda: time.time() > expires_at, "time stands still")
        stage.daemon.start()
        assert stage.agent.token("smith-law", min_ttl=1)["generation"] > generation


@pytest.mark.parametrize("takes", [2, 13])  # the second is longer than the ordinary grace
def test_a_stop_lets_the_refresh_under_way_end(make_stage, takes):
    """Its answer holds the only refresh token that is good, and nobody waits for it any more."""
    with make_stage("--product", "platform", "--expires-in", "3600") as stage:
        stage.login("smith-law")
        asked = stage.clio.stats()["requests"]["token"]
        stage.clio.fault(f"token:slow:{takes}000")
        with socket.socket(socket.AF_UNIX) as caller:
            caller.connect(str(stage.daemon.socket))
            caller.sendall(b"POST /v1/accounts/smith-law/refresh HTTP/1.1\r\nHost: agent\r\nContent-Length: 0\r\n\r\n")
            stage.clio.wait_for_stats(lambda stats: stats["requests"]["token"] == asked + 1)
        stage.daemon.stop()
        stage.daemon.start()
        account = stage.agent.account("smith-law")
        assert (account["state"], account["generation"]) == ("ready", 2)
