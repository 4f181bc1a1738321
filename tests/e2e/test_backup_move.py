# SPDX-License-Identifier: Apache-2.0
"""Backups that move accounts."""

import signal
import subprocess

from support.backups import PASSPHRASE, PLATFORM, account, back_up, make_target, passphrases, restore
from support.programs import CLIOCTL, PATIENCE, until
from test_backup import damage


def test_moved_accounts_go_on_elsewhere_and_nowhere_else(make_stage, make_target):
    with make_stage(*PLATFORM) as stage:
        for name in ("smith-law", "jones-law"):
            stage.login(name)
        file, made = back_up(stage, "--move")
        assert sorted(made["moved"]) == ["jones-law", "smith-law"]
        moved = account(stage.clioctl)
        assert moved["state"] == "login_required" and made["id"] in moved["reason"] and moved["refresh_at"] is None
        stage.clioctl("token", "smith-law")

        _, target = make_target(stage)
        assert restore(target, file)[0] == {"jones-law": "restored", "smith-law": "restored"}
        assert account(target)["state"] == "ready"
        assert target.json("refresh", "smith-law")["generation"] == 2
        assert account(stage.clioctl)["state"] == "login_required", "the source goes on, too"

        # And back again, where the accounts are still as they were left.
        home, made = back_up(stage, "--move", name="home.backup", clioctl=target)
        assert len(made["moved"]) == 2
        results, details = restore(stage.clioctl, home)
        assert results == {"smith-law": "restored", "jones-law": "kept"}
        assert "not newer" in details["jones-law"], "it was never refreshed there"
        assert account(stage.clioctl)["state"] == "ready"
        assert stage.clioctl.json("refresh", "smith-law")["generation"] == 3


def test_the_answers_to_a_move(stage):
    """As the protocol has them, which clioctl follows."""
    stage.login("smith-law")
    body = {"key": stage.agent.post("/v1/backups", {}).json["key"]}
    moved = [stage.agent.post("/v1/accounts/smith-law/move", body).json for _ in range(2)]
    assert moved[0] == {"moved": True, "detail": ""}
    assert not moved[1]["moved"] and "moved away before" in moved[1]["detail"]
    assert stage.agent.post("/v1/accounts/nobody/move", body).status == 404


def test_what_needs_a_login_is_not_moved(make_stage):
    with make_stage(*PLATFORM) as stage:
        stage.login("smith-law")
        stage.clio.revoke_all()
        stage.clioctl("refresh", "smith-law", exit=3)
        _, made = back_up(stage, "--move")
        assert made["moved"] == [] and "it needs a login" in made["not_moved"][0] and made["records"] == 1


def test_giving_up_leaves_no_file_and_names_what_was_moved(make_stage):
    with make_stage(*PLATFORM) as stage:
        for name in ("jones-law", "smith-law"):
            stage.login(name)
        stage.clio.fault("token:hang:1")
        refreshing = subprocess.Popen([CLIOCTL, "refresh", "smith-law"], env=stage.clioctl.environment)
        until(lambda: account(stage.clioctl)["state"] == "refreshing", "no refresh is running")
        backup = subprocess.Popen([CLIOCTL, "backup", "--move", "firm.backup"], env=stage.clioctl.environment,
                                  cwd=stage.daemon.home, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        backup.stdin.write(PASSPHRASE)
        backup.stdin.close()
        until(lambda: account(stage.clioctl, "jones-law")["state"] == "login_required", "it is not moved")
        backup.send_signal(signal.SIGINT)
        assert backup.wait(PATIENCE) != 0
        said = backup.stderr.read()
        assert "moved away: jones-law, smith-law" in said and said.count("\n") == 1
        assert not (stage.daemon.home / "firm.backup").exists()
        refreshing.kill()
        refreshing.wait()
        stage.daemon.kill()  # which would wait for the end of the refresh


def test_what_was_moved_before_is_not_moved_again(make_stage, make_target):
    with make_stage(*PLATFORM) as stage:
        stage.login("smith-law")
        back_up(stage, "--move")
        second, made = back_up(stage, "--move", name="second.backup")
        assert made["moved"] == [] and "moved away before" in made["not_moved"][0]
        _, target = make_target(stage)
        assert restore(target, second)[0] == {"smith-law": "set_aside"}, "it may have gone on elsewhere"


def test_a_move_is_taken_back_where_it_was_made(make_stage):
    with make_stage(*PLATFORM) as stage:
        stage.login("smith-law")
        back_up(stage, "--move")
        stage.daemon.kill()
        stage.daemon.start()
        assert account(stage.clioctl)["state"] == "login_required"
        assert stage.clioctl.json("refresh", "smith-law", "--revive")["generation"] == 2
        until(lambda: account(stage.clioctl)["state"] == "ready", "it is not ready")
        assert back_up(stage, "--move", name="again.backup")[1]["moved"] == ["smith-law"]


def test_nothing_is_moved_when_no_file_can_be_made(stage):
    stage.login("smith-law")
    assert "No such file" in stage.clioctl("backup", "--move", "nowhere/file", stdin=PASSPHRASE, exit=1).stderr
    assert account(stage.clioctl)["state"] == "ready"


def test_nothing_is_moved_before_there_is_a_good_backup(stage):
    """With a limit on the size of files, which stops the write of the first record."""
    stage.login("smith-law")
    limited = ["bash", "-c", 'trap "" XFSZ; exec prlimit --fsize=300 "$@"', "bash", CLIOCTL, "backup", "--move", "firm.backup"]
    stage.clioctl.run(limited, exit=1, stdin=PASSPHRASE)
    assert account(stage.clioctl)["state"] == "ready"
    assert not list(stage.daemon.home.glob("firm.backup*"))


def test_what_is_left_out_of_a_move_is_named_once(stage):
    for name in ("smith-law", "jones-law"):
        stage.login(name)
    stage.daemon.stop()
    damage(stage.daemon.state_dir, "smith-law")
    stage.daemon.start()
    _, made = back_up(stage, "--move", exit=1)
    assert made["moved"] == ["jones-law"] and made["records"] == 1
    assert [why.split(":")[0] for why in made["left_out"]] == ["account smith-law"]
