# SPDX-License-Identifier: Apache-2.0
"""Tokens, and the refreshes that keep them good."""

import threading
import time

import pytest
from support.programs import until
from support.sandbox import http

SHORT = 5  # seconds that a token lives where a test waits for the refresh in the background


def refreshes(stage):
    return stage.clio.stats()["grant_types"].get("refresh_token", 0)


def works(token):
    path = "/contacts" if token["api_base"].endswith("/grow") else "/users/who_am_i.json"
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    return http("GET", token["api_base"] + path, headers=bearer).status == 200


@pytest.mark.parametrize("product", ["manage", "platform"])
def test_a_token_is_refreshed_before_it_expires(make_stage, product):
    with make_stage("--product", product, "--expires-in", str(SHORT)) as stage:
        stage.login("smith-law")
        generations = []

        def three_generations_seen():
            token = stage.agent.token("smith-law")
            assert works(token)
            generations.append(token["generation"])
            return token["generation"] >= 3

        until(three_generations_seen, "no refresh", within=4 * SHORT)
        assert generations == sorted(generations)
        stage.note_tokens()


def test_reusable_the_refresh_token_stays(make_stage):
    with make_stage("--product", "manage", "--expires-in", "3600") as stage:
        stage.login("smith-law")
        kept = [grant["refresh_token"] for grant in stage.clio.grants()]
        for generation in (2, 3):
            assert stage.agent.post("/v1/accounts/smith-law/refresh").json["generation"] == generation
        assert [grant["refresh_token"] for grant in stage.clio.grants()] == kept


def test_single_use_each_refresh_token_is_used_once(make_stage):
    with make_stage("--product", "platform", "--expires-in", "3600") as stage:
        stage.login("smith-law")
        seen = set()
        for generation in (2, 3, 4):
            assert stage.agent.post("/v1/accounts/smith-law/refresh").json["generation"] == generation
            stage.note_tokens()
            seen.add(stage.clio.grants()[0]["refresh_token"])
        assert len(seen) == 3


def test_min_ttl_waits_for_a_refresh(make_stage):
    with make_stage("--expires-in", "10") as stage:
        stage.login("smith-law")
        first = stage.agent.token("smith-law", min_ttl=1)
        assert first["generation"] == 1
        # In the first half of its life a token is given out whatever is asked of it.
        until(lambda: time.time() > first["expires_at"] - 4, "time stands still")
        token = stage.agent.token("smith-law", min_ttl=6)
        assert token["generation"] > 1 and "min_ttl_met" not in token


def test_a_min_ttl_that_no_token_can_meet(make_stage):
    with make_stage("--expires-in", "100") as stage:
        stage.login("smith-law")
        token = stage.agent.token("smith-law", min_ttl=3600)
        assert (token["generation"], token["min_ttl_met"]) == (1, False)
        assert refreshes(stage) == 0


@pytest.mark.parametrize("min_ttl", ["-1", "x", "", "1.5", "99999999999999999999", "31536001", "60;", "%00"])
def test_a_bad_min_ttl(stage, min_ttl):
    stage.login("smith-law")
    for target in ("/v1/accounts/smith-law/token", "/v1/token"):
        answer = stage.agent.get(f"{target}?min_ttl={min_ttl}")
        assert (answer.status, answer.code) == (400, "bad_request")
        assert "min_ttl" in answer.json["detail"]


def test_the_only_account(stage):
    assert stage.agent.get("/v1/token").status == 404
    stage.login("smith-law")
    assert stage.agent.get("/v1/token").json["account"] == "smith-law"
    stage.login("jones-law")
    answer = stage.agent.get("/v1/token")
    assert (answer.status, answer.code) == (409, "account_ambiguous")
    assert [account["name"] for account in stage.agent.get("/v1/accounts").json["accounts"]] == ["jones-law", "smith-law"]


def test_a_token_answer_is_not_to_be_cached(stage):
    stage.login("smith-law")
    assert stage.agent.get("/v1/token").headers["Cache-Control"] == "no-store"


def test_a_hundred_callers_cause_one_refresh(make_stage):
    # Each refresh takes a second, in which all the callers come.
    with make_stage("--expires-in", "2", "--fault", "token:slow:1000") as stage:
        login = stage.begin_login("smith-law")
        stage.agree(login["authorization_url"])
        assert stage.login_ended(login)["status"] == "done"
        before = refreshes(stage)
        answers = []
        callers = [threading.Thread(target=lambda: answers.append(stage.agent.post("/v1/accounts/smith-law/refresh")))
                   for _ in range(100)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        assert [answer.status for answer in answers] == [200] * 100
        assert refreshes(stage) - before <= 2  # the one that was perhaps already running, and theirs


def test_a_reported_401_causes_one_refresh(stage):
    stage.login("smith-law")
    stage.clio.expire()
    outcomes = [stage.agent.post("/v1/accounts/smith-law/report", {"generation": 1, "status": 401}).json["outcome"]
                for _ in range(5)]
    assert outcomes[0] == "refreshing"
    assert set(outcomes) <= {"refreshing", "newer_exists"}
    until(lambda: stage.agent.account("smith-law")["generation"] == 2, "no refresh")
    answer = stage.agent.post("/v1/accounts/smith-law/report", {"generation": 1, "status": 401})
    assert answer.json == {"generation": 2, "outcome": "newer_exists"}
    assert refreshes(stage) == 1
    assert works(stage.agent.token("smith-law"))


def test_a_script_that_is_refused_for_ever_gets_a_reason_and_no_loop(stage):
    stage.login("smith-law")
    outcomes = []
    for _ in range(5):
        generation = stage.agent.token("smith-law")["generation"]
        report = {"generation": generation, "status": 401}
        outcomes.append(stage.agent.post("/v1/accounts/smith-law/report", report).json["outcome"])
    assert outcomes == ["refreshing"] + 4 * ["ignored"]
    facts = stage.agent.account("smith-law")
    assert (facts["state"], facts["generation"]) == ("needs_attention", 2)
    assert "region" in facts["reason"] and "permissions" in facts["reason"]
    assert refreshes(stage) == 1


def test_other_reports_change_nothing(stage):
    stage.login("smith-law")
    for status in (200, 403, 404, 429, 500):
        answer = stage.agent.post("/v1/accounts/smith-law/report", {"generation": 1, "status": status})
        assert answer.json == {"generation": 1, "outcome": "ignored"}
    assert refreshes(stage) == 0


@pytest.mark.parametrize("body", [{}, {"generation": 1}, {"status": 401}, {"generation": 0, "status": 401},
                                  {"generation": 99, "status": 401}, {"generation": "1", "status": 401},
                                  {"generation": 1, "status": 99}, {"generation": 1, "status": 600},
                                  {"generation": 1, "status": 401, "more": 1}, []])
def test_a_report_that_makes_no_sense(stage, body):
    stage.login("smith-law")
    answer = stage.agent.post("/v1/accounts/smith-law/report", body)
    assert (answer.status, answer.code) == (400, "bad_request")
    assert refreshes(stage) == 0


@pytest.mark.parametrize("product", ["manage", "platform"])
def test_logout_ends_the_grant_at_clio(make_stage, product):
    with make_stage("--product", product, "--expires-in", "3600") as stage:
        stage.login("smith-law")
        token = stage.agent.token("smith-law")
        assert stage.agent.delete("/v1/accounts/smith-law?revoke=true").status == 204
        assert not works(token)
        assert stage.agent.get("/v1/accounts/smith-law").status == 404
        stage.daemon.restart()
        assert stage.agent.get("/v1/accounts").json == {"accounts": []}


def test_logout_only_here(stage):
    stage.login("smith-law")
    token = stage.agent.token("smith-law")
    assert stage.agent.delete("/v1/accounts/smith-law?revoke=false").status == 204
    assert stage.agent.get("/v1/accounts/smith-law").status == 404
    assert works(token)


def test_a_logout_that_clio_refuses_keeps_the_account(stage):
    stage.login("smith-law")
    stage.clio.fault("deauthorize:503:9")
    answer = stage.agent.delete("/v1/accounts/smith-law?revoke=true")
    assert answer.status >= 400
    assert "503" in answer.json["detail"]
    assert works(stage.agent.token("smith-law"))
