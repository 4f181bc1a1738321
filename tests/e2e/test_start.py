# SPDX-License-Identifier: Apache-2.0
"""Starting and ending: socket, state directory, and who owns them."""

import os
import shutil
import signal
import socket
import subprocess
import threading

import pytest
from support.programs import CLIOD, until

as_root = pytest.mark.skipif(os.getuid() != 0, reason="needs root, to mount and to change owners")


def test_starts_without_any_configuration(make_daemon):
    daemon = make_daemon().start()
    assert daemon.agent.get("/v1/apps").json == {"apps": [], "unreadable": []}
    assert daemon.agent.get("/v1/token").status == 404
    daemon.stop()
    assert not daemon.socket.exists()


def test_finds_its_places_by_the_environment(make_daemon):
    daemon = make_daemon()
    daemon.socket = daemon.home / "run/cliod/agent.sock"
    daemon.agent.path = daemon.socket
    daemon.command = lambda: [CLIOD]
    daemon.start().stop()
    assert daemon.state_dir.is_dir()


def test_the_socket_of_a_dead_daemon_is_replaced(make_daemon):
    daemon = make_daemon().start()
    daemon.kill()
    assert daemon.socket.exists()
    daemon.start().stop()


def test_a_living_daemon_is_respected(make_daemon):
    first = make_daemon(name="first").start()
    second = make_daemon(name="second")
    second.socket = first.socket
    assert "already running" in second.refuses_to_start()
    assert first.agent.get("/v1/status").status == 200


def test_another_program_s_socket_is_not_taken(make_daemon):
    daemon = make_daemon()
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(daemon.socket))
        other.listen()
        assert str(daemon.socket) in daemon.refuses_to_start()
        assert daemon.socket.exists()


def test_a_file_in_the_place_of_the_socket_is_not_removed(make_daemon):
    daemon = make_daemon()
    daemon.socket.write_text("precious")
    assert str(daemon.socket) in daemon.refuses_to_start()
    assert daemon.socket.read_text() == "precious"


def test_a_second_daemon_on_the_same_state(make_daemon):
    first = make_daemon(name="first").start()
    second = make_daemon(name="second")
    second.state_dir = first.state_dir
    assert str(first.state_dir) in second.refuses_to_start()
    first.kill()
    second.start().stop()


def test_a_socket_path_that_is_too_long(make_daemon):
    daemon = make_daemon()
    daemon.socket = daemon.home / ("x" * 120)
    assert "long" in daemon.refuses_to_start()


def test_a_socket_in_no_folder(make_daemon):
    daemon = make_daemon()
    daemon.socket = daemon.home / "nosuch/deep/agent.sock"
    assert "nosuch" in daemon.refuses_to_start()


def test_a_state_directory_that_others_may_read(make_daemon):
    daemon = make_daemon()
    daemon.state_dir.mkdir(mode=0o755)
    daemon.state_dir.chmod(0o755)
    said = daemon.refuses_to_start()
    assert str(daemon.state_dir) in said and "0700" in said
    assert not any(daemon.state_dir.iterdir())


@as_root
def test_a_state_directory_of_somebody_else(make_daemon):
    daemon = make_daemon()
    daemon.state_dir.mkdir(mode=0o700)
    os.chown(daemon.state_dir, 12345, 12345)
    assert str(daemon.state_dir) in daemon.refuses_to_start()


def test_the_user_of_all_unnamed_users(make_daemon):
    """In a user namespace without any mapping: every peer would look like the agent's own user."""
    apart = ["unshare", "--user"]
    if subprocess.run([*apart, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("no user namespace can be made here")
    daemon = make_daemon()
    command = daemon.command
    daemon.command = lambda *options: [*apart, *command(*options)]
    assert "peer credentials: uid 65534 stands for every user" in daemon.refuses_to_start()
    assert not daemon.socket.exists()


def test_a_state_directory_that_is_a_file(make_daemon):
    daemon = make_daemon()
    daemon.state_dir.write_text("precious")
    assert str(daemon.state_dir) in daemon.refuses_to_start()
    assert daemon.state_dir.read_text() == "precious"


@pytest.fixture
def small_disk(tmp_path):
    """Mounts memory of some size over a folder: a disk of one's own to fill, or to make read-only."""
    mounted = []

    def mount(folder, options):
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, text=True)
        if done.returncode != 0:
            pytest.skip(f"cannot mount here: {done.stderr.strip()}")
        mounted.append(folder)

    yield mount
    for folder in mounted:
        subprocess.run(["umount", "-l", folder], check=True)


@as_root
def test_a_state_directory_that_cannot_be_written(make_daemon, small_disk):
    daemon = make_daemon()
    small_disk(daemon.state_dir, "ro,mode=0700")
    assert str(daemon.state_dir) in daemon.refuses_to_start()


@as_root
def test_a_full_disk_at_the_start(make_daemon, small_disk):
    daemon = make_daemon()
    small_disk(daemon.state_dir, "size=8k,mode=0700")
    assert str(daemon.state_dir) in daemon.refuses_to_start()


@as_root
def test_a_disk_that_fills_up(make_stage, small_disk):
    stage = make_stage("--expires-in", "3600")
    small_disk(stage.daemon.state_dir, "size=1m,mode=0700")
    with stage:
        stage.login("smith-law")
        token = stage.agent.token("smith-law")
        filler = stage.daemon.state_dir / "filler"
        with open(filler, "wb", buffering=0) as file, pytest.raises(OSError):
            while True:
                file.write(b"\0" * 4096)

        answer = stage.agent.post("/v1/accounts/smith-law/refresh")
        assert answer.status >= 400
        assert stage.agent.get("/v1/status").json["store_error"]
        assert stage.agent.token("smith-law")["access_token"] == token["access_token"]
        assert stage.agent.post("/v1/authorizations", {"account": "jones-law"}).status < 600

        filler.unlink()
        until(lambda: stage.agent.post("/v1/accounts/smith-law/refresh").status == 200, "no recovery")
        assert stage.agent.get("/v1/status").json["store_error"] == ""
        assert stage.daemon.log().count("the store takes no changes") == 1
        assert "the store takes changes again" in stage.daemon.log()
        stage.daemon.kill()
        stage.daemon.start()
        assert stage.agent.account("smith-law")["generation"] >= 2


def test_a_store_with_the_wrong_key_is_not_touched(make_stage):
    with make_stage("--expires-in", "3600") as stage:
        stage.login("smith-law")
        stage.daemon.stop()
        saved = stage.daemon.state_dir.with_name("saved")
        shutil.copytree(stage.daemon.state_dir, saved)
        keys = [file for file in stage.daemon.state_dir.rglob("*") if "key" in file.name]
        assert len(keys) == 1
        right = keys[0].read_bytes()
        keys[0].write_bytes(bytes(reversed(right)))
        assert "key" in stage.daemon.refuses_to_start()
        keys[0].write_bytes(right)
        assert _contents(stage.daemon.state_dir) == _contents(saved)
        stage.daemon.start()
        assert stage.agent.token("smith-law")["generation"] == 1


def test_a_store_without_its_key_is_not_touched(make_stage):
    with make_stage("--expires-in", "3600") as stage:
        stage.login("smith-law")
        stage.daemon.stop()
        key = next(file for file in stage.daemon.state_dir.rglob("*") if "key" in file.name)
        right = key.read_bytes()
        key.unlink()
        assert str(key) in stage.daemon.refuses_to_start()
        assert not key.exists(), "a new key would hide that the old one is gone"
        key.write_bytes(right)
        key.chmod(0o600)
        stage.daemon.start()
        assert stage.agent.token("smith-law")["generation"] == 1


def test_a_configured_key_file_is_not_made(make_daemon):
    """Only the key of the state directory is made; a path that was mistyped must not become a key."""
    daemon = make_daemon()
    missing = daemon.home / "mistyped"
    daemon.configure({"key": {"file": str(missing)}})
    assert str(missing) in daemon.refuses_to_start()
    assert not missing.exists()
    assert not (daemon.state_dir / "key").exists()


def test_a_foreign_file_in_the_place_of_the_store(make_daemon):
    daemon = make_daemon().start()
    daemon.stop()
    store = max((file for file in daemon.state_dir.rglob("*") if file.is_file()), key=lambda file: file.stat().st_size)
    store.write_bytes(b"precious, and no store at all. " * 1000)
    assert str(store) in daemon.refuses_to_start()
    assert store.read_bytes().startswith(b"precious")


def _contents(folder):
    return {file.relative_to(folder): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_ends_by_signal_while_requests_wait(make_stage, name):
    with make_stage("--expires-in", "3600") as stage:
        stage.login("smith-law")
        stage.clio.fault("token:hang:100")
        waiting = threading.Thread(target=lambda: _ignore_all(stage.agent.post, "/v1/accounts/smith-law/refresh"))
        with stage.agent.events() as events:
            waiting.start()
            until(lambda: stage.agent.account("smith-law")["state"] == "refreshing", "no refresh")
            stage.daemon.process.send_signal(getattr(signal, name))
            assert stage.daemon.process.wait(20) == 0
            assert list(events) == []
        waiting.join()
        assert not stage.daemon.socket.exists()
        stage.daemon.process = None


def _ignore_all(call, *arguments):
    try:
        call(*arguments)
    except Exception:  # the connection is closed, or an answer says that the agent ends: both are right
        pass


def test_version(make_daemon):
    daemon = make_daemon()
    done = subprocess.run(daemon.command("--version"), capture_output=True, text=True, check=True)
    assert done.stdout.startswith("cliod ")
