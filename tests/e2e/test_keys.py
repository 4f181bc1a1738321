# SPDX-License-Identifier: Apache-2.0
"""The lock, and the keys that open it."""

import contextlib
import http.client
import resource
import sqlite3
import threading

import pytest
from support.programs import until

PASSPHRASE = "correct horse battery staple"


def add_passphrase(stage, passphrase=PASSPHRASE):
    stage.in_play.add(passphrase)
    return stage.agent.post("/v1/keys", {"kind": "passphrase", "passphrase": passphrase})


def unlock(stage, passphrase=PASSPHRASE):
    return stage.agent.post("/v1/unlock", {"passphrase": passphrase})


def is_locked(stage):
    status = stage.agent.get("/v1/status").json["locked"]
    assert status == (stage.agent.get("/v1/accounts").status == 423)
    return status


def rotated(stage):
    until(lambda: not stage.agent.get("/v1/keys").json["rotating"], "the rotation never ends")


def test_lock_and_unlock(stage):
    stage.login("smith-law")
    before = stage.agent.token("smith-law")
    assert add_passphrase(stage).status == 201
    assert stage.agent.post("/v1/lock").status == 204
    assert is_locked(stage)
    assert stage.agent.get("/v1/accounts/smith-law/token").status == 423
    assert stage.agent.post("/v1/lock").status == 204
    assert unlock(stage, "wrong").code == "forbidden"
    assert is_locked(stage)
    assert unlock(stage).status == 204
    assert not is_locked(stage)
    assert stage.agent.token("smith-law")["access_token"] == before["access_token"]
    assert unlock(stage).status == 204
    assert unlock(stage, "wrong").code == "forbidden"
    assert not is_locked(stage)


def test_nothing_is_locked_that_nobody_could_unlock(stage):
    refused = stage.agent.post("/v1/lock")
    assert refused.code == "conflict" and "clioctl key add passphrase" in refused.json["detail"]
    assert not is_locked(stage)


def test_who_waits_is_told_of_the_lock(stage):
    """And the running refresh is completed: its answer has the only valid refresh token."""
    stage.login("smith-law")
    add_passphrase(stage)
    stage.clio.fault("token:slow:1500")
    asked = stage.clio.stats()["requests"]["token"]
    answers = []
    waiter = threading.Thread(target=lambda: answers.append(stage.agent.post("/v1/accounts/smith-law/refresh")))
    waiter.start()
    stage.clio.wait_for_stats(lambda stats: stats["requests"]["token"] == asked + 1)
    assert stage.agent.post("/v1/lock").status == 204
    waiter.join()
    assert answers[0].code == "locked"
    assert unlock(stage).status == 204
    account = stage.agent.account("smith-law")
    assert (account["state"], account["generation"]) == ("ready", 2)


def test_new_tokens_that_are_not_on_disk_hold_a_lock(stage):
    stage.login("smith-law")
    add_passphrase(stage)
    stage.clio.fault("token:slow:1500")
    asked = stage.clio.stats()["requests"]["token"]
    refresh = threading.Thread(target=lambda: stage.agent.post("/v1/accounts/smith-law/refresh"))
    refresh.start()
    stage.clio.wait_for_stats(lambda stats: stats["requests"]["token"] == asked + 1)
    # From here on the disk is full, for the agent alone.
    before = resource.prlimit(stage.daemon.process.pid, resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
    until(lambda: stage.agent.get("/v1/status").json["store_error"], "the tokens were stored")
    refused = stage.agent.post("/v1/lock")
    assert refused.code == "temporarily_unavailable"
    assert "new tokens cannot be written to disk" in refused.json["detail"]
    assert not is_locked(stage)
    resource.prlimit(stage.daemon.process.pid, resource.RLIMIT_FSIZE, before)
    until(lambda: not stage.agent.get("/v1/status").json["store_error"], "the tokens are never stored")
    refresh.join()
    assert stage.agent.post("/v1/lock").status == 204
    assert unlock(stage).status == 204
    assert stage.agent.account("smith-law")["generation"] == 2


def test_what_fell_due_is_caught_up(make_stage):
    with make_stage("--expires-in", "2") as stage:
        stage.login("smith-law")
        add_passphrase(stage)
        assert stage.agent.post("/v1/lock").status == 204
        refreshes = stage.clio.stats()["requests"]["token"]
        until(lambda: not stage.clio.grants()[0]["access_tokens"], "the token never expires")
        assert stage.clio.stats()["requests"]["token"] == refreshes, "a locked agent refreshed"
        assert unlock(stage).status == 204
        assert stage.agent.token("smith-law", min_ttl=1)["generation"] > 1


def test_with_a_passphrase_alone_it_starts_locked(make_stage):
    with make_stage("--expires-in", "3600", key={"passphrase": True}) as stage:
        assert is_locked(stage)
        assert unlock(stage).code == "conflict"
        assert stage.agent.post("/v1/keys", {"kind": "recovery"}).status == 201
        assert not is_locked(stage)
        assert add_passphrase(stage).status == 201
        stage.login("smith-law")
        token = stage.agent.token("smith-law")["access_token"]
        stage.daemon.restart()
        assert is_locked(stage)
        assert add_passphrase(stage, "another passphrase").code == "locked"
        assert unlock(stage).status == 204
        assert stage.agent.token("smith-law")["access_token"] == token
        assert not (stage.daemon.state_dir / "key").exists()


def test_a_recovery_key_opens_it(stage):
    stage.login("smith-law")
    added = stage.agent.post("/v1/keys", {"kind": "recovery"}).json
    stage.in_play.add(added["recovery_key"])
    assert stage.agent.post("/v1/lock").status == 204
    misread = added["recovery_key"][:-1] + ("0" if added["recovery_key"][-1] != "0" else "1")
    refused = stage.agent.post("/v1/unlock", {"recovery_key": misread})
    assert refused.code == "bad_request" and "checksum" in refused.json["detail"]
    assert stage.agent.post("/v1/unlock", {"recovery_key": added["recovery_key"].lower()}).status == 204
    assert stage.agent.token("smith-law")


def test_slots_come_and_go(stage):
    first = stage.agent.get("/v1/keys").json["slots"]
    assert [slot["kind"] for slot in first] == ["file"]
    added = add_passphrase(stage).json["id"]
    last = stage.agent.delete(f"/v1/keys/{first[0]['id']}")
    assert last.status == 204
    assert stage.agent.delete(f"/v1/keys/{added}").code == "conflict"
    assert stage.agent.delete("/v1/keys/99").code == "not_found"
    slot = stage.agent.get("/v1/keys").json["slots"][0]
    assert slot["kind"] == "passphrase" and slot["kdf"]["memory"] >= 256 * 1024 * 1024
    stage.daemon.restart()
    assert is_locked(stage), "the key file does not open it any more"
    assert unlock(stage).status == 204


def test_trying_changes_nothing(stage):
    add_passphrase(stage)
    recovery = stage.agent.post("/v1/keys", {"kind": "recovery"}).json["recovery_key"]
    stage.in_play.add(recovery)

    def opens(**typed):
        return {slot["kind"]: slot["opens"] for slot in stage.agent.post("/v1/keys/test", typed).json["slots"]}

    before = stage.agent.get("/v1/keys").json
    assert opens() == {"file": True, "passphrase": None, "recovery": None}
    assert opens(passphrase=PASSPHRASE, recovery_key=recovery) == {"file": True, "passphrase": True, "recovery": True}
    assert opens(passphrase="wrong") == {"file": True, "passphrase": False, "recovery": None}
    assert stage.agent.get("/v1/keys").json == before


def test_a_new_data_key(stage):
    for account in ("smith-law", "jones"):
        stage.login(account)
    add_passphrase(stage)
    assert stage.agent.put("/v1/apps/added", stage.clio.app_json(stage.redirect_uri)).status == 204
    tokens = [stage.agent.token(account)["access_token"] for account in ("smith-law", "jones")]
    for _ in range(2):
        assert stage.agent.post("/v1/keys/rotate").status == 202
        rotated(stage)
    assert [stage.agent.token(account)["access_token"] for account in ("smith-law", "jones")] == tokens
    stage.daemon.restart()
    assert [stage.agent.token(account)["access_token"] for account in ("smith-law", "jones")] == tokens
    assert stage.agent.post("/v1/accounts/jones/refresh").status == 200
    assert stage.agent.post("/v1/lock").status == 204
    assert unlock(stage).status == 204
    assert stage.agent.account("smith-law")["state"] == "ready"
    assert [app["name"] for app in stage.agent.get("/v1/apps").json["apps"]] == ["added", "firm"]


@contextlib.contextmanager
def rotating(stage):
    """While a rotation cannot end: the refresh that is under way holds the account."""
    stage.login("smith-law")
    add_passphrase(stage)
    stage.clio.fault("token:slow:3000:1")
    asked = stage.clio.stats()["requests"]["token"]
    refresh = threading.Thread(target=lambda: begin(stage.agent.post, "/v1/accounts/smith-law/refresh"))
    refresh.start()
    stage.clio.wait_for_stats(lambda stats: stats["requests"]["token"] == asked + 1)
    assert stage.agent.post("/v1/keys/rotate").status == 202
    assert stage.agent.get("/v1/keys").json["rotating"]
    yield
    refresh.join()


def begin(call, *arguments):
    """Its answer does not matter, nor whether there is one."""
    with contextlib.suppress(OSError, http.client.HTTPException):
        call(*arguments)


def test_a_rotation_goes_on_when_a_lock_is_called_off(stage):
    with rotating(stage):
        lock = threading.Thread(target=lambda: stage.agent.post("/v1/lock"))
        lock.start()
        until(lambda: stage.agent.get("/v1/status").json["locked"], "it never begins to lock")
        assert unlock(stage).status == 204
        lock.join()
        assert stage.agent.get("/v1/keys").json["rotating"], "it was over before"
    rotated(stage)


def test_a_rotation_goes_on_after_a_crash(stage):
    with rotating(stage):
        stage.daemon.kill()
        stage.daemon.start()
    rotated(stage)


def test_locking_and_unlocking_are_events(stage):
    add_passphrase(stage)
    with stage.agent.events() as events:
        assert stage.agent.post("/v1/lock").status == 204
        assert next(events)["event"] == "locked"
        assert unlock(stage).status == 204
        assert next(events)["event"] == "unlocked"


def test_a_locked_agent_makes_no_key_file(stage):
    add_passphrase(stage)
    assert stage.agent.post("/v1/lock").status == 204
    elsewhere = stage.daemon.home / "another-key"
    assert stage.agent.post("/v1/keys", {"kind": "file", "file": str(elsewhere)}).code == "locked"
    assert not elsewhere.exists()
    assert unlock(stage).status == 204
    assert stage.agent.post("/v1/keys", {"kind": "file", "file": str(elsewhere)}).status == 201
    assert elsewhere.exists()


def test_a_rotation_is_answered_without_a_body(stage):
    answer = stage.agent.post("/v1/keys/rotate")
    assert (answer.status, answer.body) == (202, b"")
    assert answer.headers["Content-Type"] == "text/plain"
    rotated(stage)


def damage(stage, kind, name):
    """Flips a bit of a stored record while the agent is away."""
    stage.daemon.stop()
    with contextlib.closing(sqlite3.connect(stage.daemon.state_dir / "store.db")) as store:
        which = "WHERE kind = ? AND name = ?"
        (sealed,) = store.execute(f"SELECT sealed FROM record {which}", (kind, name)).fetchone()
        damaged = sealed[:-1] + bytes([sealed[-1] ^ 1])
        store.execute(f"UPDATE record SET sealed = ? {which}", (damaged, kind, name))
        store.commit()
    stage.daemon.start()


def test_a_damaged_record_does_not_hold_a_rotation(stage):
    for account in ("smith-law", "jones"):
        stage.login(account)
    damage(stage, 1, "jones")
    for _ in range(2):
        assert stage.agent.post("/v1/keys/rotate").status == 202
        rotated(stage)
    assert "account jones" in stage.daemon.log()
    stage.daemon.restart()
    assert stage.agent.token("smith-law")["access_token"]


def test_a_damaged_app_can_be_replaced_and_removed(stage):
    for app in ("one", "two"):
        assert stage.agent.put(f"/v1/apps/{app}", stage.clio.app_json(stage.redirect_uri)).status == 204
    damage(stage, 2, "one")
    damage(stage, 2, "two")
    assert [app["name"] for app in stage.agent.get("/v1/apps").json["unreadable"]] == ["one", "two"]
    listed = stage.clioctl("app", "list")
    assert listed.returncode == 0
    assert "clioctl: app two: its stored record cannot be opened" in listed.stderr
    assert stage.agent.put("/v1/apps/one", stage.clio.app_json(stage.redirect_uri)).status == 204
    assert stage.agent.delete("/v1/apps/two").status == 204
    stage.daemon.restart()
    left = stage.agent.get("/v1/apps").json
    assert ([app["name"] for app in left["apps"]], left["unreadable"]) == (["firm", "one"], [])


@pytest.mark.parametrize("body", [{}, {"passphrase": ""}, {"passphrase": "a", "recovery_key": "b"}, {"pin": "1"}])
def test_what_is_no_secret_is_refused(stage, body):
    assert stage.agent.post("/v1/unlock", body).code == "bad_request"
