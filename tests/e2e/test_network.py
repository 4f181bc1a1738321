# SPDX-License-Identifier: Apache-2.0
"""The network as it is in offices: authorities of their own, proxies, and what a person is told when they are in the way."""

import base64
import contextlib
import shutil
from urllib.parse import urlsplit

import pytest
from support.network import Authority, Proxy, TlsFront
from support.programs import until


@pytest.fixture
def stage_behind_tls(make_stage, tmp_path):
    """Makes a Stage whose token endpoint is behind TLS by `authority`; the front is at stage.front."""
    with contextlib.ExitStack() as stack:

        def make(authority, **sections):
            stage = make_stage("--expires-in", "3600", **sections)
            stage.front = stack.enter_context(TlsFront(authority, urlsplit(stage.clio.base_url).port))
            endpoints = stage.config["apps"]["firm"]["endpoints"] | {"token": f"{stage.front.url}/oauth/token"}
            stage.config["apps"]["firm"]["endpoints"] = endpoints
            stage.daemon.configure(stage.config)
            return stack.enter_context(stage)

        yield make


def refreshed(stage):
    return stage.agent.post("/v1/accounts/smith-law/refresh").status == 200


def test_the_authorities_are_read_again_when_they_change(stage_behind_tls, tmp_path):
    one, two = Authority(tmp_path, "one"), Authority(tmp_path, "two")
    trusted = tmp_path / "trusted.pem"
    shutil.copy(one.certificate, trusted)
    stage = stage_behind_tls(one, tls={"ca_file": str(trusted)})
    stage.login("smith-law")
    assert refreshed(stage)

    shutil.copy(two.certificate, trusted)
    answer = stage.agent.post("/v1/accounts/smith-law/refresh")
    assert (answer.status, answer.json["code"]) == (403, "needs_attention"), answer.body
    assert "tls.ca_file" in answer.json["detail"]
    facts = stage.agent.account("smith-law")
    assert facts["state"] == "needs_attention" and "certificate" in facts["reason"] and facts["next_step"]
    assert stage.agent.get("/v1/status").json["needs_attention"] == 1
    assert stage.agent.token("smith-law")["generation"] == 2, "its token lives, and is served"
    stage.clioctl("refresh", "smith-law", exit=8)

    shutil.copy(one.certificate, trusted)
    assert refreshed(stage)
    assert stage.agent.account("smith-law")["state"] == "ready"
    told = [event for event in ("needs_attention", "recovered") if event in stage.daemon.log()]
    assert told == ["needs_attention", "recovered"]


@pytest.mark.parametrize("credentials", [None, "firm:p%41:ss word"])
def test_a_proxy_is_passed_by_a_tunnel(stage_behind_tls, tmp_path, credentials):
    authority = Authority(tmp_path, "office")
    encoded = base64.b64encode(credentials.encode()).decode() if credentials else None
    secret = tmp_path / "proxy.secret"
    secret.touch(mode=0o600)
    secret.write_text(f"{credentials}\n")
    with Proxy(encoded) as proxy:
        settings = {"url": proxy.url} | ({"credentials": {"file": str(secret)}} if credentials else {})
        stage = stage_behind_tls(authority, tls={"ca_file": str(authority.certificate)}, proxy=settings)
        stage.login("smith-law")
        assert refreshed(stage)
        assert len(proxy.requests) == 2
        assert all(head.startswith(f"CONNECT localhost:{stage.front.port} HTTP/1.1\r\n") for head in proxy.requests)


def test_a_proxy_comes_from_the_environment_and_goes_with_a_reload(stage_behind_tls, tmp_path):
    authority = Authority(tmp_path, "office")
    trust = {"ca_file": str(authority.certificate)}
    with Proxy() as proxy:
        stage = stage_behind_tls(authority, tls=trust, proxy="environment")
        stage.login("smith-law")
        stage.daemon.stop()
        stage.daemon.environment["HTTPS_PROXY"] = proxy.url
        stage.daemon.start()
        assert refreshed(stage) and len(proxy.requests) == 1

        stage.daemon.configure(stage.config | {"proxy": "http://127.0.0.1:1"})
        stage.daemon.reload()
        answer = stage.agent.post("/v1/accounts/smith-law/refresh")
        assert answer.status == 503 and "127.0.0.1" in answer.json["detail"], answer.body
        stage.config.pop("proxy")
        stage.daemon.configure(stage.config)
        stage.daemon.reload()
        assert refreshed(stage) and len(proxy.requests) == 1


def test_a_proxy_that_is_set_and_not_used_is_named(make_stage):
    stage = make_stage("--expires-in", "3600")
    stage.config["apps"]["firm"]["endpoints"]["token"] = "https://clio.invalid/oauth/token"
    stage.daemon.configure(stage.config)
    stage.daemon.environment["HTTPS_PROXY"] = "http://127.0.0.1:9"
    with stage:
        login = stage.begin_login("smith-law")
        stage.agree(login["authorization_url"])
        assert "HTTPS_PROXY is set, but not used" in stage.login_ended(login)["detail"]


@pytest.mark.parametrize("fault", ["401", "nasty_description"])
def test_what_a_person_must_put_right_is_no_matter_of_waiting(stage, fault):
    stage.login("smith-law")
    stage.clio.fault(f"token:{fault}:1000")
    answer = stage.agent.post("/v1/accounts/smith-law/refresh")
    assert (answer.status, answer.json["code"]) == (403, "needs_attention"), answer.body
    facts = stage.agent.account("smith-law")
    assert facts["state"] == "needs_attention" and facts["next_step"] == "clioctl app check firm"
    assert "in need of attention" in stage.clioctl("status").stdout
    assert stage.agent.token("smith-law")["generation"] == 1

    stage.clio.clear_faults()
    stage.daemon.configure(stage.config | {"apps": {"firm": stage.app(scope="read")}})
    stage.daemon.reload()
    until(lambda: stage.agent.account("smith-law")["state"] == "ready", "it does not try again")


def test_a_clock_that_is_far_off_is_told(stage):
    stage.login("smith-law")
    stage.clio.fault("token:old_date:1")
    assert refreshed(stage)
    facts = stage.agent.account("smith-law")
    assert facts["state"] == "needs_attention" and "days ahead of" in facts["reason"]
    assert refreshed(stage)
    assert stage.agent.account("smith-law")["state"] == "ready"
