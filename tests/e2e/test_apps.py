# SPDX-License-Identifier: Apache-2.0
"""Apps that are added while the daemon runs."""

import pytest


def test_add_use_and_remove(stage):
    app = stage.clio.app_json(stage.redirect_uri)
    assert stage.agent.put("/v1/apps/added", app).status == 204
    listed = {app["name"]: app for app in stage.agent.get("/v1/apps").json["apps"]}
    assert (listed["added"]["source"], listed["firm"]["source"]) == ("agent", "configuration")
    assert stage.clio.client_secret not in stage.agent.get("/v1/apps").body.decode()

    stage.login("smith-law", app="added")
    assert stage.agent.get("/v1/apps").json["apps"][0]["accounts"] == 1
    answer = stage.agent.delete("/v1/apps/added")
    assert (answer.status, answer.code) == (409, "conflict")
    assert "smith-law" in answer.json["detail"] or "account" in answer.json["detail"]

    assert stage.agent.delete("/v1/accounts/smith-law?revoke=true").status == 204
    assert stage.agent.delete("/v1/apps/added").status == 204
    assert stage.agent.delete("/v1/apps/added").status == 404


def test_an_app_of_the_configuration_stays_as_it_is(stage):
    answer = stage.agent.put("/v1/apps/firm", stage.clio.app_json(stage.redirect_uri))
    assert (answer.status, answer.code) == (409, "conflict")
    answer = stage.agent.delete("/v1/apps/firm")
    assert (answer.status, answer.code) == (409, "conflict")


@pytest.mark.parametrize("changes", [
    {"product": "grow"}, {"region": "uk"}, {"client_id": ""}, {"client_id": None}, {"client_secret": ""},
    {"client_secret": None}, {"client_secret": {"file": "/etc/shadow"}}, {"client_secret": {"credential": "x"}},
    {"redirect_uri": "http://example.com/callback"}, {"redirect_uri": None}, {"rotation": "never"}, {"pkce": 1},
    {"endpoints": {"token": "http://clio.example/token"}}, {"endpoints": {"tokn": "https://clio.example/token"}},
    {"endpoints": []}, {"unknown": True},
], ids=str)
def test_an_app_that_makes_no_sense(stage, changes):
    app = stage.clio.app_json(**({"redirect_uri": stage.redirect_uri} | changes))
    answer = stage.agent.put("/v1/apps/added", app)
    assert (answer.status, answer.code) == (400, "bad_request")
    assert "line 1, column" in answer.json["detail"]
    assert len(stage.agent.get("/v1/apps").json["apps"]) == 1


@pytest.mark.parametrize("name", ["the%20firm", "x" * 65, "%2e%2e%2f", "a%00b"])
def test_a_bad_name(stage, name):
    answer = stage.agent.put(f"/v1/apps/{name}", stage.clio.app_json(stage.redirect_uri))
    assert answer.status in (400, 404)
