# SPDX-License-Identifier: Apache-2.0
"""The API of clio-sandbox: who may ask, what comes back, and the limits."""

import json
import time

import pytest
from support.integrator import Integrator
from support.sandbox import Sandbox


@pytest.fixture(scope="module")
def manage():
    with Sandbox() as clio:
        yield Integrator(clio)


@pytest.fixture(scope="module")
def token(manage):
    return manage.log_in()["access_token"]


WHO_AM_I = "/api/v4/users/who_am_i.json"


def test_who_am_i_gives_the_fields_that_are_asked_for(manage, token):
    answer = manage.get(f"{WHO_AM_I}?fields=id,name,email", token)
    assert answer.json() == {"data": {"id": 42, "name": "Jane Doe", "email": "jane@example.com"}}
    assert list(manage.get(WHO_AM_I, token).json()["data"]) == ["id", "etag"]
    assert manage.get("/api/v4/users/who_am_i?fields=name", token).json() == {"data": {"name": "Jane Doe"}}
    assert manage.get(f"{WHO_AM_I}?fields=shoe_size", token).status == 400


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer ", "Bearer a b", "Basic dXNlcjpwYXNz", "token"])
def test_no_or_malformed_bearer(manage, authorization):
    answer = manage.get(WHO_AM_I, headers={"Authorization": authorization} if authorization else {})
    assert answer.status == 401
    assert answer.json() == {"error": {"type": "UnauthorizedError", "message": "User is not authorized"}}


def test_unknown_bearer(manage):
    answer = manage.get(WHO_AM_I, "unknown")
    description = "The access token provided is expired, revoked, malformed or invalid for other reasons."
    assert answer.status == 401
    assert answer.json() == {"error": "invalid_token", "error_description": description}
    assert answer.headers["WWW-Authenticate"] == (
        f'Bearer realm="Protected by OAuth 2.0", error="invalid_token", error_description="{description}"'
    )


def test_forbidden_is_json_and_the_firewall_is_not(manage, token):
    manage.clio.fault("who_am_i:403:1", "who_am_i:html403:1")
    answer = manage.get(WHO_AM_I, token)
    assert answer.status == 403
    assert answer.json()["error"]["type"] == "ForbiddenError"
    answer = manage.get(WHO_AM_I, token)
    assert (answer.status, answer.headers["Content-Type"]) == (403, "text/html")


def test_lists_come_in_pages(manage, token):
    path = "/api/v4/matters.json?fields=id,display_number&limit=3"
    seen = []
    while path:
        page = manage.get(path, token).json()
        seen += page["data"]
        assert page["meta"]["records"] == 7
        following = page["meta"]["paging"].get("next", "")
        assert following.startswith(manage.clio.base_url) or not following
        path = following.removeprefix(manage.clio.base_url)
    assert len({matter["id"] for matter in seen}) == 7
    assert list(seen[0]) == ["id", "display_number"]
    for limit in ("0", "201", "999999999999999999999"):
        assert manage.get(f"/api/v4/matters.json?limit={limit}", token).status == 400


def test_paths_and_versions_that_are_not_there(manage, token):
    assert manage.get("/api/v4/bills.json", token).status == 404
    assert manage.get("/grow/matters", token).status == 404
    assert manage.get("/nowhere").status == 404
    assert manage.get(WHO_AM_I, token, headers={"X-API-VERSION": "4.0.5"}).status == 200
    assert manage.get(WHO_AM_I, token, headers={"X-API-VERSION": "3.1"}).status == 410


def test_manage_limits_each_token():
    with Sandbox("--rate-limit", "3") as clio:
        app = Integrator(clio)
        one, other = app.log_in()["access_token"], app.log_in()["access_token"]
        for remaining in ("2", "1", "0"):
            answer = app.get(WHO_AM_I, one)
            assert (answer.status, answer.headers["X-RateLimit-Limit"]) == (200, "3")
            assert answer.headers["X-RateLimit-Remaining"] == remaining
            assert 0 <= int(answer.headers["X-RateLimit-Reset"]) - time.time() <= 61
        answer = app.get(WHO_AM_I, one)
        assert answer.status == 429
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
        assert "Retry in " in answer.json()["error"]["message"]
        assert app.get(WHO_AM_I, other).status == 200
        assert app.get(WHO_AM_I, "unknown").headers["X-RateLimit-Limit"] is None


def test_platform_limits_the_application_over_all_its_users():
    with Sandbox("--product", "platform", "--rate-limit", "clio") as clio:
        app = Integrator(clio)
        tokens = [app.log_in()["access_token"] for _ in range(4)]
        answers = [app.get("/grow/contacts", tokens[n % 4]) for n in range(12)]
        refused = [answer for answer in answers if answer.status == 429]
        assert refused
        assert refused[0].json() == {"message": "Too Many Requests"}
        assert refused[0].headers["Retry-After"] == "1"


def test_both_products_at_once(tmp_path):
    uri = "http://127.0.0.1:5678/callback"
    clients = [
        {"client_id": "m", "client_secret": "s/1&", "redirect_uris": [uri]},
        {"client_id": "p", "client_secret": "s2", "redirect_uris": [uri], "product": "platform", "scope": "read"},
    ]
    file = tmp_path / "clients.json"
    file.write_text(json.dumps({"clients": clients}))
    with Sandbox("--client-file", file) as clio:
        assert "client_secret" not in json.dumps(clio.ready)
        tokens = {}
        for client in clients:
            app = Integrator(clio)
            app.credentials = {name: client[name] for name in ("client_id", "client_secret")}
            tokens[client["client_id"]] = app.log_in(client_id=client["client_id"], scope="read")
        assert "refresh_token" in app.refresh(tokens["p"]["refresh_token"]).json()
        for path, status in (("/api/v4/matters", {"m": 200, "p": 401}), ("/grow/matters", {"m": 401, "p": 200})):
            assert {name: app.get(path, tokens[name]["access_token"]).status for name in tokens} == status
