# SPDX-License-Identifier: Apache-2.0
"""What the log shows at the level debug: every request, and every decision about a refresh."""

import re

import pytest


@pytest.fixture
def stage(make_stage):
    with make_stage("--expires-in", "3600") as stage:
        stage.daemon.stop()
        stage.daemon.start("--log-level", "debug")
        stage.login("smith-law")
        yield stage


def lines(stage, text):
    """The fields of each line with this message, as dictionaries."""
    found = []
    for line in stage.daemon.log().splitlines():
        if f" {text} " in line:
            fields = dict(re.findall(r'(\w+)=("(?:[^"\\]|\\.)*"|\S+)', line))
            found.append({name: value.strip('"') for name, value in fields.items()} | {"level": line.split()[1]})
    return found


def test_every_request(stage):
    asked = [("GET", "/v1/accounts/smith-law/token", "/v1/accounts/{}/token", "smith-law", 200),
             ("GET", "/v1/accounts/nobody", "/v1/accounts/{}", "nobody", 404),
             ("GET", "/v1/status", "/v1/status", "", 200),
             ("GET", "/v1/nothing", "none", "/v1/nothing", 404),
             ("POST", "/v1/status", "none", "/v1/status", 405)]
    for method, target, _, _, status in asked:
        answer = stage.agent.get(target) if method == "GET" else stage.agent.post(target)
        assert answer.status == status
    answered = lines(stage, "request answered")
    for method, _, route, of, status in asked:
        known = [line for line in answered if (line["route"].replace("{account}", "{}"), line["of"], line["status"]) ==
                 (route, of, str(status))]
        assert known, (route, of, status, answered)
        assert known[-1]["level"] == "debug" and known[-1]["method"] in (method, "any")
        assert known[-1]["uid"].isdigit() and known[-1]["pid"].isdigit() and known[-1]["ms"].isdigit()


def test_the_query_of_a_request_is_not_logged(stage):
    """A proof that a person was there is in it."""
    stage.agent.post("/v1/keys?proof=s3cret-proof", {"kind": "recovery"})
    stage.agent.get("/v1/token?min_ttl=5")
    assert "s3cret-proof" not in stage.daemon.log() and "min_ttl" not in stage.daemon.log()


def test_every_decision_about_a_refresh(stage):
    stage.clioctl("refresh", "smith-law")
    stage.clioctl("report", "smith-law")
    stage.agent.get("/v1/accounts/smith-law/token?min_ttl=3600")
    decisions = {line["why"] for line in lines(stage, "a refresh is wanted")}
    assert {"a caller asks for it", "a caller reports that the token is refused"} <= decisions
    assert all(line["account"] == "smith-law" for line in lines(stage, "a refresh is wanted"))
    assert [line["why"] for line in lines(stage, "a refresh goes on")][:3] == ["begin", "intent_saved", "tokens_received"]
    stage.clioctl("report", "smith-law")
    assert lines(stage, "a refresh is not wanted")[0]["why"].startswith("a caller reports a 401, but")


def test_nothing_of_it_by_default(make_stage):
    with make_stage("--expires-in", "3600", name="quiet") as stage:
        stage.login("smith-law")
        stage.clioctl("refresh", "smith-law")
        stage.agent.get("/v1/token")
        assert " debug " not in stage.daemon.log() and not lines(stage, "a refresh is wanted")
