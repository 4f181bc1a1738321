# SPDX-License-Identifier: Apache-2.0
"""Invalid token answers: a clear error that shows the answer, the old tokens kept, and then normal service."""

import threading
import time

import pytest
from support.programs import until

# A fault of the sandbox at its token endpoint, and what the error must say about it.
FAULTS = [
    ("503", "HTTP 503"),
    ("500", "HTTP 500"),
    ("302", "HTTP 302"),
    ("retry_after:1", "HTTP 429"),
    ("html403", "HTTP 403 (text/html"),
    ("html200", "text/html"),
    ("lost", ""),
    ("cut:40", ""),
    ("cut:300", ""),
    ("empty", "JSON"),
    ("badjson", "JSON"),
    ("bigbody", "too large"),
    ("notoken", "access_token"),
]
# What an answer can have beside its tokens, and the member that the log must name if it was repaired.
ODD = [
    ("wrongtype", None),
    ("created", None),
    ("bom", None),
    ("trailing", None),
    ("not_utf8", None),
    ("duplicate", None),
    ("expires_string", None),
    ("no_expires", "expires_in"),
    ("null_expires", "expires_in"),
    ("negative_expires", "expires_in"),
    ("absurd_expires", "expires_in"),
    ("empty_refresh", "refresh_token"),
    ("mac_type", "token_type"),
    ("token_in_error200", "error"),
]


@pytest.mark.parametrize("fault, told", FAULTS, ids=[fault for fault, _ in FAULTS])
def test_a_failed_refresh_keeps_the_old_tokens(stage, fault, told):
    stage.login("smith-law")
    before = stage.agent.token("smith-law")
    stage.clio.fault(f"token:{fault}:1000")

    answer = stage.agent.post("/v1/accounts/smith-law/refresh")
    assert answer.status in (500, 502, 503), answer.body
    assert told in answer.json["detail"], answer.json

    facts = stage.agent.account("smith-law")
    assert facts["state"] in ("stale", "unknown_outcome", "refreshing")
    assert told in facts["reason"]
    now = stage.agent.token("smith-law")
    assert (now["access_token"], now["generation"]) == (before["access_token"], 1)

    stage.clio.clear_faults()
    answer = stage.agent.post("/v1/accounts/smith-law/refresh")
    assert (answer.status, answer.json["generation"], answer.json["state"]) == (200, 2, "ready"), answer.body
    assert stage.agent.token("smith-law")["access_token"] != before["access_token"]


@pytest.mark.parametrize("fault, named", ODD, ids=[fault for fault, _ in ODD])
def test_whatever_stands_beside_the_tokens_both_are_kept(make_stage, fault, named):
    # Each refresh token but that of "empty_refresh" works once: only who kept the newest can refresh again.
    product = "manage" if fault == "empty_refresh" else "platform"
    with make_stage("--product", product, "--expires-in", "3600") as stage:
        stage.login("smith-law")
        before = stage.agent.token("smith-law")
        stage.clio.fault(f"token:{fault}:2")
        for generation in (2, 3, 4):
            answer = stage.agent.post("/v1/accounts/smith-law/refresh")
            assert (answer.status, answer.json["generation"]) == (200, generation), answer.body
            assert answer.json["state"] == "ready"
        assert stage.agent.token("smith-law")["access_token"] != before["access_token"]
        told = [line for line in stage.daemon.log().splitlines() if "unusual token response" in line]
    assert len(told) == (1 if named else 0), told
    assert not named or named in told[0]


def test_expires_in_may_be_a_string(stage):
    stage.login("smith-law")
    stage.clio.fault("token:expires_string:1")
    assert stage.agent.post("/v1/accounts/smith-law/refresh").status == 200
    assert 3500 < stage.agent.token("smith-law")["expires_in"] <= 3600


def test_an_error_description_is_made_harmless(stage):
    stage.login("smith-law")
    stage.clio.fault("token:nasty_description:1000")
    answer = stage.agent.post("/v1/accounts/smith-law/refresh")
    assert answer.status == 403 and answer.json["code"] == "needs_attention"
    assert "invalid_request" in answer.json["detail"]
    with_events = answer.json["detail"] + stage.agent.account("smith-law")["reason"]
    assert not [character for character in with_events if ord(character) < 0x20 or ord(character) == 0x7F]
    assert all(line.count("smith-law") <= 2 for line in stage.daemon.log().splitlines())


def test_a_server_that_never_answers_does_not_hold_up_a_living_token(stage):
    stage.login("smith-law")
    stage.clio.fault("token:hang:1000")
    refreshing = threading.Thread(target=stage.agent.post, args=["/v1/accounts/smith-law/refresh"], daemon=True)
    refreshing.start()
    until(lambda: stage.agent.account("smith-law")["state"] == "refreshing", "no refresh")
    began = time.monotonic()
    assert stage.agent.token("smith-law")["generation"] == 1
    assert time.monotonic() - began < 2
    stage.clio.stop()
    refreshing.join()


def test_a_token_that_was_refused_is_not_given_out_while_a_better_one_is_on_its_way(stage):
    stage.login("smith-law")
    stage.clio.fault("token:slow:500:1")
    stage.agent.post("/v1/accounts/smith-law/report", {"generation": 1, "status": 401})
    assert stage.agent.token("smith-law")["generation"] == 2


def test_a_dead_grant_needs_a_person_and_a_login_cures_it(stage):
    stage.login("smith-law")
    stage.clio.revoke_all()
    answer = stage.agent.post("/v1/accounts/smith-law/refresh")
    assert (answer.status, answer.code) == (403, "login_required")
    assert "invalid_grant" in answer.json["detail"]
    assert "clioctl login" in answer.json["detail"]
    facts = stage.agent.account("smith-law")
    assert (facts["state"], facts["refresh_at"]) == ("login_required", None)
    assert "invalid_grant" in facts["reason"]

    stage.login("smith-law")
    assert stage.agent.account("smith-law")["state"] == "ready"


def test_a_refused_client_is_not_a_dead_grant(stage):
    stage.login("smith-law")
    stage.secret_file.write_text("not the secret of this client")
    stage.daemon.restart()
    answer = stage.agent.post("/v1/accounts/smith-law/refresh")
    assert answer.status == 403 and answer.json["code"] == "needs_attention"
    assert "invalid_client" in answer.json["detail"]
    assert stage.agent.token("smith-law")["generation"] == 1

    stage.secret_file.write_text(stage.clio.client_secret)
    stage.daemon.restart()
    assert stage.agent.post("/v1/accounts/smith-law/refresh").status == 200
