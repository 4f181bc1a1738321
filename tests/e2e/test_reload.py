# SPDX-License-Identifier: Apache-2.0
"""SIGHUP: another configuration, taken whole or not at all."""

import contextlib
import os
import pty
import signal
import ssl
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from support.programs import PATIENCE, until
from test_keys import add_passphrase, unlock
from test_lock_races import together


@contextlib.contextmanager
def tls_server(certificate, key):
    """Answers every request with status 418; its URL."""

    class Teapot(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(418)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with ThreadingHTTPServer(("127.0.0.1", 0), Teapot) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"https://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def stage(make_stage, manager):
    """One whose daemon has the manager."""
    stage = make_stage("--expires-in", "3600")
    stage.daemon.environment["NOTIFY_SOCKET"] = manager.address
    with stage:
        manager.wait_for("READY")
        yield stage


@pytest.fixture
def reload(stage, manager):
    """Reloads the daemon with `config`, if there is one; returns the status line at the end of it."""

    def reload(config=None):
        if config is not None:
            stage.daemon.configure(config)
        before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        stage.daemon.process.send_signal(signal.SIGHUP)
        begun = manager.wait_for("RELOADING")
        assert begun.keys() == {"RELOADING", "MONOTONIC_USEC"}, "in one datagram"
        assert before <= int(begun["MONOTONIC_USEC"]) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        return manager.wait_for("READY")["STATUS"]

    return reload


def apps_of(stage):
    return stage.agent.get("/v1/apps").json["apps"]


def test_apps_come_and_change_and_go(stage, reload):
    stage.login("smith-law")
    changed = stage.app(scope="all")
    assert reload({"apps": {"firm": changed, "other": stage.app()}}).startswith("1 account, next refresh in ")
    apps = {app["name"]: app for app in apps_of(stage)}
    assert apps.keys() == {"firm", "other"} and apps["firm"]["scope"] == "all"
    assert "configuration reloaded" in stage.daemon.log()

    reload({"apps": {"other": stage.app()}})
    facts = stage.agent.account("smith-law")
    assert facts["generation"] == 1 and "firm is not registered" in facts["reason"]
    assert stage.agent.get("/v1/accounts/smith-law/token").status == 404
    reload(stage.config)
    assert stage.agent.token("smith-law")["generation"] == 1


def test_a_secret_is_read_again(stage, reload):
    stage.login("smith-law")
    right = stage.secret_file.read_text()
    stage.secret_file.write_text("it was mistyped here")
    reload()
    assert stage.agent.post("/v1/accounts/smith-law/refresh").status == 403
    stage.secret_file.write_text(right)
    reload()
    until(lambda: stage.agent.account("smith-law")["generation"] == 2, "the right secret is not tried")


BROKEN = {
    "a syntax error": (lambda stage: "{", "line 1, column 2"),
    "an unknown key": (lambda stage: '{"nonsense": 1}', "nonsense"),
    "a secret that is gone": (lambda stage: {"apps": {"firm": stage.app(client_secret={"file": "/no/such"})}}, "/no/such"),
    "a hook that is gone": (lambda stage: stage.config | {"hooks": {"on_login_required": ["/no/such"]}}, "/no/such"),
    "certificates that are gone": (lambda stage: stage.config | {"tls": {"ca_file": "/no/such"}}, "/no/such"),
    "another key": (lambda stage: stage.config | {"key": {"file": str(stage.secret_file)}}, "restart"),
    "a passphrase as the key": (lambda stage: stage.config | {"key": {"passphrase": True}}, "without a restart"),
    "another witness": (lambda stage: stage.config | {"witness": str(stage.daemon.home / "seen.db")}, "without a restart"),
    "no file": (lambda stage: None, "No such file"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_cannot_be_taken_changes_nothing(stage, reload, case):
    broken, told = BROKEN[case]
    config = broken(stage)
    if isinstance(config, dict):
        config = config | {"apps": config["apps"] | {"added": stage.app()}}
    stage.daemon.configure(config)
    status = reload()
    assert status.startswith("0 accounts; configuration not reloaded: ") and told in status
    assert told in stage.daemon.log().splitlines()[-1]
    assert [app["name"] for app in apps_of(stage)] == ["firm"]
    stage.login("smith-law")
    assert stage.agent.token("smith-law")["generation"] == 1

    status = reload(stage.config)
    assert "not reloaded" not in status


def test_a_hook_comes_with_a_reload(stage, reload, tmp_path):
    hook = tmp_path / "hook"
    hook.write_text(f"#!/bin/sh\n: > {tmp_path}/ran\n")
    hook.chmod(0o755)
    reload(stage.config | {"hooks": {"on_login_required": [str(hook)]}})
    stage.login("smith-law")
    stage.clio.revoke_all()
    stage.agent.post("/v1/accounts/smith-law/refresh")
    until((tmp_path / "ran").exists, "the hook is not run")


def test_the_pace_comes_with_a_reload(stage, reload):
    """One account after the other, and each at a third of its token's life."""
    names = ["smith-law", "jones-law", "young-law"]
    for name in names:
        stage.login(name)
    reload(stage.config | {"refresh": {"at_fraction": 0.3, "max_parallel": 1, "max_per_second": 1000}})
    stage.clio.fault("token:slow:300:3")
    answers = together(*[lambda name=name: stage.agent.post(f"/v1/accounts/{name}/refresh") for name in names])
    assert [answer.status for answer in answers] == [200] * 3
    assert stage.clio.stats()["most_token_requests_at_once"] == 1
    facts = stage.agent.account("smith-law")
    assert facts["refresh_at"] < facts["expires_at"] - 3600 / 2


def test_certificates_come_with_a_reload(stage, reload, tmp_path):
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
         "-subj", "/CN=Test", "-addext", "subjectAltName=IP:127.0.0.1", "-out", certificate, "-keyout", key],
        check=True, capture_output=True,
    )

    def detail():
        begun = stage.begin_login("smith-law", app="firm")
        state = parse_qs(urlsplit(begun["authorization_url"]).query)["state"][0]
        pasted = {"redirected_url": f"{stage.redirect_uri}?code=a-code&state={state}"}
        assert stage.agent.post(f"/v1/authorizations/{begun['id']}", pasted).status == 202
        return stage.login_ended(begun)["detail"]

    with tls_server(certificate, key) as url:
        endpoints = stage.config["apps"]["firm"]["endpoints"] | {"token": f"{url}/token"}
        config = stage.config | {"apps": {"firm": stage.app(endpoints=endpoints)}}
        reload(config)
        assert "certificate" in detail()
        reload(config | {"tls": {"ca_file": str(certificate)}})
        assert "certificate" not in (said := detail()) and "418" in said


def test_requests_are_served_through_reloads(stage, manager):
    stage.login("smith-law")
    for _ in range(20):
        stage.daemon.process.send_signal(signal.SIGHUP)
        assert stage.agent.token("smith-law")["generation"] == 1
        manager.wait_for("READY")


def test_an_app_of_the_configuration_takes_the_place_of_a_stored_one(stage, reload):
    def mine():
        return next(app for app in apps_of(stage) if app["name"] == "mine")

    assert stage.agent.put("/v1/apps/mine", stage.app(client_secret=stage.clio.client_secret)).status == 204
    assert (mine()["product"], mine()["source"]) == ("manage", "agent")
    reload(stage.config | {"apps": stage.config["apps"] | {"mine": stage.app(scope="all", product="platform")}})
    assert (mine()["product"], mine()["source"]) == ("platform", "configuration")
    reload(stage.config)
    assert (mine()["product"], mine()["source"]) == ("manage", "agent")


def test_what_a_locked_agent_takes_counts_once_it_is_unlocked(stage, reload, manager):
    stage.login("smith-law")
    assert add_passphrase(stage).status == 201
    assert stage.agent.post("/v1/lock").status == 204
    until(lambda: manager.wait_for("STATUS")["STATUS"] == "locked", "the status line does not say so")
    assert reload(stage.config | {"apps": {"other": stage.app()}}) == "locked"
    assert reload("{").startswith("locked; configuration not reloaded: ")
    stage.daemon.configure(stage.config | {"apps": {"other": stage.app()}})
    assert unlock(stage).status == 204
    assert [app["name"] for app in apps_of(stage)] == ["other"]
    assert "firm is not registered" in stage.agent.account("smith-law")["reason"]
    assert "not reloaded" not in manager.wait_for("STATUS")["STATUS"]
    reload(stage.config)
    assert stage.agent.token("smith-law")["generation"] == 1


def test_unlocking_takes_all_of_the_configuration(stage, tmp_path):
    """Without a reload: also what does not lie behind the lock."""
    stage.login("smith-law")
    assert add_passphrase(stage).status == 201
    assert stage.agent.post("/v1/lock").status == 204
    stage.daemon.configure(stage.config | {"hooks": {"on_login_required": ["/bin/sh", "-c", f": >{tmp_path}/ran"]}})
    assert unlock(stage).status == 204
    stage.clio.revoke_all()
    stage.agent.post("/v1/accounts/smith-law/refresh")
    until((tmp_path / "ran").exists, "the hook is not run")


def test_unlocking_takes_nothing_that_a_reload_would_refuse(stage, tmp_path):
    assert add_passphrase(stage).status == 201
    assert stage.agent.post("/v1/lock").status == 204
    stage.daemon.configure(stage.config | {"witness": str(tmp_path / "elsewhere")})
    refused = unlock(stage)
    assert refused.status == 400 and "restart" in refused.json["detail"], refused.body
    assert stage.agent.get("/v1/accounts").status == 423
    stage.daemon.configure(stage.config)
    assert unlock(stage).status == 204


def test_a_terminal_that_is_closed_ends_it(make_daemon):
    daemon = make_daemon()
    terminal, end = pty.openpty()
    cliod = subprocess.Popen(["setsid", "--ctty", *daemon.command()], env=daemon.environment, stdin=end, stdout=end, stderr=end)
    os.close(end)
    until(daemon.socket.exists, "cliod did not start")
    cliod.send_signal(signal.SIGHUP)  # not from the terminal: a reload
    assert daemon.agent.get("/v1/status").status == 200
    os.close(terminal)
    assert cliod.wait(PATIENCE) == 0
    assert not daemon.socket.exists()
