# SPDX-License-Identifier: Apache-2.0
"""clio-sandbox plays Clio as Clio is known to be: what it grants, what it refuses, and in which words."""

import re
import threading

import pytest
from support.integrator import CHALLENGE, REDIRECT_URI, VERIFIER, Integrator, basic, bearer, query_of
from support.sandbox import Sandbox, consent_of, http


@pytest.fixture(scope="module")
def manage():
    with Sandbox(auto_approve=False, any_loopback_redirect=False) as clio:
        yield Integrator(clio)


@pytest.fixture(scope="module")
def platform():
    with Sandbox("--product", "platform", auto_approve=False, any_loopback_redirect=False) as clio:
        yield Integrator(clio)


def started(*options, **named):
    return Sandbox(*options, **named)


# Authorization.


def test_consent_page_asks_and_loads_nothing(manage):
    page = http("GET", manage.authorization_url())
    assert page.status == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Frame-Options"] == "DENY"
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:5678;" in policy + ";"
    for element in ('id="allow"', 'id="decline"', "Jane Doe", "John Roe", manage.clio.client_id):
        assert element in page.text
    assert not re.search(r"(src|href)=|url\(|@import|<script", page.text)


def test_allow_gives_a_code_and_the_state_as_it_was(manage):
    state = "a b&c=d/ä"
    redirected = manage.clio.authorize(manage.authorization_url(state=state), allow=True)
    assert redirected.startswith(REDIRECT_URI + "?code=")
    assert query_of(redirected)["state"] == state


def test_without_state_none_comes_back(manage):
    assert set(query_of(manage.clio.authorize(manage.authorization_url(state=None)))) == {"code"}


def test_decline_redirects_when_asked_to(manage):
    redirected = manage.clio.authorize(manage.authorization_url(redirect_on_decline="true"), allow=False)
    assert query_of(redirected) == {"error": "access_denied", "state": "s1"}


def test_decline_shows_a_page_otherwise(manage):
    consent = consent_of(http("GET", manage.authorization_url()).text)
    form = {"consent": consent, "decision": "decline", "user": "42"}
    page = http("POST", f"{manage.clio.base_url}/oauth/authorize", form=form)
    assert (page.status, page.headers["Location"]) == (200, None)
    assert "declined" in page.text


def test_platform_always_redirects_a_decline(platform):
    redirected = platform.clio.authorize(platform.authorization_url(), allow=False)
    assert query_of(redirected) == {"error": "access_denied", "state": "s1"}


def test_the_person_chooses_the_user(manage):
    token = manage.log_in(user_id=43)["access_token"]
    answer = manage.get("/api/v4/users/who_am_i.json?fields=name", token)
    assert answer.json() == {"data": {"name": "John Roe"}}


def test_a_consent_form_works_once_from_its_own_page_only(manage):
    url = f"{manage.clio.base_url}/oauth/authorize"
    form = {"consent": consent_of(http("GET", manage.authorization_url()).text), "decision": "allow", "user": "42"}
    for origin in ("http://evil.example", "null"):
        assert http("POST", url, form=form, headers={"Origin": origin}).status == 403
    assert http("POST", url, form=form | {"consent": "guessed"}).status == 400
    assert http("POST", url, form=form | {"decision": "maybe"}).status == 400
    assert http("POST", url, form=form | {"user": "99"}).status == 400
    assert http("POST", url, form=form, headers={"Origin": manage.clio.base_url}).status == 303
    assert http("POST", url, form=form).status == 400


@pytest.mark.parametrize(
    "parameters",
    [
        {"client_id": "unknown"},
        {"client_id": None},
        {"redirect_uri": None},
        {"redirect_uri": "http://127.0.0.1:5679/callback"},
        {"redirect_uri": REDIRECT_URI + "/"},
        {"redirect_uri": "http://localhost:5678/callback"},
        {"redirect_uri": "http://evil.example/<script>"},
    ],
    ids=str,
)
def test_who_cannot_be_trusted_is_not_redirected_to(manage, parameters):
    page = http("GET", manage.authorization_url(**parameters))
    assert (page.status, page.headers["Location"]) == (400, None)
    assert "<script>" not in page.text


@pytest.mark.parametrize(
    "parameters, error",
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"code_challenge": CHALLENGE}, "invalid_request"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
    ],
    ids=str,
)
def test_other_errors_go_to_the_client(manage, parameters, error):
    answer = http("GET", manage.authorization_url(**parameters))
    assert answer.status == 302
    query = query_of(answer.headers["Location"])
    assert (query["error"], query["state"]) == (error, "s1")


@pytest.mark.parametrize("scope", [None, "", "delete", "read delete"])
def test_platform_needs_a_scope_of_its_own(platform, scope):
    answer = http("GET", platform.authorization_url(scope=scope))
    assert query_of(answer.headers["Location"])["error"] == "invalid_scope"


def test_approval_page_shows_the_code(manage):
    redirect_uri = f"{manage.clio.base_url}/oauth/approval"
    shown = manage.clio.authorize(manage.authorization_url(redirect_uri=redirect_uri))
    page = http("GET", shown)
    code = re.search(r'<code id="code">(\w+)</code>', page.text)[1]
    assert manage.exchange(code, redirect_uri=redirect_uri).status == 200
    assert "<b>" not in http("GET", f"{redirect_uri}?code=%3Cb%3E").text


# Tokens.


def test_manage_keeps_the_refresh_token(manage):
    answer = manage.exchange(manage.code())
    first = answer.json()
    assert list(first) == ["token_type", "access_token", "expires_in", "refresh_token"]
    assert (first["token_type"], first["expires_in"]) == ("bearer", 2592000)
    assert re.fullmatch(r"[0-9A-Za-z]{40}", first["access_token"])
    assert answer.headers["Cache-Control"] == "no-store"
    for _ in range(3):
        again = manage.refresh(first["refresh_token"]).json()
        assert list(again) == ["token_type", "access_token", "expires_in"]
        assert manage.get("/api/v4/matters", again["access_token"]).status == 200


def test_platform_rotates_and_reuse_ends_the_grant(platform):
    first = platform.log_in()
    assert first["expires_in"] == 86400
    second = platform.refresh(first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert platform.get("/grow/matters", second["access_token"]).status == 200
    assert platform.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
    assert platform.refresh(second["refresh_token"]).json()["error"] == "invalid_grant"
    assert platform.get("/grow/matters", second["access_token"]).status == 401
    assert platform.clio.stats()["reuses"] == 1
    assert platform.clio.grants()[-1]["ended_by"] == "refresh token reused"


def test_reuse_may_be_let_pass():
    with started("--rotation", "single_use", "--reuse-kills-grant", "off") as clio:
        app = Integrator(clio)
        first = app.log_in()
        second = app.refresh(first["refresh_token"]).json()
        assert app.refresh(first["refresh_token"]).status == 400
        assert app.refresh(second["refresh_token"]).status == 200


def test_a_code_works_once_and_reuse_ends_its_grant(manage):
    code = manage.code()
    token = manage.exchange(code).json()["access_token"]
    assert manage.exchange(code).json()["error"] == "invalid_grant"
    assert manage.get("/api/v4/matters", token).status == 401


def test_a_mismatch_of_redirect_uri_is_a_bare_invalid_grant(manage):
    answer = manage.exchange(manage.code(), redirect_uri=REDIRECT_URI + "/")
    assert (answer.status, answer.json()) == (400, {"error": "invalid_grant"})


@pytest.mark.parametrize("verifier, status", [(VERIFIER, 200), ("x" * 43, 400), (CHALLENGE, 400), (None, 400)])
def test_a_challenge_is_verified(manage, verifier, status):
    code = manage.code(code_challenge=CHALLENGE, code_challenge_method="S256")
    assert manage.exchange(code, code_verifier=verifier).status == status


def test_a_verifier_without_a_challenge_is_refused(manage):
    assert manage.exchange(manage.code(), code_verifier=VERIFIER).status == 400


def test_pkce_can_be_required():
    with started("--require-pkce") as clio:
        app = Integrator(clio)
        assert query_of(clio.authorize(app.authorization_url()))["error"] == "invalid_request"
        code = app.code(code_challenge=CHALLENGE, code_challenge_method="S256")
        assert app.exchange(code, code_verifier=VERIFIER).status == 200


@pytest.mark.parametrize(
    "form, status, error",
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({}, 400, "invalid_request"),
        ({"grant_type": "refresh_token"}, 400, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x"}, 400, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "unknown"}, 400, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "x", "client_secret": "wrong"}, 401, "invalid_client"),
        ({"grant_type": "refresh_token", "refresh_token": "x", "client_secret": None}, 401, "invalid_client"),
        ({"grant_type": "refresh_token", "refresh_token": "x", "client_id": "unknown"}, 401, "invalid_client"),
    ],
    ids=str,
)
def test_token_requests_that_are_refused(manage, form, status, error):
    answer = manage.token_request(**form)
    assert (answer.status, answer.json()["error"]) == (status, error)
    assert answer.headers["Content-Type"].startswith("application/json")


def test_the_token_endpoint_takes_forms_by_post_only(manage):
    url = f"{manage.clio.base_url}/oauth/token"
    assert http("POST", url, json_body={"grant_type": "refresh_token"}).json()["error"] == "invalid_request"
    assert http("GET", url).status == 405


NOBODY = {"client_id": None, "client_secret": None}  # nothing in the body


def test_a_client_of_the_body_cannot_use_basic(manage):
    header = basic(**manage.credentials)
    tokens = manage.log_in()
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert manage.token_request(headers=header, **form, **NOBODY).status == 401
    assert manage.token_request(headers=header, **form).status == 401
    assert manage.token_request(**form).status == 200


def test_a_client_of_basic_cannot_use_the_body():
    with started("--client-auth", "basic") as clio:
        app = Integrator(clio)
        header = basic(**app.credentials)
        form = {"grant_type": "authorization_code", "code": app.code(), "redirect_uri": REDIRECT_URI}
        assert app.token_request(**form).status == 401
        assert app.token_request(headers=header, **form).status == 401
        for wrong in (basic(clio.client_id, "wrong"), {"Authorization": "Basic !"}, {"Authorization": "Basic"}):
            assert app.token_request(headers=wrong, **form, **NOBODY).status == 401
        assert app.token_request(headers=header, **form, **NOBODY).status == 200


def test_tokens_can_have_a_prefix():
    with started("--token-format", "prefixed") as clio:
        assert re.fullmatch(r"[0-9]+-[0-9A-Za-z]{34,40}", Integrator(clio).log_in()["access_token"])


def test_access_tokens_expire():
    with started("--expires-in", "1") as clio:
        app = Integrator(clio)
        token = app.log_in()
        assert token["expires_in"] == 1
        gone = threading.Event()
        while app.get("/api/v4/matters", token["access_token"]).status == 200:
            gone.wait(0.05)
        assert app.refresh(token["refresh_token"]).status == 200


# The end of a grant.


def test_deauthorize_ends_a_manage_grant(manage):
    url = f"{manage.clio.base_url}/oauth/deauthorize"
    tokens = manage.log_in()
    token = tokens["access_token"]
    assert http("POST", url, form={"token": token}).status == 401
    assert http("POST", url, form={"token": "other"}, headers=bearer(token)).status == 400
    answer = http("POST", url, form={"token": token}, headers=bearer(token))
    assert (answer.status, answer.body) == (200, b"")
    assert manage.get("/api/v4/matters", token).status == 401
    assert manage.refresh(tokens["refresh_token"]).status == 400
    assert http("POST", url, form={"token": token}, headers=bearer(token)).json()["error"] == "invalid_token"


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_revoke_ends_a_platform_grant(platform, kind):
    url = f"{platform.clio.base_url}/oauth/revoke"
    tokens = platform.log_in()
    assert http("POST", url, form={"token": tokens[kind]}).status == 401
    assert http("POST", url, form=platform.credentials | {"token": tokens[kind]}).status == 401
    header = basic(**platform.credentials)
    for token in (tokens[kind], "unknown"):
        answer = http("POST", url, form={"token": token}, headers=header)
        assert (answer.status, answer.body) == (200, b"")
    assert platform.get("/grow/matters", tokens["access_token"]).status == 401
    assert platform.refresh(tokens["refresh_token"]).status == 400


def test_each_product_ends_grants_in_its_own_way(manage, platform):
    assert http("POST", f"{manage.clio.base_url}/oauth/revoke").status == 404
    assert http("POST", f"{platform.clio.base_url}/oauth/deauthorize").status == 404
