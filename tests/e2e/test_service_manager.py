# SPDX-License-Identifier: Apache-2.0
"""What cliod tells the service manager (sd_notify(3))."""

import signal
import socket

import pytest
from support.programs import PATIENCE, until
from support.service_manager import ServiceManager
from test_keys import add_passphrase, unlock


@pytest.fixture
def managed(make_stage, manager):
    """A stage whose daemon has the manager."""
    stage = make_stage("--expires-in", "3600")
    stage.daemon.environment["NOTIFY_SOCKET"] = manager.address
    with stage:
        yield stage


def test_it_is_ready_when_it_serves_and_says_when_it_ends(make_daemon, manager):
    daemon = make_daemon()
    daemon.environment["NOTIFY_SOCKET"] = manager.address
    daemon.start(wait=False)
    assert manager.wait_for("READY") == {"READY": "1", "STATUS": "0 accounts"}
    assert daemon.agent.get("/v1/status").status == 200
    daemon.process.send_signal(signal.SIGTERM)
    assert manager.wait_for("STOPPING") == {"STOPPING": "1"}
    assert daemon.process.wait(PATIENCE) == 0
    daemon.process = None


def test_it_asks_for_time_to_open_the_store(make_daemon, manager):
    daemon = make_daemon()
    daemon.environment["NOTIFY_SOCKET"] = manager.address
    daemon.start(wait=False)
    manager.wait_for("READY")
    assert list(manager.told[0]) == ["EXTEND_TIMEOUT_USEC"] and len(manager.told) == 2
    assert int(manager.told[0]["EXTEND_TIMEOUT_USEC"]) >= 10_000_000


def test_it_is_alive_as_often_as_it_is_asked(managed, manager):
    managed.daemon.stop()
    managed.daemon.environment["WATCHDOG_USEC"] = "200000"
    managed.daemon.start()
    for _ in range(5):
        assert manager.wait_for("WATCHDOG") == {"WATCHDOG": "1"}
    assert "WATCHDOG" not in manager.told[:2], "not before it is asked"


def test_a_locked_agent_is_ready_and_alive(managed, manager):
    managed.login("smith-law")
    add_passphrase(managed)
    managed.daemon.stop()
    (managed.daemon.state_dir / "key").unlink()
    managed.daemon.environment["WATCHDOG_USEC"] = "200000"
    managed.daemon.start()
    manager.wait_for("STOPPING")
    assert manager.wait_for("READY") == {"READY": "1", "STATUS": "locked"}
    for _ in range(3):
        manager.wait_for("WATCHDOG")
    assert unlock(managed).status == 204
    assert managed.agent.token("smith-law")["generation"] == 1
    manager.wait_for("WATCHDOG")
    until(lambda: manager.wait_for("STATUS")["STATUS"].startswith("1 account, "), "the status line does not follow")


def test_a_second_signal_while_it_ends(managed, manager):
    managed.login("smith-law")
    managed.clio.fault("token:hang:100")
    with socket.socket(socket.AF_UNIX) as waiting:
        waiting.connect(str(managed.daemon.socket))
        waiting.sendall(b"POST /v1/accounts/smith-law/refresh HTTP/1.1\r\nHost: agent\r\nContent-Length: 0\r\n\r\n")
        until(lambda: managed.agent.account("smith-law")["state"] == "refreshing", "no refresh")
        managed.daemon.process.send_signal(signal.SIGTERM)
        manager.wait_for("STOPPING")
        managed.daemon.process.send_signal(signal.SIGTERM)
        managed.clio.stop()  # cuts the answer that the daemon waits for
        assert managed.daemon.process.wait(PATIENCE) == 0
    managed.daemon.process = None


def test_it_is_not_ready_when_it_cannot_start(make_daemon, manager):
    daemon = make_daemon()
    daemon.environment["NOTIFY_SOCKET"] = manager.address
    daemon.socket.write_text("precious")
    daemon.refuses_to_start()
    daemon.socket.unlink()
    daemon.start(wait=False)
    manager.wait_for("READY")
    assert sum("READY" in told for told in manager.told) == 1


def test_an_abstract_socket(make_daemon, tmp_path):
    with ServiceManager(f"@{tmp_path}") as manager:
        daemon = make_daemon()
        daemon.environment["NOTIFY_SOCKET"] = manager.address
        daemon.start(wait=False)
        manager.wait_for("READY")
        daemon.stop()


def test_the_status_line_follows_the_accounts(managed, manager):
    managed.login("smith-law")
    assert manager.wait_for("STATUS")["STATUS"] == "0 accounts"
    # About 48 of 60 minutes, within a tenth.
    line = manager.wait_for("STATUS")["STATUS"]
    assert line.startswith("1 account, next refresh in ") and line.endswith(" min")
    managed.clio.revoke_all()
    managed.agent.post("/v1/accounts/smith-law/refresh")
    assert manager.wait_for("STATUS") == {"STATUS": "1 account, 1 login required"}
    managed.daemon.stop()
    managed.daemon.start()
    manager.wait_for("STOPPING")
    assert manager.wait_for("READY") == {"READY": "1", "STATUS": "1 account, 1 login required"}


def test_a_spawned_daemon_leaves_the_caller_s_manager_alone(make_daemon, manager):
    daemon = make_daemon()
    daemon.environment["NOTIFY_SOCKET"] = manager.address
    command = daemon.command
    daemon.command = lambda *options: command("--spawn", "--", "sleep", "600")
    daemon.start()
    daemon.process.send_signal(signal.SIGTERM)
    assert daemon.process.wait() == 128 + signal.SIGTERM
    daemon.process = None
    daemon.command = command
    daemon.start(wait=False)
    manager.wait_for("READY")
    assert sum("READY" in told for told in manager.told) == 1
