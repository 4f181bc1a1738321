# SPDX-License-Identifier: Apache-2.0
"""clioctl lock, unlock and key with the real daemon. (Prompts and odd answers: test_clioctl_secrets.py.)"""

import re
import stat

import pytest
from support.terminal import Terminal

PASSPHRASE = "correct horse battery staple"
WRONG = "correct horse battery stable"


@pytest.fixture
def keyed(stage, in_play):
    """A stage with an account, whose store is opened by its key file and by a passphrase."""
    in_play.add(PASSPHRASE, WRONG)
    stage.login("smith-law")
    stage.clioctl("key", "add", "passphrase", stdin=PASSPHRASE)
    return stage


def kinds(stage):
    return {slot["kind"]: slot["id"] for slot in stage.clioctl.json("key", "list")["slots"]}


def test_locked_and_unlocked_again(keyed):
    clioctl = keyed.clioctl
    token = clioctl("token", "smith-law").stdout
    assert clioctl("lock").stdout == "Locked\n"
    for command in (["token"], ["run", "--", "true"], ["list"], ["show", "smith-law"], ["refresh", "smith-law"],
                    ["logout", "smith-law"], ["app", "list"], ["login", "smith-law"]):
        done = clioctl(*command, exit=6)
        assert done.stdout == "" and "clioctl unlock" in done.stderr, command
    assert "clioctl unlock" in clioctl("status").stdout
    assert clioctl.json("status")["locked"] is True
    assert clioctl("lock").stdout == "Locked\n"

    assert clioctl("unlock", stdin=WRONG, exit=5).stdout == ""
    clioctl("token", exit=6)
    assert clioctl("unlock", stdin=PASSPHRASE).stdout == "Unlocked\n"
    assert clioctl("token", "smith-law").stdout == token
    assert clioctl.json("status")["locked"] is False


def test_a_wrong_passphrase_is_wrong_when_nothing_is_locked(keyed):
    keyed.clioctl("unlock", stdin=PASSPHRASE)
    keyed.clioctl("unlock", stdin=WRONG, exit=5)
    keyed.clioctl("token")


def test_nothing_is_locked_that_could_not_be_unlocked(stage):
    stage.login("smith-law")
    assert "passphrase" in stage.clioctl("lock", exit=1).stderr
    stage.clioctl("token")


def test_unlock_at_a_prompt(keyed):
    keyed.clioctl("lock")
    terminal = Terminal(keyed.clioctl, "unlock")
    terminal.expect("Passphrase: ")
    assert not terminal.echoes()
    terminal.type(PASSPHRASE + "\n")
    assert terminal.end() == 0
    assert PASSPHRASE not in terminal.shown
    keyed.clioctl("token")


def add_recovery_key(stage, in_play):
    done = stage.clioctl("key", "add", "recovery")
    key = done.stdout.strip()
    in_play.add(key)
    assert "Write it down" in done.stderr and re.fullmatch(r"[0-9A-Z]{4}(-[0-9A-Z]{4})+", key)
    return key


def test_recovery_key(stage, in_play):
    stage.login("smith-law")
    given_up, key = (add_recovery_key(stage, in_play) for _ in range(2))
    first = min(slot["id"] for slot in stage.clioctl.json("key", "list")["slots"] if slot["kind"] == "recovery")
    stage.clioctl("key", "remove", str(first))
    stage.clioctl("lock")
    stage.clioctl("unlock", "--recovery-key", stdin=given_up, exit=5)
    misread = ("8" if key[0] != "8" else "9") + key[1:]
    assert "checksum" in stage.clioctl("unlock", "--recovery-key", stdin=misread, exit=2).stderr
    stage.clioctl("unlock", "--recovery-key", stdin=key.lower().replace("-", " "))
    stage.clioctl("token")


def test_an_agent_of_a_passphrase_alone_starts_locked(keyed):
    file = kinds(keyed)["file"]
    assert keyed.clioctl("key", "remove", str(file)).stdout == f"Removed key slot {file}\n"
    [passphrase] = kinds(keyed).values()
    assert "last" in keyed.clioctl("key", "remove", str(passphrase), exit=1).stderr
    keyed.daemon.restart()
    keyed.clioctl("token", exit=6)
    keyed.clioctl("unlock", stdin=PASSPHRASE)
    keyed.clioctl("token")


def test_the_first_passphrase_opens_an_empty_store(make_stage, in_play):
    in_play.add(PASSPHRASE)
    stage = make_stage("--expires-in", "3600")
    stage.daemon.configure(stage.config | {"key": {"passphrase": True}})
    with stage:
        assert "clioctl key add passphrase" in stage.clioctl("key", "list").stderr
        stage.clioctl("key", "add", "passphrase", stdin=PASSPHRASE)
        stage.login("smith-law")
        stage.daemon.restart()
        stage.clioctl("token", exit=6)
        stage.clioctl("unlock", stdin=PASSPHRASE)
        stage.clioctl("token")


def test_key_list(keyed):
    listed = keyed.clioctl.json("key", "list")
    assert listed == keyed.agent.get("/v1/keys").json
    shown = keyed.clioctl("key", "list").stdout
    assert "file" in shown and "Argon2id, " in shown and PASSPHRASE not in shown


def test_key_files(stage, tmp_path):
    file = tmp_path / "second-key"
    added = stage.clioctl.json("key", "add", "file", str(file))["id"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    [slot] = [slot for slot in stage.clioctl.json("key", "list")["slots"] if slot["id"] == added]
    assert (slot["kind"], slot["source"]) == ("file", str(file))
    file.chmod(0o644)
    failed = stage.clioctl("key", "test", exit=1).stdout
    assert re.search(rf"^{added} +file +no +\S", failed, re.M)
    file.chmod(0o600)
    stage.clioctl("key", "test")
    stage.clioctl("key", "remove", str(added))
    stage.clioctl("key", "remove", str(added), exit=7)


def test_credentials(stage, tmp_path):
    """As systemd hands them to a service: files in a folder."""
    stage.daemon.stop()
    folder = tmp_path / "credentials"
    folder.mkdir(mode=0o700)
    stage.daemon.environment["CREDENTIALS_DIRECTORY"] = str(folder)
    stage.daemon.start()
    assert "nosuch" in stage.clioctl("key", "add", "credential", "nosuch", exit=7).stderr
    stage.clioctl("key", "add", "file", str(tmp_path / "key"))
    (folder / "cliod-key").write_bytes((tmp_path / "key").read_bytes())
    (folder / "cliod-key").chmod(0o400)
    added = stage.clioctl.json("key", "add", "credential", "cliod-key")["id"]
    assert re.search(rf"^{added} +credential +yes$", stage.clioctl("key", "test").stdout, re.M)


def test_key_test(keyed):
    shown = keyed.clioctl("key", "test").stdout
    assert re.search(r"passphrase +not tried", shown) and re.search(r"file +yes", shown)
    assert re.search(r"passphrase +yes", keyed.clioctl("key", "test", "--passphrase", stdin=PASSPHRASE).stdout)
    assert re.search(r"passphrase +no", keyed.clioctl("key", "test", "--passphrase", stdin=WRONG, exit=1).stdout)


def test_key_rotate(keyed):
    token = keyed.clioctl("token").stdout
    keyed.clioctl("key", "rotate", "--wait")
    assert keyed.clioctl.json("key", "list")["rotating"] is False
    assert keyed.clioctl("token").stdout == token
    keyed.daemon.restart()
    assert keyed.clioctl("token").stdout == token
    keyed.clioctl("lock")
    keyed.clioctl("unlock", stdin=PASSPHRASE)
    assert keyed.clioctl("token").stdout == token
