# SPDX-License-Identifier: Apache-2.0
"""The faults of clio-sandbox, and how to control them."""

import http.client
import json
import socket
import threading
import time
from email.utils import parsedate_to_datetime

import pytest
from support.integrator import Integrator
from support.sandbox import Sandbox, http as ask


@pytest.fixture(scope="module")
def one_sandbox():
    with Sandbox("--rotation", "single_use") as clio:
        yield clio


@pytest.fixture
def app(one_sandbox):
    one_sandbox.reset()
    return Integrator(one_sandbox)


def raw_refresh(app, refresh_token):
    """Every byte that comes back before the connection is closed."""
    body = f"grant_type=refresh_token&refresh_token={refresh_token}&client_id={app.clio.client_id}"
    body += f"&client_secret={app.clio.client_secret}"
    host = app.clio.base_url.removeprefix("http://")
    with socket.create_connection(host.split(":"), timeout=10) as connection:
        connection.sendall(
            f"POST /oauth/token HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return answer


# Kinds where the server does not act.


@pytest.mark.parametrize(
    "kind, status, type_, part",
    [
        ("503", 503, "text/html", "503"),
        ("500", 500, "text/html", "500"),
        ("400", 400, "application/json", '"invalid_grant"'),
        ("401", 401, "application/json", '"invalid_client"'),
        ("429", 429, "application/json", "Retry in 2 second"),
        ("retry_after:9", 429, "application/json", "Retry in 9 second"),
        ("retry_at", 429, "text/html", "429"),
        ("html403", 403, "text/html", "<html>"),
        ("html200", 200, "text/html", "<html>"),
        ("nasty_description", 400, "application/json", "%n"),
    ],
)
def test_instead_of_acting(app, kind, status, type_, part):
    tokens = app.log_in()
    app.clio.fault(f"token:{kind}:1")
    answer = app.refresh(tokens["refresh_token"])
    assert (answer.status, answer.headers["Content-Type"].split(";")[0]) == (status, type_)
    assert part in answer.text
    # The refresh token was not spent, and the fault is over.
    assert app.refresh(tokens["refresh_token"]).status == 200


def test_when_to_come_back(app):
    app.clio.fault("api:429:1", "api:retry_after:9:1", "api:retry_at:1")
    assert app.get("/api/v4/matters").headers["Retry-After"] == "2"
    assert app.get("/api/v4/matters").headers["Retry-After"] == "9"
    answer = app.get("/api/v4/matters")
    assert answer.headers["Retry-After"] is None
    assert 0 < parsedate_to_datetime(answer.headers["Retry-At"]).timestamp() - time.time() <= 3


def test_a_redirect_tells_who_follows_it(app):
    app.clio.fault("token:307:1")
    answer = app.refresh("x")
    assert (answer.status, answer.headers["Location"]) == (307, "/_sandbox/redirected")
    assert app.clio.stats()["redirected"] == 0
    assert ask("POST", app.clio.base_url + answer.headers["Location"], form={"a": "b"}).status == 200
    assert app.clio.stats()["redirected"] == 1


# Kinds where the server acts first.


@pytest.mark.parametrize(
    "kind, check",
    [
        ("notoken", lambda answer: "access_token" not in answer.json()),
        ("negative_expires", lambda answer: answer.json()["expires_in"] == -1),
        ("absurd_expires", lambda answer: answer.json()["expires_in"] == 2**63 - 1),
        ("expires_string", lambda answer: answer.json()["expires_in"] == "2592000"),
        ("token_in_error200", lambda answer: {"error", "access_token"} <= set(answer.json())),
        ("no_expires", lambda answer: "expires_in" not in answer.json()),
        ("null_expires", lambda answer: answer.json()["expires_in"] is None),
        ("empty_refresh", lambda answer: answer.json()["refresh_token"] == ""),
        ("mac_type", lambda answer: answer.json()["token_type"] == "mac"),
        ("bom", lambda answer: answer.body.startswith(b"\xef\xbb\xbf{")),
        ("trailing", lambda answer: answer.body.endswith(b"}\0")),
        ("not_utf8", lambda answer: b"Jos\xe9" in answer.body),
        ("duplicate", lambda answer: answer.text.count('"scope"') == 2),
        ("empty", lambda answer: answer.body == b""),
        ("badjson", lambda answer: answer.text.startswith("{") and not answer.text.endswith("}")),
        ("wrongtype", lambda answer: answer.headers["Content-Type"] == "text/html" and answer.json()),
        ("bigbody", lambda answer: len(answer.body) > 10 << 20 and answer.json()["access_token"]),
        ("slow:1", lambda answer: answer.json()["access_token"]),
    ],
)
def test_acting_first(app, kind, check):
    tokens = app.log_in()
    app.clio.fault(f"token:{kind}:1")
    answer = app.refresh(tokens["refresh_token"])
    assert answer.status == 200
    assert check(answer)
    grant = app.clio.grants()[0]
    assert (grant["refreshes"], grant["spent_refresh_tokens"]) == (1, [tokens["refresh_token"]])


@pytest.mark.parametrize("kind, most", [("lost", 0), ("cut:0", 0), ("cut:40", 40), ("cut:60000", 1000)])
def test_a_lost_answer_is_lost_after_the_rotation(app, kind, most):
    tokens = app.log_in()
    app.clio.fault(f"token:{kind}:1")
    answer = raw_refresh(app, tokens["refresh_token"])
    assert len(answer) <= most
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.partition(b"\r\n\r\n")[2])
    if kind == "cut:60000":
        assert answer.endswith(b'"')
    assert app.clio.grants()[0]["refresh_token"] != tokens["refresh_token"]
    assert app.refresh(tokens["refresh_token"]).status == 400
    assert app.clio.grants()[0]["ended_by"] == "refresh token reused"


def test_slow_answers_come_late(app):
    app.clio.fault("token:slow:300:1")
    began = time.monotonic()
    assert app.refresh("x").status == 400
    assert time.monotonic() - began > 0.29  # libevent's clock has steps of some milliseconds


def test_slow_answers_hold_nobody_up(app):
    tokens = app.log_in()
    app.clio.fault("token:slow:600000:1")
    host, port = app.clio.base_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as waiting:
        waiting.sendall(b"POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        app.clio.wait_for_stats(lambda stats: stats["requests"]["token"] == 2)
        for _ in range(20):
            assert app.get("/api/v4/matters", tokens["access_token"]).status == 200
        assert app.refresh(tokens["refresh_token"]).status == 200
    assert app.clio.stats()["most_token_requests_at_once"] == 2


def test_hanging_requests_end_with_their_clients(app):
    app.clio.fault("token:hang")
    gave_up = []

    def hang():
        try:
            app.token_request(grant_type="refresh_token", refresh_token="x", timeout=1)
        except TimeoutError:
            gave_up.append(True)

    threads = [threading.Thread(target=hang) for _ in range(20)]
    for thread in threads:
        thread.start()
    app.clio.wait_for_stats(lambda stats: stats["requests"]["token"] == 20)
    assert app.get("/api/v4/matters").status == 401
    for thread in threads:
        thread.join()
    assert len(gave_up) == 20
    assert app.clio.stats()["most_token_requests_at_once"] == 20
    # The next request would be the 21st if one of them were still held.
    app.clio.clear_faults()
    app.refresh("x")
    assert app.clio.stats()["most_token_requests_at_once"] == 20


def test_every_endpoint_can_fail(app):
    app.clio.fault(*(f"{name}:503:1" for name in ("authorize", "token", "deauthorize", "api", "who_am_i")))
    url = app.clio.base_url
    assert ask("GET", app.authorization_url()).status == 503
    assert ask("POST", f"{url}/oauth/token").status == 503
    assert ask("POST", f"{url}/oauth/deauthorize").status == 503
    assert app.get("/api/v4/matters").status == 503
    assert app.get("/api/v4/users/who_am_i").status == 503
    assert app.clio.stats()["faults"] == 5
    assert app.clio.fault("revoke:503") == ["revoke:503"]


# Control.


def test_faults_come_in_their_order_and_can_be_taken_back(app):
    assert app.clio.fault("token:503:2", "token:500") == ["token:503:2", "token:500"]
    assert [app.refresh("x").status for _ in range(3)] == [503, 503, 500]
    assert app.clio.control("GET", "faults") == {"faults": ["token:500"]}
    app.clio.clear_faults()
    assert app.refresh("x").status == 400


@pytest.mark.parametrize(
    "method, name, body, status",
    [
        ("POST", "faults", {"fault": "token:nonsense"}, 400),
        ("POST", "faults", {"faults": ["token:503", "api:notoken"]}, 400),
        ("POST", "faults", {"faults": []}, 400),
        ("POST", "faults", [1], 400),
        ("POST", "revoke", {"grant": "g99"}, 404),
        ("POST", "revoke", {}, 400),
        ("POST", "user", {"id": 99}, 400),
        ("POST", "user", {"id": "42"}, 400),
        ("GET", "nothing", None, 404),
        ("DELETE", "stats", None, 404),
    ],
    ids=str,
)
def test_control_refuses_what_it_does_not_know(app, method, name, body, status):
    answer = ask(method, f"{app.clio.base_url}/_sandbox/{name}", json_body=body)
    assert answer.status == status
    assert answer.json()["error"]
    assert app.clio.control("GET", "faults") == {"faults": []}


def test_control_takes_json_only(app):
    answer = ask("POST", f"{app.clio.base_url}/_sandbox/faults", form={"fault": "token:503"})
    assert answer.status == 400
    assert "line 1, column" in answer.json()["error"]


def test_grants_can_be_ended_and_tokens_expired(app):
    one, other = app.log_in(), app.log_in()
    app.clio.revoke("g1")
    assert app.get("/api/v4/matters", one["access_token"]).status == 401
    assert app.get("/api/v4/matters", other["access_token"]).status == 200
    first, second = app.clio.grants()
    assert (first["alive"], first["refresh_token"], first["access_tokens"]) == (False, None, [])
    assert (second["alive"], second["refresh_token"]) == (True, other["refresh_token"])
    app.clio.expire()
    assert app.get("/api/v4/matters", other["access_token"]).status == 401
    assert app.refresh(other["refresh_token"]).status == 200
    app.clio.revoke_all()
    assert not any(grant["alive"] for grant in app.clio.grants())


def test_auto_approve_speaks_for_the_user_of_choice(app):
    app.clio.sign_in_as(43)
    token = app.log_in()["access_token"]
    assert app.get("/api/v4/users/who_am_i.json?fields=id", token).json() == {"data": {"id": 43}}
    app.clio.reset()
    assert app.clio.grants() == []
    app.log_in()
    assert app.clio.grants()[0]["user"] == 42


def test_stats_tell_what_was_asked_and_when(app):
    began = time.time() * 1000
    tokens = app.log_in()
    app.clio.fault("token:503:1")
    app.refresh(tokens["refresh_token"])
    app.refresh(tokens["refresh_token"])
    app.token_request(grant_type="password")
    stats = app.clio.stats()
    assert stats["requests"] == {"authorize": 1, "token": 4, "deauthorize": 0, "revoke": 0, "api": 0, "who_am_i": 0}
    assert stats["grant_types"] == {"authorization_code": 1, "refresh_token": 2}
    assert stats["refreshes"] == {"g1": 1}
    told = [(entry["grant_type"], entry["grant"], entry["status"]) for entry in stats["token_requests"]]
    assert told == [("authorization_code", "", 200), ("refresh_token", "g1", 503), ("refresh_token", "g1", 200),
                    ("", "", 400)]
    times = [entry["at_ms"] for entry in stats["token_requests"]]
    assert times == sorted(times)
    assert began - 1 <= times[0] <= times[-1] <= time.time() * 1000 + 1


def test_one_connection_serves_many_requests(app):
    tokens = app.log_in()
    connection = http.client.HTTPConnection(app.clio.base_url.removeprefix("http://"), timeout=10)
    for _ in range(200):
        connection.request("GET", "/api/v4/matters", headers={"Authorization": f"Bearer {tokens['access_token']}"})
        answer = connection.getresponse()
        assert (answer.status, bool(answer.read())) == (200, True)
    connection.close()
