# SPDX-License-Identifier: Apache-2.0
"""Apps that are added while the daemon runs."""

import socket
from urllib.parse import urlsplit

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


def test_one_app(stage):
    app = stage.agent.get("/v1/apps/firm").json
    assert app == stage.agent.get("/v1/apps").json["apps"][0]
    assert stage.agent.get("/v1/apps/frim").json["detail"] == "app frim: not registered; did you mean firm?"
    shown = stage.clioctl("app", "show", "firm").stdout
    assert app["client_id"] in shown and app["endpoints"]["token"] in shown and stage.clio.client_secret not in shown
    assert stage.clioctl.json("app", "show", "firm") == app


def findings(stage, exit):
    return {check["check"]: check for check in stage.clioctl.json("app", "check", "firm", exit=exit)["checks"]}


def test_check(make_stage):
    with make_stage() as stage:
        found = {check["check"]: check["verdict"] for check in stage.agent.post("/v1/apps/firm/check").json["checks"]}
        assert found == {"redirect_port": "good", "authorization": "good", "clock": "good"}
        assert found == {name: check["verdict"] for name, check in findings(stage, exit=0).items()}
        assert "clock" in stage.clioctl("app", "check", "firm").stdout
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(("127.0.0.1", urlsplit(stage.redirect_uri).port))
            other.listen()
            assert "taken by process" in findings(stage, exit=1)["redirect_port"]["detail"]
    with make_stage(app={"client_id": "unknown"}, name="unknown") as stage:
        refused = findings(stage, exit=1)["authorization"]
        assert refused["verdict"] == "bad" and "App Key unknown" in refused["detail"]
    with make_stage(app={"endpoints": {"authorization": "https://clio.invalid/oauth/authorize"}}, name="nowhere") as stage:
        assert "clio.invalid" in findings(stage, exit=1)["authorization"]["detail"]


def test_two_apps_share_a_port_and_a_login_is_named_as_what_has_it(stage):
    port = urlsplit(stage.redirect_uri).port
    for name, uri in {"other": f"http://127.0.0.1:{port}/other", "local": f"http://localhost:{port}/callback"}.items():
        assert stage.agent.put(f"/v1/apps/{name}", stage.clio.app_json(uri)).status == 204
    stage.begin_login("a", app="firm")
    stage.login("b", app="other")
    answer = stage.agent.post("/v1/authorizations", {"account": "c", "app": "local"})
    assert (answer.status, answer.code) == (409, "conflict")
    assert f"port {port} is taken by the open login of account a" in answer.json["detail"]
    assert "clioctl login --cancel a" in answer.json["detail"]
    assert stage.clioctl("login", "--cancel", "a").stdout == "Cancelled the login of a\n"
    stage.login("c", app="local")


@pytest.mark.parametrize("others", [["/second"], ["/second", "/third"], []])
def test_all_redirect_uris_are_shown(stage, others):
    uris = [stage.redirect_uri, *(stage.redirect_uri + path for path in others)]
    assert stage.agent.put("/v1/apps/several", stage.clio.app_json(uris)).status == 204
    shown = stage.clioctl("app", "show", "several").stdout
    assert all(uri + "\n" in shown for uri in uris)
    stage.daemon.restart()
    assert stage.clioctl.json("app", "show", "several")["redirect_uris"] == uris
    listed = next(line for line in stage.clioctl("app", "list").stdout.splitlines() if line.startswith("several"))
    assert uris[0] in listed and ("(+" in listed) == bool(others)
