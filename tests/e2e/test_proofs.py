# SPDX-License-Identifier: Apache-2.0
"""What a program of the agent's own user can take out, and what asks for a person first."""

import http.server
import re
import signal
import threading

import pytest
from support.backups import PASSPHRASE, PLATFORM, WRONG, passphrases
from support.other_user import runs_as_another_user
from support.programs import until
from support.stage import Stage

AGENTS = "a long passphrase of the agent"


@pytest.fixture
def make_stage_in(contract, in_play):
    in_play.add(AGENTS)
    return lambda home, *options, **named: Stage(home / "stage", contract, in_play, *options, **named)


class Elsewhere:
    """A server that is not Clio, and notes what it is sent."""

    def __enter__(self):
        got = self.got = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                got.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(503)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        return self

    def __exit__(self, *_):
        self.server.shutdown()


def add_app(stage, region="us", **how):
    endpoints = stage.config["apps"]["firm"]["endpoints"] | how.pop("endpoints", {})
    named = [word for name, url in endpoints.items() for word in ("--endpoint", f"{name}={url}")]
    return stage.clioctl("app", "add", "added", "--product", "manage", "--region", region, "--client-id",
                         stage.clio.client_id, "--secret-file", "-", "--redirect-uri", stage.redirect_uri, *named,
                         *how.pop("options", []), stdin="\n".join([stage.clio.client_secret, *how.pop("typed", [])]), **how)


@runs_as_another_user
def test_a_program_of_the_same_user_takes_nothing_without_a_person(make_stage_in, home):
    with make_stage_in(home, *PLATFORM) as stage:
        stage.login("smith-law")
        assert "can take every grant" in stage.clioctl("status").stdout
        assert stage.agent.post("/v1/backups", {}).status == 201, "nobody could prove anything"
        stage.clioctl("key", "add", "passphrase", stdin=AGENTS)
        assert "opens the store without one" in stage.clioctl("status").stdout

        guarded = [("POST", "/v1/backups", {}), ("POST", "/v1/keys", {"kind": "recovery"}),
                   ("POST", "/v1/keys", {"kind": "passphrase", "passphrase": WRONG}), ("DELETE", "/v1/keys/1", None),
                   ("DELETE", "/v1/keys/2", None), ("PUT", "/v1/apps/added", stage.clio.app_json(stage.redirect_uri))]
        for method, target, body in guarded:
            answer = stage.agent.request(method, target, body)
            assert (answer.status, answer.code) == (403, "proof_required"), (target, answer.body)
            answer = stage.agent.request(method, f"{target}?proof=0123456789abcdef0123456789abcdef", body)
            assert (answer.status, answer.code) == (403, "proof_required"), (target, answer.body)
        # A key that it has made up itself is not that of a backup that a person wanted.
        key = "A" * 43
        for target, more in (("/v1/backups/records", {"copied": 0}), ("/v1/accounts/smith-law/move", {})):
            answer = stage.agent.post(target, {"key": key} | more)
            assert (answer.status, answer.code) == (403, "forbidden"), answer.body
        assert stage.agent.post("/v1/proofs", {"secret": WRONG}).status == 403
        proof = stage.agent.post("/v1/proofs", {"secret": AGENTS}).json["proof"]
        assert stage.agent.post(f"/v1/backups?proof={proof}", {}).status == 201
        assert stage.agent.post(f"/v1/backups?proof={proof}", {}).code == "proof_required", "it was good for one"
        assert stage.clioctl.json("show", "smith-law")["state"] == "ready"


def test_a_proof_is_given_for_a_key_of_a_person(make_stage):
    with make_stage() as stage:
        assert stage.agent.post("/v1/proofs", {"secret": AGENTS}).status == 409, "the store has no such key"
        stage.clioctl("key", "add", "passphrase", stdin=AGENTS)
        given = stage.agent.post("/v1/proofs", {"secret": AGENTS})
        assert given.status == 201 and re.fullmatch("[0-9a-f]{32}", given.json["proof"]), given.body


@runs_as_another_user
def test_a_person_is_asked(make_stage_in, home):
    with make_stage_in(home) as stage:
        stage.login("smith-law")
        stage.clioctl("key", "add", "passphrase", stdin=AGENTS)
        file = stage.daemon.home / "firm.backup"
        stage.clioctl("backup", str(file), stdin=f"{PASSPHRASE}\n{WRONG}\n", exit=5)
        assert not file.exists()
        stage.clioctl("backup", str(file), stdin=f"{PASSPHRASE}\n{AGENTS}\n")
        assert file.exists()
        recovery_key = stage.clioctl("key", "add", "recovery", stdin=AGENTS).stdout.strip()
        stage.clioctl("key", "remove", "1", stdin=recovery_key)
        assert "only a person or root" in stage.clioctl("status").stdout
        add_app(stage, typed=[AGENTS])
        stage.clioctl("restore", str(file), stdin=PASSPHRASE)


@runs_as_another_user
def test_no_grant_follows_its_app_elsewhere(make_stage_in, home):
    with Elsewhere() as elsewhere, make_stage_in(home, "--expires-in", "3600") as stage:
        add_app(stage)
        stage.login("smith-law", app="added")
        evil = {name: f"{elsewhere.url}/{name}" for name in ("token", "deauthorize", "api_base", "who_am_i")}
        for changes in ({"endpoints": evil}, {"endpoints": {"token": evil["token"]}}, {"region": "eu"}):
            refused = add_app(stage, exit=1, **changes)
            assert "smith-law" in refused.stderr, refused.stderr
        assert stage.clioctl.json("token", "smith-law")["api_base"].startswith(stage.clio.base_url)

        add_app(stage, endpoints=evil, options=["--replace-grants"])
        assert stage.clioctl.json("show", "smith-law")["state"] == "login_required"
        for command in (["token", "smith-law"], ["refresh", "smith-law"], ["refresh", "--revive", "smith-law"]):
            stage.clioctl(*command, exit=3)
        stage.clioctl("logout", "smith-law", exit=75)
        assert elsewhere.got == []
        add_app(stage)
        stage.clioctl("refresh", "smith-law")


def test_a_configuration_does_not_change_an_app_under_its_accounts(stage):
    with Elsewhere() as elsewhere:
        stage.login("smith-law")
        own = dict(stage.config["apps"]["firm"]["endpoints"])
        stage.config["apps"]["firm"]["endpoints"] = own | {"token": f"{elsewhere.url}/token"}
        stage.daemon.configure(stage.config)
        stage.daemon.process.send_signal(signal.SIGHUP)
        until(lambda: "not reloaded" in stage.daemon.log(), "the reload was not refused")
        assert "smith-law" in stage.daemon.log()
        stage.clioctl("refresh", "smith-law")

        stage.daemon.restart()
        reason = stage.clioctl.json("show", "smith-law")["reason"]
        assert "clioctl login smith-law" in reason, reason
        stage.clioctl("refresh", "smith-law", exit=3)
        stage.config["apps"]["firm"]["endpoints"] = own
        stage.daemon.configure(stage.config)
        stage.daemon.restart()
        assert stage.clioctl.json("refresh", "smith-law")["state"] == "ready"
        assert elsewhere.got == []
