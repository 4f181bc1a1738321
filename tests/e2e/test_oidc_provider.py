# SPDX-License-Identifier: Apache-2.0
"""The whole flow against an authorization server that is not ours: npm's oidc-provider, certified for OpenID Connect."""

import contextlib

import pytest
from support import oidc_provider
from support.oidc_provider import OidcProvider
from support.programs import until
from support.stage import free_port


@pytest.fixture(scope="module", autouse=True)
def installed():
    problem = oidc_provider.install()
    if problem:
        pytest.skip(f"npm cannot install oidc-provider:\n{problem}")


@pytest.fixture
def oidc(make_daemon, tmp_path, in_play):
    """Starts provider and daemon: `with oidc(rotate=…) as (provider, agent)`."""

    @contextlib.contextmanager
    def start(rotate, client_auth="basic", **settings):
        redirect_uri = f"http://127.0.0.1:{free_port()}/callback"
        secret = tmp_path / "secret"
        secret.touch(mode=0o600)
        secret.write_text(OidcProvider.CLIENT_SECRET)
        in_play.add(OidcProvider.CLIENT_SECRET)
        method = {"basic": "client_secret_basic", "body": "client_secret_post"}[client_auth]
        with OidcProvider(redirect_uri, rotate, method, **settings) as provider:
            app = {
                "product": "platform", "region": "us", "client_id": provider.CLIENT_ID,
                "client_secret": {"file": str(secret)}, "redirect_uri": redirect_uri, "scope": "openid offline_access",
                "rotation": "single_use" if rotate else "reusable", "client_auth": client_auth,
                "endpoints": provider.endpoints(),
            }
            daemon = make_daemon({"apps": {"other": app}}).start()
            yield provider, daemon
            in_play.add(*provider.secrets())
            daemon.stop()

    return start


def login(provider, agent):
    begun = agent.post("/v1/authorizations", {"account": "jane"}).json
    status, _ = provider.agree(begun["authorization_url"])
    ended = agent.get(f"/v1/authorizations/{begun['id']}?wait=30").json
    assert (status, ended["status"]) == (200, "done"), ended


@pytest.mark.parametrize("client_auth", ["basic", "body"])
@pytest.mark.parametrize("rotate", [True, False], ids=["rotating", "reusable"])
def test_login_refresh_restart_logout(oidc, rotate, client_auth):
    with oidc(rotate, client_auth) as (provider, daemon):
        agent = daemon.agent
        login(provider, agent)
        assert agent.account("jane")["user"] == {"id": 42, "name": "Jane Doe", "email": "jane@example.com"}
        tokens = {agent.token("jane")["access_token"]}
        for generation in (2, 3):
            assert agent.post("/v1/accounts/jane/refresh").json["generation"] == generation
            tokens.add(agent.token("jane")["access_token"])
        daemon.kill()
        daemon.start()
        assert agent.post("/v1/accounts/jane/refresh").json["generation"] == 4
        tokens.add(agent.token("jane")["access_token"])
        assert len(tokens) == 4
        assert agent.delete("/v1/accounts/jane?revoke=true").status == 204


@pytest.mark.parametrize("rotate", [True, False], ids=["rotating", "reusable"])
def test_refreshes_before_expiry(oidc, rotate):
    with oidc(rotate, expires_in=4) as (provider, daemon):
        login(provider, daemon.agent)
        until(lambda: daemon.agent.token("jane")["generation"] >= 3, "no refresh", within=20)
