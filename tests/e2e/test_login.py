# SPDX-License-Identifier: Apache-2.0
"""Logging in by the authorization code grant, and what may go wrong in the browser."""

import contextlib
import html
import socket
import ssl
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from support.programs import until
from support.sandbox import http
from support.stage import free_port


def exchanges(stage):
    return stage.clio.stats()["grant_types"].get("authorization_code", 0)


def altered(url, **changes):
    """The URL with other parameters; None takes one away."""
    parts = urlsplit(url)
    query = {**dict(parse_qsl(parts.query)), **changes}
    return parts._replace(query=urlencode({k: v for k, v in query.items() if v is not None})).geturl()


def test_login_gives_a_token_that_works(stage):
    ended = stage.login("smith-law")
    assert ended["account"] == "smith-law"
    token = stage.agent.token("smith-law")
    assert token["generation"] == 1
    assert 3500 < token["expires_in"] <= 3600
    who = http("GET", token["api_base"] + "/users/who_am_i.json?fields=id,name,email",
               headers={"Authorization": f"Bearer {token['access_token']}"})
    assert who.status == 200
    facts = stage.agent.account("smith-law")
    assert (facts["state"], facts["reason"], facts["app"]) == ("ready", "", "firm")
    assert facts["user"] == who.json()["data"]


def test_the_authorization_url_asks_as_clio_wants_it(make_stage):
    with make_stage("--expires-in", "3600", app={"pkce": True}) as stage:
        first = parse_qs(urlsplit(stage.begin_login("a")["authorization_url"]).query)
        second = parse_qs(urlsplit(stage.begin_login("b")["authorization_url"]).query)
        assert first["response_type"] == ["code"]
        assert first["client_id"] == [stage.clio.client_id]
        assert first["redirect_uri"] == [stage.redirect_uri]
        assert first["redirect_on_decline"] == ["true"]
        assert first["code_challenge_method"] == ["S256"]
        assert "client_secret" not in first
        assert len(first["state"][0]) >= 22  # 128 bits
        assert first["state"] != second["state"]
        assert first["code_challenge"] != second["code_challenge"]


def test_the_page_in_the_browser_tells_nothing_and_loads_nothing(stage):
    login = stage.begin_login("smith-law")
    redirected = stage.consent(login["authorization_url"])
    page = http("GET", redirected)
    assert page.status == 200
    code = parse_qs(urlsplit(redirected).query)["code"][0]
    stage.login_ended(login)
    token = stage.agent.token("smith-law")["access_token"]
    for secret in (code, token, stage.clio.client_secret):
        assert secret not in page.text
    assert "src=" not in page.text and "http://" not in page.text and "https://" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["X-Content-Type-Options"] == "nosniff"


def test_declined_by_the_user(make_stage):
    with make_stage(auto_approve=False) as stage:
        login = stage.begin_login("smith-law")
        page = stage.agree(login["authorization_url"], allow=False)
        ended = stage.login_ended(login)
        assert (ended["status"], ended["error"]) == ("failed", "access_denied")
        assert ended["detail"]
        assert "declined" in page.text.lower()
        assert stage.agent.get("/v1/accounts").json == {"accounts": []}
        assert exchanges(stage) == 0


@pytest.mark.parametrize("changes", [
    {"state": "x" * 43},
    {"state": ""},
    {"state": None},
    {"code": None},
    {"code": ""},
], ids=["wrong state", "empty state", "no state", "no code", "empty code"])
def test_a_redirect_that_is_not_ours_is_never_exchanged(stage, changes):
    login = stage.begin_login("smith-law")
    redirected = stage.consent(login["authorization_url"])
    page = http("GET", altered(redirected, **changes))
    assert page.status >= 400
    state = stage.agent.get(f"/v1/authorizations/{login['id']}").json
    assert state["status"] == "pending", state
    assert exchanges(stage) == 0
    assert http("GET", redirected).status == 200
    assert stage.login_ended(login)["status"] == "done"


@pytest.mark.parametrize("path", ["/", "/favicon.ico", "/callback/", "/callbackx", "/CALLBACK", "//callback"])
def test_another_path_is_an_error_page(stage, path):
    login = stage.begin_login("smith-law")
    redirected = stage.consent(login["authorization_url"])
    assert http("GET", urlsplit(redirected)._replace(path=path).geturl()).status == 404
    assert stage.agent.get(f"/v1/authorizations/{login['id']}").json["status"] == "pending"
    assert exchanges(stage) == 0


def test_another_method_than_get_is_refused(stage):
    login = stage.begin_login("smith-law")
    redirected = stage.consent(login["authorization_url"])
    assert http("POST", redirected).status in (404, 405)
    assert stage.agent.get(f"/v1/authorizations/{login['id']}").json["status"] == "pending"


def test_a_second_redirect_is_not_exchanged_again(make_stage):
    # The answer to the first is slow, so that the listener is still there for the second.
    with make_stage("--expires-in", "3600", "--fault", "token:slow:1500:1") as stage:
        login = stage.begin_login("smith-law")
        redirected = stage.consent(login["authorization_url"])
        parts = urlsplit(redirected)
        with socket.create_connection((parts.hostname, parts.port)) as first:
            first.sendall(f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
            stage.clio.wait_for_stats(lambda stats: stats["grant_types"].get("authorization_code", 0) == 1)
            second = http("GET", redirected)
            assert b" 200 " in first.recv(65536).split(b"\r\n")[0]
        assert second.status == 200 and "Signed in" in second.text
        assert stage.login_ended(login)["status"] == "done"
        for _ in range(3):  # a reload
            assert http("GET", redirected).text == second.text
        assert exchanges(stage) == 1


@pytest.mark.parametrize("mark", [{"Sec-Purpose": "prefetch"}, {"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"},
                                  {"X-Moz": "prefetch"}], ids=lambda mark: "".join(mark))
def test_a_browser_that_prepares_a_visit_spends_nothing(stage, mark):
    login = stage.begin_login("smith-law")
    assert http("GET", login["start_url"], headers=mark).status == 503
    assert http("GET", login["start_url"]).status == 303
    redirected = stage.consent(login["authorization_url"])
    assert http("GET", redirected, headers=mark).status == 503
    assert exchanges(stage) == 0
    assert http("GET", redirected).status == 200
    assert stage.login_ended(login)["status"] == "done"


@pytest.mark.parametrize("query, why", [
    ("code=abc%zz", "broken percent-encoding"), ("code=abcdefgh", "no state"), ("error=access_denied", "the error access_denied"),
    ("error=%3Cb%3Ecall+0800", "an unknown error"), ("code=abcdefgh&state=of-another", "another login"),
])
def test_an_answer_that_cannot_be_taken_is_told_to_everybody(stage, query, why):
    waiting = stage.clioctl.begin("login", "smith-law", "--no-browser")
    until(lambda: stage.agent.get("/v1/authorizations").json["authorizations"], "no login was begun")
    [login] = stage.agent.get("/v1/authorizations").json["authorizations"]
    page = http("GET", f"{stage.redirect_uri}?{query}")
    assert page.status == 400 and why in page.text and "The login is still open" in page.text
    assert "0800" not in page.text
    until(lambda: why in stage.daemon.log(), "the log does not say so")
    stage.agree(login["authorization_url"])
    out, err = waiting.communicate(timeout=60)
    assert waiting.returncode == 0 and why in err, out + err


def test_a_browser_that_comes_over_https_is_told_of(stage):
    login = stage.begin_login("smith-law")
    parts = urlsplit(stage.redirect_uri)
    with socket.create_connection((parts.hostname, parts.port)) as browser, pytest.raises(ssl.SSLError):
        ssl._create_unverified_context().wrap_socket(browser, server_hostname=parts.hostname)
    ended = stage.agent.get(f"/v1/authorizations/{login['id']}").json
    assert ended["status"] == "pending" and "came back over https" in ended["detail"]
    assert "came back over https" in stage.daemon.log()
    assert stage.agree(login["authorization_url"]).status == 200


def test_the_listener_is_there_only_during_a_login(stage):
    def listens():
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", urlsplit(stage.redirect_uri).port)) == 0

    assert not listens()
    login = stage.begin_login("smith-law")
    assert listens()
    assert stage.agent.delete(f"/v1/authorizations/{login['id']}").status == 204
    until(lambda: not listens(), "the listener stayed")
    assert stage.login_ended(login)["error"] == "cancelled"
    stage.login("smith-law")
    assert listens(), "the page is there for a browser that asks again"
    assert http("GET", stage.redirect_uri).status == 404


def test_pasted_url(stage):
    login = stage.begin_login("smith-law")
    redirected = stage.consent(login["authorization_url"])
    answer = stage.agent.post(f"/v1/authorizations/{login['id']}", {"redirected_url": redirected})
    assert answer.status == 202
    assert stage.login_ended(login)["status"] == "done"
    assert stage.agent.token("smith-law")["generation"] == 1


def test_pasted_code(stage):
    login = stage.begin_login("smith-law")
    code = parse_qs(urlsplit(stage.consent(login["authorization_url"])).query)["code"][0]
    answer = stage.agent.post(f"/v1/authorizations/{login['id']}", {"redirected_url": f"  {code}\n"})
    assert answer.status == 202
    assert stage.login_ended(login)["status"] == "done"


@pytest.mark.parametrize("pasted", ["https://app.clio.com/oauth/approval", "http://127.0.0.1/callback?code=abcdefgh&state=wrong",
                                    "two words", "http://127.0.0.1/callback?state=only", "\x00"])
def test_pasted_nonsense_leaves_the_login_open(stage, pasted):
    login = stage.begin_login("smith-law")
    answer = stage.agent.post(f"/v1/authorizations/{login['id']}", {"redirected_url": pasted})
    assert (answer.status, answer.code) == (400, "bad_request")
    assert stage.agent.get(f"/v1/authorizations/{login['id']}").json["status"] == "pending"
    assert exchanges(stage) == 0


def test_the_port_is_taken(stage):
    port = urlsplit(stage.redirect_uri).port
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", port))
        squatter.listen()
        answer = stage.agent.post("/v1/authorizations", {"account": "smith-law"})
        assert (answer.status, answer.code) == (409, "conflict")
        assert f"127.0.0.1:{port}" in answer.json["detail"]
    stage.login("smith-law")


def test_two_logins_share_the_listener_or_the_second_is_told_why(stage):
    first = stage.begin_login("a")
    answer = stage.agent.post("/v1/authorizations", {"account": "b"})
    if answer.status == 201:
        for login in (answer.json, first):
            assert stage.agree(login["authorization_url"]).status == 200
            assert stage.login_ended(login)["status"] == "done"
    else:
        assert (answer.status, answer.code) == (409, "conflict")


def test_another_clio_user_needs_replace_user(stage):
    stage.login("smith-law")
    before = stage.agent.account("smith-law")
    token = stage.agent.token("smith-law")["access_token"]
    stage.clio.sign_in_as(other_user(stage, before["user"]["id"]))
    login = stage.begin_login("smith-law")
    page = stage.agree(login["authorization_url"])
    ended = stage.login_ended(login)
    assert (ended["status"], ended["error"]) == ("failed", "user_mismatch")
    assert page.status >= 400
    assert stage.agent.account("smith-law") == before
    assert stage.agent.token("smith-law")["access_token"] == token

    stage.login("smith-law", replace_user=True)
    after = stage.agent.account("smith-law")
    assert after["user"]["id"] != before["user"]["id"]
    assert after["generation"] > before["generation"]


def other_user(stage, user_id):
    return next(user["id"] for user in stage.clio.ready["users"] if user["id"] != user_id)


def test_logging_in_again_counts_the_generation_on(stage):
    stage.login("smith-law")
    stage.login("smith-law")
    assert stage.agent.token("smith-law")["generation"] == 2


@pytest.mark.parametrize("body, status, code", [
    ({"account": "smith law"}, 400, "bad_request"),
    ({"account": ""}, 400, "bad_request"),
    ({"account": "x" * 65}, 400, "bad_request"),
    ({"account": "../x"}, 400, "bad_request"),
    ({"account": ".."}, 400, "bad_request"),
    ({"account": 7}, 400, "bad_request"),
    ({}, 400, "bad_request"),
    ([], 400, "bad_request"),
    ({"account": "a", "app": "nosuch"}, 404, "not_found"),
    ({"account": "a", "unknown": 1}, 400, "bad_request"),
    ({"account": "a", "replace_user": "yes"}, 400, "bad_request"),
])
def test_a_login_that_cannot_begin(stage, body, status, code):
    answer = stage.agent.post("/v1/authorizations", body)
    assert (answer.status, answer.code) == (status, code)


def test_several_apps_must_be_told_apart(make_stage):
    stage = make_stage("--expires-in", "3600")
    stage.config["apps"]["second"] = stage.app()
    stage.daemon.configure(stage.config)
    with stage:
        answer = stage.agent.post("/v1/authorizations", {"account": "a"})
        assert (answer.status, answer.code) == (400, "bad_request")
        assert "app" in answer.json["detail"]
        stage.login("a", app="second")
        assert stage.agent.account("a")["app"] == "second"


def test_unknown_login(stage):
    for answer in (stage.agent.get("/v1/authorizations/nosuch"), stage.agent.get("/v1/authorizations/nosuch?wait=1"),
                   stage.agent.post("/v1/authorizations/nosuch", {"redirected_url": "x"})):
        assert (answer.status, answer.code) == (404, "not_found")


def test_waiting_for_a_login_ends_when_asked(stage):
    login = stage.begin_login("a")
    assert stage.agent.get(f"/v1/authorizations/{login['id']}?wait=1").json["status"] == "pending"


@pytest.mark.parametrize("fault", ["403:1", "503:2", "429:1", "lost:1"])
def test_clio_is_asked_again_who_logged_in(stage, fault):
    stage.login("smith-law")
    stage.clio.fault(f"who_am_i:{fault}")
    stage.login("smith-law")
    assert stage.agent.account("smith-law")["user"]["name"]
    assert stage.agent.token("smith-law")["generation"] == 2


def test_who_cannot_be_told_is_not_another(stage):
    stage.login("smith-law")
    before = stage.agent.account("smith-law")["user"]
    stage.clio.fault("who_am_i:403:100")
    login = stage.begin_login("smith-law")
    page = stage.agree(login["authorization_url"])
    waits = stage.agent.get(f"/v1/authorizations/{login['id']}").json
    assert (waits["status"], waits["error"]) == ("pending", "user_unknown")
    assert "Clio has not said who logged in (HTTP 403), and account smith-law belongs to" in waits["detail"]
    assert waits["detail"].split(";")[0] in html.unescape(page.text)
    assert stage.agent.token("smith-law")["generation"] == 1
    told = stage.clioctl("login", "--accept-unknown-user", "smith-law")
    assert "Logged in: smith-law" in told.stdout and "Clio did not say who logged in (HTTP 403)" in told.stderr
    assert stage.login_ended(login)["status"] == "done"
    assert stage.agent.account("smith-law")["user"] == before
    assert stage.agent.token("smith-law")["generation"] == 2


def test_the_grant_before_lives_on_and_the_person_hears_of_it(stage):
    stage.login("smith-law")
    ended = stage.login("smith-law")
    assert "the grant that the account had before lives on at Clio" in ended["detail"]
    assert "Settings > Apps" in ended["detail"]


def test_the_first_redirect_uri_whose_port_is_free_is_taken(make_stage):
    ports = [free_port() for _ in range(3)]
    uris = [f"http://127.0.0.1:{port}/callback" for port in ports]
    with make_stage("--expires-in", "3600", app={"redirect_uri": uris}) as stage:
        assert stage.agent.get("/v1/apps/firm").json["redirect_uris"] == uris
        for taken in range(4):
            with contextlib.ExitStack() as others:
                for port in ports[:taken]:
                    other = others.enter_context(socket.socket())
                    other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    other.bind(("127.0.0.1", port))
                    other.listen()
                if taken == 3:
                    answer = stage.agent.post("/v1/authorizations", {"account": "smith-law"})
                    assert answer.status == 409 and all(str(port) in answer.json["detail"] for port in ports)
                    continue
                login = stage.begin_login("smith-law")
                assert login["redirect_uri"] == uris[taken]
                assert stage.agree(login["authorization_url"]).status == 200
                stage.daemon.stop()  # so that its port is free for the next one
                stage.daemon.start()


def test_a_login_ends_with_the_clioctl_that_was_killed(stage):
    waiting = stage.clioctl.begin("login", "smith-law", "--no-browser")
    until(lambda: stage.agent.get("/v1/authorizations").json["authorizations"], "no login was begun")
    waiting.kill()
    waiting.communicate(timeout=60)
    until(lambda: not stage.agent.get("/v1/authorizations").json["authorizations"], "its login stays open")
    stage.login("jones")
