# SPDX-License-Identifier: Apache-2.0
"""The real cliod leaves no secrets in its memory, whatever it has just done."""

import base64
import signal
from urllib.parse import parse_qs, urlsplit

import pytest
from support.backups import back_up_and_restore
from support.data_key import (
    data_key, key_of_file, key_of_passphrase, key_of_recovery, recovery_secret, secret_half
)
from support.memory_scan import Masked, MemoryImage, wait_until_idle
from support.other_user import request_as
from support.programs import SANITIZED, until
from support.sandbox import http
from test_keys import rotated

pytestmark = pytest.mark.skipif(SANITIZED, reason="sanitizers keep freed memory, and copies of what they have seen")

KEPT = "data key"  # what the daemon holds open, unless it is locked: once, in locked memory that can only be read
ARENA = 1 << 20  # bytes of locked memory for secrets in use
LOCKED = {"locked", "wrong unlock", "locked again"}


def image_of(stage):
    """When the daemon is idle."""
    wait_until_idle(stage.daemon.process.pid)
    try:
        return MemoryImage(stage.daemon.process.pid)
    except PermissionError as refused:
        pytest.skip(f"nobody may look into cliod here: {refused}")


class Scan:
    """Every secret that came up so far, by its kind, and how often it was found in each state."""

    def __init__(self, stage):
        self.stage = stage
        self.secrets = {}
        self.rows = []  # (state, {kind: (copies in memory that can be written to, copies kept)})
        self.add("client secret", stage.clio.client_secret)
        self.add_slot_key(key_of_file(stage.daemon.state_dir))
        self.note_data_key()

    def add(self, kind, *secrets):
        known = self.secrets.setdefault(kind, [])
        for secret in secrets:
            plain = secret.encode() if isinstance(secret, str) else secret
            if not any(masked.is_of(plain) for masked in known):
                known.append(Masked(plain))

    def add_slot_key(self, key):
        self.add("slot key", key, key.hex(), secret_half(key))

    def note_data_key(self):
        self.add(KEPT, data_key(self.stage.daemon.state_dir))

    def note_tokens(self):
        for grant in self.stage.clio.grants():
            self.add("access token", *(alive["access_token"] for alive in grant["access_tokens"]))
            self.add("refresh token", *filter(None, [grant["refresh_token"]]), *grant["spent_refresh_tokens"])

    def look(self, state):
        self.note_tokens()
        image = image_of(self.stage)
        counts = {
            kind: tuple(sum(secret.count_in(part) for secret in secrets) for part in (image.writable, image.kept))
            for kind, secrets in self.secrets.items()
        }
        self.rows.append((state, counts))

    def faults(self):
        """Every (state, kind, copies) that should not be."""
        for state, counts in self.rows:
            for kind, copies in counts.items():
                if copies != (0, int(kind == KEPT and state not in LOCKED)):
                    yield state, kind, copies

    def table(self):
        kinds = list(self.secrets)
        yield f"{'copies in memory':26}" + " ".join(f"{kind:>{_width(kind)}}" for kind in kinds)
        for state, counts in self.rows:
            yield f"{state:26}" + " ".join(f"{_cell(counts.get(kind)):>{_width(kind)}}" for kind in kinds)
        yield "in all memory that can be written to; + those in locked memory that can only be read"


def _width(kind):
    return max(len(kind), 6)


def _cell(copies):
    if copies is None:
        return ""
    writable, kept = copies
    return f"{writable} + {kept}" if kept else str(writable)


def login(stage, scan, account, app):
    begun = stage.begin_login(account, app=app)
    redirected = stage.consent(begun["authorization_url"])
    scan.add("code", parse_qs(urlsplit(redirected).query)["code"][0])
    assert http("GET", redirected).status == 200
    assert stage.login_ended(begun)["status"] == "done"


def refuse(stage, scan):
    """What is asked for without the right to it, and what makes no sense, each with a secret in its body."""
    for body in ({"passphrase": "of somebody without a right"}, {"recovery_key": "of somebody without a right"}):
        scan.add("refused secret", next(iter(body.values())))
        assert request_as(65533, stage.daemon.socket, "POST", "/v1/unlock", body) == 403
    for name, body in {
        "of a body that goes wrong": b'{"passphrase": "%s", "pin": 1}',
        "of a body that is not JSON": b'{"passphrase": "%s", ',
        "of a query which nobody reads": b'{"passphrase": "%s", "pass\\u0070hrase": {}}',
    }.items():
        scan.add("refused secret", name)
        assert stage.agent.post("/v1/unlock", body % name.encode()).code == "bad_request"
        assert stage.agent.put("/v1/apps/bad", body % name.encode()).code == "bad_request"


def backups(stage, scan):
    passphrase = "passphrase of a backup"
    scan.add("backup's passphrase", passphrase)
    for typed in (passphrase, None):
        begun, _ = back_up_and_restore(stage.agent, typed)
        scan.add("backup's key", begun["key"], base64.urlsafe_b64decode(begun["key"] + "="))
        if typed is None:
            recovery_key = begun["recovery_key"]
            scan.add("backup's passphrase", recovery_key, recovery_secret(recovery_key))
            scan.add("backup's key", key_of_recovery(recovery_key))


def test_no_secret_stays_in_memory(make_stage, capsys):
    passphrase, wrong = "correct horse battery staple", "wrong horse battery staple"
    with make_stage("--product", "platform", "--expires-in", "3600", refresh={"max_per_second": 1000}) as stage:
        image = image_of(stage)
        assert stage.clio.client_id.encode() in image.writable, "the scan does not see what is there"
        assert len(image.arena) >= ARENA, "secrets in use have no locked memory"
        agent = stage.agent
        scan = Scan(stage)
        scan.look("started")

        login(stage, scan, "smith-law", "firm")
        scan.look("logged in")
        app = stage.app(pkce=True, client_secret=stage.clio.client_secret)
        assert agent.put("/v1/apps/pkce", app).status == 204
        scan.look("app added")
        login(stage, scan, "jones", "pkce")
        scan.look("logged in with PKCE")
        for _ in range(3):
            for account in ("smith-law", "jones"):
                agent.token(account)
        scan.look("served")
        for _ in range(2):
            for account in ("smith-law", "jones"):
                assert agent.post(f"/v1/accounts/{account}/refresh").status == 200
                scan.note_tokens()
                agent.token(account)
        scan.look("refreshed")
        stage.clio.fault("token:retry_after:600:1")  # late enough for no look to meet the next attempt
        assert agent.post("/v1/accounts/smith-law/refresh").status == 503
        scan.look("refresh failed")
        refuse(stage, scan)
        scan.look("denied")
        backups(stage, scan)
        scan.look("backed up, restored")
        stage.daemon.process.send_signal(signal.SIGHUP)
        until(lambda: "configuration reloaded" in stage.daemon.log(), "it does not reload")
        scan.look("reloaded")

        scan.add("passphrase", passphrase)
        assert agent.post("/v1/keys", {"kind": "passphrase", "passphrase": passphrase}).status == 201
        recovery_key = agent.post("/v1/keys", {"kind": "recovery"}).json["recovery_key"]
        scan.add("recovery key", recovery_key, recovery_key.replace("-", ""), recovery_secret(recovery_key))
        scan.add_slot_key(key_of_recovery(recovery_key))
        scan.add_slot_key(key_of_passphrase(stage.daemon.state_dir, passphrase))
        scan.look("keys added")
        typed = {"passphrase": passphrase, "recovery_key": recovery_key}
        assert all(slot["opens"] for slot in agent.post("/v1/keys/test", typed).json["slots"])
        scan.look("keys tested")
        assert agent.post("/v1/lock").status == 204
        scan.look("locked")
        scan.add("wrong passphrase", wrong)
        assert agent.post("/v1/unlock", {"passphrase": wrong}).code == "forbidden"
        scan.look("wrong unlock")
        assert agent.post("/v1/unlock", {"passphrase": passphrase}).status == 204
        agent.token("jones")
        scan.look("unlocked")
        assert agent.post("/v1/keys/rotate").status == 202
        rotated(stage)
        scan.note_data_key()
        scan.look("data key rotated")
        assert agent.post("/v1/lock").status == 204
        scan.look("locked again")
        assert agent.post("/v1/unlock", {"recovery_key": recovery_key}).status == 204
        agent.token("jones")
        scan.look("unlocked by recovery key")
        stage.daemon.restart()
        agent.token("jones")
        scan.look("restarted")

    with capsys.disabled():
        print("", *scan.table(), sep="\n")
    assert not list(scan.faults())


def test_a_code_is_forgotten_once_it_was_sent(stage):
    """RFC 6749 section 4.1.2: it works once."""
    begun = stage.begin_login("smith-law")
    redirected = stage.consent(begun["authorization_url"])
    code = Masked(parse_qs(urlsplit(redirected).query)["code"][0].encode())
    stage.clio.fault("who_am_i:slow:3000:1")
    assert stage.agent.post(f"/v1/authorizations/{begun['id']}", {"redirected_url": redirected}).status == 202
    stage.clio.wait_for_stats(lambda stats: stats["requests"]["who_am_i"] == 1)
    assert code.count_in(image_of(stage).writable) == 0
    assert stage.agent.get(f"/v1/authorizations/{begun['id']}").json["status"] == "pending", "it looked too late"
    assert stage.login_ended(begun)["status"] == "done"


def test_what_is_dropped_of_a_refused_request_is_wiped(stage):
    secret = "at the end of a body that is too long"
    scan = Scan(stage)
    scan.add("refused secret", secret)
    body = b'{"pad": "%s", "passphrase": "%s"}' % (70000 * b"x", secret.encode())
    assert stage.agent.post("/v1/unlock", body).status == 413
    scan.look("dropped")
    assert not list(scan.faults())
