# SPDX-License-Identifier: Apache-2.0
"""The data key in the file descriptor store of the service manager, over a restart."""

import resource
import shutil
import signal

import pytest
from support.programs import until

PASSPHRASE = "correct horse battery staple"
NAME = "data-key"


@pytest.fixture
def managed(make_stage, manager):
    """A stage that a person has unlocked, and that may stay open over a restart."""
    stage = make_stage("--expires-in", "3600", key={"passphrase": True}, lock={"open_over_restart": True})
    stage.daemon.environment["NOTIFY_SOCKET"] = manager.address
    with stage:
        stage.in_play.add(PASSPHRASE)
        assert stage.agent.post("/v1/keys", {"kind": "passphrase", "passphrase": PASSPHRASE}).status == 201
        manager.wait_for("FDSTORE")
        stage.login("smith-law")
        yield stage


def is_locked(stage):
    return stage.agent.get("/v1/status").json["locked"]


def restart(stage, manager):
    """As systemd does: what is in the store is passed."""
    stage.daemon.stop()
    stage.daemon.passed = dict(manager.store)
    stage.daemon.start()


def test_it_stays_open(managed, manager):
    token = managed.agent.token("smith-law")["access_token"]
    restart(managed, manager)
    assert not is_locked(managed)
    assert managed.agent.token("smith-law")["access_token"] == token
    restart(managed, manager)
    assert not is_locked(managed)


def test_without_it_it_starts_locked(managed):
    managed.daemon.restart()
    assert is_locked(managed)


def test_locking_takes_it_back(managed, manager):
    assert managed.agent.post("/v1/lock").status == 204
    manager.wait_for("FDSTOREREMOVE")
    assert not manager.store
    restart(managed, manager)
    assert is_locked(managed)


def test_a_new_data_key_takes_its_place(managed, manager):
    assert managed.agent.post("/v1/keys/rotate").status == 202
    manager.wait_for("FDSTORE")
    until(lambda: not managed.agent.get("/v1/keys").json["rotating"], "the rotation never ends")
    restart(managed, manager)
    assert not is_locked(managed)
    assert managed.agent.token("smith-law")


def test_another_key_is_not_believed(managed, manager, tmp_path):
    """Nor anything else: it is locked, and says why."""
    managed.daemon.stop()
    wrong = tmp_path / "wrong"
    wrong.write_bytes(bytes(32))
    with open(wrong, "rb") as file:
        managed.daemon.passed = {NAME: file.fileno()}
        managed.daemon.start()
    assert is_locked(managed)
    assert "ignoring the key that was kept across the restart" in managed.daemon.log()


def test_where_it_is_not_wanted_any_more_it_is_given_back(managed, manager):
    managed.daemon.stop()
    managed.daemon.configure(managed.config | {"lock": {}})
    managed.daemon.passed = dict(manager.store)
    managed.daemon.start()
    assert is_locked(managed)
    manager.wait_for("FDSTOREREMOVE")
    assert not manager.store


def test_a_new_data_key_takes_its_place_after_a_restart_too(managed, manager):
    restart(managed, manager)
    assert managed.agent.post("/v1/keys/rotate").status == 202
    manager.wait_for("FDSTORE")
    until(lambda: not managed.agent.get("/v1/keys").json["rotating"], "the rotation never ends")
    restart(managed, manager)
    assert not is_locked(managed)


def test_a_reload_gives_it_back_and_keeps_it_again(managed, manager):
    managed.daemon.configure(managed.config | {"lock": {}})
    managed.daemon.process.send_signal(signal.SIGHUP)
    manager.wait_for("FDSTOREREMOVE")
    assert not manager.store
    managed.daemon.configure(managed.config)
    managed.daemon.process.send_signal(signal.SIGHUP)
    manager.wait_for("FDSTORE")
    restart(managed, manager)
    assert not is_locked(managed)


def test_no_key_is_kept_of_an_agent_that_does_not_open(managed, manager):
    """Its store was put back, and the disk takes no note of that."""
    managed.daemon.stop()
    store = managed.daemon.state_dir / "store.db"
    copy = shutil.copy2(store, managed.daemon.home / "copy.db")
    managed.daemon.passed = dict(manager.store)
    managed.daemon.start()
    assert managed.agent.post("/v1/accounts/smith-law/refresh").status == 200
    managed.daemon.stop()
    shutil.copy2(copy, store)
    managed.daemon.passed = {}
    managed.daemon.start()
    assert is_locked(managed)
    resource.prlimit(managed.daemon.process.pid, resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
    assert managed.agent.post("/v1/unlock", {"passphrase": PASSPHRASE}).status >= 500
    assert is_locked(managed)
    manager.wait_for("FDSTORE")
    manager.wait_for("FDSTOREREMOVE")
    assert not manager.store
